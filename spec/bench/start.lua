-- Starting: what a person waits for before any work is done, beside the least that C with Lua can be.
local bench = require "spec.bench.bench"
local home = require "spec.support.home"
local world = require "spec.support.world"

local FOLDER = "scripts/commands/credentials"

return function(options)
  local rounds = options.quick and 3 or 601
  return bench.with_folder(function(folder)
    local race = bench.compile(folder, "race")
    local flags = bench.output("pkg-config --cflags --libs lua5.4"):gsub("\n", "")
    local peer = bench.compile(folder, "start_lua", flags)
    local all = { peer }
    for name in bench.output("ls " .. FOLDER):gmatch("%S+") do all[#all + 1] = FOLDER .. "/" .. name end
    local times = bench.race(race, rounds, options.quick and 0 or 20, {
      { peer },
      { world.BINARY, "--version" },
      { world.BINARY, "--help" },
      all,
      { world.BINARY, "credentials", "--help" },
      { peer, FOLDER .. "/configure.lua" },
      { world.BINARY, "credentials", "configure", "--help" },
      -- The peer finds what the heads require by LUA_PATH; the tool itself never looks there.
    }, "-i PATH=/usr/bin:/bin LUA_PATH=lua/?.lua HOME=" .. home.quote(folder.path))
    local bare = times[1]
    return {
      bench.at_most("`--version`, beside bare C + Lua", times[2], bare, 1.5),
      bench.at_most("`--help` (no heads), beside bare C + Lua", times[3], bare, 1.5),
      bench.at_most("`credentials --help`, beside C + Lua loading the same heads", times[5], times[4], 1.5),
      bench.at_most("`credentials configure --help`, likewise", times[7], times[6], 1.5),
    }
  end)
end
