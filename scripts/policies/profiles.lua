-- The names, roles and settings of account profiles. Copy this file to ~/.config/leverage/policies/profiles.lua to
-- replace it, or inherit from it there and change one thing:
--
--     local shipped = policy.inherit("profiles")
--     return { api = 1, profiles = function(account, facts)
--       local list = shipped.profiles(account, facts)
--       for _, profile in ipairs(list) do profile.name = account.name end
--       return list
--     end }
--
-- account: name, id, email, is_management
-- facts:   type, short_name, project_name, region, partition, keys_profile, mfa_serial
--
-- It runs without files, network or environment: string, table, math and utf8 are all there is.

local ROLES = {
  bootstrap = { suffix = "oaar", role = "OrganizationAccountAccessRole" },
  management = { suffix = "oaar", role = "OrganizationAccountAccessRole" },
  security = { suffix = "devops", role = "DevOps" },
}

return {
  api = 1,
  summary = "one profile per account, named <short>-<account>-<suffix>",
  profiles = function(account, facts)
    if facts.type == "security" and account.is_management then return {} end
    local kind = ROLES[facts.type]
    return {
      {
        name = facts.short_name .. "-" .. account.name .. "-" .. kind.suffix,
        role = kind.role,
        settings = { region = facts.region, output = "json" },
      },
    }
  end,
}
