-- aws_files: the config and credentials file of a project, where they lie and what is in them now.

local file = require "lev.file"
local ini = require "lev.ini"
local paths = require "leverage.paths"
local secret = require "lev.secret"
local try = require "leverage.try"

local aws_files = {}
aws_files.__index = aws_files

local SIZE_MAX = 64 << 20

-- The project whose folder below ~/.aws a path lies in, nil for a path elsewhere.
local function project_of(path, home)
  local folder = home .. "/.aws/"
  return path:sub(1, #folder) == folder and path:sub(#folder + 1):match("^([^/]+)/") or nil
end

-- AWS's own two variables count together only; half a pair would split a project over two places.
local function from_environment(ctx, short_name)
  local config, credentials = ctx.getenv("AWS_CONFIG_FILE"), ctx.getenv("AWS_SHARED_CREDENTIALS_FILE")
  if (config or "") == "" or (credentials or "") == "" then return nil end
  local home = ctx.paths.home
  config = paths.absolute(config:gsub("^~/", home .. "/"), ctx.cwd)
  credentials = paths.absolute(credentials:gsub("^~/", home .. "/"), ctx.cwd)
  if config == credentials then try.fail("AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name one file", "refused") end
  for _, path in ipairs { config, credentials } do
    local other = project_of(path, home)
    if other and other ~= short_name then
      local what = ("%s, where %s point, belongs to the project '%s'"):format(paths.short(path, home),
        "AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE", other)
      local agreed = ctx.prompt:possible() and ctx.prompt:confirm {
        label = ("%s. Write the keys of '%s' there?"):format(what, short_name), flag = "--short-name", default = false }
      if not agreed then
        try.fail(what, "refused", { next = "unset AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE" })
      end
      break
    end
  end
  return { config = config, credentials = credentials, chosen = true }
end

local function open(path, is_secret)
  local source, message, code = file.read(path, { secret = is_secret, regular = true, limit = SIZE_MAX })
  if not source and code ~= "not_found" then try.fail(message, code) end
  return (try(ini.parse(source or (is_secret and secret.new("") or ""), path)))
end

--- Finds and reads the two files; either may be missing.
---@param ctx table
---@param short_name string
function aws_files.open(ctx, short_name)
  local self = setmetatable(from_environment(ctx, short_name) or {
    config = ("%s/.aws/%s/config"):format(ctx.paths.home, short_name),
    credentials = ("%s/.aws/%s/credentials"):format(ctx.paths.home, short_name),
  }, aws_files)
  self.config_now = open(self.config, false)
  self.credentials_now = open(self.credentials, true)
  return self
end

--- A profile's section in the config file.
function aws_files.section(profile)
  return profile == "default" and profile or "profile " .. profile
end

--- A setting of a profile in the config file as it is now.
---@return string?
function aws_files:setting(profile, key)
  return self.config_now:get(aws_files.section(profile), key)
end

--- The keys a profile has now, nil when either is missing.
---@return { access_key_id: string, secret_access_key: secret, session_token: secret? }?
function aws_files:keys(profile)
  local now = self.credentials_now
  local id, secret_key = now:get(profile, "aws_access_key_id"), now:get(profile, "aws_secret_access_key")
  if not id or not secret_key then return nil end
  return {
    access_key_id = id,
    secret_access_key = secret_key,
    session_token = now:get(profile, "aws_session_token") or now:get(profile, "aws_security_token"),
  }
end

--- Whether a profile's keys come from a program instead.
function aws_files:is_reference(profile)
  return self:setting(profile, "credential_process") ~= nil
    or self.credentials_now:get(profile, "credential_process") ~= nil
end

return aws_files
