-- profiles: what to write, decided from what was gathered and what AWS said. Works on the plan only: no questions,
-- no I/O but the AWS files as they were read.

local accounts = require "leverage.accounts"
local aws_files = require "leverage.credentials.aws_files"
local plan = require "leverage.plan"
local policy = require "leverage.policy"
local text = require "leverage.text"
local try = require "leverage.try"
local types = require "leverage.credentials.types"

local profiles = {}

local section = aws_files.section

-- Our notes are an ini file, whose values cannot hold every path: what is not plain is written as %XX.
local function encode(path)
  return (path:gsub("[^%w/._-]", function(char) return ("%%%02X"):format(char:byte()) end))
end

--- Puts new keys into the credentials file, and takes out what would be read instead of them.
---@param edits table the plan
---@param files table from aws_files
---@param keys_profile string
---@param keys table from leverage.credentials.keys
function profiles.plan_keys(edits, files, keys_profile, keys)
  local credentials = edits:file(files.credentials, { kind = "ini", protection = "private" })
  plan.set(credentials, { keys_profile, "aws_access_key_id" }, keys.access_key_id)
  plan.set(credentials, { keys_profile, "aws_secret_access_key" }, keys.secret_access_key)
  if keys.session_token then
    plan.set(credentials, { keys_profile, "aws_session_token" }, keys.session_token)
  else
    plan.remove(credentials, keys_profile, "aws_session_token")
  end
  plan.remove(credentials, keys_profile, "aws_security_token")
  plan.remove(credentials, keys_profile, "credential_process")
  local config = edits:file(files.config, { kind = "ini" })
  plan.remove(config, section(keys_profile), "credential_process")
end

--- Region and output of the keys profile, where it has none.
function profiles.plan_defaults(edits, files, profile, region)
  local config = edits:file(files.config, { kind = "ini" })
  plan.set(config, { section(profile), "region" }, region, { only_if_absent = true })
  plan.set(config, { section(profile), "output" }, "json", { only_if_absent = true })
end

-- Names that two accounts would share, or that a keys profile has already.
local function check_unique(list, short_name)
  local owner = {}
  for _, name in ipairs(types.names) do owner[types.keys_profile(short_name, name)] = "the access keys of " .. name end
  for _, profile in ipairs(list) do
    local mine = ("the account '%s' (%s)"):format(text.plain(profile.account.name), profile.account.id)
    if owner[profile.name] then
      try.fail(("the profile name '%s' is made twice: for %s and for %s"):format(profile.name, owner[profile.name],
        mine), "refused", { next = "other names, by policies/profiles.lua" })
    end
    owner[profile.name] = mine
  end
end

