-- command: the scripts behind the command line. A command's name is its path below a `commands` folder; the folders
-- of the search chain are looked through in order and the first file wins. A file that is there but broken is an
-- error: the next one in the chain is never run instead.

local file = require "lev.file"
local text = require "leverage.text"

local command = {}

local SCRIPT_MAX = 1 << 20
local WORD = "^%l[%l%d-]*$"

-- Fields of a head: what type each has and which must be there.
local HEAD = {
  api = { type = "number", required = true },
  summary = { type = "string", required = true },
  description = { type = "string" },
  arguments = { type = "table" },
  options = { type = "table" },
  examples = { type = "table" },
  run = { type = "function", required = true },
}
local OPTION = {
  help = { type = "string", required = true },
  value = { type = "string" },
  choices = { type = "table" },
  ignore_case = { type = "boolean" },
  aliases = { type = "table" },
  required = { type = "boolean" },
  flag = { type = "boolean" },
  exclusive = { type = "string" },
}
local ARGUMENT = {
  help = { type = "string", required = true },
  args = { type = "string" },
}

---@alias leverage.Root { origin: "user"|"shipped", dir: string }
---@alias leverage.Place { origin: string, path: string }

--- The folders that scripts come from, the first wins.
---@param paths table from leverage.paths
---@param data_dir string the installed tool's data folder
---@return leverage.Root[]
function command.roots(paths, data_dir)
  return {
    { origin = "user", dir = paths.config },
    { origin = "shipped", dir = data_dir .. "/scripts" },
  }
end

--- Every file of that name in the chain, the one that runs first. One that cannot be examined is among them: reading it
--- will say why, and nothing is run in its place.
---@param roots leverage.Root[]
---@param relative string such as "commands/credentials/configure.lua"
---@return leverage.Place[]
function command.places(roots, relative)
  local places = {}
  for _, root in ipairs(roots) do
    local path = root.dir .. "/" .. relative
    local kind, reason = file.kind(path)
    if kind or reason then places[#places + 1] = { origin = root.origin, path = path } end
  end
  return places
end

local function is_folder(roots, relative)
  for _, root in ipairs(roots) do
    if file.kind(root.dir .. "/" .. relative) == "directory" then return true end
  end
  return false
end

--- The command that the first words name, and how many words that took; without one, the folder they lead into.
---@param roots leverage.Root[]
---@param words string[]
---@return { name: string, places: leverage.Place[]?, taken: integer } found places is nil for a folder
function command.find(roots, words)
  local relative = "commands"
  for index, word in ipairs(words) do
    if not word:match(WORD) then break end
    local places = command.places(roots, relative .. "/" .. word .. ".lua")
    if #places > 0 then
      return { name = table.concat(words, " ", 1, index), places = places, taken = index }
    end
    if not is_folder(roots, relative .. "/" .. word) then break end
    relative = relative .. "/" .. word
  end
  local name = relative:sub(#"commands/" + 1):gsub("/", " ")
  local _, taken = name:gsub("%S+", "")
  return { name = name, taken = taken }
end

--- Names below a folder of commands, sorted; those that are folders again end with a slash.
---@param roots leverage.Root[]
---@param name string words, "" for the top
---@return string[]
function command.list(roots, name)
  local seen, names = {}, {}
  local relative = ("commands " .. name):gsub("%s+$", ""):gsub(" ", "/")
  for _, root in ipairs(roots) do
    for _, entry in ipairs(file.list(root.dir .. "/" .. relative) or {}) do
      local word = entry:match("^(.*)%.lua$")
      if not word and file.kind(root.dir .. "/" .. relative .. "/" .. entry) == "directory" then word = entry .. "/" end
      if word and word:gsub("/$", ""):match(WORD) and not seen[word] then
        seen[word] = true
        names[#names + 1] = word
      end
    end
  end
  table.sort(names)
  return names
end

local function check_fields(value, fields, where)
  if type(value) ~= "table" then return ("%s must be a table"):format(where) end
  for key, found in pairs(value) do
    local field = fields[key]
    if not field and type(key) == "string" then
      local near = {}
      for name in pairs(fields) do near[#near + 1] = name end
      local nearest = text.nearest(key, near)
      local hint = nearest and (" (did you mean `%s`?)"):format(nearest) or ""
      return ("%s has an unknown field `%s`%s"):format(where, key, hint)
    end
    if field and type(found) ~= field.type then
      return ("%s: `%s` must be a %s, not a %s"):format(where, key, field.type, type(found))
    end
  end
  for key, field in pairs(fields) do
    if field.required and value[key] == nil then return ("%s lacks the field `%s`"):format(where, key) end
  end
  return nil
end

local function check_options(head)
  for index, option in ipairs(head.options or {}) do
    local where = ("option %d"):format(index)
    local wrong = check_fields(option, OPTION, where)
    if wrong then return wrong end
    if #option == 0 then return where .. " has no name such as \"--name\"" end
    for _, name in ipairs(option) do
      if type(name) ~= "string" or not name:match("^%-%-%l[%l%d-]*$") and not name:match("^%-%a$") then
        return ("%s: %s is not an option's name"):format(where, tostring(name))
      end
    end
  end
  for index, argument in ipairs(head.arguments or {}) do
    local wrong = check_fields(argument, ARGUMENT, ("argument %d"):format(index))
    if wrong then return wrong end
    if type(argument[1]) ~= "string" then return ("argument %d has no name"):format(index) end
  end
  return nil
end

--- What is wrong with a head, nil when nothing is.
---@param head any what the script returned
---@return string?
function command.check(head)
  local wrong = check_fields(head, HEAD, "the command's table")
  if wrong then return wrong end
  if head.api ~= 1 then return ("`api` is %s; this leverage knows api 1"):format(tostring(head.api)) end
  return check_options(head)
end

--- Runs a script's file and gives what it returns. Text only, and only from a file nobody else can write.
---@param place leverage.Place
---@return any? value
---@return string? message, string? code
function command.run_file(place)
  local source, message, code = file.read(place.path, { regular = true, trusted = true, limit = SCRIPT_MAX })
  if not source then return nil, message, code end
  source = source:gsub("^#[^\n]*", "--", 1)
  local chunk, reason = load(source, "@" .. place.path, "t")
  if not chunk then return nil, "a script is broken: " .. reason, "failed" end
  local ok, value = pcall(chunk)
  if not ok then return nil, "a script is broken: " .. tostring(value), "failed" end
  return value
end

--- A command's head, checked.
---@param place leverage.Place
---@return table? head
---@return string? message, string? code
function command.load(place)
  local head, message, code = command.run_file(place)
  if message then return nil, message, code end
  local wrong = command.check(head)
  if wrong then return nil, ("%s: %s"):format(place.path, wrong), "failed" end
  return head
end

return command
