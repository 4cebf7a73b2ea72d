-- The house rules that a machine can check: who may lean on whom, which calls are never made, which tools judge us.
local home = require "spec.support.home"

local function files(pattern)
  local list = {}
  for path in home.sh("git ls-files -co --exclude-standard -- " .. pattern):gmatch("[^\n]+") do list[#list + 1] = path end
  assert(#list > 0, "no file matches " .. pattern)
  return list
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- Lines that a pattern is found in, as "path:line: text".
local function grep(paths, pattern, allowed)
  local found = {}
  for _, path in ipairs(paths) do
    local number = 0
    for line in (read(path) .. "\n"):gmatch("(.-)\n") do
      number = number + 1
      if line:find(pattern) and not (allowed and allowed(path, line)) then
        found[#found + 1] = ("%s:%d: %s"):format(path, number, line)
      end
    end
  end
  return found
end

describe("direction", function()
  it("core knows nothing of Lua, prints nothing, and never exits", function()
    local core = files "'src/core/*.c' 'src/core/*.h'"
    assert.same({}, grep(core, "#include [<\"]l[ua]%w*%.h"))
    assert.same({}, grep(core, "%f[%w_]v?f?printf%s*%(", function(path)
      return path:find("src/core/tty", 1, true) -- the terminal is what it writes to
    end))
    assert.same({}, grep(core, "%f[%w_]puts%s*%("))
    assert.same({}, grep(core, "%f[%w_]_?[Ee]xit%s*%("))
    assert.same({}, grep(core, "%f[%w_]abort%s*%("))
  end)

  it("bindings lean on core, and on nothing of the system's that core wraps", function()
    assert.same({}, grep(files "'src/lua/*.c'", "#include <curl") )
    assert.same({}, grep(files "'src/lua/*.c'", "#include <openssl") )
    assert.same({}, grep(files "'src/lua/*.c'", "#include <yaml") )
  end)

  it("the library leans on bindings and its two packages, scripts on the library", function()
    local function allowed_in(prefixes)
      return function(_, line)
        for name in line:gmatch("require%s*%(?%s*[\"']([%w_.]+)") do
          local ok = false
          for _, prefix in ipairs(prefixes) do ok = ok or name:sub(1, #prefix) == prefix end
          if not ok then return false end
        end
        return true
      end
    end
    assert.same({}, grep(files "'lua/leverage/*.lua'", "require", allowed_in { "leverage.", "lev.", "argparse", "cjson" }))
    assert.same({}, grep(files "'scripts/*.lua'", "require", allowed_in { "leverage." }))
  end)

  it("the basic modules do not lean on commands", function()
    assert.same({}, grep(files "'lua/leverage/*.lua'", "require%s*%(?%s*[\"']leverage.credentials", function(path)
      return path:find("lua/leverage/credentials/", 1, true) ~= nil
    end))
    assert.same({}, grep(files "'lua/leverage/aws/*.lua'", "require%s*%(?%s*[\"']leverage", function(_, line)
      return line:find("leverage.aws", 1, true) or line:find("leverage.text", 1, true)
    end))
  end)
end)

describe("never", function()
  it("an unbounded copy, a shell, or a temporary name that can be guessed", function()
    for _, name in ipairs { "strcpy", "strcat", "sprintf", "gets", "system", "popen", "tmpnam", "mktemp", "alloca" } do
      assert.same({}, grep(files "'src/*.c' 'src/*.h'", "%f[%w_]" .. name .. "%s*%("), name)
    end
    assert.same({}, grep(files "'lua/*.lua' 'scripts/*.lua'", "os%.execute"))
    assert.same({}, grep(files "'lua/*.lua' 'scripts/*.lua'", "io%.popen"))
  end)

  it("a certificate unchecked", function()
    assert.same({}, grep(files "'src/core/*.c'", "VERIFYPEER,%s*0"))
    assert.same({}, grep(files "'src/core/*.c'", "VERIFYHOST,%s*0"))
  end)

  it("a secret exposed outside the places that are named here", function()
    assert.same({}, grep(files "'lua/*.lua' 'scripts/*.lua'", ":expose%(", function(path)
      return path == "lua/leverage/credentials/keys.lua" -- an access key id that came by the environment
    end))
  end)

  it("a file without an opening paragraph", function()
    for _, path in ipairs(files "'src/*.c' 'src/*.h'") do
      assert.matches("^/%*", read(path), path)
    end
    for _, path in ipairs(files "'lua/*.lua' 'scripts/*.lua' 'spec/*.lua'") do
      assert.matches("^%-%-", read(path), path)
    end
  end)
end)

describe("a linter", function()
  it("finds nothing in the Lua that ships", function()
    local output, clean = home.sh("luacheck --quiet --no-color lua scripts 2>&1")
    assert.is_true(clean, output)
  end)

  it("finds the C laid out as .clang-format says", function()
    local output, clean = home.sh("clang-format --dry-run --Werror $(git ls-files 'src/*.c' 'src/*.h' 'spec/*.c') 2>&1")
    assert.is_true(clean, output:sub(1, 2000))
  end)
end)

describe("the judges", function()
  it("are Debian's own, of the versions that were measured", function()
    for command, pattern in pairs {
      ["/usr/bin/lua5.4 -v"] = "^Lua 5%.4",
      ["/usr/bin/python3 --version"] = "^Python 3%.11",
      ["/usr/bin/python3 -c 'import botocore; print(botocore.__version__)'"] = "^1%.29",
      ["/usr/bin/python3 -c 'import ruamel.yaml; print(ruamel.yaml.__version__)'"] = "^0%.17",
      ["/usr/bin/aws --version"] = "^aws%-cli/2%.9",
      ["/usr/bin/node --version"] = "^v%d%d",
      ["node -p 'require(\"./spec/support/node_modules/@smithy/shared-ini-file-loader/package.json\").version'"] = "^4%.",
      ["node -p 'require(\"./spec/support/node_modules/@cdktf/hcl2json/package.json\").version'"] = "^0%.",
    } do
      assert.matches(pattern, (home.sh(command .. " 2>&1")), command)
    end
    assert.equal("Lua 5.4", _VERSION)
  end)
end)
