-- keys: where new access keys come from: a file, the environment, or the user.

local file = require "lev.file"
local host = require "lev.host"
local paths = require "leverage.paths"
local text = require "leverage.text"
local try = require "leverage.try"

local keys = {}

local FILE_MAX = 1 << 20

local function check_id(id)
  if id:match("^%u[%u%d]+$") and #id >= 16 and #id <= 128 then return true end
  return nil, "an access key id is 16 or more capital letters and digits, such as AKIA…"
end

local function check_secret(value)
  if #value >= 16 then return true end
  return nil, ("a secret access key has 40 characters, not %d"):format(#value)
end

local function describe(entry)
  local name = entry.user or entry.profile
  return name and ("%s (%s)"):format(text.plain(name), text.mask(entry.access_key_id)) or text.mask(entry.access_key_id)
end

local function describe_all(list)
  local words = {}
  for index, entry in ipairs(list) do words[index] = describe(entry) end
  return table.concat(words, ", ")
end

local function choose(ctx, list, user, name)
  local fitting = {}
  for _, entry in ipairs(list) do
    if not user or entry.user == user or entry.profile == user then fitting[#fitting + 1] = entry end
  end
  if user and #fitting == 0 and #list == 1 and not list[1].user and not list[1].profile then fitting = list end
  if #fitting == 0 then
    try.fail(("%s has no keys of the user '%s'; it has %s"):format(name, text.plain(user), describe_all(list)),
      "failed")
  end
  if #fitting == 1 then return fitting[1] end
  local choices = {}
  for index, entry in ipairs(fitting) do choices[index] = { label = describe(entry) } end
  return fitting[ctx.prompt:select { label = "Whose keys?", needs = "the user (one of " .. describe_all(fitting) .. ")",
    flag = "--user NAME", choices = choices }]
end

local function from_file(ctx, path, user)
  local name = path == "-" and "standard input" or path
  local full = path == "-" and path or paths.absolute(path:gsub("^~/", ctx.paths.home .. "/"), ctx.cwd)
  local source = try(file.read(full, { secret = true, limit = FILE_MAX }))
  return choose(ctx, try(require "lev.keyfile".parse(source, name)), user, name)
end

local function from_environment()
  local id = host.credential("AWS_ACCESS_KEY_ID")
  local secret_key = host.credential("AWS_SECRET_ACCESS_KEY")
  if not id or not secret_key then
    try.fail(("%s is not set, and --from-env takes the keys from there"):format(
      id and "AWS_SECRET_ACCESS_KEY" or "AWS_ACCESS_KEY_ID"), "missing")
  end
  local plain_id = id:expose()
  local ok, reason = check_id(plain_id)
  if not ok then try.fail("AWS_ACCESS_KEY_ID: " .. reason, "failed") end
  return { access_key_id = plain_id, secret_access_key = secret_key,
    session_token = host.credential("AWS_SESSION_TOKEN") or host.credential("AWS_SECURITY_TOKEN") }
end

local function from_user(ctx)
  local flag = "--credentials-file PATH, or --from-env"
  local by_file = ctx.prompt:select {
    label = "Where are the access keys?",
    needs = "the access keys",
    flag = flag,
    choices = {
      { label = "In a file, as the AWS console makes it", key = "f" },
      { label = "I type or paste them", key = "t" },
    },
  } == 1
  if by_file then
    return from_file(ctx, ctx.prompt:path { label = "File with the access keys", flag = flag,
      validate = function(path)
        if file.kind(paths.absolute(path, ctx.cwd)) == "file" then return true end
        return nil, "there is no such file"
      end })
  end
  local id = ctx.prompt:text { label = "Access key ID", flag = flag, validate = check_id }
  local secret_key = ctx.prompt:secret { label = "Secret access key", flag = flag, validate = check_secret }
  local token
  if id:sub(1, 4) == "ASIA" then
    token = ctx.prompt:secret { label = "Session token (these keys are temporary)", flag = flag,
      validate = function(value) return #value > 0 or nil, "temporary keys work with their session token only" end }
  end
  return { access_key_id = id, secret_access_key = secret_key, session_token = token }
end

--- New access keys.
---@param ctx table
---@param source { file: string?, from_env: boolean?, user: string? }
---@return { access_key_id: string, secret_access_key: secret, session_token: secret? }
function keys.obtain(ctx, source)
  if source.file then return from_file(ctx, source.file, source.user) end
  if source.from_env then return from_environment() end
  return from_user(ctx)
end

return keys
