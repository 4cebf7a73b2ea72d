--- The shape of AWS credentials: { access_key_id, secret_access_key, session_token }, the last two secrets.
--
-- Looks at form only. Where credentials come from (files, environment, prompts) is decided elsewhere; whether they are
-- good is AWS's to say.
local secret = require "lev.secret"
local text = require "leverage.text"

local credentials = {}

---@class Credentials
---@field access_key_id string
---@field secret_access_key userdata   secret
---@field session_token userdata?      secret; temporary credentials have one

--- An access key id as it may be shown: "AKIA…WXYZ".
---@param access_key_id string
---@return string
function credentials.mask(access_key_id)
  local shown = text.plain(access_key_id, 200)
  if #shown <= 8 or shown ~= access_key_id then return "…" end
  return shown:sub(1, 4) .. "…" .. shown:sub(-4)
end

--- Whether the credentials end by themselves (STS made them).
---@param given Credentials
---@return boolean
function credentials.is_temporary(given)
  return given.session_token ~= nil
end

-- Why a part cannot be what it should be; nil if it can. Length and alphabet as IAM documents them, the secret's with
-- room for what other makers of keys (and of doubles) use.
local function id_problem(id)
  if type(id) ~= "string" or id == "" then return "the access key id is missing" end
  if not id:find "^[%w_]+$" then return "the access key id holds a character that access key ids do not have" end
  if #id < 16 or #id > 128 then return "the access key id is not 16 to 128 characters long" end
end

local function secret_problem(value, name, least, most)
  if not secret.is(value) or #value == 0 then return name .. " is missing" end
  if #value < least or #value > most then
    return ("%s is not %d to %d characters long"):format(name, least, most)
  end
end

--- The credentials, when AWS could have made them.
---@param given Credentials
---@return Credentials? credentials, string? message, string? code
function credentials.check(given)
  local problem = id_problem(given.access_key_id) or
    secret_problem(given.secret_access_key, "the secret access key", 16, 256)
  if not problem and given.session_token ~= nil then
    problem = secret_problem(given.session_token, "the session token", 16, 65536)
  end
  if problem then return nil, problem, "failed" end
  return given
end

return credentials
