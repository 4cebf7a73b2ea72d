-- cli: the words of the command line: which command, which options. Parsing is lua-argparse's, built from a command's
-- head; its own exits are never taken. What it refuses becomes a failure of code "usage".

local text = require "leverage.text"

local cli = {}

--- Options that every command has.
cli.COMMON = {
  { "-o", "--output", value = "FORMAT", choices = { "table", "json" },
    help = "table (default), or json: one object on standard output" },
  { "--no-input", flag = true, help = "never ask; what is missing is an error that names its flag" },
  { "--yes", flag = true, help = "answer yes where the command asks whether you are sure" },
  { "-v", "--verbose", flag = true, help = "say more on standard error" },
  { "-q", "--quiet", flag = true, help = "say nothing but errors on standard error" },
  { "-h", "--help", flag = true, help = "show this help" },
}

local TAKES_VALUE = { ["-o"] = true, ["--output"] = true }

--- Splits off options that stand before the command: `leverage -v credentials configure`.
---@param argv string[]
---@return string[] words the rest, options last
function cli.words_first(argv)
  local before, at = {}, 1
  while argv[at] and argv[at]:sub(1, 1) == "-" and argv[at] ~= "-" and argv[at] ~= "--" do
    before[#before + 1] = argv[at]
    if TAKES_VALUE[argv[at]] and argv[at + 1] then
      at = at + 1
      before[#before + 1] = argv[at]
    end
    at = at + 1
  end
  local words = table.move(argv, at, #argv, 1, {})
  return table.move(before, 1, #before, #words + 1, words)
end

--- Whether a flag stands among the words, before any `--`. For what must be known before the command is.
function cli.has(argv, ...)
  for _, word in ipairs(argv) do
    if word == "--" then return false end
    for _, flag in ipairs { ... } do
      if word == flag then return true end
    end
  end
  return false
end

--- Whether `-o json` is among the words, in any spelling, even when the rest cannot be parsed.
function cli.wants_json(argv)
  for index, word in ipairs(argv) do
    if word == "--" then return false end
    if word == "-ojson" or word == "--output=json" then return true end
    if TAKES_VALUE[word] and argv[index + 1] == "json" then return true end
  end
  return false
end

local function long_name(option)
  for _, name in ipairs(option) do
    if name:sub(1, 2) == "--" then return name end
  end
  return option[1]
end
cli.long_name = long_name

local function key_of(option)
  return (long_name(option):gsub("^%-+", ""):gsub("-", "_"))
end

-- A converter for argparse: the choice in its own spelling, or nil and a message.
local function chooser(option)
  local name = long_name(option)
  return function(word)
    local wanted = option.ignore_case and word:lower() or word
    wanted = option.aliases and option.aliases[wanted] or wanted
    for _, choice in ipairs(option.choices) do
      if (option.ignore_case and choice:lower() or choice) == wanted then return choice end
    end
    return nil, ("%s must be one of %s, not '%s'"):format(name, table.concat(option.choices, ", "), text.plain(word))
  end
end

local function non_empty(option)
  return function(word)
    if word == "" then return nil, long_name(option) .. " must not be empty" end
    return word
  end
end

local function add_option(parser, option, groups)
  local names = table.concat(option, " ")
  local added
  if option.flag then
    added = parser:flag(names)
  else
    added = parser:option(names):convert(option.choices and chooser(option) or non_empty(option))
    added:count(option.required and "1" or "0-1")
  end
  added:target(key_of(option))
  if option.exclusive then
    groups[option.exclusive] = groups[option.exclusive] or {}
    table.insert(groups[option.exclusive], added)
  end
end

--- Parses the words behind a command's name.
---@param name string for messages
---@param head table a checked head
---@param words string[]
---@return table<string, string|boolean|string[]>? args keys are long names with `_` for `-`
---@return string? message, string? code, table? details
function cli.parse(name, head, words)
  local parser = require "argparse"("leverage " .. name):add_help(false)
  local groups = {}
  for _, argument in ipairs(head.arguments or {}) do
    parser:argument(argument[1]):args(argument.args or "1"):target(argument[1]:lower():gsub("-", "_"))
  end
  for _, list in ipairs { head.options or {}, cli.COMMON } do
    for _, option in ipairs(list) do add_option(parser, option, groups) end
  end
  for _, group in pairs(groups) do parser:mutex(table.unpack(group)) end
  local ok, result = parser:pparse(words)
  if ok then return result end
  local message = result:gsub("\nDid you mean", ": did you mean")
  return nil, text.plain(message), "usage", { next = ("leverage %s --help"):format(name) }
end

return cli
