-- project: what a project's own files say: project.yaml, config/common.tfvars, build.env. Reads only. Every file may be
-- missing; one that is there but broken is an error with its line and column.

local accounts = require "leverage.accounts"
local dotenv = require "leverage.dotenv"
local file = require "lev.file"
local paths = require "leverage.paths"

local project = {}

local READ = { regular = true, limit = 4 << 20 }

--- The nearest parent with `.git` (a folder or a file), else the folder itself.
---@param cwd string absolute
---@return string
function project.root(cwd)
  local dir = cwd
  while dir ~= "" do
    if file.kind(dir .. "/.git") then return dir end
    dir = dir:match("^(.*)/[^/]*$") or ""
  end
  return file.kind("/.git") and "/" or cwd
end

--- Whether a value of project.yaml stands for one that nobody gave yet, as the template has it.
function project.is_placeholder(value)
  return value ~= nil and value:match("^%s*<.*>%s*$") ~= nil
end

local function read(path)
  local source, message, code = file.read(path, READ)
  if code == "not_found" then return nil end
  if not source then return nil, message, "broken_file" end
  return source
end

local function open(module, path)
  local source, message, code = read(path)
  if not source then return nil, message, code end
  return require(module).parse(source, path)
end

-- `build.env` of every folder from the root down to the working directory; the deeper one wins.
local function read_env(root, cwd)
  local values, dir = {}, root
  local deeper = {}
  for part in cwd:sub(#root + 1):gmatch("[^/]+") do deeper[#deeper + 1] = part end
  for index = 0, #deeper do
    if index > 0 then dir = (dir == "/" and "" or dir) .. "/" .. deeper[index] end
    local source, message, code = read(dir .. "/build.env")
    if message then return nil, message, code end
    if source then
      local found
      found, message, code = dotenv.parse(source, dir .. "/build.env")
      if not found then return nil, message, code end
      for name, value in pairs(found) do values[name] = value end
    end
  end
  return values
end

-- A scalar of a document, and whether it stands there as a placeholder. Empty and placeholder mean missing.
local function scalar(document, path)
  local value = document and document:get(path)
  if value == nil or value:match("^%s*$") then return nil, false end
  if project.is_placeholder(value) then return nil, true end
  return value, false
end

local function broken(document, path, at, reason)
  local line, column = document:position(at)
  return nil, ("%s:%d:%d: %s"):format(path, line or 1, column or 1, reason), "broken_file"
end

local function yaml_accounts(yaml, path)
  local list, at = {}, { "organization", "accounts" }
  local root, organization, kind = yaml:kind({}), yaml:kind({ "organization" }), yaml:kind(at)
  if root ~= "map" and root ~= "null" then return broken(yaml, path, {}, "expected a mapping at the top") end
  if organization and organization ~= "map" and organization ~= "null" then
    return broken(yaml, path, { "organization" }, "`organization` must be a mapping")
  end
  if kind and kind ~= "list" and kind ~= "null" then
    return broken(yaml, path, at, "`organization.accounts` must be a list of accounts, each with a name")
  end
  for index = 1, kind == "list" and yaml:length(at) or 0 do
    local item = { "organization", "accounts", index }
    if yaml:kind(item) ~= "map" then return broken(yaml, path, item, "expected an account with a name") end
    local function field(name) return (scalar(yaml, { "organization", "accounts", index, name })) end
    local name = field("name")
    if name then
      list[#list + 1] = { name = name, email = field("email"), id = field("id"), yaml_index = index,
        where = ("project.yaml line %d"):format(yaml:position(item)) }
    end
  end
  return list
end

local function tfvars_accounts(tfvars, path)
  local kind = tfvars:kind({ "accounts" })
  if kind == nil or kind == "null" or kind == "expression" then return {} end
  if kind ~= "map" then return broken(tfvars, path, { "accounts" }, "`accounts` must be an object of accounts") end
  local list = {}
  for _, name in ipairs(tfvars:keys({ "accounts" })) do
    local item = { "accounts", name }
    if tfvars:kind(item) ~= "map" then
      return broken(tfvars, path, item, ("the account '%s' must be an object"):format(name))
    end
    list[#list + 1] = { name = name, email = tfvars:get { "accounts", name, "email" },
      id = tfvars:get { "accounts", name, "id" }, in_tfvars = true,
      where = ("common.tfvars line %d"):format(tfvars:position(item)) }
  end
  return list
end

-- common.tfvars first, then the accounts that only project.yaml names; an account of both has one entry.
local function all_accounts(self)
  local list, by_name = {}, {}
  local message, code
  if self.tfvars then
    list, message, code = tfvars_accounts(self.tfvars, self.tfvars_path)
    if not list then return nil, message, code end
    for _, account in ipairs(list) do by_name[account.name] = account end
  end
  if self.yaml then
    local more
    more, message, code = yaml_accounts(self.yaml, self.yaml_path)
    if not more then return nil, message, code end
    local seen = {}
    for _, account in ipairs(more) do
      local known = not seen[account.name] and by_name[account.name]
      if known then
        known.yaml_index = account.yaml_index
        known.email = known.email or account.email
        if not accounts.is_real_id(known.id) then known.id = account.id end
      else
        list[#list + 1] = account
      end
      seen[account.name] = true
    end
  end
  return list
end

--- Reads the project around a folder.
---@param cwd string absolute
---@return table? project  root, yaml and tfvars (documents or nil), env, short_name, project_name, region, accounts
---@return string? message, string? code
function project.read(cwd)
  local self = { root = project.root(cwd) }
  local message, code
  self.yaml_path = paths.absolute("project.yaml", self.root)
  self.tfvars_path = paths.absolute("config/common.tfvars", self.root)
  self.yaml, message, code = open("lev.yaml", self.yaml_path)
  if message then return nil, message, code end
  self.tfvars, message, code = open("lev.hcl", self.tfvars_path)
  if message then return nil, message, code end
  self.env, message, code = read_env(self.root, cwd)
  if not self.env then return nil, message, code end
  self.accounts, message, code = all_accounts(self)
  if not self.accounts then return nil, message, code end

  self.placeholders = {}
  local function from_yaml(...)
    for _, name in ipairs { ... } do
      local value, placeholder = scalar(self.yaml, { name })
      self.placeholders[name] = placeholder or nil
      if value then return value end
    end
  end
  local function from_tfvars(...)
    for _, name in ipairs { ... } do
      local value = scalar(self.tfvars, { name })
      if value then return value end
    end
  end
  local in_env = self.env.PROJECT
  if in_env == "" or project.is_placeholder(in_env) then in_env = nil end
  self.short_name_yaml = from_yaml("short_name")
  self.short_name = self.short_name_yaml or in_env or from_tfvars("project")
  self.project_name = from_yaml("project_name") or from_tfvars("project_long")
  self.region = from_yaml("primary_region", "region_primary", "region") or from_tfvars("region_primary", "region")
  self.mfa_enabled = (self.env.MFA_ENABLED or ""):lower() == "true"
  return self
end

return project
