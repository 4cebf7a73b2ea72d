--- Organizations: the organization and its accounts.
--
-- Source: the AWS Organizations API Reference, 2016-11-28. Names and addresses are made printable here, so that nothing
-- later has to remember to.
local paging = require "leverage.aws.paging"
local text = require "leverage.text"

local organizations = {}

---@class Organization
---@field id string
---@field management_account string  12 digits

---@class Account
---@field id string      12 digits
---@field name string
---@field email string
---@field status string  ACTIVE, SUSPENDED, PENDING_CLOSURE, …
---@field arn string?

local function is_account_id(value)
  return type(value) == "string" and value:find "^%d%d%d%d%d%d%d%d%d%d%d%d$" ~= nil
end

local function odd(operation)
  return nil, operation .. ": the answer is not of the form that AWS documents", "unreachable", {}
end

--- The organization of the client's account. None: details.code is AWSOrganizationsNotInUseException.
---@param client AwsClient  of service "organizations"
---@return Organization? organization, string? message, string? code, AwsDetails? details
function organizations.describe_organization(client)
  local result, message, code, details = client:call "DescribeOrganization"
  if not result then return nil, message, code, details end
  local found = result.Organization
  if type(found) ~= "table" or type(found.Id) ~= "string" or not is_account_id(found.MasterAccountId) then
    return odd "DescribeOrganization"
  end
  return { id = text.plain(found.Id, 60), management_account = found.MasterAccountId }
end

-- `State` is what replaces `Status`, which AWS announced to end in September 2026; both are understood.
local function account(row)
  if type(row) ~= "table" or not is_account_id(row.Id) then return nil end
  local status, arn = paging.text(row.State) or paging.text(row.Status) or "ACTIVE", paging.text(row.Arn)
  return { id = row.Id, name = text.plain(paging.text(row.Name) or "", 200), status = text.plain(status, 40),
    email = text.plain(paging.text(row.Email) or "", 200), arn = arn and text.plain(arn, 2048) }
end

-- An account that two pages name (the list changed in between) is one account.
local function without_doubles(rows)
  local seen, kept = {}, {}
  for _, row in ipairs(rows) do
    if not seen[row.id] then
      seen[row.id] = true
      kept[#kept + 1] = row
    end
  end
  return kept
end

--- All accounts of the organization, closed ones too, in AWS's order.
---@param client AwsClient  of service "organizations"
---@return Account[]? accounts, string? message, string? code, AwsDetails? details
function organizations.list_accounts(client)
  local rows, message, code, details = paging.all("ListAccounts", function(token)
    local result, text_of_failure, failure, about = client:call("ListAccounts", { NextToken = token })
    if not result then return nil, text_of_failure, failure, about end
    if type(result.Accounts) ~= "table" then return odd "ListAccounts" end
    local accounts = {}
    for _, row in ipairs(result.Accounts) do
      local found = account(row)
      if not found then return odd "ListAccounts" end
      accounts[#accounts + 1] = found
    end
    return accounts, paging.text(result.NextToken)
  end)
  if not rows then return nil, message, code, details end
  return without_doubles(rows)
end

return organizations
