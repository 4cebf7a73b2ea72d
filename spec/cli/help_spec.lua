-- The command line itself: help, versions, words that lead nowhere, and what a closed output does.
local world = require "spec.support.world"

describe("leverage", function()
  local w

  before_each(function() w = world.new(nil) end)
  after_each(function() w:remove() end)

  it("tells its version", function()
    local result = w:leverage { "--version" }
    assert.same({ 0, "" }, { result.status, result.err })
    assert.matches("^leverage %d+%.%d+%.%d+\n$", result.out)
  end)

  it("lists its commands, at every level", function()
    for _, words in ipairs { {}, { "--help" }, { "-h" } } do
      local result = w:leverage(words)
      assert.same({ 0, "" }, { result.status, result.err })
      assert.matches("Usage: leverage COMMAND", result.out)
      assert.matches("\n  credentials  ", result.out)
    end
    assert.matches("\n  configure  set up access keys", w:leverage({ "credentials", "--help" }).out)
  end)

  it("shows a command's options as its parser knows them, within the width", function()
    local head = assert(loadfile "scripts/commands/credentials/configure.lua")()
    local result = w:leverage({ "credentials", "configure", "--help" }, { env = { COLUMNS = "72" } })
    assert.same({ 0, "" }, { result.status, result.err })
    for _, option in ipairs(head.options) do
      for _, name in ipairs(option) do assert.matches(name, result.out, 1, true) end
    end
    for line in result.out:gmatch("[^\n]+") do
      if not line:find("leverage credentials", 1, true) then assert.is_true(#line <= 72, line) end
    end
  end)

  it("says what it does not know, and what is near", function()
    for _, case in ipairs {
      { { "credentails" }, "`leverage` has no command `credentails`", "try: leverage credentials" },
      { { "credentials", "confgure", "--type", "x" }, "`leverage credentials` has no command `confgure`", "try: leverage credentials configure" },
      { { "zzz" }, "no command `zzz`", "try: leverage --help" },
      { { "credentials" }, "a command is missing", "try: leverage credentials --help" },
      { { "-v" }, "a command is missing", "try: leverage --help" },
      { { "cre\27[31m" }, [[no command `cre\e[31m`]], "try: " },
    } do
      local result = w:leverage(case[1])
      assert.same({ 2, "" }, { result.status, result.out })
      assert.matches(case[2], result.err, 1, true)
      assert.matches(case[3], result.err, 1, true)
    end
  end)

  it("fails when its output cannot be written", function()
    local result = w:run({ "sh", "-c", world.BINARY .. " --help >/dev/full" })
    assert.equal(1, result.status)
    assert.matches("standard output cannot be written", result.err)
    assert.equal(1, w:run({ "sh", "-c", world.BINARY .. " --version >/dev/full" }).status)
  end)

  it("needs a home", function()
    local result = w:leverage({ "credentials", "configure", "--type", "security" }, { env = { HOME = "relative" } })
    assert.equal(1, result.status)
    assert.matches("HOME is not an absolute path", result.err)
  end)

  it("works from any prefix, under both of its names", function()
    local prefix = w.home:at "elsewhere"
    local result = w:run({ "cmake", "--install", world.BUILD, "--prefix", prefix }, { cwd = world.SOURCE })
    assert.equal(0, result.status, result.err)
    for _, name in ipairs { "leverage", "pharmer" } do
      result = w:run { prefix .. "/bin/" .. name, "credentials", "configure", "--help" }
      assert.equal(0, result.status, result.err)
      assert.matches("Usage: leverage credentials configure", result.out)
    end
  end)
end)
