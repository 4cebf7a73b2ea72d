-- The shipped profile policy, and what a user's own may and may not do.
local command = require "leverage.command"
local home = require "spec.support.home"
local host = require "lev.host"
local policy = require "leverage.policy"

local APPS = { name = "apps", id = "300000000003", is_management = false }
local ROOT = { name = "management", id = "100000000001", is_management = true }

local function facts(type_name)
  return { type = type_name, short_name = "ac", region = "eu-west-1", partition = "aws", keys_profile = "ac-" .. type_name }
end

describe("the profile policy", function()
  local h, roots

  before_each(function()
    h = home.new()
    roots = command.roots({ config = h:at("config") }, host.data_dir)
  end)
  after_each(function() h:remove() end)

  local function run(account, type_name)
    return policy.profiles(assert(policy.load(roots, "profiles")), account, facts(type_name))
  end

  it("names profiles and roles by type", function()
    assert.same({ { name = "ac-apps-oaar", role = "OrganizationAccountAccessRole",
      settings = { region = "eu-west-1", output = "json" } } }, run(APPS, "bootstrap"))
    assert.equal("ac-apps-oaar", run(APPS, "management")[1].name)
    assert.same({ "ac-apps-devops", "DevOps" }, { run(APPS, "security")[1].name, run(APPS, "security")[1].role })
    assert.equal("ac-management-oaar", run(ROOT, "management")[1].name)
    assert.same({}, run(ROOT, "security"))
  end)

  it("of the user replaces it, or inherits and changes one thing", function()
    h:write("config/policies/profiles.lua", [[
      local shipped = policy.inherit("profiles")
      return { api = 1, profiles = function(account, facts)
        local list = shipped.profiles(account, facts)
        for _, profile in ipairs(list) do profile.name = account.name end
        return list
      end }]])
    assert.same({ "apps", "DevOps" }, { run(APPS, "security")[1].name, run(APPS, "security")[1].role })
  end)

  it("is an error with its file when it is broken, never skipped", function()
    for source, reason in pairs {
      ["return {"] = "policies/profiles.lua:1",
      ["return { api = 1 }"] = "lacks the function `profiles`",
      ["return { profiles = function() end }"] = "api",
      ["return { api = 1, profiles = function() return 5 end }"] = "must return a list",
      ["return { api = 1, profiles = function(a) return a.x.y end }"] = "profiles.lua:1",
      ["return { api = 1, profiles = function() return { { name = 'a]' , role = 'r' } } end }"] = "not one that all AWS tools can read",
      ["return { api = 1, profiles = function() return { { name = 'a' } } end }"] = "needs `name` and `role`",
      ["return { api = 1, profiles = function() return { { name = 'a', rôle = 'r' } } end }"] = "profiles.lua",
      ["return { api = 1, profiles = function() return { { name = 'a', role = 'a b' } } end }"] = "not a role's name",
      ["return { api = 1, profiles = function() return { { name = 'a', role = 'r', settings = { role_arn = 'x' } } } end }"] = "not a policy's to give",
      ["return { api = 1, profiles = function() return { { name = 'a', role = 'r', settings = { region = 5 } } } end }"] = "must be a string",
      ["return { api = 1, profiles = function() return { { name = 'a', role = 'r', nme = 'x' } } end }"] = "unknown field `nme`",
    } do
      h:write("config/policies/profiles.lua", source)
      local loaded, message, code = policy.load(roots, "profiles")
      if loaded then loaded, message, code = policy.profiles(loaded, APPS, facts "security") end
      assert.is_nil(loaded)
      assert.matches(reason, message)
      assert.equal("failed", code)
    end
  end)
end)
