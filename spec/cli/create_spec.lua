-- `leverage credentials create`: the bootstrap keys of a new project.
local aws = require "spec.support.aws"
local cjson = require "cjson"
local pty = require "spec.support.pty"
local world = require "spec.support.world"

local MANAGEMENT = "111122223333"

describe("credentials create", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function()
    double:reset {}
    w = world.new(double)
  end)
  after_each(function() w:remove() end)

  local function create(...)
    return w:credentials("create", { "--file", w:key_csv "bootstrap", ... })
  end

  it("writes the keys, [default], and the management account's id, and nothing else", function()
    local key = double:key "bootstrap"
    local result = create()
    assert.equal(0, result.status, result.err)
    assert.equal(("[ac-bootstrap]\naws_access_key_id = %s\naws_secret_access_key = %s\n"):format(key.id, key.secret),
      w.home:read ".aws/ac/credentials")
    assert.equal("[profile ac-bootstrap]\nregion = us-east-1\noutput = json\n\n[default]\nregion = us-east-1\noutput = json\n",
      w.home:read ".aws/ac/config")
    assert.equal((world.PROJECT_YAML:gsub("(aws%+management@example.com\n)", '%1    id: "' .. MANAGEMENT .. '"\n')),
      w.home:read "acme/project.yaml")
    assert.equal(world.TFVARS, w.home:read "acme/config/common.tfvars")
    assert.is_nil((result.out .. result.err):find(key.secret, 1, true))
  end)

  it("keeps a region and output that [default] has, and a [profile default] as it is", function()
    w.home:write(".aws/ac/config", "[default]\nregion = eu-west-1\n")
    assert.equal(0, create().status)
    assert.matches("[default]\nregion = eu-west-1\noutput = json\n", w.home:read ".aws/ac/config", 1, true)
    w.home:write(".aws/ac/config", "[profile default]\nregion = eu-west-1\n")
    local result = create "--force"
    assert.equal(0, result.status, result.err)
    assert.matches("[profile default]", result.err, 1, true)
    assert.matches("[profile default]\nregion = eu-west-1\n", w.home:read ".aws/ac/config", 1, true)
    assert.is_nil(w.home:read(".aws/ac/config"):find("[default]", 1, true))
  end)

  it("overwrites with --force, and keeps a backup that holds the old keys", function()
    w.home:write(".aws/ac/credentials", "[ac-bootstrap]\naws_access_key_id = AKIAOLDOLDOLDOLDOLD0\naws_secret_access_key = old\n", "600")
    w:key_csv "bootstrap"
    local before = w.home:snapshot ".local"
    local result = w:credentials("create", { "--from-env" })
    assert.equal(2, result.status)
    assert.matches("--force", result.err, 1, true)
    assert.equal(before, w.home:snapshot ".local")
    assert.equal(0, create("--force").status)
    assert.matches(double:key("bootstrap").id, w.home:read ".aws/ac/credentials", 1, true)
    local generations = w:generations()
    assert.equal(1, #generations)
    assert.matches("create", generations[1])
    assert.matches("AKIAOLDOLDOLDOLDOLD0", w.home:read(".local/state/leverage/backups/" .. generations[1] .. "/0-credentials"))
    local again = create "--force"
    assert.matches("no file is changed", again.out)
    assert.equal(1, #w:generations())
    local restored = w:credentials("restore", { "--yes" })
    assert.equal(0, restored.status, restored.err)
    assert.equal(before, w.home:snapshot ".local")
  end)

  it("asks whether to leave or overwrite; leaving changes nothing", function()
    assert.equal(0, create().status)
    local before = w.home:snapshot()
    local p <close> = pty.spawn({ world.BINARY, "credentials", "create" }, { cwd = w.home:at "acme",
      env = { HOME = w.home.path, AWS_ENDPOINT_URL = double.endpoint } })
    p:expect "Leave them as they are"
    p:send "\r"
    p:expect "Nothing to do"
    assert.equal(0, (p:wait()))
    assert.equal(before, w.home:snapshot())
  end)

  it("overwrites when that is chosen, and keeps a backup", function()
    w.home:write(".aws/ac/credentials", "[ac-bootstrap]\naws_access_key_id = AKIAOLDOLDOLDOLDOLD0\naws_secret_access_key = old\n", "600")
    local path = w:key_csv "bootstrap"
    local p <close> = pty.spawn({ world.BINARY, "credentials", "create", "--file", path }, { cwd = w.home:at "acme",
      env = { HOME = w.home.path, AWS_ENDPOINT_URL = double.endpoint } })
    p:expect "Leave them as they are"
    p:send "o\r"
    p:expect "Backup of what was there"
    assert.equal(0, (p:wait()))
    assert.matches(double:key("bootstrap").id, w.home:read ".aws/ac/credentials", 1, true)
    assert.equal(1, #w:generations())
    assert.equal(0, w:credentials("restore", { "--yes" }).status)
    assert.matches("AKIAOLDOLDOLDOLDOLD0", w.home:read ".aws/ac/credentials", 1, true)
  end)

  it("takes the template as it is shipped: asks, and writes back what the user agrees to", function()
    w.home:write("acme/project.yaml", [[
project_name: <project name>
short_name: <short project name> # A short version (2 to 4 letters)

primary_region: us-east-1
organization:
  accounts:
  - name: management
    email: <aws+management@example.com>
]])
    for _, path in ipairs { "build.env", "config/common.tfvars" } do w.home:write("acme/" .. path, "") end
    local key = double:key "bootstrap"
    local p <close> = pty.spawn({ world.BINARY, "credentials", "create" }, { cwd = w.home:at "acme", rows = 40,
      env = { HOME = w.home.path, AWS_ENDPOINT_URL = double.endpoint } })
    for _, step in ipairs { { "Short name of the project", "ac\r" }, { "Name of the project", "acme\r" },
      { "to project.yaml?", "\r" }, { "Where are the access keys?", "t\r" }, { "Access key ID", key.id .. "\r" },
      { "Secret access key", key.secret .. "\r" } } do
      p:expect(step[1])
      p:send(step[2])
    end
    p:expect "To use it"
    assert.equal(0, (p:wait()))
    assert.equal([[
project_name: acme
short_name: ac # A short version (2 to 4 letters)

primary_region: us-east-1
organization:
  accounts:
  - name: management
    email: <aws+management@example.com>
    id: "111122223333"
]], w.home:read "acme/project.yaml")
  end)

  it("refuses what AWS refuses, keys of another account, and broken projects, with nothing written", function()
    local before = w.home:snapshot()
    local bad = w.home:write("bad.csv", "Access key ID,Secret access key\nAKIANOSUCHKEYNOSUCH0," .. ("x"):rep(40) .. "\n")
    before = w.home:snapshot()
    assert.equal(3, w:credentials("create", { "--file", bad }).status)
    assert.equal(before, w.home:snapshot ".local")
    assert.equal(5, w:credentials("create", { "--file", w:key_csv "security" }).status)
    for text, status in pairs { ["- a\n- b\n"] = 1, ["organization: [\n"] = 1, [""] = 0, ["short_name: ac\n"] = 0,
      ["organization:\n  accounts:\n"] = 0 } do
      w.home:write("acme/project.yaml", text)
      local result = create("--force", "--region", "us-east-1")
      assert.equal(status, result.status, text .. result.err)
      if status == 1 then assert.matches("project.yaml:%d+:%d+: ", result.err) end
      assert.equal(text, w.home:read "acme/project.yaml")
    end
  end)

  it("names the first thing that is missing, when nobody can be asked", function()
    local result = w:credentials("create", {})
    assert.equal(2, result.status)
    assert.matches("the access keys is needed", result.err)
    w.home:write("acme/project.yaml", "short_name: <short project name>\n")
    for _, path in ipairs { "build.env", "config/common.tfvars" } do w.home:write("acme/" .. path, "") end
    result = w:credentials("create", {})
    assert.equal(2, result.status)
    assert.matches("try: give it by --short-name", result.err, 1, true)
  end)

  it("shows its plan with --dry-run, and one object with -o json", function()
    local result = create("--dry-run", "-o", "json")
    local object = cjson.decode(result.out)
    assert.is_true(object.dry_run)
    assert.equal(3, #object.files)
    assert.is_nil(w.home:read ".aws/ac/credentials")
    object = cjson.decode(create("-o", "json").out)
    assert.same({ "ac-bootstrap", MANAGEMENT, 0 }, { object.keys_profile, object.account_id, #object.profiles })
  end)
end)
