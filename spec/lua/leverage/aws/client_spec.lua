-- aws.client: calls that meet every fault of the double, once and for ever.
local aws = require "spec.support.aws"
local client = require "leverage.aws.client"
local http = require "lev.http"
local iam = require "leverage.aws.iam"
local loop = require "leverage.aws.loop"
local organizations = require "leverage.aws.organizations"
local secret = require "lev.secret"
local sts = require "leverage.aws.sts"
local support = require "spec.support.aws_client"

local double
setup(function() double = aws.start() end)
teardown(function() double:stop() end)
before_each(function() double:reset() end)

local CALLS = {
  { "sts", "GetCallerIdentity", sts.get_caller_identity },
  { "organizations", "DescribeOrganization", organizations.describe_organization },
  { "organizations", "ListAccounts", organizations.list_accounts },
  { "iam", "ListMFADevices", iam.list_mfa_devices },
}

local FAULTS = {
  { kind = "throttle" }, { kind = "throttle", code = "SlowDown", status = 503 }, { kind = "throttle", status = 429 },
  { kind = "server_error" }, { kind = "server_error", status = 502, body = "html" },
  { kind = "server_error", status = 503, body = "empty" }, { kind = "garbage" }, { kind = "garbage", body = "html" },
  { kind = "garbage", body = "empty" }, { kind = "garbage", body = "wrong_type" }, { kind = "reset", at = "before" },
  { kind = "reset", at = "middle" }, { kind = "truncate" }, { kind = "hang" }, { kind = "slow", ms = 50 },
  { kind = "redirect" }, { kind = "big_header" }, { kind = "big_body" },
}

