-- leverage credentials create: the bootstrap keys of a new project.

local options = require "leverage.credentials.options"

local LEAVE, OVERWRITE = 1, 2

-- Configured already: leave the keys or renew them.
local function wants_keys(ctx, args, setup)
  if args.force or not setup:is_configured() then return true end
  return ctx.prompt:select {
    label = ("Credentials of %s are already configured"):format(setup.keys_profile),
    needs = "your word that the configured credentials may be overwritten",
    flag = "--force",
    choices = { { label = "Leave them as they are", key = "l" },
      { label = "Overwrite them. Backups will be made.", key = "o" } },
    default = LEAVE,
  } == OVERWRITE
end

return {
  api = 1,
  summary = "set up the bootstrap keys of a new project",
  description = [[
Proves the access keys for the first deployment with AWS, writes them to ~/.aws/<short name>/, and the id of the
management account to project.yaml. For keys of other types, and for account profiles, see `credentials update`.]],
  options = options.join(options.source "--file", {
    { "--force", flag = true, help = "overwrite keys that are configured already, without asking (a backup is made)" },
  }, options.project),
  examples = {
    "leverage credentials create --file ~/Downloads/accessKeys.csv",
    "leverage credentials create --force",
  },
  run = function(ctx, args)
    local steps = require "leverage.credentials.setup"
    local setup = steps.gather(ctx, args, "bootstrap")
    if not (args.file or args.from_env) then setup:warm() end

    if not wants_keys(ctx, args, setup) then return steps.nothing_to_do(ctx) end
    setup:obtain_keys { file = args.file, from_env = args.from_env, user = args.user }

    setup:ask_aws()

    setup:plan_keys()
    setup:plan_default_profile()
    setup:plan_management_id()

    return setup:finish()
  end,
}
