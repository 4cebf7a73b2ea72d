-- What a start maps and reads: nothing of the network, the terminal or the documents before something needs them.
local aws = require "spec.support.aws"
local home = require "spec.support.home"
local world = require "spec.support.world"

describe("a start of leverage", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function() w = world.new(double, { ["project.yaml"] = false, ["config/common.tfvars"] = false }) end)
  after_each(function() w:remove() end)

  -- Runs leverage under strace; gives the names of the files it opened, without their folders, and the result.
  local function opened(words, status)
    local trace = w.home:at "trace"
    local line = { "/usr/bin/strace", "-f", "-qq", "-o", trace, "-e", "trace=openat,open", world.BINARY }
    local result = w:run(table.move(words, 1, #words, #line + 1, line), { env = { ASAN_OPTIONS = "detect_leaks=0" } })
    assert.equal(status or 0, result.status, result.err)
    local names = {}
    for path in w.home:read("trace"):gmatch '"([^"\n]+)"[^\n]* = %d+' do names[path:match "[^/]+$" or path] = path end
    assert.truthy(names["libc.so.6"], "strace saw nothing")
    return names, result
  end

  local function configure_words()
    return { "credentials", "configure", "--type", "management", "--credentials-file", w:key_csv "management",
      "--region", "us-east-1", "--no-input" }
  end

  local function objects(names)
    local list = {}
    for name in pairs(names) do
      if name:find("%.so") and name ~= "ld.so.cache" then list[#list + 1] = name end
    end
    table.sort(list)
    return list
  end

  local BASE = { "libc.so.6", "liblua5.4.so.0", "libm.so.6" }
  if world.BUILD:find "asan" then -- the sanitizers are libraries too
    for _, name in ipairs { "libasan.so.8", "libgcc_s.so.1", "libstdc++.so.6", "libubsan.so.1" } do BASE[#BASE + 1] = name end
    table.sort(BASE)
  end

  it("maps neither network, terminal nor documents for --version and --help", function()
    for _, words in ipairs { { "--version" }, { "--help" }, { "credentials", "--help" },
      { "credentials", "configure", "--help" }, { "credentials", "configure", "--type", "security", "--help" } } do
      assert.same(BASE, objects((opened(words))), table.concat(words, " "))
    end
  end)

  it("maps none of them to refuse wrong words", function()
    assert.same(BASE, objects((opened({ "credentials", "configrue" }, 2))))
    assert.same(BASE, objects((opened({ "credentials", "configure", "--type", "nothing" }, 2))))
  end)

  it("maps the network for a request, and no terminal unless somebody can be asked", function()
    local names = opened(configure_words())
    for _, name in ipairs { "lev_net.so", "libcurl.so.4", "libcrypto.so.3", "libexpat.so.1", "cjson.so" } do
      assert.truthy(names[name], name)
    end
    assert.is_nil(names["lev_tty.so"])
    assert.is_nil(names["libedit.so.2"])
  end)

  it("reads no Lua for --version, and of what ships only heads for --help", function()
    local function lua_files(names)
      local list = {}
      for name, path in pairs(names) do
        if name:find "%.lua$" then list[#list + 1] = path:match "/(scripts/.*)$" or path end
      end
      return list
    end
    assert.same({}, lua_files((opened { "--version" })))
    assert.same({}, lua_files((opened { "--help" })))
    assert.same({ "scripts/commands/credentials/configure.lua" },
      lua_files((opened { "credentials", "configure", "--help" })))
  end)

  it("finds every module of the library in the binary", function()
    for name, path in pairs((opened(configure_words()))) do
      if name:find "%.lua$" and path:find("/lua/leverage/", 1, true) then error(path .. " was read") end
    end
  end)

  it("tells file and line of a bug in the library", function()
    w.home:write(".config/leverage/commands/break.lua", [[return { api = 1, summary = "breaks",
      run = function() return require("leverage.text").wrap(nil, 10) end }]], "644")
    local result = w:leverage { "break", "-v" }
    assert.equal(1, result.status)
    assert.matches("lua/leverage/text%.lua:%d+:", result.err)
    assert.matches("stack traceback", result.err)
  end)

  it("works without the library's files", function()
    local prefix = home.new()
    assert(os.execute(("DESTDIR= cmake --install %s --prefix %s >/dev/null && rm -r %s"):format(home.quote(world.BUILD),
      home.quote(prefix.path), home.quote(prefix:at "share/leverage/lua"))))
    local result = w:run { prefix:at "bin/leverage", "credentials", "--help" }
    prefix:remove()
    assert.equal(0, result.status, result.err)
    assert.matches("configure", result.out)
  end)
end)