for _, call in ipairs(CALLS) do
  describe(call[2], function()
    it("survives each passing fault, once, and the trace shows it", function()
      for _, fault in ipairs(FAULTS) do
        local environment = support.environment(double, { timeout_ms = 200 })
        fault.service, fault.operation, fault.times = call[1], call[2], 1
        double:fault(fault)
        local result, message = call[3](support.client(double, call[1], environment))
        assert.truthy(result, fault.kind .. ": " .. tostring(message))
        assert.equal(2, #environment.lines)
        assert.truthy(environment.lines[1]:find "; again in %d%.%d s$", environment.lines[1])
        assert.truthy(environment.lines[2]:find(("^%s %s 200 in %%d+ ms %%(attempt 2%%)$"):format(call[1], call[2])))
      end
    end)

    it("gives up on a lasting fault after three attempts", function()
      for _, fault in ipairs(FAULTS) do
        local environment = support.environment(double, { timeout_ms = 150 })
        fault.service, fault.operation, fault.times = call[1], call[2], nil
        double:fault(fault)
        local began = http.now()
        local result, message, code = call[3](support.client(double, call[1], environment))
        assert.is_nil(result, fault.kind)
        assert.equal("unreachable", code, message)
        assert.equal(3, #environment.lines)
        assert.is_true(http.now() - began < 3 * 150 + 1500)
        assert.falsy(message:find "%c")
        double:clear()
      end
    end)

    it("does not ask again where that is no use", function()
      for _, case in ipairs {
        { { kind = "deny", message = "no\n\u{9b}2J" },
          "failed", "AccessDenied" },
        { { kind = "expired_token" }, "rejected", "have expired" },
        { { kind = "error", code = "Odd", status = 400, message = "why" }, "failed", "why %(Odd%)" },
      } do
        local environment = support.environment(double)
        local fault, wanted, pattern = table.unpack(case)
        fault.service, fault.operation = call[1], call[2]
        double:fault(fault)
        local result, message, code = call[3](support.client(double, call[1], environment))
        assert.is_nil(result)
        assert.equal(wanted, code, message)
        assert.truthy(message:find(pattern), message)
        assert.falsy(message:find "%c")
        assert.equal(1, #environment.lines)
        double:clear()
      end
    end)
  end)
end

describe("keys that AWS refuses", function()
  local function refused(credentials, change)
    double:reset(change)
    local result, message, code, details = sts.get_caller_identity(
      support.client(double, "sts", support.environment(double), { credentials = credentials }))
    assert.is_nil(result)
    assert.equal("rejected", code)
    assert.equal(403, details.status)
    return message, details.code
  end

  it("are told apart: unknown, inactive, wrong secret, expired", function()
    local id = double:key("management").id
    local wrong = secret.new(("wrong"):rep(8))
    assert.truthy(refused { access_key_id = "AKIAUNKNOWNUNKNOWN12", secret_access_key = wrong }
      :find("AWS does not know the access key AKIA…WN12", 1, true))
    assert.truthy(refused({ access_key_id = id, secret_access_key = wrong }, { access_keys = { [id] = {
      status = "Inactive" } } })
      :find "does not know .* inactive")
    local message, code = refused { access_key_id = id, secret_access_key = wrong }
    assert.truthy(message:find "^the secret access key does not belong to the access key AKIA…")
    assert.equal("SignatureDoesNotMatch", code)
    assert.truthy(refused({ access_key_id = id, secret_access_key = wrong }, { access_keys = { [id] = {
      expired = true } } })
      :find "have expired")
  end)

  it("are refused alike by a service that speaks JSON", function()
    local bad = { access_key_id = double:key("management").id, secret_access_key = secret.new(("wrong"):rep(8)) }
    local _, message, code, details = organizations.describe_organization(
      support.client(double, "organizations", support.environment(double), { credentials = bad }))
    assert.equal("rejected", code)
    assert.equal("InvalidSignatureException", details.code)
    assert.truthy(details.request_id)
    assert.truthy(message:find "does not belong")
  end)
end)

describe("a wrong clock", function()
  it("is learnt from AWS and corrected, once for all clients", function()
    for _, skew in ipairs { 3600, -86400, 40 * 365 * 86400 } do
      double:reset { clock_skew = skew }
      local environment = support.environment(double)
      assert(sts.get_caller_identity(support.client(double, "sts", environment)))
      assert(organizations.describe_organization(support.client(double, "organizations", environment)))
      assert.equal(3, #environment.lines)
      assert.truthy(environment.lines[1]:find "SignatureDoesNotMatch")
    end
  end)

  it("is learnt by calls beside each other", function()
    double:reset { clock_skew = -7200 }
    local environment, tasks = support.environment(double), {}
    for index, call in ipairs(CALLS) do
      tasks[index] = function() return call[3](support.client(double, call[1], environment)) end
    end
    for _, result in ipairs(loop.all(tasks)) do assert.truthy(result[1], result[2]) end
  end)

  it("is no excuse for a wrong secret", function()
    double:reset { clock_skew = 7200 }
    local environment = support.environment(double)
    local bad = { access_key_id = double:key("management").id, secret_access_key = secret.new(("wrong"):rep(8)) }
    local _, message, code = sts.get_caller_identity(support.client(double, "sts", environment, { credentials = bad }))
    assert.equal("rejected", code)
    assert.truthy(message:find "does not belong")
    assert.equal(2, #environment.lines)
  end)

  it("that cannot be corrected is told", function()
    double:fault { kind = "error", code = "RequestTimeTooSkewed", status = 403 }
    local environment = support.environment(double, { time = function() return os.time() + 900 end })
    local _, message, code = sts.get_caller_identity(support.client(double, "sts", environment))
    assert.equal("this machine's clock is 15 minutes fast: set it", message)
    assert.equal("rejected", code)
    assert.equal(2, #environment.lines)
  end)
end)

describe("trying again", function()
  it("waits as long as AWS asks, within bounds", function()
    double:fault { kind = "throttle", retry_after = 86400, times = 1 }
    local environment = support.environment(double, { retry = { base_ms = 1, max_ms = 120 } })
    assert(sts.get_caller_identity(support.client(double, "sts", environment)))
    assert.equal(120, environment.events[1].wait_ms)
  end)

  it("is left out where the request may have been carried out and must not be twice", function()
    local environment = support.environment(double, { timeout_ms = 200 })
    local caller = support.client(double, "sts", environment)
    local request = { role_arn = "arn:aws:iam::444455556666:role/OrganizationAccountAccessRole", session_name = "spec",
      mfa_serial = "arn:aws:iam::111122223333:mfa/management", mfa_code = "123456" }
    for _, kind in ipairs { "hang", "truncate", "reset", "server_error" } do
      double:fault { kind = kind, operation = "AssumeRole", times = 1 }
      local result, _, code = sts.assume_role(caller, request)
      assert.is_nil(result, kind)
      assert.equal("unreachable", code)
    end
    double:fault { kind = "throttle", operation = "AssumeRole", times = 1 }
    assert.truthy(sts.assume_role(caller, request))
  end)

  it("can be set, and switched off", function()
    double:fault { kind = "throttle" }
    for _, attempts in ipairs { 1, 5 } do
      local environment = support.environment(double, { retry = { base_ms = 1, attempts = attempts } })
      sts.get_caller_identity(support.client(double, "sts", environment))
      assert.equal(attempts, #environment.lines)
    end
  end)

  it("does not help where nothing listens, and takes no longer than the pauses", function()
    local environment = support.environment(double, { endpoint_urls = { default = "https://127.0.0.1:1" } })
    local _, message, code = sts.get_caller_identity(support.client(double, "sts", environment))
    assert.equal("unreachable", code)
    assert.truthy(message:find "^127.0.0.1:1 refuses connections")
    assert.equal(3, #environment.lines)
  end)
end)

describe("connections", function()
  it("are kept: a thousand accounts over fifty pages on one", function()
    double:reset { generate_accounts = 1000 }
    local environment = support.environment(double)
    local accounts = assert(organizations.list_accounts(support.client(double, "organizations", environment)))
    assert.equal(1000, #accounts)
    assert.equal(50, #environment.events)
    for index, event in ipairs(environment.events) do assert.equal(index > 1, event.reused) end
  end)

  it("are one for each chain of requests, and none more when they were opened before", function()
    double:reset { generate_accounts = 40 }
    local hosts = { ca_bundle = double.ca, endpoint_urls = {}, https_proxy = double.proxy }
    local function run(environment, warm)
      local clients = {}
      for _, service in ipairs { "sts", "iam", "organizations" } do
        clients[service] = support.client(double, service, environment)
        if warm then assert(clients[service]:warm(service == "organizations" and 2 or 1)) end
      end
      if warm then loop.sleep(client.session(environment), 300) end
      local tasks = {}
      for index, call in ipairs(CALLS) do tasks[index] = function() return call[3](clients[call[1]]) end end
      for _, result in ipairs(loop.all(tasks)) do assert.truthy(result[1], result[2]) end
      return environment.events
    end
    for _, warm in ipairs { false, true } do
      local environment, reused = support.environment(double, hosts), 0
      for _, event in ipairs(run(environment, warm)) do reused = reused + (event.reused and 1 or 0) end
      assert.equal(5, #environment.events)
      assert.equal(warm and 5 or 1, reused)
    end
  end)

  it("go through the proxy with its login", function()
    double:reset { proxy_login = { user = "ann", password = "pw" } }
    local function identity(login)
      local environment = support.environment(double, { endpoint_urls = {}, https_proxy = (double.proxy:gsub("//",
        "//" .. login)) })
      return sts.get_caller_identity(support.client(double, "sts", environment, { region = "eu-west-1" }))
    end
    assert.equal("111122223333", assert(identity "ann:pw@").account)
    local _, message, code = identity ""
    assert.equal("unreachable", code)
    assert.truthy(message:find "wants a login")
  end)

  it("are made to each partition's own hosts", function()
    for partition, region in pairs { aws = "eu-central-1", ["aws-cn"] = "cn-northwest-1",
      ["aws-us-gov"] = "us-gov-east-1",
      ["aws-iso"] = "us-iso-west-1", ["aws-iso-b"] = "us-isob-east-1" } do
      double:reset { partition = partition }
      local environment = support.environment(double, { endpoint_urls = {}, https_proxy = double.proxy })
      for _, call in ipairs(CALLS) do
        if call[1] ~= "organizations" or not partition:find "iso" then
          local result, message = call[3](support.client(double, call[1], environment, { region = region }))
          assert.truthy(result, message)
          if call[1] == "sts" then assert.equal(partition, result.partition) end
        end
      end
    end
  end)
end)

describe("a client", function()
  it("is not made for a region that is none, or an endpoint that is refused", function()
    local made, _, code = client.new { service = "sts", region = "us-east-1a", environment = {}, credentials = {} }
    assert.is_nil(made)
    assert.equal("usage", code)
    made, _, code = client.new { service = "sts", environment = { endpoint_urls = { sts = "http://example.com" } } }
    assert.is_nil(made)
    assert.equal("refused", code)
    made, _, code = client.new { service = "sts", environment = { ca_bundle = "/nonexistent/ca.pem" } }
    assert.is_nil(made)
    assert.equal("io", code)
    assert.has_error(function() client.new { service = "s3", environment = {} } end)
  end)

  it("says nothing of keys in its trace", function()
    local environment = support.environment(double)
    local keys = support.keys(double)
    assert(sts.get_caller_identity(support.client(double, "sts", environment)))
    for _, event in ipairs(environment.events) do
      for _, value in pairs(event) do
        assert.falsy(tostring(value):find(keys.access_key_id, 1, true))
        assert.falsy(tostring(value):find(keys.secret_access_key:expose(), 1, true))
      end
    end
  end)
end)
