-- paths: where things live (the XDG base directories, and AWS's files of a project).

local host = require "lev.host"

local paths = {}

local function xdg(getenv, variable, home, fallback)
  local value = getenv(variable)
  -- The specification says to ignore a relative one.
  if value and value:sub(1, 1) == "/" then return value .. "/leverage" end
  return home .. "/" .. fallback .. "/leverage"
end

--- The folders of the running user.
---@param getenv fun(name: string): string?
---@return { home: string, config: string, state: string, data: string }?
---@return string? message, string? code
function paths.of_user(getenv)
  local home = getenv("HOME")
  if not home or home == "" then
    local _, by_database = host.user()
    home = by_database
  end
  if not home or home:sub(1, 1) ~= "/" then
    return nil, "HOME is not an absolute path, so there is no place for credentials; set it", "failed"
  end
  home = home:gsub("(.)/+$", "%1")
  return {
    home = home,
    config = xdg(getenv, "XDG_CONFIG_HOME", home, ".config"),
    state = xdg(getenv, "XDG_STATE_HOME", home, ".local/state"),
    data = xdg(getenv, "XDG_DATA_HOME", home, ".local/share"),
  }
end

--- An absolute path, seen from `base`, with `.` and `..` and doubled slashes taken out (links are not looked at).
---@param path string
---@param base string
---@return string
function paths.absolute(path, base)
  if path:sub(1, 1) ~= "/" then path = base .. "/" .. path end
  local parts = {}
  for part in path:gmatch("[^/]+") do
    if part == ".." then
      parts[#parts] = nil
    elseif part ~= "." then
      parts[#parts + 1] = part
    end
  end
  return "/" .. table.concat(parts, "/")
end

--- A path as people write it: below the home folder with a `~`.
function paths.short(path, home)
  if path == home then return "~" end
  if path:sub(1, #home + 1) == home .. "/" then return "~" .. path:sub(#home + 1) end
  return path
end

return paths
