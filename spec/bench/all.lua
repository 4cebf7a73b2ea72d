-- All benchmarks, or those named, and one table of them.
--
--     build/release/bin/leverage-spec spec/bench/all.lua [start aws whole config sigv4]
local bench = require "spec.bench.bench"

local names = #arg > 0 and arg or { "start", "config", "sigv4", "aws", "whole" }

local rows = {}
for _, name in ipairs(names) do
  io.stderr:write(name, "…\n")
  local measured = require("spec.bench." .. name) {}
  table.move(measured, 1, #measured, #rows + 1, rows)
end
io.stdout:write(bench.table(rows))
