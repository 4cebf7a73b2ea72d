-- help: pages made from the heads of commands, without the parser.

local cli = require "leverage.cli"
local command = require "leverage.command"
local text = require "leverage.text"

local help = {}

local MARGIN = 2
local COLUMN_MAX = 34

local function value_of(option)
  return option.value or option.choices and table.concat(option.choices, "|") or "VALUE"
end

local function label(option)
  local names = table.concat(option, ", ")
  if option.flag or names:sub(1, 1) ~= "-" then return names end
  return names .. " " .. value_of(option)
end

-- Rows of two columns; a long left side stands on a line of its own.
local function rows(out, list, width)
  local column = 0
  for _, row in ipairs(list) do
    if text.width(row[1]) <= COLUMN_MAX then column = math.max(column, text.width(row[1])) end
  end
  local indent = MARGIN + column + 2
  for _, row in ipairs(list) do
    local lines = text.wrap(row[2], math.max(20, width - indent))
    if text.width(row[1]) > column then
      out[#out + 1] = (" "):rep(MARGIN) .. row[1]
    else
      out[#out + 1] = (" "):rep(MARGIN) .. text.pad(row[1], column + 2) .. table.remove(lines, 1)
    end
    for _, line in ipairs(lines) do out[#out + 1] = (" "):rep(indent) .. line end
  end
end

local function option_rows(options)
  local list = {}
  for _, option in ipairs(options) do
    list[#list + 1] = { label(option), option.help .. (option.required and " (required)" or "") }
  end
  return list
end

--- The page of one command.
---@param name string
---@param head table
---@param width integer columns
---@return string
function help.of_command(name, head, width)
  local usage = { "Usage: leverage " .. name }
  for _, option in ipairs(head.options or {}) do
    if option.required then usage[#usage + 1] = cli.long_name(option) .. " " .. value_of(option) end
  end
  for _, argument in ipairs(head.arguments or {}) do usage[#usage + 1] = argument[1] end
  usage[#usage + 1] = "[options]"
  local out = { table.concat(usage, " "), "", head.summary:sub(1, 1):upper() .. head.summary:sub(2) .. "." }
  if head.description then
    for paragraph in (head.description .. "\n\n"):gmatch("(.-)\n%s*\n") do
      out[#out + 1] = ""
      for _, line in ipairs(text.wrap(paragraph, width)) do out[#out + 1] = line end
    end
  end
  local sections = { { "Arguments:", head.arguments }, { "Options:", head.options }, { "Common options:", cli.COMMON } }
  for _, section in ipairs(sections) do
    if section[2] and #section[2] > 0 then
      out[#out + 1] = ""
      out[#out + 1] = section[1]
      rows(out, option_rows(section[2]), width)
    end
  end
  if head.examples then
    out[#out + 1] = ""
    out[#out + 1] = "Examples:"
    for _, example in ipairs(head.examples) do out[#out + 1] = "  " .. example end
  end
  return table.concat(out, "\n") .. "\n"
end

local function summary_of(roots, name, entry)
  if entry:sub(-1) == "/" then
    local names = command.list(roots, (name .. " " .. entry:sub(1, -2)):gsub("^ ", ""))
    return table.concat(names, ", "):gsub("/", " …")
  end
  local words = {}
  for word in (name .. " " .. entry):gmatch("%S+") do words[#words + 1] = word end
  local found = command.find(roots, words)
  local head, message = command.load(found.places[1])
  return head and head.summary or "(broken: " .. text.plain(message) .. ")"
end

--- The page of a folder of commands; "" is the top.
---@param roots leverage.Root[]
---@param name string
---@param width integer
---@return string
function help.of_folder(roots, name, width)
  local prefix = name == "" and "leverage" or "leverage " .. name
  local out = { ("Usage: %s COMMAND [options]"):format(prefix) }
  if name == "" then
    out[#out + 1] = ""
    out[#out + 1] = "Sets up and uses AWS credentials across an organization."
  end
  out[#out + 1] = ""
  out[#out + 1] = "Commands:"
  local list = {}
  for _, entry in ipairs(command.list(roots, name)) do
    list[#list + 1] = { (entry:gsub("/$", "")), summary_of(roots, name, entry) }
  end
  rows(out, list, width)
  out[#out + 1] = ""
  out[#out + 1] = ("Run `%s COMMAND --help` for one of them, `leverage --version` for the version."):format(prefix)
  return table.concat(out, "\n") .. "\n"
end

return help
