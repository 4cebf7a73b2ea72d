-- The network phase of `credentials configure`: GetCallerIdentity, DescribeOrganization, two pages of ListAccounts and
-- ListMFADevices over TLS, where a round trip takes 50 ms; beside the round trips that cannot be saved.
local bench = require "spec.bench.bench"

local PHASE = "spec/bench/aws_phase.lua"
local TRIP_MS, SPARE_MS = 50, 20

return function(options)
  return bench.with_folder(function(folder)
    local counted = bench.numbers(folder, nil, { PHASE, "count" })
    local rows = {
      bench.count("round trips to ask AWS, counted", counted.cold, 4),
      bench.count("the same over connections opened before", counted.warm, 2),
    }
    local timed = bench.numbers(folder, TRIP_MS, { PHASE, "time", options.quick and "1" or "15" })
    if not timed then
      io.stderr:write "no network namespaces here: round trips are counted, not timed\n"
      return rows
    end
    rows[#rows + 1] = bench.within("time to ask AWS, 50 ms away", timed.cold, 4, TRIP_MS, SPARE_MS)
    rows[#rows + 1] = bench.within("the same over connections opened before", timed.warm, 2, TRIP_MS, SPARE_MS)
    return rows
  end)
end
