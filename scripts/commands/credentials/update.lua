-- leverage credentials update: sets or renews keys of any type, then the account profiles and all account ids.

local options = require "leverage.credentials.options"
local types = require "leverage.credentials.types"

local function which(ctx, args)
  if args.profile then return args.profile end
  local choices = {}
  for index, name in ipairs(types.names) do choices[index] = { label = name, key = name:sub(1, 1) } end
  return types.names[ctx.prompt:select { label = "Which credentials?", needs = "the type of the credentials",
    flag = "--profile " .. table.concat(types.names, "|"), choices = choices }]
end

return {
  api = 1,
  summary = "set or renew access keys, and every account's profile and id",
  description = [[
Proves the access keys with AWS and writes them over the configured ones, of which a backup is kept. Then reads the
organization and writes one assume-role profile per account, and the ids of all accounts to project.yaml and
common.tfvars.]],
  options = options.join({
    { "--profile", choices = types.names, ignore_case = true, aliases = { boostrap = "bootstrap" },
      help = "the credentials to set or update" },
  }, options.source "--file", {
    { "--only-accounts-profiles", "--only-account-profiles", flag = true,
      help = "keep the configured keys, update the account profiles and ids only" },
  }, options.mfa, options.accounts, options.project),
  examples = {
    "leverage credentials update --profile management --file ~/Downloads/accessKeys.csv",
    "leverage credentials update --profile security --only-accounts-profiles",
  },
  run = function(ctx, args)
    local setup = require "leverage.credentials.setup".gather(ctx, args, which(ctx, args))

    if args.only_accounts_profiles then
      setup:use_configured_keys("--only-accounts-profiles",
        "leverage credentials update --profile " .. setup.type.name)
    else
      if not (args.file or args.from_env) then setup:warm() end
      setup:obtain_keys { file = args.file, from_env = args.from_env, user = args.user }
    end

    setup:ask_aws()

    setup:plan_keys()
    setup:plan_profiles()
    setup:plan_prune()
    setup:plan_project()

    return setup:finish()
  end,
}