--- The profiles that the policy makes for these accounts.
---@param roots table where policies are looked for
---@param list leverage.Account[] accounts with an id
---@param facts table see scripts/policies/profiles.lua
---@return { name: string, role: string, settings: table, account: table }[]
function profiles.decide(roots, list, facts)
  local loaded = try(policy.load(roots, "profiles"))
  local made = {}
  for _, account in ipairs(list) do
    local given = { name = account.name, id = account.id, email = account.email, is_management = account.is_management }
    for _, profile in ipairs((try(policy.profiles(loaded, given, facts)))) do
      profile.account = account
      made[#made + 1] = profile
    end
  end
  check_unique(made, facts.short_name)
  return made
end

--- Account profiles into the config file, and our record of them. Bootstrap leaves those alone that belong to the
--- management keys already; they are returned.
---@param edits table the plan
---@param files table from aws_files
---@param made table[] from profiles.decide
---@param facts table with record (path of our own notes) and project_root
---@return table[] written, table[] left_alone
function profiles.plan_accounts(edits, files, made, facts)
  local config = edits:file(files.config, { kind = "ini" })
  local record = edits:file(facts.record, { kind = "ini", internal = true })
  local management = types.keys_profile(facts.short_name, "management")
  local written, left_alone = {}, {}
  for _, profile in ipairs(made) do
    local name = section(profile.name)
    local source = files:setting(profile.name, "source_profile")
    if facts.type == "bootstrap" and source == management then
      left_alone[#left_alone + 1] = profile
    else
      profile.role_arn = ("arn:%s:iam::%s:role/%s"):format(facts.partition, profile.account.id, profile.role)
      local keys = {}
      for key in pairs(profile.settings) do keys[#keys + 1] = key end
      table.sort(keys)
      for _, key in ipairs(keys) do plan.set(config, { name, key }, profile.settings[key]) end
      plan.set(config, { name, "role_arn" }, profile.role_arn)
      plan.set(config, { name, "source_profile" }, facts.keys_profile)
      if facts.mfa_serial then
        plan.set(config, { name, "mfa_serial" }, facts.mfa_serial)
      elseif source and source ~= facts.keys_profile then
        plan.remove(config, name, "mfa_serial") -- it was another user's device
      end
      plan.set(record, { profile.name, "account_id" }, profile.account.id)
      plan.set(record, { profile.name, "type" }, facts.type)
      plan.set(record, { profile.name, "source_profile" }, facts.keys_profile)
      plan.set(record, { profile.name, "config" }, encode(files.config))
      plan.set(record, { profile.name, "project" }, encode(facts.project_root))
      written[#written + 1] = profile
    end
  end
  return written, left_alone
end

--- Profiles that we wrote for accounts that the organization no longer has. Only after a complete list of accounts.
---@param record table an ini document, our notes
---@param files table from aws_files
---@param organization { accounts: table[] }
---@return string[] names
function profiles.gone(record, files, organization)
  local known, names = {}, {}
  for _, account in ipairs(organization.accounts) do known[account.id] = true end
  for _, name in ipairs(record:sections()) do
    local ours = record:get(name, "config") == encode(files.config)
      and record:get(name, "source_profile") == files:setting(name, "source_profile")
    if ours and not known[record:get(name, "account_id")] then names[#names + 1] = name end
  end
  return names
end

--- Takes profiles out of the config file and out of our record.
function profiles.plan_removal(edits, files, names, record_path)
  local config = edits:file(files.config, { kind = "ini" })
  local record = edits:file(record_path, { kind = "ini", internal = true })
  for _, name in ipairs(names) do
    plan.remove_section(config, section(name))
    plan.remove_section(record, name)
  end
end

--- Ids of accounts into project.yaml and common.tfvars, where they list the account.
---@param edits table the plan
---@param project table from leverage.project
---@param list leverage.Account[]
---@return string[] skipped where an id could not be put, with the reason
function profiles.plan_ids(edits, project, list)
  local skipped = {}
  local function file_of(document, path, kind)
    return document and edits:file(path, { kind = kind, protection = "shared", must_exist = true })
  end
  local yaml = file_of(project.yaml, project.yaml_path, "yaml")
  local tfvars = file_of(project.tfvars, project.tfvars_path, "hcl")
  local function put(entry, document, path, id, after)
    if document:kind(path) == "expression" then
      skipped[#skipped + 1] = ("%s: %s is an expression and stays"):format(entry.path, path[#path])
    elseif document:get(path) ~= id then
      plan.set(entry, path, id, { after = after })
    end
  end
  for _, account in ipairs(list) do
    local known = account.project
    if known and account.id and account.aws and accounts.is_account_id(account.id) then
      if known.yaml_index and yaml then
        local at = { "organization", "accounts", known.yaml_index }
        local has_email = project.yaml:kind { at[1], at[2], at[3], "email" } ~= nil
        put(yaml, project.yaml, { at[1], at[2], at[3], "id" }, account.id, has_email and "email" or "name")
      end
      if known.in_tfvars and tfvars then
        put(tfvars, project.tfvars, { "accounts", known.name, "id" }, account.id, "email")
      end
      local variable = known.name:gsub("-", "_") .. "_account_id"
      if tfvars and project.tfvars:kind { variable } then
        put(tfvars, project.tfvars, { variable }, account.id)
      end
    end
  end
  return skipped
end

--- What somebody would add to project.yaml for accounts that only the organization knows.
---@param list leverage.Account[]
---@return string[] lines
function profiles.lines_to_add(list)
  local lines = {}
  for _, account in ipairs(list) do
    lines[#lines + 1] = "  - name: " .. (account.name:match("^%l[%w-]*$") or ('"%s"'):format(account.name))
    if account.email then lines[#lines + 1] = ("    email: %q"):format(text.plain(account.email)) end
    lines[#lines + 1] = ('    id: "%s"'):format(account.id)
  end
  return lines
end

return profiles
