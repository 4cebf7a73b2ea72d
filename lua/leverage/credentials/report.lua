-- report: what the credentials commands say at the end, for people and (with -o json) for programs.

local json = require "leverage.json"
local paths = require "leverage.paths"
local profiles = require "leverage.credentials.profiles"
local secret = require "lev.secret"
local text = require "leverage.text"

local report = {}

local SHOWN_MAX = 20
local EXPORT = { fish = "set -gx %s %s", csh = "setenv %s %s", tcsh = "setenv %s %s" }

--- Says which accounts are closed, renamed, or known to AWS only.
---@param log table
---@param matched table from accounts.match
function report.differences(log, matched)
  for _, account in ipairs(matched.left_out) do
    log:info("The account '%s' (%s) is left out: %s.", text.plain(account.aws.name or account.name), account.id,
      account.aws.status == "SUSPENDED" and "it is suspended" or "it is being closed")
  end
  for _, account in ipairs(matched.accounts) do
    if account.renamed then
      log:info("The account '%s' (%s) is called '%s' in the organization.", account.name, account.id,
        text.plain(account.renamed))
    end
  end
end

local function exports(setup)
  local shell = (setup.ctx.getenv("SHELL") or ""):match("[^/]*$")
  local form = EXPORT[shell] or "export %s=%s"
  return {
    form:format("AWS_CONFIG_FILE", text.shell_quote(setup.files.config)),
    form:format("AWS_SHARED_CREDENTIALS_FILE", text.shell_quote(setup.files.credentials)),
  }
end

local function profile_rows(setup)
  local rows = {}
  for index, profile in ipairs(setup.written) do
    rows[index] = { name = profile.name, account = profile.account.name, account_id = profile.account.id,
      role_arn = profile.role_arn }
  end
  return rows
end

-- A path for people: a folder's name may hold anything too.
local function path_of(setup, path)
  return text.plain(paths.short(path, setup.ctx.paths.home))
end

-- The object that both endings share.
local function result_of(setup)
  return {
    keys_profile = setup.keys_profile,
    account_id = setup.identity.account,
    arn = setup.identity.arn,
    mfa_serial = setup.mfa_serial,
    profiles = json.list(profile_rows(setup)),
    pruned = json.list(setup.pruned or {}),
    environment = { AWS_CONFIG_FILE = setup.files.config, AWS_SHARED_CREDENTIALS_FILE = setup.files.credentials },
  }
end

local function tell_extras(setup)
  local extra, ctx = setup.matched.extra, setup.ctx
  if #extra == 0 then return end
  ctx.log:info("%s of the organization not in the project's files%s:", text.count(#extra, "account is", "accounts are"),
    setup.args.all_accounts and "" or " (--all-accounts makes profiles for them too)")
  local lines = profiles.lines_to_add(table.move(extra, 1, SHOWN_MAX, 1, {}))
  if setup.project.yaml then ctx.log:info("  to list them in project.yaml, add below organization.accounts:") end
  for _, line in ipairs(lines) do ctx.log:info("  %s", line) end
  if #extra > SHOWN_MAX then ctx.log:info("  … and %d more", #extra - SHOWN_MAX) end
end

local function tell_profiles(setup)
  if #setup.written == 0 then return end
  local ctx, width = setup.ctx, 0
  ctx:print("")
  ctx:print("%s:", text.count(#setup.written, "account profile"))
  local shown = setup.ctx.log.level > 1 and #setup.written or math.min(#setup.written, SHOWN_MAX)
  for index = 1, shown do width = math.max(width, text.width(setup.written[index].name)) end
  for index = 1, shown do
    local profile = setup.written[index]
    ctx:print("  %s  %s  %s", text.pad(profile.name, width), profile.account.id, profile.role)
  end
  if shown < #setup.written then ctx:print("  … and %d more (-v shows all)", #setup.written - shown) end
end

-- A profile to try: rather not the management account's, which often has no such role.
local function example_profile(setup)
  for _, profile in ipairs(setup.written) do
    if not profile.account.is_management then return profile.name end
  end
  return setup.keys_profile
end

local function tell_use(setup)
  local ctx = setup.ctx
  ctx:print("")
  ctx:print("To use %s:", #setup.written > 0 and "them" or "it")
  if not setup.files.chosen then
    for _, line in ipairs(exports(setup)) do ctx:print("  %s", line) end
  end
  ctx:print("  aws sts get-caller-identity --profile %s", example_profile(setup))
end

--- After a plan was applied.
---@param setup table
---@param applied { changed: string[], generation: string?, warnings: string[] }
---@return table
function report.applied(setup, applied)
  local ctx = setup.ctx
  tell_extras(setup)
  ctx:print("The keys of %s are those of %s.", setup.keys_profile, setup.identity.arn)
  if #applied.changed == 0 then
    ctx:print("Everything was as it should be: no file is changed, no backup is made.")
  else
    ctx:print("")
    ctx:print("Written:")
    for _, path in ipairs(applied.changed) do ctx:print("  %s", path_of(setup, path)) end
  end
  tell_profiles(setup)
  if applied.generation then
    ctx:print("")
    ctx:print("Backup of what was there: %s", path_of(setup, applied.generation))
  end
  tell_use(setup)
  local result = result_of(setup)
  result.changed = json.list(applied.changed)
  result.backup = applied.generation
  result.dry_run = false
  return result
end

local function shown(value)
  if secret.is(value) then return "(secret)" end
  return text.plain(value)
end

local function place(change)
  local words = {}
  for index, part in ipairs(change.at) do words[index] = type(part) == "number" and "[" .. part .. "]" or part end
  return table.concat(words, "."):gsub("%.%[", "[")
end

-- One file's changes as lines: what goes with `-`, what comes with `+`.
local function diff(ctx, change)
  local where = place(change)
  if change.removed and change.before == nil then return ctx:print("%s", ctx:paint("red", "- [" .. where .. "]")) end
  if change.before ~= nil then ctx:print("%s", ctx:paint("red", ("- %s = %s"):format(where, shown(change.before)))) end
  if change.after ~= nil then ctx:print("%s", ctx:paint("green", ("+ %s = %s"):format(where, shown(change.after)))) end
end

--- Instead of applying: what would change.
---@param setup table
---@param preview table[] from plan:preview
---@return table
function report.dry_run(setup, preview)
  local ctx, files = setup.ctx, {}
  tell_extras(setup)
  if #preview == 0 then ctx:print("Nothing would change.") end
  for index, entry in ipairs(preview) do
    ctx:print("%s%s", path_of(setup, entry.path), entry.exists and "" or " (new)")
    local changes = {}
    for number, change in ipairs(entry.changes) do
      diff(ctx, change)
      changes[number] = { at = json.list(change.at), before = change.before ~= nil and shown(change.before) or nil,
        after = change.after ~= nil and shown(change.after) or nil }
    end
    files[index] = { path = entry.path, exists = entry.exists, changes = json.list(changes) }
  end
  if #preview > 0 then ctx:print("Nothing was written: this was a dry run.") end
  local result = result_of(setup)
  result.files = json.list(files)
  result.dry_run = true
  return result
end

return report
