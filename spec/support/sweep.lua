-- Runs sweep_script.lua under strace: which system calls apply makes, and what is left when one of them is the last, or
-- fails.
local home = require "spec.support.home"
local lfs = require "lfs"
local world = require "spec.support.world"

local sweep = {}

local quote = home.quote
local BINARY = world.BINARY .. "-spec"
local OLD = { ["a/credentials"] = "[one]\nregion = old\n", ["a/config"] = "[profile one]\nregion = old\n",
  ["b/config"] = "[profile one]\nregion = old # kept\n" }
local NEW = { ["a/credentials"] = "[one]\nregion = new\n", ["a/config"] = "[profile one]\nregion = new\n",
  ["b/config"] = "[profile one]\nregion = new\n", ["b/fresh"] = "[profile one]\nregion = new\n" }
sweep.FILES = { "a/credentials", "a/config", "b/config", "b/fresh" }

--- Everything as before the change (again).
function sweep.reset(h)
  os.execute("rm -rf " .. quote(h:at("state")))
  for _, folder in ipairs { "a", "b" } do
    lfs.mkdir(h:at(folder))
    for _, name in ipairs(h:list(folder)) do os.remove(h:at(folder .. "/" .. name)) end
  end
  for path, text in pairs(OLD) do
    local file = assert(io.open(h:at(path), "wb"))
    file:write(text)
    file:close()
  end
end

--- A home with the files as they are before the change.
function sweep.home()
  local h = home.new()
  sweep.reset(h)
  return h
end

--- Runs the change; `options` are words for strace, nil for a run without; `only`: "one" for one file.
---@return { status: integer, err: string }
function sweep.run(h, options, only)
  -- A leak check cannot work under ptrace.
  local strace = options and ("ASAN_OPTIONS=detect_leaks=0 /usr/bin/strace -f -qq %s "):format(options) or ""
  local status = home.sh(("{ %s%s spec/support/sweep_script.lua %s %s; } 2>%s; echo $?"):format(strace,
    quote(BINARY), quote(h.path), only or "", quote(h:at("err"))))
  return { status = tonumber(status:match("%d+%s*$")), err = h:read("err") }
end

--- The system calls of apply in order: { name, number, text }, number being its place among calls of that name in the
--- run. `options` and `only` as in run; `status`: how the run is to end.
function sweep.calls(h, options, only, status)
  local trace = h:at("trace")
  sweep.reset(h)
  local result = sweep.run(h, "-o " .. quote(trace) .. " " .. (options or ""), only)
  assert(result.status == (status or 0), result.err)
  local counts, calls, inside = {}, {}, false
  for line in io.lines(trace) do
    local name = line:match("^%d*%s*([%w_]+)%(")
    if name then
      counts[name] = (counts[name] or 0) + 1
      if line:find('/END"', 1, true) then break end
      if inside then calls[#calls + 1] = { name = name, number = counts[name], text = line } end
      if line:find('/BEGIN"', 1, true) then inside = true end
    end
  end
  os.remove(trace)
  assert(#calls > 50, "the trace holds no apply")
  return calls
end

--- The change, with `options` for strace, and with something done at one of its calls: "signal=KILL", "error=EIO".
function sweep.disturb(h, call, what, only, options)
  return sweep.run(h, ("-o /dev/null %s -e inject=%s:%s:when=%s"):format(options or "-e trace=" .. call.name, call.name,
    what, call.number), only)
end

--- "old" or "new" when every file is, "mixed" when each is one or the other; otherwise the path of one that is neither.
function sweep.state(h)
  local old, new = 0, 0
  for _, path in ipairs(sweep.FILES) do
    local text = h:read(path)
    if text == OLD[path] then
      old = old + 1
    elseif text == NEW[path] then
      new = new + 1
    else
      return path
    end
  end
  return old == #sweep.FILES and "old" or new == #sweep.FILES and "new" or "mixed"
end

--- Names that no finished run leaves: staged files, journals, unfinished backups.
function sweep.leftovers(h)
  local found = {}
  for _, folder in ipairs { "a", "b" } do
    for _, name in ipairs(h:list(folder)) do
      if name:sub(1, 1) == "." then found[#found + 1] = folder .. "/" .. name end
    end
  end
  for _, name in ipairs(h:list("state/journal")) do found[#found + 1] = "journal/" .. name end
  for _, name in ipairs(h:list("state/backups")) do
    local complete = name:sub(1, 1) ~= "." and lfs.attributes(h:at("state/backups/" .. name .. "/manifest"))
    if not complete then found[#found + 1] = "backups/" .. name end
  end
  return found
end

return sweep
