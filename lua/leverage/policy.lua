-- policy: pure functions that decide names, roles and settings, run in a sandbox (lev.sandbox). A user's file
-- replaces the shipped one and can inherit from it.

local command = require "leverage.command"
local file = require "lev.file"
local sandbox = require "lev.sandbox"
local text = require "leverage.text"

local policy = {}

local SOURCE_MAX = 1 << 20
local KEEP_MAX = 1000
local FIELDS = { name = "string", role = "string", settings = "table" }
-- What core decides about a profile; a policy's settings stand beside these.
local RESERVED = { role_arn = true, source_profile = true, mfa_serial = true }

--- Loads a policy and all that it replaces.
---@param roots leverage.Root[]
---@param name string such as "profiles"
---@return table? loaded { name, sandbox, path }
---@return string? message, string? code
function policy.load(roots, name)
  local places = command.places(roots, "policies/" .. name .. ".lua")
  local box = sandbox.open()
  for index = #places, 1, -1 do
    local place = places[index]
    local source, message, code = file.read(place.path, { regular = true, trusted = true, limit = SOURCE_MAX })
    if not source then return nil, message, code end
    local ok, reason = box:load(name, source, place.path)
    if not ok then return nil, "a policy is broken: " .. reason, "failed" end
  end
  local head = places[1] and box:get(name)
  if not head then return nil, ("there is no policy '%s'"):format(name), "failed" end
  if head.api ~= 1 then
    return nil, ("%s: `api` is %s; this leverage knows api 1"):format(places[1].path, tostring(head.api)), "failed"
  end
  if not box:has(name, name) then
    return nil, ("%s lacks the function `%s`"):format(places[1].path, name), "failed"
  end
  return { name = name, sandbox = box, path = places[1].path }
end

local function check_profile(profile)
  if type(profile) ~= "table" then return "a profile must be a table, not a " .. type(profile) end
  for key, value in pairs(profile) do
    if not FIELDS[key] then return ("a profile has an unknown field `%s`"):format(tostring(key)) end
    if type(value) ~= FIELDS[key] then
      return ("`%s` must be a %s, not a %s"):format(key, FIELDS[key], type(value))
    end
  end
  if not profile.name or not profile.role then return "a profile needs `name` and `role`" end
  if not profile.name:match("^[%w._/-]+$") then
    return ("the name '%s' is not one that all AWS tools can read; use letters, digits and . _ / -"):format(
      text.plain(profile.name))
  end
  if #profile.name > 128 then return ("the name '%s' is longer than 128 characters"):format(profile.name) end
  -- IAM's rule for role names, with the path that may stand before one.
  if not profile.role:match("^[%w+=,.@_/-]+$") or #profile.role > 512 then
    return ("the role '%s' is not a role's name"):format(text.plain(profile.role))
  end
  for key, value in pairs(profile.settings or {}) do
    if type(key) ~= "string" or not key:match("^%l[%l%d_]*$") then
      return ("a setting's name must be lower-case letters, digits and _, not '%s'"):format(text.plain(key))
    end
    if RESERVED[key] then return ("the setting `%s` is not a policy's to give"):format(key) end
    if type(value) ~= "string" then return ("the setting `%s` must be a string"):format(key) end
  end
  return nil
end

--- The profiles of one account.
---@param loaded table from policy.load
---@param account { name: string, id: string, email: string?, is_management: boolean }
---@param facts table what all accounts share; see scripts/policies/profiles.lua
---@return { name: string, role: string, settings: table<string, string> }[]?
---@return string? message, string? code
function policy.profiles(loaded, account, facts)
  local list, message, code = loaded.sandbox:call("profiles", "profiles", account, facts)
  if message then
    return nil, ("the policy failed for the account %s: %s"):format(text.plain(account.name), message), code
  end
  if type(list) ~= "table" then
    return nil, ("%s: `profiles` must return a list"):format(loaded.path), "failed"
  end
  for _, profile in ipairs(list) do
    local wrong = check_profile(profile)
    if wrong then
      return nil, ("%s, for the account %s: %s"):format(loaded.path, text.plain(account.name), wrong), "failed"
    end
    profile.settings = profile.settings or {}
  end
  return list
end

--- How many backups of a project are kept, by the policy `backups`.
---@param roots leverage.Root[]
---@return integer?
---@return string? message, string? code
function policy.keep(roots)
  local loaded, message, code = policy.load(roots, "backups")
  if not loaded then return nil, message, code end
  local settings
  settings, message, code = loaded.sandbox:call("backups", "backups")
  if message then return nil, "the policy failed: " .. message, code end
  local keep = type(settings) == "table" and math.tointeger(settings.keep)
  if not keep or keep < 1 or keep > KEEP_MAX then
    return nil, ("%s: `keep` must be a whole number from 1 to %d"):format(loaded.path, KEEP_MAX), "failed"
  end
  return keep
end

return policy
