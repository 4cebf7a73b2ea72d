-- aws.sts: identity and temporary credentials.
local aws = require "spec.support.aws"
local secret = require "lev.secret"
local sts = require "leverage.aws.sts"
local support = require "spec.support.aws_client"

local double, environment
setup(function() double = aws.start() end)
teardown(function() double:stop() end)
before_each(function()
  double:reset()
  environment = support.environment(double)
end)

-- A client whose answers are made up.
local function answering(result)
  return { call = function() return result end }
end

describe("get_caller_identity", function()
  it("names user, account and partition", function()
    local identity = assert(sts.get_caller_identity(support.client(double, "sts", environment)))
    assert.equal("111122223333", identity.account)
    assert.equal("arn:aws:iam::111122223333:user/management", identity.arn)
    assert.same({ "aws", "management", false }, { identity.partition, identity.user_name, identity.is_root })
  end)

  it("knows the root user, paths and roles by the ARN", function()
    for arn, wanted in pairs {
      ["arn:aws:iam::123456789012:root"] = { root = true }, ["arn:aws-cn:iam::123456789012:user/a/b/carol"] = {
        user = "carol" },
      ["arn:aws-us-gov:sts::123456789012:assumed-role/R/s"] = {}, ["arn:aws:sts::123456789012:federated-user/x"] = {},
      ["arn:aws:iam::123456789012:user/root"] = { user = "root" },
    } do
      local identity = assert(sts.get_caller_identity(answering { Arn = arn, Account = "123456789012", UserId = "X" }))
      assert.equal(wanted.root or false, identity.is_root)
      assert.equal(wanted.user, identity.user_name)
      assert.equal(arn:match "^arn:([^:]+)", identity.partition)
    end
  end)

  it("does not believe an answer of another shape", function()
    local good = { Arn = "arn:aws:iam::123456789012:root", Account = "123456789012", UserId = "X" }
    for name, value in pairs { Arn = "", Account = "12345678901", UserId = {} } do
      local changed = setmetatable({ [name] = value }, { __index = good })
      local identity, _, code = sts.get_caller_identity(answering(changed))
      assert.is_nil(identity)
      assert.equal("unreachable", code)
    end
    assert.is_nil((sts.get_caller_identity(answering { Arn = good.Arn, Account = "999999999999", UserId = "X" })))
    assert.is_nil((sts.get_caller_identity(answering {})))
  end)
end)

describe("assume_role", function()
  local request = { role_arn = "arn:aws:iam::444455556666:role/OrganizationAccountAccessRole", session_name = "spec" }

  it("gives credentials that work, their keys secret", function()
    local given = assert(sts.assume_role(support.client(double, "sts", environment), request))
    assert.is_true(secret.is(given.secret_access_key) and secret.is(given.session_token))
    assert.truthy(given.access_key_id:find "^ASIA")
    assert.truthy(given.expiration:find "^%d%d%d%d%-%d%d%-%d%dT")
    assert.truthy(given.arn:find("assumed-role/OrganizationAccountAccessRole/spec", 1, true))
    local identity = assert(sts.get_caller_identity(support.client(double, "sts", environment, {
      credentials = given })))
    assert.equal("444455556666", identity.account)
  end)

  it("passes duration, external id and MFA code on", function()
    double:reset { roles = { OrganizationAccountAccessRole = { trusts = { "management" }, mfa = true,
      external_id = "ex" } } }
    local client = support.client(double, "sts", environment)
    local full = { role_arn = request.role_arn, session_name = "spec", duration = 900, external_id = "ex",
      mfa_serial = "arn:aws:iam::111122223333:mfa/management", mfa_code = "123456" }
    assert(sts.assume_role(client, full))
    full.mfa_code = "999999"
    local given, message, code, details = sts.assume_role(client, full)
    assert.is_nil(given)
    assert.same({ "failed", "AccessDenied" }, { code, details.code })
    assert.truthy(message:find "invalid MFA")
  end)

  it("is sent again only without a one-time code", function()
    for code, lines in pairs { [false] = 2, ["123456"] = 1 } do
      local own = support.environment(double)
      double:fault { kind = "truncate", operation = "AssumeRole", times = 1 }
      sts.assume_role(support.client(double, "sts", own), { role_arn = request.role_arn, session_name = "spec",
        mfa_serial = code and "arn:aws:iam::111122223333:mfa/management" or nil, mfa_code = code or nil })
      assert.equal(lines, #own.lines)
    end
  end)

  it("does not take keys that came as plain text", function()
    local given, _, code = sts.assume_role(answering { Credentials = { AccessKeyId = "ASIAX", SecretAccessKey = "open",
      SessionToken = secret.new "t" } }, request)
    assert.is_nil(given)
    assert.equal("unreachable", code)
  end)
end)

describe("get_session_token", function()
  it("gives the user's own temporary credentials", function()
    local client = support.client(double, "sts", environment)
    local given = assert(sts.get_session_token(client, { duration = 900, mfa_code = "123456",
      mfa_serial = "arn:aws:iam::111122223333:mfa/management" }))
    assert.is_true(secret.is(given.session_token))
    assert(sts.get_session_token(client))
    assert(sts.get_caller_identity(support.client(double, "sts", environment, { credentials = given })))
  end)
end)
