-- options: what the credentials commands have in common on the command line, in groups. Data only, so that help loads
-- nothing else.

local options = {}

--- Where new keys come from. `file` is how the command calls its file option.
---@param file string
function options.source(file)
  return {
    { file, value = "PATH", exclusive = "source",
      help = "take the keys from a file: csv as the AWS console makes it, JSON or INI; - is standard input" },
    { "--from-env", flag = true, exclusive = "source",
      help = "take the keys from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN" },
    { "--user", value = "NAME", help = "whose keys, when the file holds several" },
  }
end

options.mfa = {
  { "--fetch-mfa-device", flag = true, help = "ask AWS for the user's MFA device, for the account profiles" },
  { "--mfa-serial", value = "ARN", help = "the MFA device, without asking AWS" },
}

options.accounts = {
  { "--all-accounts", flag = true, help = "profiles also for accounts that only the organization knows" },
  { "--prune", flag = true, help = "remove profiles we wrote for accounts that are gone" },
}

options.project = {
  { "--short-name", value = "NAME", help = "short name of the project (instead of project.yaml's)" },
  { "--project-name", value = "NAME", help = "name of the project, a prefix of its account names" },
  { "--region", value = "REGION", help = "AWS region of the profiles" },
  { "--no-project-files", flag = true, help = "leave project.yaml and common.tfvars as they are" },
  { "--dry-run", flag = true, help = "show what would change, with secrets masked, and stop" },
}

--- One list of several.
---@param ... table[]
function options.join(...)
  local all = {}
  for _, list in ipairs { ... } do table.move(list, 1, #list, #all + 1, all) end
  return all
end

return options
