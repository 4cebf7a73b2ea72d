-- mfa: which device the account profiles name.

local text = require "leverage.text"
local try = require "leverage.try"

local mfa = {}

--- Whether AWS has to be asked for devices.
---@param args table
---@param project table
function mfa.wants_devices(args, project)
  return not args.mfa_serial and (args.fetch_mfa_device == true or project.mfa_enabled)
end

--- The serial number given by flag, checked.
---@param args table
---@return string?
function mfa.given(args)
  local serial = args.mfa_serial
  if not serial then return nil end
  local is_arn = serial:match("^arn:[%w-]+:iam::%d+:mfa/[%w+=,.@_/-]+$") ~= nil
  local is_hardware = not serial:match("^arn:") and serial:match("^[%w=/:,.@-]+$") ~= nil and #serial >= 9
  if is_arn or is_hardware then return serial end
  try.fail(("--mfa-serial: '%s' is neither the ARN of an MFA device nor a hardware token's serial number"):format(
    text.plain(serial)), "usage")
end

-- Asked for by --fetch-mfa-device, its absence is an error; by MFA_ENABLED in build.env only a warning.
local function absent(ctx, args, message, details)
  if args.fetch_mfa_device then try.fail(message, "failed", details) end
  ctx.log:warn("%s; profiles are written without one (MFA_ENABLED in build.env asks for it)", message)
  return nil
end

--- The device to use of those that AWS named.
---@param ctx table
---@param args table
---@param answers table from survey.ask
---@return string? serial
function mfa.choose(ctx, args, answers)
  if answers.devices_denied then
    return absent(ctx, args, answers.devices_denied, { next = "give the device's ARN by --mfa-serial" })
  end
  local usable, others = {}, {}
  for _, device in ipairs(answers.devices) do
    local list = device.usable and usable or others
    list[#list + 1] = device
  end
  local user = answers.identity.user_name or answers.identity.arn
  if #others > 0 then
    ctx.log:warn("%s of %s cannot give codes to the AWS API (security keys and passkeys are for the console): %s",
      text.count(#others, "device"), user, others[1].serial)
  end
  if #usable == 0 then
    return absent(ctx, args, "No MFA device found for user " .. user,
      { next = "add an authenticator app to the user in IAM" })
  end
  if #usable == 1 then return usable[1].serial end
  local choices = {}
  for index, device in ipairs(usable) do choices[index] = { label = device.serial } end
  return usable[ctx.prompt:select { label = "Which MFA device?", needs = "the MFA device", flag = "--mfa-serial ARN",
    choices = choices }].serial
end

return mfa
