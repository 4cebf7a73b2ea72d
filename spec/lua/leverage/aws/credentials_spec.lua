-- aws.credentials: form, and what may be shown.
local credentials = require "leverage.aws.credentials"
local secret = require "lev.secret"

local function made(change)
  local given = { access_key_id = "AKIAIOSFODNN7EXAMPLE", secret_access_key = secret.new(("s"):rep(40)) }
  for name, value in pairs(change or {}) do given[name] = value end
  return given
end

describe("mask", function()
  it("shows the two ends of an id that is one", function()
    assert.equal("AKIA…MPLE", credentials.mask "AKIAIOSFODNN7EXAMPLE")
    assert.equal("…", credentials.mask "AKIA")
    assert.equal("…", credentials.mask "AKIA\27[2JAAAAAAAAAA")
  end)
end)

describe("check", function()
  it("takes long-lived and temporary keys", function()
    local plain, temporary = made(), made { session_token = secret.new(("t"):rep(800)) }
    assert.equal(plain, credentials.check(plain))
    assert.equal(temporary, credentials.check(temporary))
    assert.is_false(credentials.is_temporary(plain))
    assert.is_true(credentials.is_temporary(temporary))
  end)

  it("says which part cannot be what it should be, and never the secret", function()
    for pattern, change in pairs { ["id is missing"] = { access_key_id = "" }, ["id holds"] = {
      access_key_id = "AKIA IOSFODNN7EXAMPLE" },
      ["id is not 16"] = { access_key_id = "AKIA" }, ["secret access key is missing"] = {
        secret_access_key = secret.new "" },
      ["secret access key is not 16"] = { secret_access_key = secret.new "hunter2" }, ["token is missing"] = {
        session_token = secret.new "" },
      ["token is not 16"] = { session_token = secret.new "hunter2" } } do
      local found, message, code = credentials.check(made(change))
      assert.is_nil(found)
      assert.equal("failed", code)
      assert.truthy(message:find(pattern), message)
      assert.falsy(message:find("hunter2", 1, true))
    end
    assert.is_nil((credentials.check(made { secret_access_key = "a string is no secret, whatever it holds" })))
  end)
end)
