--- IAM: the MFA devices of a user.
--
-- Source: the IAM API Reference, 2010-05-08; which devices can be used with the API: IAM User Guide, "Configuring
-- MFA-protected API access" (FIDO security keys and passkeys cannot).
local paging = require "leverage.aws.paging"
local text = require "leverage.text"

local iam = {}

---@class MfaDevice
---@field serial string      ARN of a virtual device, or a hardware token's number
---@field user_name string?
---@field enabled string?    since when, as AWS writes it
---@field kind "virtual"|"hardware"|"fido"|"sms"
---@field usable boolean     its codes can be given to the API

local function kind_of(serial)
  local resource = serial:match "^arn:[^:]*:iam::%d*:(.+)$"
  if not resource then return "hardware" end
  if resource:find "^u2f/" then return "fido" end
  if resource:find "^sms%-mfa/" then return "sms" end
  return "virtual"
end

local function device(row)
  local serial = type(row) == "table" and paging.text(row.SerialNumber)
  if not serial or serial:find "[^%w/:_+=,.@%-]" then return nil end
  local kind, user, since = kind_of(serial), paging.text(row.UserName), paging.text(row.EnableDate)
  return { serial = serial, kind = kind, usable = kind == "virtual" or kind == "hardware",
    user_name = user and text.plain(user), enabled = since and text.plain(since, 40) }
end

--- All MFA devices of a user, by default of the client's own.
---@param client AwsClient   of service "iam"
---@param user_name string?
---@return MfaDevice[]? devices, string? message, string? code, AwsDetails? details
function iam.list_mfa_devices(client, user_name)
  return paging.all("ListMFADevices", function(marker)
    local result, message, code, details = client:call("ListMFADevices", { UserName = user_name, Marker = marker })
    if not result then return nil, message, code, details end
    local devices = {}
    for _, row in ipairs(type(result.MFADevices) == "table" and result.MFADevices or {}) do
      local found = device(row)
      if not found then
        return nil, "ListMFADevices: a device's serial number is none that AWS gives out", "unreachable", {}
      end
      devices[#devices + 1] = found
    end
    return devices, result.IsTruncated == "true" and paging.text(result.Marker) or nil
  end)
end

return iam
