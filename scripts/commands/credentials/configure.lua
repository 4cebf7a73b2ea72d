-- leverage credentials configure: keys of one type, and a profile for every account they lead to.

local SKIP, OVERWRITE = 1, 2

-- Configured already: keep the keys or renew them. Flags answer before the user is asked.
local function wants_new_keys(ctx, args, setup)
  if args.skip_access_keys_setup then return false end
  if args.overwrite_existing_credentials or not setup:is_configured() then return true end
  return ctx.prompt:select {
    label = ("Credentials of %s are already configured"):format(setup.keys_profile),
    needs = "whether to skip or to overwrite the configured credentials",
    flag = "--skip-access-keys-setup or --overwrite-existing-credentials",
    choices = {
      { label = "Skip credentials configuration", key = "s" },
      { label = "Overwrite current credentials. Backups will be made.", key = "o" },
    },
    default = SKIP,
  } == OVERWRITE
end

local function nothing_to_do(ctx)
  ctx:print("Nothing to do.")
  return { changed = require "leverage.json".list {} }
end

return {
  api = 1,
  summary = "set up access keys and one profile per account",
  description = [[
Proves access keys with AWS, reads the organization, and writes the keys profile and one assume-role profile per account
to ~/.aws/<short name>/. Account ids go into project.yaml and config/common.tfvars, which keep every other byte.

Everything is written together or not at all, and what was there is kept as a backup.]],
  options = {
    { "--type", choices = { "BOOTSTRAP", "MANAGEMENT", "SECURITY" }, ignore_case = true, required = true,
      help = "whose keys: first deployment, administration, or everyday work; in any case" },
    { "--credentials-file", value = "PATH", exclusive = "source",
      help = "take the keys from a file: csv as the AWS console makes it, JSON or INI; - is standard input" },
    { "--from-env", flag = true, exclusive = "source",
      help = "take the keys from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN" },
    { "--user", value = "NAME", help = "whose keys, when the file holds several" },
    { "--fetch-mfa-device", flag = true, help = "ask AWS for the user's MFA device, for the account profiles" },
    { "--mfa-serial", value = "ARN", help = "the MFA device, without asking AWS" },
    { "--overwrite-existing-credentials", flag = true, exclusive = "configured",
      help = "renew keys that are configured already (a backup is made)" },
    { "--skip-access-keys-setup", flag = true, exclusive = "configured",
      help = "keep the configured keys, go on to the account profiles" },
    { "--skip-assumable-roles-setup", flag = true, help = "write no account profiles" },
    { "--all-accounts", flag = true, help = "profiles also for accounts that only the organization knows" },
    { "--prune", flag = true, help = "remove profiles we wrote for accounts that are gone" },
    { "--short-name", value = "NAME", help = "short name of the project (instead of project.yaml's)" },
    { "--project-name", value = "NAME", help = "name of the project, a prefix of its account names" },
    { "--region", value = "REGION", help = "AWS region of the profiles" },
    { "--no-project-files", flag = true, help = "leave project.yaml and common.tfvars as they are" },
    { "--dry-run", flag = true, help = "show what would change, with secrets masked, and stop" },
  },
  examples = {
    "leverage credentials configure --type bootstrap --credentials-file ~/Downloads/accessKeys.csv",
    "leverage credentials configure --type management --fetch-mfa-device",
    "leverage credentials configure --type security --skip-access-keys-setup --all-accounts",
  },
  run = function(ctx, args)
    if args.skip_access_keys_setup and args.skip_assumable_roles_setup then return nothing_to_do(ctx) end
    local setup = require "leverage.credentials.setup".gather(ctx, args, args.type:lower())
    local asks = not (args.credentials_file or args.from_env or args.skip_access_keys_setup)
    if asks then setup:warm() end

    if wants_new_keys(ctx, args, setup) then
      setup:obtain_keys { file = args.credentials_file, from_env = args.from_env, user = args.user }
    elseif args.skip_assumable_roles_setup then
      return nothing_to_do(ctx)
    else
      setup:use_configured_keys()
    end

    setup:ask_aws()

    setup:plan_keys()
    if not args.skip_assumable_roles_setup then
      setup:plan_profiles()
      setup:plan_prune()
    end
    setup:plan_project()

    return setup:finish()
  end,
}
