-- The whole command for five accounts with MFA, beside the calls of the AWS CLI that it replaces: where AWS is 50 ms
-- away, and where it is on this machine.
local bench = require "spec.bench.bench"

local TRIP_MS = 50

return function(options)
  return bench.with_folder(function(folder)
    local words = { "spec/bench/whole_run.lua", bench.compile(folder, "race"), options.quick and "1" or "3" }
    if options.quick then words[#words + 1] = "4" end
    local rows = {}
    for _, given in ipairs { { trip_ms = TRIP_MS, least = 50, where = "50 ms away" }, { least = 400, where = "at no distance" } } do
      local numbers = bench.numbers(folder, given.trip_ms, words)
      if numbers then
        local what = ("configure, 5 accounts with MFA, AWS %s, beside %d aws calls"):format(given.where, numbers.calls)
        rows[#rows + 1] = bench.at_least(what, numbers.leverage, numbers.aws, given.least)
      else
        io.stderr:write "no network namespaces here: nothing is timed at a distance\n"
      end
    end
    return rows
  end)
end
