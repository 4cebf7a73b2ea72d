-- aws.iam: MFA devices, all pages.
local aws = require "spec.support.aws"
local iam = require "leverage.aws.iam"
local support = require "spec.support.aws_client"

local double, environment
setup(function() double = aws.start() end)
teardown(function() double:stop() end)

local function devices(change, user)
  double:reset(change)
  environment = support.environment(double)
  return iam.list_mfa_devices(support.client(double, "iam", environment), user)
end

describe("list_mfa_devices", function()
  it("gives the caller's devices, or those of a named user", function()
    local found = assert(devices())
    assert.equal(1, #found)
    assert.equal("arn:aws:iam::111122223333:mfa/management", found[1].serial)
    assert.same({ "virtual", true, "management" }, { found[1].kind, found[1].usable, found[1].user_name })
    assert.same({}, devices(nil, "bootstrap"))
  end)

  it("tells what cannot give codes to the API", function()
    local found = assert(devices { users = { management = { account = "management",
      mfa_devices = { "mfa/phone", "u2f/user/management/key" } } } })
    assert.same({ "virtual", "fido" }, { found[1].kind, found[2].kind })
    assert.same({ true, false }, { found[1].usable, found[2].usable })
    local client = { call = function() return { MFADevices = { { SerialNumber = "GAHT12345678" },
      { SerialNumber = "arn:aws:iam::1:sms-mfa/x" } } } end }
    local made = iam.list_mfa_devices(client)
    assert.same({ "hardware", true, "sms", false }, { made[1].kind, made[1].usable, made[2].kind, made[2].usable })
  end)

  it("reads all pages, an empty one too, and sees a loop", function()
    local many = { users = { management = { account = "management", mfa_devices = { "mfa/a", "mfa/b", "mfa/c",
      "mfa/d" } } },
      pages = { iam = { size = 1, blank_first = true } } }
    assert.equal(4, #assert(devices(many)))
    many.pages.iam = { size = 1, loop = true }
    local found, message, code = devices(many)
    assert.is_nil(found)
    assert.equal("unreachable", code)
    assert.truthy(message:find "never end")
    assert.is_true(#environment.lines < 8)
  end)

  it("takes no serial number that could break a file", function()
    for _, serial in ipairs { "a\nb", "a]b", "a b", "a#b", "\27[2J", "" } do
      local found, _, code = iam.list_mfa_devices { call = function()
        return { MFADevices = { { SerialNumber = serial } } }
      end }
      assert.is_nil(found)
      assert.equal("unreachable", code)
    end
  end)
end)
