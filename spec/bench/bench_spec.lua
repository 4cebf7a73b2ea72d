-- The benchmarks work: each gives its rows. Times are not judged here, they are the machine's.
local bench = require "spec.bench.bench"

local function rows_of(name)
  local rows = require("spec.bench." .. name) { quick = true }
  for _, row in ipairs(rows) do
    assert.is_string(row.what)
    assert.matches("%d", row.ours, row.what)
    assert.equal(row.target ~= nil, row.met ~= nil, row.what)
  end
  return rows
end

describe("the benchmark of", function()
  it("starting has a row for each kind of start", function() assert.equal(4, #rows_of "start") end)

  it("config files has a row for each size", function()
    local rows = rows_of "config"
    assert.equal(6, #rows)
    for _, row in ipairs(rows) do assert.matches("[mµ]?s$", row.peer) end
  end)

  it("signing has a row for each peer", function() assert.equal(4, #rows_of "sigv4") end)

  it("the network counts 4 round trips, and 2 over connections opened before", function()
    local rows = rows_of "aws"
    assert.equal("4", rows[1].ours)
    assert.equal("2", rows[2].ours)
    assert.is_true(rows[1].met and rows[2].met)
  end)

  it("the whole command has a row", function() assert.is_true(#rows_of "whole" >= 1) end)
end)

describe("the table", function()
  it("tells what was measured, and whether the target is met", function()
    assert.equal([[
| what | ours   | peer | ratio           | target   | met |
| ---- | ------ | ---- | --------------- | -------- | --- |
| a    | 1.5 ms | 1 ms | 1.50 ×          | ≤ 2 ×    | yes |
| b    | 500 µs | 2 s  | 4000.0 × faster | ≥ 5000 × | no  |
| c    | 4      |      |                 | ≤ 4      | yes |
| d    | 2.5 s  | 1 s  | 2.50 ×          |          |     |
]], bench.table { bench.at_most("a", 1.5, 1, 2), bench.at_least("b", 0.5, 2000, 5000), bench.count("c", 4, 4),
      bench.beside("d", 2500, 1000) })
  end)

  it("takes the middle of the times", function()
    assert.equal(3, bench.median { 9, 1, 3 })
    assert.equal(2, bench.median { 2 })
  end)
end)
