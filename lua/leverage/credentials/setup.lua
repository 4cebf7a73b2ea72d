-- setup: the steps that every command of credentials takes, in the order it takes them:
--
--     gather → choose keys → ask AWS → decide and plan → finish (show, or apply and tell)
--
-- A command's script calls the steps it wants. Only `finish` writes.

local accounts = require "leverage.accounts"
local aws_files = require "leverage.credentials.aws_files"
local file = require "lev.file"
local ini = require "lev.ini"
local inputs = require "leverage.credentials.inputs"
local json = require "leverage.json"
local keys = require "leverage.credentials.keys"
local mfa = require "leverage.credentials.mfa"
local plan = require "leverage.plan"
local policy = require "leverage.policy"
local profiles = require "leverage.credentials.profiles"
local project = require "leverage.project"
local report = require "leverage.credentials.report"
local survey = require "leverage.credentials.survey"
local text = require "leverage.text"
local try = require "leverage.try"
local types = require "leverage.credentials.types"

local setup = {}
setup.__index = setup

--- Ends a command that has nothing to do.
---@param ctx table
---@return table
function setup.nothing_to_do(ctx)
  ctx:print("Nothing to do.")
  return { changed = json.list {} }
end

--- Gathers: project files, flags, answers to what is missing, the AWS files as they are.
---@param ctx table
---@param args table of the command
---@param type_name string
function setup.gather(ctx, args, type_name)
  local self = setmetatable({ ctx = ctx, args = args, type = types.by_name[type_name] }, setup)
  self.mfa_serial = mfa.given(args)
  self.project = try(project.read(ctx.cwd))
  self.inputs = inputs.gather(ctx, self.project, args)
  self.files = aws_files.open(ctx, self.inputs.short_name)
  self.keys_profile = types.keys_profile(self.inputs.short_name, type_name)
  self.record_path = ("%s/profiles/%s"):format(ctx.paths.state, self.inputs.short_name)
  self.plan = plan.new { command = ctx.name:gsub(" ", "-"), project = self.project.root }
  self.written = {}
  return self
end

--- Whether the keys profile has keys now, in the file or by reference.
function setup:is_configured()
  return self.files:keys(self.keys_profile) ~= nil or self.files:is_reference(self.keys_profile)
end

--- Lets the network open its connections while the user answers.
function setup:warm()
  if self.ctx.prompt:possible() then survey.warm(self.ctx, self.inputs.region) end
end

--- Takes new keys from where the flags or the user say.
---@param source { file: string?, from_env: boolean?, user: string? }
function setup:obtain_keys(source)
  self.keys = keys.obtain(self.ctx, source)
  self.keys_are_new = true
end

--- Goes on with the keys that the profile has.
---@param flag string the option that asked for it
---@param next_step string the command line that sets keys
function setup:use_configured_keys(flag, next_step)
  self.keys = self.files:keys(self.keys_profile)
  if self.keys then return end
  if self.files:is_reference(self.keys_profile) then
    try.fail(("the keys of %s come from a credential_process, which this command does not run"):format(
      self.keys_profile), "refused", { next = next_step })
  end
  try.fail(("%s has no access keys yet, and %s goes on without setting them"):format(self.keys_profile, flag),
    "not_configured", { next = next_step })
end

