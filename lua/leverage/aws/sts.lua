--- STS: who am I, and temporary credentials.
--
-- Each function takes a client of service "sts". What AWS says is checked for shape before it is believed; secrets stay
-- secrets. Source: the AWS Security Token Service API Reference, 2011-06-15.
local secret = require "lev.secret"
local text = require "leverage.text"

local sts = {}

---@class Identity
---@field account string     12 digits
---@field arn string
---@field user_id string
---@field partition string
---@field user_name string?  of an IAM user, without its path
---@field is_root boolean    the account's root user

---@class TemporaryCredentials: Credentials
---@field expiration string  as AWS writes it: 2026-01-02T03:04:05Z
---@field arn string?        of the assumed role

---@class AssumeRoleRequest
---@field role_arn string
---@field session_name string
---@field duration integer?    seconds
---@field external_id string?
---@field mfa_serial string?
---@field mfa_code string?

local function odd(operation)
  return nil, operation .. ": the answer is not of the form that AWS documents", "unreachable", {}
end

--- Whom the client's credentials belong to.
---@param client AwsClient
---@return Identity? identity, string? message, string? code, AwsDetails? details
function sts.get_caller_identity(client)
  local result, message, code, details = client:call "GetCallerIdentity"
  if not result then return nil, message, code, details end
  local arn, account, user_id = result.Arn, result.Account, result.UserId
  if type(arn) ~= "string" or type(account) ~= "string" or type(user_id) ~= "string" then
    return odd "GetCallerIdentity"
  end
  local partition, of, resource = arn:match "^arn:([%w%-]+):[%w%-]+::(%d+):(.+)$"
  if not account:find "^%d%d%d%d%d%d%d%d%d%d%d%d$" or of ~= account then return odd "GetCallerIdentity" end
  local user_name = resource:match "^user/.-([^/]+)$"
  return {
    account = account, arn = text.plain(arn, 2048), user_id = text.plain(user_id), partition = partition,
    user_name = user_name and text.plain(user_name), is_root = resource == "root",
  }
end

local function credentials_of(operation, result)
  local given = result.Credentials
  if type(given) ~= "table" or type(given.AccessKeyId) ~= "string" or not given.AccessKeyId:find "^[%w_]+$"
    or not secret.is(given.SecretAccessKey) or not secret.is(given.SessionToken) then
    return odd(operation)
  end
  return {
    access_key_id = given.AccessKeyId, secret_access_key = given.SecretAccessKey, session_token = given.SessionToken,
    expiration = type(given.Expiration) == "string" and text.plain(given.Expiration, 40) or nil,
  }
end

-- A one-time code works once: a request that may have been carried out is not sent again.
local function call_for_credentials(client, operation, params)
  local result, message, code, details = client:call(operation, params, { idempotent = params.TokenCode == nil })
  if not result then return nil, message, code, details end
  local given
  given, message, code, details = credentials_of(operation, result)
  if not given then return nil, message, code, details end
  local role = type(result.AssumedRoleUser) == "table" and result.AssumedRoleUser.Arn
  given.arn = type(role) == "string" and text.plain(role, 2048) or nil
  return given
end

--- Temporary credentials of a role.
---@param client AwsClient
---@param request AssumeRoleRequest
---@return TemporaryCredentials? credentials, string? message, string? code, AwsDetails? details
function sts.assume_role(client, request)
  return call_for_credentials(client, "AssumeRole", {
    RoleArn = request.role_arn, RoleSessionName = request.session_name, DurationSeconds = request.duration,
    ExternalId = request.external_id, SerialNumber = request.mfa_serial, TokenCode = request.mfa_code,
  })
end

--- Temporary credentials of the same user.
---@param client AwsClient
---@param request { duration: integer?, mfa_serial: string?, mfa_code: string? }?  duration in seconds
---@return TemporaryCredentials? credentials, string? message, string? code, AwsDetails? details
function sts.get_session_token(client, request)
  request = request or {}
  return call_for_credentials(client, "GetSessionToken", {
    DurationSeconds = request.duration, SerialNumber = request.mfa_serial, TokenCode = request.mfa_code,
  })
end

return sts
