-- lev.sandbox: where policies run: data in, data out, nothing else within reach.
local sandbox = require "lev.sandbox"

local function run(body, ...)
  local box = sandbox.open()
  assert(box:load("p", "return { f = function(...) " .. body .. " end }", "p.lua"))
  return box:call("p", "f", ...)
end

describe("a sandbox", function()
  it("hands data in and out by copy", function()
    local given = { name = "apps", list = { 1, 2.5, true, "x\0y" }, nested = { deep = { 1 } } }
    local got = run("local t = ... t.added = 1 return t", given)
    assert.same({ 1, 2.5, true, "x\0y" }, got.list)
    assert.equal(1, got.added)
    assert.is_nil(given.added)
    assert.is_nil(run("return nil"))
    assert.is_false(run("return false"))
    assert.equal("integer", math.type(run("return 3")))
  end)

  it("has string, table, math, utf8 and the harmless basics, and nothing else", function()
    local names = run([[local names = {}
      for name in pairs(_G or {}) do names[#names + 1] = name end
      return { g = _G == nil, names = names }]])
    assert.is_true(names.g)
    for _, name in ipairs { "require", "load", "loadstring", "dofile", "loadfile", "pcall", "xpcall", "io", "os", "debug",
      "package", "coroutine", "setmetatable", "getmetatable", "rawset", "rawget", "collectgarbage", "print", "string.dump" } do
      assert.is_true(run("return " .. name .. " == nil"), name)
    end
    for _, name in ipairs { "string.format", "table.concat", "math.floor", "utf8.char", "ipairs", "tostring", "policy.inherit" } do
      assert.is_true(run("return " .. name .. " ~= nil"), name)
    end
  end)

  it("keeps functions inside, and refuses what cannot be copied", function()
    local got = run("return { f = function() end, a = 1 }")
    assert.same({ a = 1 }, got)
    local _, message = run("local t = {} t.t = t return t")
    assert.matches("not plain data", message)
    assert.has_error(function() run("return 1", io.stdout) end)
    local loop = {}
    loop.loop = loop
    assert.has_error(function() run("return 1", loop) end)
  end)

  it("tells file and line of what a policy raises", function()
    local value, message, code = run("error('no such region')")
    assert.is_nil(value)
    assert.matches("^p.lua:1: no such region$", message)
    assert.equal("failed", code)
    local _, other = run("error({})")
    assert.matches("an error that is a table", other)
  end)

  it("refuses source that is broken, compiled, or gives no table", function()
    local box = sandbox.open()
    local ok, message = box:load("p", "return {", "x.lua")
    assert.is_nil(ok)
    assert.matches("^x.lua:1:", message)
    assert.is_nil((box:load("p", string.dump(load "return {}"), "x.lua")))
    local _, reason = box:load("p", "return 7", "x.lua")
    assert.matches("x.lua: a policy must return a table, not a number", reason)
  end)

  it("lets a policy inherit what it replaces", function()
    local box = sandbox.open()
    assert(box:load("p", "return { f = function() return 'shipped' end }", "shipped.lua"))
    assert(box:load("p", [[local shipped = policy.inherit("p")
      return { f = function() return shipped.f() .. " and wrapped" end }]], "user.lua"))
    assert.equal("shipped and wrapped", (box:call("p", "f")))
    local ok, message = box:load("q", "return policy.inherit('nothing')", "q.lua")
    assert.is_nil(ok)
    assert.matches("no policy 'nothing'", message)
  end)

  it("is separate from the scripts' own state", function()
    run("string.format = nil return 1")
    assert.equal("7", ("%d"):format(7))
  end)
end)
