-- `leverage credentials configure` while AWS misbehaves: each fault of the double on each call it makes. A fault that
-- passes is survived, one that stays ends the run in the documented time with nothing written. The runs go beside each
-- other; each has a home and an access key of its own, by which the double knows whom to fail.
local aws = require "spec.support.aws"
local cjson = require "cjson"
local home = require "spec.support.home"
local world = require "spec.support.world"

local MANAGEMENT, SECURITY, SHARED = "111122223333", "444455556666", "777788889999"

-- A page holds two accounts, so the organization's three take two.
local PAGES = { organizations = { size = 2 } }

-- Where a fault strikes: `after` requests to the operation are spared.
local CALLS = {
  { service = "sts", operation = "GetCallerIdentity" },
  { service = "organizations", operation = "DescribeOrganization" },
  { service = "organizations", operation = "ListAccounts" },
  { service = "organizations", operation = "ListAccounts", after = 1 },
  { service = "iam", operation = "ListMFADevices" },
}

-- Faults with what is said when they stay. Only time ends the last three.
local FAULTS = {
  { rule = { kind = "throttle" }, says = "allows no more requests just now: " },
  { rule = { kind = "throttle", status = 429 }, says = "allows no more requests just now: " },
  { rule = { kind = "throttle", code = "SlowDown", status = 503 }, says = "allows no more requests just now: " },
  { rule = { kind = "server_error" }, says = "is not working at the moment" },
  { rule = { kind = "server_error", status = 503 }, says = "is not working at the moment" },
  { rule = { kind = "server_error", status = 502, body = "html" }, says = "out of order" },
  { rule = { kind = "server_error", status = 504, body = "empty" }, says = "out of order" },
  { rule = { kind = "garbage", body = "random" }, says = "something that is not AWS's" },
  { rule = { kind = "garbage", body = "html" }, says = "a web page" },
  { rule = { kind = "garbage", body = "empty" }, says = "something that is not AWS's" },
  { rule = { kind = "garbage", body = "wrong_type" }, says = "something that is not AWS's" },
  { rule = { kind = "redirect" }, says = "a redirect" },
  { rule = { kind = "redirect", status = 307, location = "http://127.0.0.1:9/" }, says = "a redirect" },
  { rule = { kind = "reset", at = "before" }, says = "broke the connection off" },
  { rule = { kind = "reset", at = "middle" }, says = "cut short" },
  { rule = { kind = "truncate" }, says = "cut short" },
  { rule = { kind = "big_header" }, says = "larger than anything AWS sends" },
  { rule = { kind = "big_body", size = 20 << 20 }, says = "larger than anything AWS sends" },
  { rule = { kind = "hang" }, says = "no complete answer", waits = true },
  { rule = { kind = "slow", ms = 40 }, says = "no complete answer", waits = true },
  { rule = { kind = "delay", ms = 2500 }, says = "no complete answer", waits = true },
}

-- Limits of the runs in seconds: docs/configure.md, "Environment". Without Retry-After the pauses are 1 and 2 at most.
local TIMEOUT, PAUSES, SPARE = 1, 3, 3

local WORDS = { "--type", "management", "--region", "us-east-1", "--all-accounts", "--fetch-mfa-device", "--from-env" }

