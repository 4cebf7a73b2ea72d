-- aws.loop: tasks beside each other over one session.
local http = require "lev.http"
local loop = require "leverage.aws.loop"

local session
local function nap(ms, result)
  return function()
    assert(loop.sleep(session, ms))
    return result
  end
end

describe("all", function()
  before_each(function() session = assert(http.session {}) end)
  after_each(function() session:close() end)

  it("runs functions at the same time and keeps the order of results", function()
    local began = http.now()
    local results = loop.all { nap(100, "a"), nap(20, "b"), function() return nil, "why", "failed" end, nap(60, "c"),
      function() end }
    assert.is_true(http.now() - began < 170)
    assert.same({ "a", "b", nil, "c" }, { results[1][1], results[2][1], results[3][1], results[4][1] })
    assert.same({ n = 3, nil, "why", "failed" }, results[3])
    assert.same({ n = 0 }, results[5])
    assert.same({}, loop.all {})
  end)

  it("works alone too: outside of it a wait just waits", function()
    local began = http.now()
    assert.is_true(loop.sleep(session, 30))
    assert.is_true(http.now() - began >= 30)
  end)

  it("nests, with everything at the same time", function()
    local began = http.now()
    local results = loop.all {
      function()
        local inner = loop.all { nap(60, 1), nap(60, 2), function() return 3 end }
        assert(loop.sleep(session, 40))
        return inner[1][1] + inner[2][1] + inner[3][1]
      end,
      function() return #loop.all { function() end, function() end } end,
      nap(100, "outer"),
    }
    assert.is_true(http.now() - began < 180)
    assert.same({ 6, 2, "outer" }, { results[1][1], results[2][1], results[3][1] })
  end)

  it("runs no more than the limit at once", function()
    local now, most, functions = 0, 0, {}
    for index = 1, 12 do
      functions[index] = function()
        now = now + 1
        most = math.max(most, now)
        loop.sleep(session, 5)
        now = now - 1
        return index
      end
    end
    local results = loop.all(functions, 4)
    assert.equal(4, most)
    for index = 1, 12 do assert.equal(index, results[index][1]) end
  end)

  it("raises what a task raised, after the others have ended", function()
    local ended = false
    local ok, message = pcall(loop.all, { function() error "bug in a task" end, function()
      loop.sleep(session, 20)
      ended = true
    end })
    assert.is_false(ok)
    assert.truthy(message:find("bug in a task", 1, true))
    assert.is_true(ended)
    assert.equal("after", loop.all { nap(1, "after") }[1][1])
  end)

  it("takes thousands of tasks that end at once", function()
    local functions = {}
    for index = 1, 5000 do functions[index] = function() return index end end
    assert.equal(5000, loop.all(functions, 3)[5000][1])
  end)

  it("waits through a coroutine of the task's own", function()
    local results = loop.all {
      function()
        local steps = coroutine.wrap(function()
          for step = 1, 3 do
            loop.sleep(session, 10)
            coroutine.yield(step)
          end
        end)
        return steps() + steps() + steps()
      end,
      nap(15, "other"),
    }
    assert.same({ 6, "other" }, { results[1][1], results[2][1] })
  end)

  it("hands over what arrived before it was asked for", function()
    local first, second = session:timer(40), session:timer(5)
    assert.is_true(loop.await(session, first))
    assert.is_true(loop.await(session, second))
  end)

  it("lets everybody who waits hear that the wait was broken off", function()
    local cancelled = {}
    local broken = { next = function() return nil, "interrupted by a signal", "interrupted" end,
      cancel = function(_, ticket) cancelled[#cancelled + 1] = ticket end }
    local results = loop.all { function() return loop.await(broken, 1) end, function() return loop.await(broken,
      2) end }
    for index = 1, 2 do assert.same({ n = 3, nil, "interrupted by a signal", "interrupted" }, results[index]) end
    table.sort(cancelled)
    assert.same({ 1, 2 }, cancelled)
    assert.same({ nil, "interrupted by a signal", "interrupted" }, { loop.await(broken, 3) })
  end)

  it("refuses a task that waits for nobody", function()
    assert.has_error(function() loop.all { function() coroutine.yield() end } end,
      "a task waits for something else than the network")
  end)
end)
