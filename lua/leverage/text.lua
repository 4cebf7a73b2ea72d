-- text: words for a terminal. Whatever comes from AWS, a file or a name may hold escapes; `plain` is the gate it passes.

local text = {}

local REPLACEMENT = "\u{FFFD}"

-- Characters that move the cursor, change direction or hide others: C0, C1, bidirectional and zero-width controls.
local function is_hidden(code)
  return code < 0x20 or (code >= 0x7F and code < 0xA0) or code == 0xAD or (code >= 0x200B and code <= 0x200F)
    or (code >= 0x2028 and code <= 0x202E) or (code >= 0x2060 and code <= 0x206F) or code == 0xFEFF
    or (code >= 0xFFF9 and code <= 0xFFFB) or (code >= 0xE0000 and code <= 0xE007F)
end

--- The string with everything that is not plainly visible replaced, and cut after `limit` characters.
---@param value any
---@param limit? integer characters, 1000 unless told
---@return string
function text.plain(value, limit)
  local input, out = tostring(value), {}
  limit = limit or 1000
  local at = 1
  while at <= #input do
    if #out == limit then
      out[limit] = "…"
      break
    end
    local valid, bad = utf8.len(input, at, at)
    if not valid and bad then
      out[#out + 1] = REPLACEMENT
      at = at + 1
    else
      local code = utf8.codepoint(input, at)
      out[#out + 1] = is_hidden(code) and REPLACEMENT or utf8.char(code)
      at = utf8.offset(input, 2, at)
    end
  end
  return table.concat(out)
end

--- A long-lived key's id, enough to recognise it: "AKIA…WXYZ".
---@param id string
---@return string
function text.mask(id)
  return #id <= 8 and id or id:sub(1, 4) .. "…" .. id:sub(-4)
end

--- Columns a string takes, counting characters.
---@param value string
---@return integer
function text.width(value)
  return utf8.len(value) or #value
end

--- The string filled with blanks on the right.
function text.pad(value, width)
  return value .. (" "):rep(width - text.width(value))
end

--- Words broken into lines of at most `width` columns.
---@param value string
---@param width integer
---@return string[]
function text.wrap(value, width)
  local lines, line = {}, ""
  for word in value:gmatch("%S+") do
    if line ~= "" and text.width(line) + 1 + text.width(word) > width then
      lines[#lines + 1] = line
      line = word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return lines
end

--- "one account", "2 accounts".
function text.count(number, noun, plural)
  return number == 1 and "one " .. noun or ("%d %s"):format(number, plural or noun .. "s")
end

--- A word as a POSIX shell reads it back.
function text.shell_quote(word)
  if word:match("^[%w@%%_+=:,./-]+$") then return word end
  return "'" .. word:gsub("'", [['\'']]) .. "'"
end

--- The candidate nearest to a misspelt word, nil when none is near.
---@param word string
---@param candidates string[]
---@return string?
function text.nearest(word, candidates)
  local best, least = nil, math.max(2, #word // 3) + 1
  for _, candidate in ipairs(candidates) do
    local row = {}
    for j = 0, #candidate do row[j] = j end
    for i = 1, #word do
      local diagonal = row[0]
      row[0] = i
      for j = 1, #candidate do
        local cost = word:byte(i) == candidate:byte(j) and 0 or 1
        diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
      end
    end
    if row[#candidate] < least then best, least = candidate, row[#candidate] end
  end
  return best
end

return text
