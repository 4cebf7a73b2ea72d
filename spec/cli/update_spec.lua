-- `leverage credentials update`: keys of any type, set or renewed, then profiles and ids.
local aws = require "spec.support.aws"
local pty = require "spec.support.pty"
local world = require "spec.support.world"

local MANAGEMENT, SECURITY, SHARED = "111122223333", "444455556666", "777788889999"

describe("credentials update", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function()
    double:reset {}
    w = world.new(double)
  end)
  after_each(function() w:remove() end)

  local function update(type_name, ...)
    local result = w:credentials("update", { "--profile", type_name, "--file", w:key_csv(type_name), ... })
    assert.equal(0, result.status, result.err)
    return result
  end

  local function source_of(profile)
    return w.home:read(".aws/ac/config"):match("%[profile " .. profile:gsub("%-", "%%-") .. "%]\n[^[]-source_profile = (%S+)")
  end

  it("sets the keys, profiles and ids of each type", function()
    for _, name in ipairs { "bootstrap", "management", "security" } do
      update(name)
      assert.matches(("[ac-%s]\naws_access_key_id = %s\n"):format(name, double:key(name).id), w.home:read ".aws/ac/credentials", 1, true)
    end
    for _, id in ipairs { MANAGEMENT, SECURITY, SHARED } do
      assert.matches('id: "' .. id .. '"', w.home:read "acme/project.yaml", 1, true)
      assert.matches('id    = "' .. id .. '"', w.home:read "acme/config/common.tfvars", 1, true)
    end
    assert.equal("ac-management", source_of "ac-shared-oaar")
    assert.equal("ac-security", source_of "ac-shared-devops")
  end)

  it("renews keys without a question, and keeps the old ones", function()
    w.home:write(".aws/ac/credentials", "[ac-management]\naws_access_key_id = AKIAOLDOLDOLDOLDOLD0\naws_secret_access_key = old\n", "600")
    update "management"
    local generations = w:generations()
    assert.equal(1, #generations)
    assert.matches("AKIAOLDOLDOLDOLDOLD0", w.home:read(".local/state/leverage/backups/" .. generations[1] .. "/0-credentials"))
  end)

  it("takes `boostrap`, any case, and both spellings of the profiles-only flag", function()
    local result = w:credentials("update", { "--profile", "boostrap", "--file", w:key_csv "bootstrap" })
    assert.equal(0, result.status, result.err)
    for _, flag in ipairs { "--only-accounts-profiles", "--only-account-profiles" } do
      w.home:write(".aws/ac/config", "")
      result = w:credentials("update", { "--profile", "BOOTSTRAP", flag })
      assert.equal(0, result.status, result.err)
      assert.matches("ac-shared-oaar", w.home:read ".aws/ac/config", 1, true)
    end
  end)

  it("keeps the keys with --only-accounts-profiles, and needs some", function()
    local result = w:credentials("update", { "--profile", "management", "--only-accounts-profiles" })
    assert.equal(5, result.status)
    assert.matches("ac-management has no access keys yet, and --only-accounts-profiles", result.err, 1, true)
    assert.matches("try: leverage credentials update --profile management", result.err, 1, true)
    update "management"
    local keys = w.home:read ".aws/ac/credentials"
    w.home:write(".aws/ac/config", "")
    assert.equal(0, w:credentials("update", { "--profile", "management", "--only-accounts-profiles" }).status)
    assert.equal(keys, w.home:read ".aws/ac/credentials")
    assert.matches("ac-shared-oaar", w.home:read ".aws/ac/config", 1, true)
  end)

  it("follows the organization: new, renamed and closed accounts", function()
    update "management"
    double:state { accounts = { { id = MANAGEMENT, name = "acme-management", email = "m@example.com" },
      { id = SECURITY, name = "acme-guard", email = "s@example.com" },
      { id = SHARED, name = "acme-shared", email = "h@example.com", status = "SUSPENDED" },
      { id = "123412341234", name = "acme-data", email = "d@example.com" } } }
    local result = update("management", "--all-accounts")
    assert.matches("'security' (444455556666) is called 'acme-guard'", result.err, 1, true)
    assert.matches("'acme-shared' (777788889999) is left out: it is suspended", result.err, 1, true)
    assert.equal("ac-management", source_of "ac-data-oaar")
    assert.is_nil(source_of "ac-guard-oaar")
  end)

  it("works without an organization, and with one that only management's keys may read", function()
    double:state { organization = aws.null }
    for _, name in ipairs { "bootstrap", "management", "security" } do
      assert.matches("There is no organization yet", update(name).err)
      assert.matches("[ac-" .. name .. "]", w.home:read ".aws/ac/credentials", 1, true)
    end
    assert.equal("ac-management", source_of "ac-management-oaar")
    assert.is_nil(source_of "ac-shared-oaar")
    assert.equal("ac-security", source_of "ac-security-devops")
    double:reset {}
    update "management"
    update "security"
    assert.equal("ac-security", source_of "ac-shared-devops")
  end)

  it("never flips a profile's source nor keeps another's device, in any order of types", function()
    local orders = { { "bootstrap", "management", "security" }, { "bootstrap", "security", "management" },
      { "management", "bootstrap", "security" }, { "management", "security", "bootstrap" },
      { "security", "bootstrap", "management" }, { "security", "management", "bootstrap" } }
    for _, order in ipairs(orders) do
      os.execute("rm -rf " .. w.home:at ".aws")
      local seen = {}
      for _, name in ipairs { order[1], order[2], order[3], order[1] } do
        seen[name] = true
        update(name, table.unpack(name ~= "bootstrap" and { "--fetch-mfa-device" } or {}))
        local owner = seen.management and "ac-management" or seen.bootstrap and "ac-bootstrap" or nil
        assert.equal(owner, source_of "ac-shared-oaar")
        assert.equal(seen.security and "ac-security" or nil, source_of "ac-shared-devops")
        for section in w.home:read(".aws/ac/config"):gmatch("%[profile [^[]+") do
          local source, device = section:match("source_profile = ac%-(%S+)"), section:match("mfa_serial = %S+/(%S+)")
          assert.is_true(device == nil or device == source, section)
        end
      end
    end
  end)

  it("asks which credentials, or names the flag", function()
    local result = w:credentials("update", {})
    assert.equal(2, result.status)
    assert.matches("--profile bootstrap|management|security", result.err, 1, true)
    local key = double:key "security"
    local p <close> = pty.spawn({ world.BINARY, "credentials", "update" }, { cwd = w.home:at "acme", rows = 40,
      env = { HOME = w.home.path, AWS_ENDPOINT_URL = double.endpoint } })
    for _, step in ipairs { { "Which credentials?", "s\r" }, { "Where are the access keys?", "t\r" },
      { "Access key ID", key.id .. "\r" }, { "Secret access key", key.secret .. "\r" } } do
      p:expect(step[1])
      p:send(step[2])
    end
    p:expect "To use"
    assert.equal(0, (p:wait()))
    assert.matches("[ac-security]", w.home:read ".aws/ac/credentials", 1, true)
  end)

  it("writes nothing when AWS refuses, or with --dry-run", function()
    local csv = w:key_csv "management"
    local before = w.home:snapshot()
    double:fault { kind = "throttle", operation = "ListAccounts" }
    assert.equal(4, w:credentials("update", { "--profile", "management", "--file", csv }).status)
    double:clear()
    local result = update("management", "--dry-run")
    assert.matches("Nothing was written", result.out)
    assert.equal(before, w.home:snapshot ".local")
  end)
end)