-- Keys of other types that may read the organization, then our own.
local function askers(self)
  local list = {}
  for _, name in ipairs(self.type.asks_as) do
    local own = name == self.type.name
    list[#list + 1] = own and self.keys or self.files:keys(types.keys_profile(self.inputs.short_name, name))
  end
  return list
end

local function say_organization(self, organization)
  local log = self.ctx.log
  if organization.state == "none" then
    log:info("There is no organization yet: going on with the accounts that the project's files know.")
  elseif organization.state == "denied" or organization.state == "partial" then
    log:warn("the organization's accounts cannot be read: going on with the ids that the project's files know "
      .. "(the permission organizations:ListAccounts is missing: %s)", organization.message or "access denied")
  end
end

-- What AWS said, as accounts.match takes it. Where the organization is silent, the keys' own account is known all
-- the same.
local function organization_known(self, answers)
  local organization, own = answers.organization, answers.identity.account
  if organization.state == "complete" then return organization end
  local management = organization.management_id or (self.type.account == "management" and own) or nil
  local known = {}
  if management then known[1] = { id = management, name = "management" } end
  if own ~= management then known[#known + 1] = { id = own, name = self.type.account } end
  return { management_id = management, accounts = known }
end

-- Keys of the wrong account would make profiles that cannot work (rule 4).
local function check_account(self, matched, identity)
  for _, account in ipairs(matched.accounts) do
    if account.name == self.type.account then
      local in_file = account.project.id
      for _, known in ipairs { account.id, accounts.is_real_id(in_file) and in_file or nil } do
        if known ~= identity.account then
          try.fail(("these are keys of the account %s, but the project's '%s' is %s (%s)"):format(
            identity.account, account.name, known, account.project.where), "wrong_account",
            { next = ("take keys of a user of the account %s, or correct its id"):format(known) })
        end
      end
    end
  end
  local management = self.organization.management_id
  if self.type.account == "management" and management and management ~= identity.account then
    try.fail(("these are keys of the account %s, but the organization's management account is %s"):format(
      identity.account, management), "wrong_account",
      { next = ("take keys of a user of the account %s"):format(management) })
  end
end

--- Asks AWS, and brings the accounts together. Nothing has been written by then; keys that AWS refuses end it here.
function setup:ask_aws()
  local answers = survey.ask(self.ctx, { region = self.inputs.region, keys = self.keys, askers = askers(self),
    wants_mfa = mfa.wants_devices(self.args, self.project) })
  self.identity, self.organization = answers.identity, answers.organization
  if self.identity.is_root then
    self.ctx.log:warn("these are keys of the account's root user, who may do everything; keys of an IAM user are safer")
  end
  say_organization(self, answers.organization)
  self.matched = try(accounts.match(self.project.accounts, organization_known(self, answers), self.inputs))
  check_account(self, self.matched, self.identity)
  if mfa.wants_devices(self.args, self.project) then self.mfa_serial = mfa.choose(self.ctx, self.args, answers) end
end

--- Plans the keys profile: keys when they are new, region and output where it has none.
function setup:plan_keys()
  if self.keys_are_new then profiles.plan_keys(self.plan, self.files, self.keys_profile, self.keys) end
  profiles.plan_defaults(self.plan, self.files, self.keys_profile, self.inputs.region)
end

local function with_ids(self)
  local list = {}
  for _, account in ipairs(self.matched.accounts) do
    if accounts.is_account_id(account.id) then
      list[#list + 1] = account
    else
      self.ctx.log:warn("the account '%s' has no known id, so it gets no profile", text.plain(account.name))
    end
  end
  for _, account in ipairs(self.args.all_accounts and self.matched.extra or {}) do
    if account.name == "" then account.name = account.id end
    list[#list + 1] = account
  end
  return list
end

local function facts(self)
  return { type = self.type.name, short_name = self.inputs.short_name, project_name = self.inputs.project_name,
    region = self.inputs.region, partition = self.identity.partition, keys_profile = self.keys_profile,
    mfa_serial = self.mfa_serial }
end

--- Plans the account profiles.
function setup:plan_profiles()
  report.differences(self.ctx.log, self.matched)
  local given = facts(self)
  local made = profiles.decide(self.ctx.roots, with_ids(self), given)
  given.record, given.project_root = self.record_path, self.project.root
  local left_alone
  self.written, left_alone = profiles.plan_accounts(self.plan, self.files, made, given)
  if #left_alone > 0 then
    self.ctx.log:info("%s left alone: the management keys own them.",
      text.count(#left_alone, "profile is", "profiles are"))
  end
end

-- Our notes as they are; none yet is an empty document.
local function record_now(self)
  local source, message, code = file.read(self.record_path, { regular = true })
  if not source and code ~= "not_found" then try.fail(message, code) end
  return (try(ini.parse(source or "", self.record_path)))
end

--- Profiles that we wrote for accounts that are gone: told, and removed when the user wants that.
function setup:plan_prune()
  if self.organization.state ~= "complete" then
    if self.args.prune then self.ctx.log:warn("nothing is pruned: the list of accounts is not complete") end
    return
  end
  local gone = profiles.gone(record_now(self), self.files, self.organization)
  if #gone == 0 then return end
  self.ctx.log:info("%s of accounts that the organization no longer has: %s",
    text.count(#gone, "profile"), table.concat(gone, ", "))
  if not self.args.prune then
    self.ctx.log:info("  (--prune removes them)")
  elseif self.args.dry_run or self.ctx.yes or self.ctx.prompt:confirm { label = "Remove them?",
    needs = "your word that profiles may be removed", flag = "--yes", default = false } then
    profiles.plan_removal(self.plan, self.files, gone, self.record_path)
    self.pruned = gone
  end
end

--- Plans region and output of the `default` profile, where it has none. `[profile default]` is another spelling of it
--- that tools do not read alike; where it is there, it stays alone.
function setup:plan_default_profile()
  if self.files.config_now:has("profile default") then
    self.ctx.log:warn("the default profile is spelt [profile default] in %s and stays as it is", self.files.config)
  else
    profiles.plan_defaults(self.plan, self.files, "default", self.inputs.region)
  end
end

-- Values in the place of placeholders, where the user agreed.
local function plan_write_back(self)
  for _, item in ipairs(self.inputs.write_back) do
    local entry = self.plan:file(self.project.yaml_path, { kind = "yaml", protection = "shared", must_exist = true })
    plan.set(entry, item.at, item.value)
  end
end

--- Plans what project.yaml learns of the management account alone: its id.
function setup:plan_management_id()
  if self.args.no_project_files then return end
  local management = {}
  for _, account in ipairs(self.matched.accounts) do
    if account.name == "management" then management[1] = account end
  end
  profiles.plan_ids(self.plan, { yaml = self.project.yaml, yaml_path = self.project.yaml_path }, management)
  plan_write_back(self)
end

--- Plans what the project's own files learn: ids, and values in the place of placeholders.
function setup:plan_project()
  if self.args.no_project_files then return end
  for _, line in ipairs(profiles.plan_ids(self.plan, self.project, self.matched.accounts)) do
    self.ctx.log:warn("%s", line)
  end
  plan_write_back(self)
end

--- Shows the plan (`--dry-run`), or applies it and tells what was done. Returns the object for `-o json`.
---@return table
function setup:finish()
  if self.args.dry_run then return report.dry_run(self, try(self.plan:preview())) end
  local keep = try(policy.keep(self.ctx.roots))
  local applied = try(self.plan:apply { state_dir = self.ctx.paths.state, keep = keep, log = self.ctx.log,
    ends_run = true })
  self.ctx:only_report()
  for _, warning in ipairs(applied.warnings) do self.ctx.log:warn("%s", warning) end
  return report.applied(self, applied)
end

return setup
