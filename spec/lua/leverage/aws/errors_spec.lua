-- aws.errors: who is to blame, in words fit for a terminal.
local cjson = require "cjson"
local errors = require "leverage.aws.errors"
local home = require "spec.support.home"

local about = { host = "sts.amazonaws.com", operation = "GetCallerIdentity", key = "AKIA…WXYZ", partition = "aws" }

describe("kind", function()
  it("knows every throttling and transient code that botocore's standard mode retries", function()
    local output = home.sh([==[/usr/bin/python3 -c 'import json; from botocore.retries import standard as s
print(json.dumps([s.ThrottledRetryableChecker._THROTTLED_ERROR_CODES,
s.TransientRetryableChecker._TRANSIENT_ERROR_CODES, [int(x) for x in s.TransientRetryableChecker._TRANSIENT_STATUS_CODES]]))']==])
    local throttled, transient, statuses = table.unpack(cjson.decode(output))
    assert.is_true(#throttled > 10 and #transient > 1 and #statuses > 2)
    for _, code in ipairs(throttled) do assert.equal("throttled", errors.kind(code, "", 400)) end
    local retried = { server = true, throttled = true }
    for _, code in ipairs(transient) do assert.is_true(retried[errors.kind(code, "", 400)]) end
    for _, status in ipairs(statuses) do assert.equal("server", errors.kind("Whatever", "", math.tointeger(status))) end
  end)

  it("tells a wrong clock from a wrong secret", function()
    local expired = "Signature expired: 20150830T123600Z is now earlier than 20150830T124000Z (…)"
    for _, code in ipairs { "SignatureDoesNotMatch", "InvalidSignatureException" } do
      assert.equal("clock", errors.kind(code, expired, 403))
      assert.equal("clock", errors.kind(code, "Signature not yet current: 20150830T123600Z is still later …", 403))
      assert.equal("wrong_secret", errors.kind(code, "The request signature we calculated does not match …", 403))
      assert.equal("scope", errors.kind(code, "Credential should be scoped to a valid region. ", 403))
    end
    assert.equal("clock", errors.kind("RequestTimeTooSkewed", "", 403))
  end)

  it("is 501's own: nothing to try again", function()
    assert.equal("other", errors.kind("NotImplemented", "", 501))
  end)
end)

describe("explain", function()
  it("gives each kind its code", function()
    for kind, wanted in pairs { unknown_key = "rejected", wrong_secret = "rejected", expired = "rejected",
      clock = "rejected",
      incomplete = "rejected", throttled = "unreachable", server = "unreachable", other = "failed",
        scope = "failed" } do
      local message, code = errors.explain(kind, { code = "Some", message = "said\27[2J\n" }, about)
      assert.equal(wanted, code)
      assert.falsy(message:find "%c")
    end
  end)

  it("says how far off the clock is", function()
    local function said(offset)
      return (errors.explain("clock", { code = "x", message = "" }, setmetatable({ offset = offset }, {
        __index = about })))
    end
    assert.equal("this machine's clock is 15 minutes slow: set it", said(900))
    assert.equal("this machine's clock is 27 hours fast: set it", said(-97200))
    assert.truthy(said(nil):find "set this machine's clock")
  end)

  it("names the operation, AWS's words and code for the rest", function()
    assert.equal("GetCallerIdentity: no\\nway (AccessDenied)",
      (errors.explain("other", { code = "AccessDenied", message = "no\nway" }, about)))
    assert.equal("GetCallerIdentity: Odd (Odd)", (errors.explain("other", { code = "Odd", message = "" }, about)))
  end)
end)