describe("credentials configure", function()
  local double, worlds

  setup(function() double = aws.start { state = { pages = PAGES } } end)
  teardown(function() double:stop() end)
  before_each(function() worlds = {} end)
  after_each(function()
    for _, w in ipairs(worlds) do w:remove() end
  end)

  local function name_of(call, fault)
    local words = { call.operation, call.after and "page 2" or "" }
    for key, value in pairs(fault.rule) do words[#words + 1] = ("%s=%s"):format(key, value) end
    return table.concat(words, " ")
  end

  -- A world with files of its own for one run, and the run. `times`: how often the fault fires, nil for ever.
  local function case(call, fault, times)
    local w = world.new(double, { ["project.yaml"] = false, ["config/common.tfvars"] = false })
    w.home:write(".aws/ac/config", "# mine\n[profile other]\nregion = x\n", "644")
    w.home:write(".aws/ac/credentials", "[other]\naws_access_key_id = AKIAOTHEROTHEROTHER0\n", "600")
    worlds[#worlds + 1] = w
    local id, secret = ("AKIAFAULT%011d"):format(#worlds), ("s"):rep(36) .. ("%04d"):format(#worlds)
    local rule = { operation = call.operation, after = call.after, times = times, key = id }
    for key, value in pairs(fault.rule) do rule[key] = value end
    return { name = name_of(call, fault), id = id, secret = secret, world = w, call = call, fault = fault, rule = rule }
  end

  -- Every fault on every call, all at once.
  local function all_cases(times)
    local cases, keys = {}, {}
    for _, call in ipairs(CALLS) do
      for _, fault in ipairs(FAULTS) do cases[#cases + 1] = case(call, fault, times) end
    end
    for _, one in ipairs(cases) do keys[one.id] = { user = "management", secret = one.secret } end
    double:reset { pages = PAGES, access_keys = keys }
    for _, one in ipairs(cases) do double:fault(one.rule) end
    return cases
  end

  local function run(cases, words)
    local runs = {}
    for index, one in ipairs(cases) do
      local line = table.move(WORDS, 1, #WORDS, 1, {})
      table.move(words, 1, #words, #line + 1, line)
      runs[index] = one.world:unattended(line, { env = { AWS_ACCESS_KEY_ID = one.id, AWS_SECRET_ACCESS_KEY = one.secret,
        LEVERAGE_TIMEOUT = TIMEOUT, LEVERAGE_CONNECT_TIMEOUT = TIMEOUT } })
    end
    return world.run_all(runs)
  end

  it("survives every fault that passes, on every call, and -v shows it", function()
    local cases = all_cases(1)
    for index, result in ipairs(run(cases, { "-v" })) do
      local one = cases[index]
      local about = one.name .. ":\n" .. result.out .. result.err
      assert.equal(0, result.status, about)
      local shown = ("· %s %s "):format(one.call.service, one.call.operation)
      assert.matches(shown .. "%C- in %d+ ms%C-; again in %d+%.%d s\n", result.err, about)
      assert.matches(shown .. "200 in %d+ ms %(attempt 2%)\n", result.err, about)
      assert.is_nil((result.out .. result.err):find(one.secret, 1, true), about)
      local config = one.world.home:read ".aws/ac/config"
      for _, id in ipairs { MANAGEMENT, SECURITY, SHARED } do
        assert.matches(("role_arn = arn:aws:iam::%s:role/OrganizationAccountAccessRole\n"
          .. "source_profile = ac-management\nmfa_serial = arn:aws:iam::%s:mfa/management\n"):format(id, MANAGEMENT),
          config, 1, true)
      end
    end
  end)

  it("ends with 4 in time when a fault stays, names the host, and touches nothing", function()
    local cases = all_cases(nil)
    local before = {}
    for index, one in ipairs(cases) do before[index] = one.world.home:snapshot() end
    local host = double.endpoint:match("//(.*)")
    for index, result in ipairs(run(cases, { "-o", "json" })) do
      local one = cases[index]
      local about = one.name .. ":\n" .. result.out .. result.err
      assert.equal(4, result.status, about)
      assert.is_true(result.seconds < (one.fault.waits and 3 * TIMEOUT or 0) + PAUSES + SPARE, about .. result.seconds)
      local told = cjson.decode(result.out)
      assert.is_false(told.ok)
      assert.equal("unreachable", told.error.code)
      assert.matches(one.fault.says, told.error.message, 1, true)
      assert.matches(host, told.error.message, 1, true)
      assert.matches(": %l.+$", told.error.message, about) -- what to do about it
      assert.equal("error: " .. told.error.message .. "\n", result.err)
      assert.equal(before[index], one.world.home:snapshot(), about)
    end
    local tries = {}
    for _, request in ipairs(double:log().requests) do
      if type(request.fault) == "string" then tries[request.key] = (tries[request.key] or 0) + 1 end
    end
    for _, one in ipairs(cases) do assert.equal(3, tries[one.id], one.name) end
  end)

  it("takes an answer whose connection ends behind it", function()
    local fault = { rule = { kind = "close" } }
    local cases, keys = {}, {}
    for index, call in ipairs(CALLS) do
      cases[index] = case(call, fault)
      keys[cases[index].id] = { user = "management", secret = cases[index].secret }
    end
    double:reset { pages = PAGES, access_keys = keys }
    for _, one in ipairs(cases) do double:fault(one.rule) end
    for index, result in ipairs(run(cases, {})) do assert.equal(0, result.status, cases[index].name .. result.err) end
  end)

  it("waits as long as AWS asks", function()
    local asked = case(CALLS[1], { rule = { kind = "throttle", retry_after = 2 } }, 1)
    double:reset { pages = PAGES, access_keys = { [asked.id] = { user = "management", secret = asked.secret } } }
    double:fault(asked.rule)
    local result = run({ asked }, { "-v" })[1]
    assert.equal(0, result.status, result.err)
    assert.matches("GetCallerIdentity 400 Throttling in %d+ ms; again in 2%.0 s\n", result.err)
    assert.is_true(result.seconds > 2)
  end)

  it("ends with 3 when keys are refused, whatever else AWS is up to", function()
    local refused = case(CALLS[1], { rule = { kind = "expired_token" } })
    double:reset { pages = PAGES, access_keys = { [refused.id] = { user = "management", secret = refused.secret } } }
    double:fault(refused.rule)
    double:fault { kind = "server_error", operation = "ListAccounts" }
    local before = refused.world.home:snapshot()
    local result = run({ refused }, {})[1]
    assert.equal(3, result.status, result.err)
    assert.equal(before, refused.world.home:snapshot())
  end)
end)
