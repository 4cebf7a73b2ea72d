-- types: bootstrap, management, security, as all credentials commands know them.

local types = {}

---@class leverage.CredentialsType
---@field name string
---@field account string the project account whose keys these are
---@field asks_as string[] types whose keys may read the organization, best first

---@type table<string, leverage.CredentialsType>
types.by_name = {
  bootstrap = { name = "bootstrap", account = "management", asks_as = { "bootstrap" } },
  management = { name = "management", account = "management", asks_as = { "management" } },
  security = { name = "security", account = "security", asks_as = { "management", "bootstrap", "security" } },
}

--- Names in the order people meet them.
types.names = { "bootstrap", "management", "security" }

--- The profile that holds a type's keys.
---@param short_name string
---@param type_name string
---@return string
function types.keys_profile(short_name, type_name)
  return short_name .. "-" .. type_name
end

return types
