-- accounts: who is who. A project's files know accounts by name, AWS knows them by id; here they are brought together.
-- Pure functions. The rules are numbered as in the manual (docs/accounts.md).

local text = require "leverage.text"

local accounts = {}

---@alias leverage.ProjectAccount { name: string, id: string?, email: string?, where: string }
---@alias leverage.AwsAccount { id: string, name: string?, email: string?, status: string? }

---@class leverage.Account
---@field name string
---@field id string?
---@field email string?
---@field is_management boolean
---@field project leverage.ProjectAccount?  nil when only the organization knows it
---@field aws leverage.AwsAccount?  nil when only the project's files know it
---@field renamed string?  what AWS calls it, when that is another name

local LEFT_OUT = { SUSPENDED = true, PENDING_CLOSURE = true }

--- Whether it has the form of an account's id: twelve digits.
---@param id any
---@return boolean
function accounts.is_account_id(id)
  return type(id) == "string" and #id == 12 and id:match("^%d+$") ~= nil
end

--- Whether an id in a project's file is meant: one digit twelve times is what templates put in its place (rule 1).
---@param id any
---@return boolean
function accounts.is_real_id(id)
  return accounts.is_account_id(id) and id ~= id:sub(1, 1):rep(12)
end

-- A name to compare by: lower case, without the project's prefix.
local function plain_name(name, prefixes)
  local lower = name:lower()
  for _, prefix in ipairs(prefixes) do
    if lower:sub(1, #prefix) == prefix and #lower > #prefix then return lower:sub(#prefix + 1) end
  end
  return lower
end

local function prefixes_of(names)
  local prefixes = {}
  for _, name in ipairs { names.project_name or "", names.short_name or "" } do
    if name ~= "" then prefixes[#prefixes + 1] = name:lower() .. "-" end
  end
  return prefixes
end

-- A profile's name is made of it: only what the naming rules allow, whatever AWS says.
local function safe_name(name, prefixes)
  return (plain_name(name, prefixes):gsub("[^%w]+", "-"):gsub("^%-+", ""):gsub("%-+$", ""))
end

local function describe(account)
  local id = account.id or "no id"
  return ("'%s' (%s%s)"):format(text.plain(account.name or "?"), id, account.where and ", " .. account.where or "")
end

-- One real id in two accounts, or one name twice: nobody can say which is meant (rule 3).
local function check_doubles(list, prefixes)
  local by_id, by_name = {}, {}
  for _, account in ipairs(list) do
    local name = plain_name(account.name, prefixes)
    local real = accounts.is_real_id(account.id)
    local other = real and by_id[account.id] or by_name[name]
    if other then
      local what = real and by_id[account.id] and "the same id" or "the same name"
      return ("two accounts of the project have %s: %s and %s"):format(what, describe(other), describe(account))
    end
    if real then by_id[account.id] = account end
    by_name[name] = account
  end
  return nil
end

-- The one AWS account of which `test` is true; two are an error.
local function only(list, taken, test, what, account)
  local found
  for _, candidate in ipairs(list) do
    if not taken[candidate] and test(candidate) then
      if found then
        return nil, ("the account '%s' could be two accounts of the organization, by %s: %s and %s"):format(
          account.name, what, describe(found), describe(candidate))
      end
      found = candidate
    end
  end
  return found
end

local function find_by(list, taken, account, prefixes)
  local found, message
  if accounts.is_real_id(account.id) then
    found, message = only(list, taken, function(other) return other.id == account.id end, "id", account)
  end
  if not found and not message then
    local name = plain_name(account.name, prefixes)
    found, message = only(list, taken, function(other)
      return other.name ~= nil and plain_name(other.name, prefixes) == name
    end, "name", account)
  end
  if not found and account.email and account.email ~= "" then
    local by_email = only(list, taken, function(other)
      return other.email ~= nil and other.email:lower() == account.email:lower()
    end, "email", account)
    if by_email then found, message = by_email, nil end
  end
  return found, message
end

-- Pairs project accounts with AWS's: the management account by its role (rule 2), then those whose ids agree, so
-- that no name can take them away, then the rest by name or email (rule 3).
local function pair(project, organization, prefixes)
  local pairs_of, taken = {}, {}
  local function take(account, aws)
    pairs_of[account], taken[aws] = aws, true
  end
  for _, account in ipairs(project) do
    for _, aws in ipairs(organization.accounts) do
      if account.name == "management" and aws.id == organization.management_id then take(account, aws) end
    end
  end
  for _, account in ipairs(project) do
    for _, aws in ipairs(organization.accounts) do
      local same = accounts.is_real_id(account.id) and aws.id == account.id
      if same and not pairs_of[account] and not taken[aws] then take(account, aws) end
    end
  end
  for _, account in ipairs(project) do
    -- The project's `management` is the organization's management account or none at all.
    if not pairs_of[account] and account.name ~= "management" then
      local aws, message = find_by(organization.accounts, taken, account, prefixes)
      if message then return nil, message end
      if aws then take(account, aws) end
    end
  end
  return pairs_of, taken
end

local function merge(account, aws, prefixes, organization)
  local known = accounts.is_real_id(account.id) and account.id or nil
  local renamed = aws and aws.name and account.name ~= "management"
    and plain_name(aws.name, prefixes) ~= plain_name(account.name, prefixes) and aws.name or nil
  return {
    name = account.name,
    id = aws and aws.id or known,
    email = aws and aws.email or account.email,
    is_management = account.name == "management" or (aws ~= nil and aws.id == organization.management_id),
    project = account,
    aws = aws,
    renamed = renamed,
  }
end

--- Brings the project's accounts and the organization's together.
---@param project leverage.ProjectAccount[]
---@param organization { management_id: string, accounts: leverage.AwsAccount[] }?  nil when it cannot be read
---@param names { project_name: string?, short_name: string? }
---@return { accounts: leverage.Account[], extra: leverage.Account[], left_out: leverage.Account[] }?
---@return string? message, string? code
function accounts.match(project, organization, names)
  local prefixes = prefixes_of(names)
  local doubled = check_doubles(project, prefixes)
  if doubled then return nil, doubled, "refused" end
  organization = organization or { accounts = {} }
  local pairs_of, taken = pair(project, organization, prefixes)
  if not pairs_of then return nil, taken, "refused" end
  local result = { accounts = {}, extra = {}, left_out = {} }
  for _, account in ipairs(project) do
    local aws = pairs_of[account]
    local list = aws and LEFT_OUT[aws.status] and result.left_out or result.accounts
    list[#list + 1] = merge(account, aws, prefixes, organization)
  end
  for _, aws in ipairs(organization.accounts) do
    if not taken[aws] then
      local list = LEFT_OUT[aws.status] and result.left_out or result.extra
      list[#list + 1] = {
        name = safe_name(aws.name or "", prefixes),
        id = aws.id,
        email = aws.email,
        is_management = aws.id == organization.management_id,
        aws = aws,
      }
    end
  end
  return result
end

return accounts
