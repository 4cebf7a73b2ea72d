-- `leverage credentials configure` with standard descriptors that are closed, full or broken, and under limits of the
-- system: a status other than 0 always means that every file is as it was, and no output ever ends in another file.
local aws = require "spec.support.aws"
local world = require "spec.support.world"

local WORDS = { world.BINARY, "credentials", "configure", "--no-input", "--type", "management", "--region", "us-east-1",
  "--all-accounts", "--from-env" }

describe("credentials configure", function()
  local double, w, env

  setup(function()
    double = aws.start {}
    local key = double:key "management"
    env = { AWS_ACCESS_KEY_ID = key.id, AWS_SECRET_ACCESS_KEY = key.secret }
  end)
  teardown(function() double:stop() end)
  before_each(function() w = world.new(double, { ["project.yaml"] = false, ["config/common.tfvars"] = false }) end)
  after_each(function() w:remove() end)

  -- Runs it by a shell that does `how` first, such as closing a descriptor.
  local function run_with(how, more)
    local words = { "/bin/sh", "-c", how, "sh" }
    table.move(WORDS, 1, #WORDS, #words + 1, words)
    table.move(more or {}, 1, #(more or {}), #words + 1, words)
    return w:run(words, { env = env })
  end

  -- What a good run leaves, byte for byte.
  local function is_written()
    local key = double:key "management"
    assert.equal(("[ac-management]\naws_access_key_id = %s\naws_secret_access_key = %s\n"):format(key.id, key.secret),
      w.home:read ".aws/ac/credentials")
    local config = w.home:read ".aws/ac/config"
    assert.equal("[profile ac-management]\nregion = us-east-1\noutput = json\n", config:match "^.-\n\n":sub(1, -2))
    local _, profiles = config:gsub("%[profile", "")
    assert.equal(4, profiles)
    assert.equal("PROJECT=ac\n", w.home:read "acme/build.env")
  end

  it("works with any of its standard descriptors closed, and writes nothing of them elsewhere", function()
    for _, closed in ipairs { "<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-" } do
      w:remove()
      w = world.new(double, { ["project.yaml"] = false, ["config/common.tfvars"] = false })
      local result = run_with('exec "$@" ' .. closed)
      assert.equal(0, result.status, closed .. result.err)
      is_written()
    end
  end)

  it("says that its report is lost when files were changed, and fails when none were", function()
    for _, lost in ipairs { ">&-", ">/dev/full", "| :" } do
      for _, more in ipairs { {}, { "-o", "json" } } do
        w:remove()
        w = world.new(double, { ["project.yaml"] = false, ["config/common.tfvars"] = false })
        local before = w.home:snapshot()
        table.insert(more, "--dry-run")
        local keep = lost == "| :" and '{ "$@"; echo $? >&2; } ' or 'exec "$@" '
        local result = run_with(keep .. lost, more)
        local status = lost == "| :" and tonumber(result.err:match "(%d+)\n$") or result.status
        assert.equal(1, status, lost .. result.err)
        assert.matches("error: standard output cannot be written: %u", result.err)
        assert.equal(before, w.home:snapshot())

        more[#more] = nil
        result = run_with(keep .. lost, more)
        status = lost == "| :" and tonumber(result.err:match "(%d+)\n$") or result.status
        assert.equal(0, status, lost .. result.err)
        assert.matches("warning: standard output cannot be written: %u.- %(what the command did is done%)\n",
          result.err)
        is_written()
      end
    end
  end)

  it("reads no keys from a standard input that is closed, empty or a folder", function()
    local before = w.home:snapshot()
    for _, case in ipairs { { "<&-", "Bad file descriptor" }, { "</dev/null", "standard input" },
      { "</tmp", "Is a directory" } } do
      local words = { "/bin/sh", "-c", 'exec "$@" ' .. case[1], "sh", world.BINARY, "credentials", "configure",
        "--no-input", "--type", "management", "--region", "us-east-1", "--credentials-file", "-" }
      local result = w:run(words)
      assert.equal(1, result.status, case[1] .. result.err)
      assert.matches(case[2], result.err, 1, true)
      assert.equal(before, w.home:snapshot())
    end
  end)

  it("touches nothing when files may not grow, and says so", function()
    w.home:write(".aws/ac/config", "# " .. ("x"):rep(3000) .. "\n")
    local before = w.home:snapshot ".local"
    local result = run_with('ulimit -f 1; exec "$@" 2>&1 | cat')
    assert.matches("error: .* File too large", result.out)
    assert.equal(before, w.home:snapshot ".local")
  end)
end)
