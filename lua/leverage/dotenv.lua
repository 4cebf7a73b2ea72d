-- dotenv: `build.env` files. One `NAME=value` a line, `export` allowed, comments, single and double quotes, spaces
-- around the equals sign. Nothing is expanded and nothing is run. The last of two equal names counts, as in a
-- shell.

local dotenv = {}

local ESCAPES = { n = "\n", t = "\t", r = "\r" }

-- A double-quoted value: what it says and what follows the closing quote.
local function double_quoted(rest)
  local out, at = {}, 2
  while at <= #rest do
    local char = rest:sub(at, at)
    if char == '"' then return table.concat(out), rest:sub(at + 1) end
    if char == "\\" then
      at = at + 1
      char = rest:sub(at, at)
      char = ESCAPES[char] or char
    end
    out[#out + 1] = char
    at = at + 1
  end
  return nil
end

local function value_of(rest)
  local quote = rest:sub(1, 1)
  local value, tail
  if quote == '"' then
    value, tail = double_quoted(rest)
  elseif quote == "'" then
    value, tail = rest:match("^'([^']*)'(.*)$")
  else
    return (rest:gsub("%s+#.*$", ""):gsub("^#.*$", ""):gsub("%s+$", ""))
  end
  if not value then return nil, "the quote is not closed" end
  if not tail:match("^%s*$") and not tail:match("^%s+#") then return nil, "text behind the closing quote" end
  return value
end

--- Reads the text of such a file.
---@param source string
---@param name string for messages
---@return table<string, string>? values
---@return string? message, string? code
function dotenv.parse(source, name)
  local values, number = {}, 0
  source = source:gsub("^\u{FEFF}", "")
  for line in (source .. "\n"):gmatch("(.-)\r?\n") do
    number = number + 1
    local content = line:match("^%s*(.-)%s*$")
    if content ~= "" and content:sub(1, 1) ~= "#" then
      local function broken(reason, column)
        return nil, ("%s:%d:%d: %s"):format(name, number, column, reason), "broken_file"
      end
      local control = line:find("[%z\1-\8\11-\31\127]")
      if control then return broken("a control character", control) end
      local key, rest = content:gsub("^export%s+", ""):match("^([%a_][%w_]*)%s*=%s*(.*)$")
      if not key then return broken("expected NAME=value", #line:match("^%s*") + 1) end
      local value, reason = value_of(rest)
      if not value then return broken(reason, #line - #rest + 1) end
      values[key] = value
    end
  end
  return values
end

return dotenv
