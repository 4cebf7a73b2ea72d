-- leverage.command: scripts found by name, the first of the chain wins, heads are checked.
local command = require "leverage.command"
local home = require "spec.support.home"

describe("commands", function()
  local h, roots

  before_each(function()
    h = home.new()
    roots = { { origin = "user", dir = h:at("user") }, { origin = "shipped", dir = h:at("shipped") } }
    h:write("shipped/commands/credentials/configure.lua", "return { api = 1, summary = 'shipped', run = function() end }")
  end)
  after_each(function() h:remove() end)

  it("are found by their words, folders too", function()
    local found = command.find(roots, { "credentials", "configure", "--type", "x" })
    assert.equal("credentials configure", found.name)
    assert.equal(2, found.taken)
    assert.equal("shipped", found.places[1].origin)
    found = command.find(roots, { "credentials", "nothing" })
    assert.equal("credentials", found.name)
    assert.is_nil(found.places)
    found = command.find(roots, { "../../etc", "passwd" })
    assert.equal("", found.name)
  end)

  it("of the user come before the shipped ones", function()
    h:write("user/commands/credentials/configure.lua", "return { api = 1, summary = 'mine', run = function() end }")
    h:write("user/commands/audit/keys.lua", "return {}")
    local found = command.find(roots, { "credentials", "configure" })
    assert.same({ "user", "shipped" }, { found.places[1].origin, found.places[2].origin })
    assert.equal("mine", command.load(found.places[1]).summary)
    assert.same({ "audit/", "credentials/" }, command.list(roots, ""))
    assert.same({ "keys" }, command.list(roots, "audit"))
  end)

  it("that are broken are errors with file and field", function()
    for source, reason in pairs {
      ["return {"] = "configure.lua:1:",
      ["error 'boom'"] = "boom",
      ["return 1"] = "must be a table",
      ["return { api = 1, run = print }"] = "lacks the field `summary`",
      ["return { api = 2, summary = 's', run = print }"] = "knows api 1",
      ["return { api = 1, summary = 's', run = print, option = {} }"] = "unknown field `option` %(did you mean `options`",
      ["return { api = 1, summary = 5, run = print }"] = "`summary` must be a string, not a number",
      ["return { api = 1, summary = 's', run = print, options = { { help = 'h' } } }"] = "option 1 has no name",
      ["return { api = 1, summary = 's', run = print, options = { { '--x' } } }"] = "option 1 lacks the field `help`",
      ["return { api = 1, summary = 's', run = print, options = { { 'x', help = 'h' } } }"] = "x is not an option's name",
    } do
      local path = h:write("user/commands/credentials/configure.lua", source)
      local head, message, code = command.load { origin = "user", path = path }
      assert.is_nil(head)
      assert.matches(reason, message)
      assert.equal("failed", code)
    end
  end)

  it("that others can write, or that are compiled, are not run", function()
    local path = h:write("user/commands/x.lua", "return {}", "666")
    local _, message, code = command.load { origin = "user", path = path }
    assert.matches("can be written by others", message)
    assert.equal("refused", code)
    path = h:write("user/commands/y.lua", string.dump(load "return {}"))
    _, message = command.load { origin = "user", path = path }
    assert.matches("binary", message)
  end)
end)
