-- text: words for a terminal. Names, addresses and messages from AWS or a file may hold anything: escapes that redraw a
-- terminal, line breaks that forge a line of output, marks that turn the reading direction. `plain` is the gate they
-- pass: only what prints as itself stays, the rest is shown as an escape, so nothing is hidden and nothing acts.

local text = {}

-- Ranges of code points that are invisible or act on what stands around them (Unicode's Cc, Cf, Zl, Zp, private use and
-- noncharacters at the ends of the planes).
local ACTING = {
  { 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x600, 0x605 }, { 0x61c, 0x61c }, { 0x6dd, 0x6dd },
  { 0x70f, 0x70f }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
  { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xd800, 0xf8ff }, { 0xfe00, 0xfe0f },
  { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff }, { 0x110bd, 0x110cd },
  { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0x10ffff },
}

local NAMED = { [0x09] = "\\t", [0x0a] = "\\n", [0x0d] = "\\r", [0x1b] = "\\e" }

local function acts(code)
  for _, range in ipairs(ACTING) do
    if code <= range[2] then return code >= range[1] end
  end
  return true
end

local function show(code)
  if not acts(code) then return utf8.char(code) end
  return NAMED[code] or (code < 0x80 and ("\\x%02x"):format(code)) or ("\\u{%04x}"):format(code)
end

--- One printable line: every control, invisible or direction-turning character and every byte that is not UTF-8 is
--- replaced by a visible escape (`\n`, `\x07`, `\u{202e}`, `\xff`).
---@param raw any
---@param limit integer?  most characters shown, 1000 by default; a longer text ends in "…"
---@return string
function text.plain(raw, limit)
  raw, limit = tostring(raw), limit or 1000
  if #raw <= limit and not raw:find "[^ -~]" then return raw end
  local shown, at = {}, 1
  while at <= #raw do
    if #shown == limit then
      shown[limit] = "…"
      break
    end
    local ends = utf8.len(raw, at, at) and utf8.offset(raw, 2, at)
    if ends then
      shown[#shown + 1] = show(utf8.codepoint(raw, at))
      at = ends
    else
      shown[#shown + 1] = ("\\x%02x"):format(raw:byte(at))
      at = at + 1
    end
  end
  return table.concat(shown)
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

local BLANK = (" "):byte()

-- utf8.offset where every byte counts as a character.
local function byte_offset(value, count, at)
  local offset = at + count - 1
  return offset <= #value + 1 and offset or nil
end

--- Words broken into lines of at most `width` columns.
---@param value string
---@param width integer
---@return string[]
function text.wrap(value, width)
  if value:find "[\t-\r]" or value:find("  ", 1, true) or value:byte(1) == BLANK or value:byte(-1) == BLANK then
    value = value:gsub("%s+", " "):match("^ ?(.-) ?$")
  end
  if #value <= width then return { value } end
  local offset = utf8.len(value) and utf8.offset or byte_offset
  local lines, at = {}, 1
  while true do
    local behind = offset(value, width + 2, at) -- a full line and the blank at its end are before it
    if not behind then break end
    local blank = value:sub(at, behind - 1):match("^.*() ")
    blank = blank and at + blank - 1 or value:find(" ", behind, true)
    if not blank then break end
    lines[#lines + 1] = value:sub(at, blank - 1)
    at = blank + 1
  end
  lines[#lines + 1] = value:sub(at)
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
