-- difference: what tells two texts of a file apart, fit to be shown. Files of AWS's kind are compared value by value
-- with secrets masked, project files line by line. Any other text is not shown at all: it may hold anything.

local ini = require "lev.ini"
local secret = require "lev.secret"
local text = require "leverage.text"

local difference = {}

local LINES_MAX = 1000

local function shown(value)
  if value == nil then return nil end
  return secret.is(value) and "(secret)" or text.plain(value)
end

local function union(first, second)
  local list, seen = {}, {}
  for _, names in ipairs { first, second } do
    for _, name in ipairs(names) do
      if not seen[name] then list[#list + 1] = name end
      seen[name] = true
    end
  end
  return list
end

-- Lines "- where = before", "+ where = after" of what differs; nil when a text is not of that kind.
local function of_ini(before, after, path)
  local old, new = ini.parse(before, path), ini.parse(after, path)
  if not old or not new then return nil end
  local lines = {}
  for _, section in ipairs(union(old:sections(), new:sections())) do
    for _, key in ipairs(union(old:keys(section), new:keys(section))) do
      local was, is = old:get(section, key), new:get(section, key)
      if was ~= is then
        local where = text.plain(section .. "." .. key)
        if was ~= nil then lines[#lines + 1] = { sign = "-", text = where .. " = " .. shown(was) } end
        if is ~= nil then lines[#lines + 1] = { sign = "+", text = where .. " = " .. shown(is) } end
      end
    end
  end
  return lines
end

local function split(source)
  local lines = {}
  for line in (source .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  if lines[#lines] == "" then lines[#lines] = nil end
  return lines
end

-- Length of the longest common subsequence from each pair of places on.
local function common(old, new)
  local longest = {}
  for i = #old + 1, 1, -1 do
    longest[i] = { [#new + 1] = 0 }
    for j = #new, 1, -1 do
      if i > #old then
        longest[i][j] = 0
      elseif old[i] == new[j] then
        longest[i][j] = longest[i + 1][j + 1] + 1
      else
        longest[i][j] = math.max(longest[i + 1][j], longest[i][j + 1])
      end
    end
  end
  return longest
end

local function of_lines(before, after)
  local old, new = split(before), split(after)
  if #old > LINES_MAX or #new > LINES_MAX then return nil end
  local longest, lines, i, j = common(old, new), {}, 1, 1
  while i <= #old or j <= #new do
    if i <= #old and j <= #new and old[i] == new[j] then
      i, j = i + 1, j + 1
    elseif j > #new or (i <= #old and longest[i + 1][j] >= longest[i][j + 1]) then
      lines[#lines + 1] = { sign = "-", text = text.plain(old[i]) }
      i = i + 1
    else
      lines[#lines + 1] = { sign = "+", text = text.plain(new[j]) }
      j = j + 1
    end
  end
  return lines
end

--- What differs between two texts of a file, as lines to show; none when that is only layout, or not to be shown.
---@param path string
---@param before (string|secret)? nil for no file
---@param after (string|secret)?
---@return { sign: "-"|"+", text: string }[]
function difference.lines(path, before, after)
  if path:match("%.ya?ml$") or path:match("%.tfvars$") then
    if secret.is(before) or secret.is(after) then return {} end
    return of_lines(before or "", after or "") or {}
  end
  return of_ini(before or "", after or "", path) or {}
end

return difference
