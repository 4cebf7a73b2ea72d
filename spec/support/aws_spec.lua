-- The AWS double from Lua: start, state, faults, log, end; and its own tests, run as they are.

local aws = require "spec.support.aws"

--- Runs a command; returns all it wrote, and whether it succeeded.
local function output(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local text = pipe:read "a"
  return text, pipe:close() == true
end

--- The real AWS CLI through the double's proxy.
local function cli(double, words)
  local key = double:key "management"
  return output(table.concat({
    "env -i PATH=/usr/bin:/bin HOME=/nonexistent AWS_PAGER= AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=1",
    "AWS_ACCESS_KEY_ID=" .. key.id,
    "AWS_SECRET_ACCESS_KEY=" .. key.secret,
    "HTTPS_PROXY=" .. double.proxy,
    "AWS_CA_BUNDLE=" .. double.ca,
    "/usr/bin/aws",
    words,
  }, " "))
end

describe("the AWS double", function()
  local double

  setup(function()
    double = aws.start { state = { generate_accounts = 25 }, args = { "--delay-ms", "1" } }
  end)

  teardown(function()
    double:stop()
  end)

  it("says where it listens", function()
    assert.matches("^http://127%.0%.0%.1:%d+$", double.endpoint)
    assert.matches("^https://127%.0%.0%.1:%d+$", double.https)
    assert.matches("^http://127%.0%.0%.1:%d+$", double.proxy)
    assert.truthy(io.open(double.ca)):close()
  end)

  it("starts with the state and the arguments it was given", function()
    local state = double:state {}
    assert.equal(25, #state.accounts)
    assert.equal(1, state.delay_ms)
    assert.equal("security", state.access_keys[double:key("security").id].user)
    assert.error_matches(function() double:key "nobody" end, "no key of user nobody")
  end)

  it("answers the real AWS CLI and logs what was asked", function()
    double:clear_log()
    local text, ok = cli(double, "organizations list-accounts --output json")
    assert.is_true(ok, text)
    local _, found = text:gsub('"Id"', "")
    assert.equal(25, found)
    local calls = {}
    for _, row in ipairs(double:log().requests) do
      calls[#calls + 1] = ("%s %d %s"):format(row.operation, row.status, row.new)
    end
    assert.same({ "CONNECT 200 true", "ListAccounts 200 false", "ListAccounts 200 false" }, calls)
    assert.equal(1, #double:log().connections)
  end)

  it("takes faults and forgets them", function()
    double:fault { kind = "deny", operation = "GetCallerIdentity", message = "not today" }
    local text, ok = cli(double, "sts get-caller-identity --region us-east-1")
    assert.is_false(ok)
    assert.matches("AccessDenied.*not today", text)
    double:clear()
    text, ok = cli(double, "sts get-caller-identity --region us-east-1")
    assert.is_true(ok, text)
  end)

  it("merges state, null removes, reset starts anew", function()
    assert.equal(aws.null, double:state({ organization = aws.null }).organization)
    double:reset { partition = "aws-cn" }
    local state = double:state {}
    assert.equal("aws-cn", state.partition)
    assert.equal("o-exampleorg", state.organization.id)
    assert.equal(3, #state.accounts)
  end)

  it("refuses what it does not know", function()
    assert.error_matches(function() double:state { acounts = {} } end, "acounts: no such field")
    assert.error_matches(function() double:fault { kind = "earthquake" } end, "kind: must be one of")
  end)

  it("refuses to start with a wrong state document, and says so", function()
    assert.error_matches(function() aws.start { state = { tls = "maybe" } } end, "has ended")
  end)

  it("is gone, with its folder, after stop", function()
    local other = aws.start()
    assert.is_true(os.execute("kill -0 " .. other.pid))
    other:stop()
    assert.is_nil(os.execute("kill -0 " .. other.pid .. " 2>/dev/null"))
    assert.is_nil(io.open(other.ca))
  end)

  it("ends when the process that started it is killed", function()
    local script = [[local aws = require "spec.support.aws"
      local double = aws.start() print(double.pid, double.folder) io.stdout:flush() os.execute "kill -9 $PPID"]]
    local pid, folder = output("/usr/bin/lua5.4 -e '" .. script .. "'"):match "(%d+)%s+(/%S+)"
    local function is_gone()
      return not os.execute("kill -0 " .. pid .. " 2>/dev/null")
    end
    for _ = 1, 50 do
      if is_gone() then
        break
      end
      os.execute "sleep 0.1"
    end
    assert.is_true(is_gone())
    os.execute("rm -r " .. folder)
  end)

  it("passes its own tests", function()
    local text, ok = output "/usr/bin/python3 -m unittest discover -s spec/support/aws -p 'test_*.py'"
    assert.is_true(ok, text)
    assert.is_true(tonumber(text:match "Ran (%d+) tests") >= 70, text)
  end)
end)
