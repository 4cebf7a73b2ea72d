-- What the benchmarks share: peers compiled into a temporary folder, programs raced side by side, and rows of one table.
--
-- A benchmark is a module that returns a function: `measure(options)` gives a list of rows; options.quick takes as few
-- rounds as prove that it works. A row is what was measured, ours, the peer's, their ratio, the target, and whether it is
-- met.
local home = require "spec.support.home"
local world = require "spec.support.world"

local bench = {}

local quote = home.quote

--- Runs `work` with a temporary folder for peers; the folder goes, whatever happens.
---@param work fun(folder: table): ...
function bench.with_folder(work)
  local folder = home.new()
  local results = table.pack(xpcall(work, debug.traceback, folder))
  folder:remove()
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

--- Compiles spec/bench/NAME.c into the folder; the program's path.
---@param folder table of with_folder
---@param name string
---@param flags string?
---@return string
function bench.compile(folder, name, flags)
  local program = folder:at(name)
  local command = ("cc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o %s spec/bench/%s.c %s"):format(quote(program), name, flags or "")
  assert(os.execute(command), "failed: " .. command)
  return program
end

--- Output of a command that must succeed.
---@param command string
---@return string
function bench.output(command)
  local text, ok = home.sh(command)
  return assert(ok and text, "failed: " .. command)
end

--- The middle one of some numbers.
---@param numbers number[]
---@return number
function bench.median(numbers)
  local sorted = table.move(numbers, 1, #numbers, 1, {})
  table.sort(sorted)
  return sorted[#sorted // 2 + 1]
end

--- Median times in ms of programs that take turns.
---@param racer string the compiled race.c
---@param rounds integer
---@param warm_ups integer
---@param programs string[][]
---@param environment string? settings for env(1), such as "-i HOME=/root"
---@return number[]
function bench.race(racer, rounds, warm_ups, programs, environment)
  local words = { environment and "env " .. environment or "", quote(racer), rounds, warm_ups }
  for _, program in ipairs(programs) do
    words[#words + 1] = "--"
    for _, word in ipairs(program) do words[#words + 1] = quote(word) end
  end
  local times = {}
  for line in bench.output(table.concat(words, " ")):gmatch "[^\n]+" do times[#times + 1] = assert(tonumber(line)) end
  assert(#times == #programs, "the race brought no result")
  return times
end

local UNITS = { { 1e3, "s", 1e-3 }, { 1, "ms", 1 }, { 0, "µs", 1e3 } }

--- Milliseconds as people write them.
---@param ms number
---@return string
function bench.time(ms)
  for _, unit in ipairs(UNITS) do
    if ms >= unit[1] then return ("%.3g %s"):format(ms * unit[3], unit[2]) end
  end
  return "0"
end

--- A row: ours takes at most `most` times as long as the peer.
function bench.at_most(what, ours, peer, most)
  return { what = what, ours = bench.time(ours), peer = bench.time(peer), ratio = ("%.2f ×"):format(ours / peer),
    target = ("≤ %g ×"):format(most), met = ours / peer <= most }
end

--- A row without a target.
function bench.beside(what, ours, peer)
  return { what = what, ours = bench.time(ours), peer = bench.time(peer), ratio = ("%.2f ×"):format(ours / peer) }
end

--- A row: ours is at least `least` times faster than the peer.
function bench.at_least(what, ours, peer, least)
  return { what = what, ours = bench.time(ours), peer = bench.time(peer), ratio = ("%.1f × faster"):format(peer / ours),
    target = ("≥ %g ×"):format(least), met = peer / ours >= least }
end

--- A row: ours takes so many round trips of the network, and `spare` milliseconds at most.
function bench.within(what, ours, trips, trip_ms, spare)
  return { what = what, ours = bench.time(ours), peer = ("%d × %d ms"):format(trips, trip_ms),
    ratio = ("%.2f round trips"):format(ours / trip_ms), target = ("≤ %d ms"):format(trips * trip_ms + spare),
    met = ours <= trips * trip_ms + spare }
end

--- A row: a count that must not be larger.
function bench.count(what, ours, most)
  return { what = what, ours = ("%d"):format(ours), target = ("≤ %d"):format(most), met = ours <= most }
end

--- Runs a Lua script of ours, over a network with round trips of so many ms (nil: as fast as this machine's loopback);
--- what it printed as numbers by name, one "NAME NUMBER" a line. Nil when this machine has no namespaces to make a slow
--- network of.
---@param folder table
---@param trip_ms number?
---@param words string[]
---@return table<string, number>?
function bench.numbers(folder, trip_ms, words)
  local line = {}
  if trip_ms then line = { quote(bench.compile(folder, "lag")), trip_ms } end
  line[#line + 1] = quote(world.BUILD .. "/bin/leverage-spec")
  for _, word in ipairs(words) do line[#line + 1] = quote(word) end
  local text, ok = home.sh(table.concat(line, " ") .. "; s=$?; [ $s = 77 ] && echo missing; exit $s")
  if trip_ms and text:find "missing\n$" then return nil end
  assert(ok, "failed: " .. table.concat(line, " "))
  local numbers = {}
  for name, number in text:gmatch "(%S+) ([%d.]+)\n" do numbers[name] = tonumber(number) end
  return numbers
end

--- The rows as a table, in Markdown that reads well as it is.
---@param rows table[]
---@return string
function bench.table(rows)
  local columns = { "what", "ours", "peer", "ratio", "target", "met" }
  local lines, widths = { {} }, {}
  for index, name in ipairs(columns) do lines[1][index] = name end
  for _, row in ipairs(rows) do
    local line = {}
    for index, name in ipairs(columns) do
      local value = row[name]
      if name == "met" and value ~= nil then value = value and "yes" or "no" end
      line[index] = value or ""
    end
    lines[#lines + 1] = line
  end
  for index in ipairs(columns) do
    widths[index] = 0
    for _, line in ipairs(lines) do widths[index] = math.max(widths[index], utf8.len(line[index])) end
  end
  local out = {}
  for number, line in ipairs(lines) do
    local cells, rule = {}, {}
    for index, value in ipairs(line) do
      cells[index] = value .. (" "):rep(widths[index] - utf8.len(value))
      rule[index] = ("-"):rep(widths[index])
    end
    out[#out + 1] = "| " .. table.concat(cells, " | ") .. " |\n"
    if number == 1 then out[#out + 1] = "| " .. table.concat(rule, " | ") .. " |\n" end
  end
  return table.concat(out)
end

return bench
