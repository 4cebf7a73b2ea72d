-- Run by leverage-spec inside a pty: asks what its arguments say, one question each, and prints what came of it in a
-- form that a spec can expect. Secrets are told by length and a checksum only.
--
--   text:LABEL[:DEFAULT]  word:LABEL (one that must be "good")  path:LABEL  secret:LABEL  long:LABEL (at least 4)
--   confirm:LABEL[:y|n]   select:LABEL:COUNT[:DEFAULT]  keys:LABEL (three choices with shortcuts)  raise:LABEL
--   nested:LABEL (asks again while it validates)  hostile:LABEL  stdin (prints what comes through it)
local tty = require "lev.tty"

local function checksum(bytes)
  local sum = 0
  for i = 1, #bytes do
    sum = (sum * 31 + bytes:byte(i)) % 4294967291
  end
  return sum
end

local terminal, message, code = tty.open { colour = os.getenv("COLOUR") ~= nil }
if not terminal then
  print(("no terminal: %s (%s)"):format(message, code))
  os.exit(2, true)
end

-- WAITER names a shared object made of waiter.c: wait through it.
if os.getenv("WAITER") then
  terminal:background(assert(package.loadlib(os.getenv("WAITER"), "luaopen_waiter"))())
end

local function numbered(count)
  local choices = {}
  for i = 1, count do
    choices[i] = { label = ("choice %d of a list"):format(i) }
  end
  return choices
end

local ask = {}
function ask.text(label, default)
  return terminal:text { label = label, default = default }
end
function ask.word(label)
  return terminal:text { label = label, validate = function(answer)
    return answer == "good" or nil, ("'%s' is not good"):format(answer)
  end }
end
function ask.path(label, default)
  return terminal:path { label = label, default = default }
end
function ask.secret(label)
  return terminal:secret { label = label }
end
function ask.long(label)
  return terminal:secret { label = label, validate = function(secret)
    return #secret >= 4 or nil, "that is too short"
  end }
end
function ask.confirm(label, default)
  local presets = { y = true, n = false }
  return terminal:confirm { label = label, default = presets[default] }
end
function ask.select(label, count, default)
  return terminal:select { label = label, choices = numbered(tonumber(count)), default = tonumber(default) }
end
function ask.keys(label)
  return terminal:select { label = label, choices = {
    { label = "Skip this", key = "s" },
    { label = "Overwrite 日本語 and more", key = "o" },
    { label = "Quit", key = "q" },
  } }
end
function ask.raise(label)
  local ok, raised = pcall(function()
    return terminal:text { label = label, validate = function() error("raised on purpose", 0) end }
  end)
  return ok == false and raised or nil
end
function ask.nested(label)
  return terminal:text { label = label, validate = function(answer)
    return terminal:text { label = "again" } == answer or nil, "not the same twice"
  end }
end
function ask.hostile(label)
  return terminal:select { label = label .. "\27[31m\7", choices = {
    { label = "\27]0;title\7one\nline" }, { label = "\u{202e}two\u{9b}31m" }, { label = "\xff\xfethree" } } }
end

for _, question in ipairs(arg) do
  local words = {}
  for word in (question .. ":"):gmatch("(.-):") do
    words[#words + 1] = word
  end
  if words[1] == "stdin" then
    print("stdin: " .. io.read("a"))
  else
    local answer, why, kind = ask[words[1]](table.unpack(words, 2))
    if answer == nil then
      print(("left: %s (%s)"):format(why, kind))
      os.exit(kind == "interrupted" and 130 or 1, true)
    elseif type(answer) == "userdata" then
      local bytes = answer:expose()
      print(("secret of %d bytes, checksum %d"):format(#bytes, checksum(bytes)))
    else
      print(("answer <%s>"):format(tostring(answer)))
    end
  end
  io.stdout:flush()
end
terminal:close()
print("done")
