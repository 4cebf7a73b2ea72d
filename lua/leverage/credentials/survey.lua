-- survey: what AWS says: whose keys these are, which organization and accounts there are, which MFA devices the
-- user has. All of it is asked at the same time.

local client = require "leverage.aws.client"
local iam = require "leverage.aws.iam"
local loop = require "leverage.aws.loop"
local organizations = require "leverage.aws.organizations"
local sts = require "leverage.aws.sts"
local try = require "leverage.try"

local survey = {}

local DENIED = { AccessDenied = true, AccessDeniedException = true, UnauthorizedOperation = true }
local ABSENT = { AWSOrganizationsNotInUseException = true }

---@class leverage.OrganizationAnswer
---@field state "complete"|"partial"|"none"|"denied"  partial: described, but its accounts may not be listed
---@field management_id string?
---@field accounts table[]
---@field message string?  what AWS said when it refused

local function make(ctx, service, region, keys)
  return client.new { service = service, region = region, credentials = keys, environment = ctx:aws_environment() }
end

--- Opens the connections that `ask` needs while the user still answers questions.
---@param ctx table
---@param region string
function survey.warm(ctx, region)
  local environment = ctx:aws_environment()
  local session = client.session(environment)
  if not session then return end -- `ask` will say why
  for service, count in pairs { sts = 1, organizations = 2, iam = 1 } do
    local opened = make(ctx, service, region)
    if opened then opened:warm(count) end
  end
  ctx.prompt:background(session:waiter())
end

-- One try to read the organization, with one set of keys.
local function read_organization_as(ctx, region, keys)
  local asked, message, code = make(ctx, "organizations", region, keys)
  if not asked then return nil, message, code end
  local described, listed = table.unpack(loop.all {
    function() return organizations.describe_organization(asked) end,
    function() return organizations.list_accounts(asked) end,
  })
  for _, answer in ipairs { described, listed } do
    local details = answer[4] or {}
    if ABSENT[details.code] then return { state = "none", accounts = {} } end
    if not answer[1] and not DENIED[details.code] then return nil, answer[2], answer[3] end
  end
  local management_id = described[1] and described[1].management_account
  if listed[1] then return { state = "complete", management_id = management_id, accounts = listed[1] } end
  return { state = management_id and "partial" or "denied", management_id = management_id, accounts = {},
    message = listed[2] }
end

-- The best answer that any of the keys gets. Keys that AWS refuses here are other types' old keys: the next ones
-- are tried; whether our own are good is GetCallerIdentity's to say.
local function read_organization(ctx, region, askers)
  local best, message, code
  for _, keys in ipairs(askers) do
    local answer
    answer, message, code = read_organization_as(ctx, region, keys)
    if answer and (answer.state == "complete" or answer.state == "none") then return answer end
    if not answer and code ~= "rejected" then return nil, message, code end
    best = answer and (not best or answer.state == "partial") and answer or best
  end
  if best then return best end
  return nil, message, code
end

--- Asks.
---@param ctx table
---@param options { region: string, keys: table, askers: table[], wants_mfa: boolean }  askers: keys, best first
---@return { identity: table, organization: leverage.OrganizationAnswer, devices: table?, devices_denied: string? }
function survey.ask(ctx, options)
  -- Clients are made first: a wrong endpoint or certificate file is said before anything is sent.
  local by_sts = try(make(ctx, "sts", options.region, options.keys))
  local by_iam = try(make(ctx, "iam", options.region, options.keys))
  local asks = {
    function() return sts.get_caller_identity(by_sts) end,
    function() return read_organization(ctx, options.region, options.askers) end,
  }
  if options.wants_mfa then
    asks[3] = function() return iam.list_mfa_devices(by_iam) end
  end
  local answers = ctx:with_progress("Asking AWS", function() return loop.all(asks) end)
  local identity, organization, devices = table.unpack(answers)
  local result = {
    identity = try(table.unpack(identity, 1, identity.n)),
    organization = try(table.unpack(organization, 1, organization.n)),
  }
  if devices and devices[1] then
    result.devices = devices[1]
  elseif devices and DENIED[(devices[4] or {}).code] then
    result.devices_denied = devices[2]
  elseif devices then
    try(table.unpack(devices, 1, devices.n))
  end
  return result
end

return survey
