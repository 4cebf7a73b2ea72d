-- leverage credentials configure: keys of one type, and a profile for every account they lead to.

local options = require "leverage.credentials.options"
local types = require "leverage.credentials.types"

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

return {
  api = 1,
  summary = "set up access keys and one profile per account",
  description = [[
Proves access keys with AWS, reads the organization, and writes the keys profile and one assume-role profile per account
to ~/.aws/<short name>/. Account ids go into project.yaml and config/common.tfvars, which keep every other byte.

Everything is written together or not at all, and what was there is kept as a backup.]],
  options = options.join({
    { "--type", choices = types.names, ignore_case = true, required = true,
      value = table.concat(types.names, "|"):upper(),
      help = "whose keys: first deployment, administration, or everyday work; in any case" },
  }, options.source "--credentials-file", options.mfa, {
    { "--overwrite-existing-credentials", flag = true, exclusive = "configured",
      help = "renew keys that are configured already (a backup is made)" },
    { "--skip-access-keys-setup", flag = true, exclusive = "configured",
      help = "keep the configured keys, go on to the account profiles" },
    { "--skip-assumable-roles-setup", flag = true, help = "write no account profiles" },
  }, options.accounts, options.project),
  examples = {
    "leverage credentials configure --type bootstrap --credentials-file ~/Downloads/accessKeys.csv",
    "leverage credentials configure --type management --fetch-mfa-device",
    "leverage credentials configure --type security --skip-access-keys-setup --all-accounts",
  },
  run = function(ctx, args)
    local steps = require "leverage.credentials.setup"
    if args.skip_access_keys_setup and args.skip_assumable_roles_setup then return steps.nothing_to_do(ctx) end
    local setup = steps.gather(ctx, args, args.type)
    local asks = not (args.credentials_file or args.from_env or args.skip_access_keys_setup)
    if asks then setup:warm() end

    if wants_new_keys(ctx, args, setup) then
      setup:obtain_keys { file = args.credentials_file, from_env = args.from_env, user = args.user }
    elseif args.skip_assumable_roles_setup then
      return steps.nothing_to_do(ctx)
    else
      setup:use_configured_keys("--skip-access-keys-setup", ("leverage credentials configure --type %s%s"):format(
        args.type, setup:is_configured() and " --overwrite-existing-credentials" or ""))
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
