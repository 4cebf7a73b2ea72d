-- A user's own scripts: they replace, wrap or add commands, and naming policies, already where the main job is.
local aws = require "spec.support.aws"
local world = require "spec.support.world"

describe("a user's script", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function() w = world.new(double) end)
  after_each(function() w:remove() end)

  it("adds a command", function()
    w.home:write(".config/leverage/commands/audit/keys.lua", [[
      return { api = 1, summary = "greet", arguments = { { "NAME", help = "whom" } },
        options = { { "--loud", flag = true, help = "shout" } },
        run = function(ctx, args)
          ctx:print("%s", args.loud and args.name:upper() or args.name)
          return { greeted = args.name }
        end }]])
    assert.same({ 0, "ANA\n", "" }, (function(r) return { r.status, r.out, r.err } end)(w:leverage { "audit", "keys", "ana", "--loud" }))
    assert.equal('{"greeted":"ana","ok":true}\n', w:leverage({ "audit", "keys", "ana", "-o", "json" }).out)
    assert.matches("\n  keys  greet\n", w:leverage({ "audit", "--help" }).out)
    assert.equal(2, w:leverage({ "audit", "keys" }).status)
  end)

  it("replaces a command, and calls the one it replaced", function()
    w.home:write(".config/leverage/commands/credentials/configure.lua", [[
      return { api = 1, summary = "wrapped", options = {
          { "--type", required = true, help = "type" }, { "--credentials-file", help = "keys" } },
        run = function(ctx, args)
          ctx:print("before")
          local result, message, code = ctx.shipped(args)
          ctx:print("after")
          return result, message, code
        end }]])
    local result = w:configure(w:keys_for "bootstrap")
    assert.equal(0, result.status, result.err)
    assert.matches("^before\nThe keys of ac%-bootstrap.*after\n$", result.out)
    assert.matches("wrapped", w:leverage({ "credentials", "--help" }).out)
  end)

  it("names profiles its own way", function()
    w.home:write(".config/leverage/policies/profiles.lua", [[
      local shipped = policy.inherit("profiles")
      return { api = 1, profiles = function(account, facts)
        local list = shipped.profiles(account, facts)
        for _, profile in ipairs(list) do profile.name = account.name .. "/" .. profile.role end
        return list
      end }]])
    assert.equal(0, w:configure(w:keys_for "management").status)
    assert.matches("[profile shared/OrganizationAccountAccessRole]", w.home:read ".aws/ac/config", 1, true)
  end)

  it("fails by its own codes, and by a bug with its traceback only on -v", function()
    w.home:write(".config/leverage/commands/fail.lua", [[
      return { api = 1, summary = "fail", run = function() return nil, "no luck", "not_configured" end }]])
    local result = w:leverage { "fail" }
    assert.same({ 5, "error: no luck\n" }, { result.status, result.err })
    w.home:write(".config/leverage/commands/bug.lua", [[
      return { api = 1, summary = "bug", run = function() return nil + 1 end }]])
    result = w:leverage { "bug" }
    assert.equal(1, result.status)
    assert.matches("this is a bug in leverage or in a script: .*bug.lua:1: attempt to perform arithmetic", result.err)
    assert.is_nil(result.err:find "stack traceback")
    assert.matches("stack traceback", w:leverage({ "bug", "-v" }).err)
    w.home:write(".config/leverage/commands/global.lua", [[
      return { api = 1, summary = "global", run = function() forgotten = 1 end }]])
    assert.matches("assignment to undeclared global 'forgotten'", w:leverage({ "global" }).err)
  end)

  it("does not run when others could have written it", function()
    w.home:write(".config/leverage/commands/x.lua", "return { api = 1, summary = 's', run = print }", "666")
    local result = w:leverage { "x" }
    assert.equal(5, result.status)
    assert.matches("can be written by others", result.err)
  end)

  it("ends at a signal even when it computes for ever", function()
    w.home:write(".config/leverage/commands/spin.lua", "return { api = 1, summary = 's', run = function() while true do end end }")
    assert.equal(143, w:run({ "timeout", "-s", "TERM", "--preserve-status", "0.3", world.BINARY, "spin" }).status)
  end)
end)
