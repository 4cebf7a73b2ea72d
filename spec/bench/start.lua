-- Starting: what a person waits for before any work is done, beside the least that C with Lua can be.
local bench = require "spec.bench.bench"
local home = require "spec.support.home"
local world = require "spec.support.world"

local COMMAND = "scripts/commands/credentials/configure.lua"

return function(options)
  local rounds = options.quick and 3 or 601
  return bench.with_folder(function(folder)
    local race = bench.compile(folder, "race")
    local flags = bench.output("pkg-config --cflags --libs lua5.4"):gsub("\n", "")
    local peer = bench.compile(folder, "start_lua", flags)
    local times = bench.race(race, rounds, options.quick and 0 or 20, {
      { peer },
      { world.BINARY, "--version" },
      { world.BINARY, "--help" },
      { peer, COMMAND },
      { world.BINARY, "credentials", "--help" },
      { world.BINARY, "credentials", "configure", "--help" },
    }, "-i PATH=/usr/bin:/bin HOME=" .. home.quote(folder.path))
    local bare, heads = times[1], times[4]
    return {
      bench.at_most("`--version`, beside bare C + Lua", times[2], bare, 1.5),
      bench.at_most("`--help` (no heads), beside bare C + Lua", times[3], bare, 1.5),
      bench.at_most("`credentials --help`, beside C + Lua loading the same heads", times[5], heads, 1.5),
      bench.at_most("`credentials configure --help`, likewise", times[6], heads, 1.5),
    }
  end)
end
