-- `leverage credentials configure` at a terminal: each question once, in one order, and ways out that leave nothing
-- behind.
local aws = require "spec.support.aws"
local pty = require "spec.support.pty"
local world = require "spec.support.world"

describe("credentials configure at a terminal", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function()
    double:reset {}
    w = world.new(double)
  end)
  after_each(function() w:remove() end)

  local function start(words, options)
    options = options or {}
    local env = { TERM = "xterm", HOME = w.home.path, AWS_ENDPOINT_URL = double.endpoint, SHELL = "/bin/bash" }
    for name, value in pairs(options.env or {}) do env[name] = value end
    local argv = { world.BINARY, "credentials", "configure" }
    table.move(words, 1, #words, 4, argv)
    return pty.spawn(argv, { env = env, cwd = options.cwd or w.home:at "acme", stdin = options.stdin, cols = options.cols or 100, rows = 60 })
  end

  local function finish(p, status)
    local got, output = p:wait()
    assert.equal(status, got, output)
    assert.equal(p.modes, p:termios().all, "the terminal is not as it was")
    for _, name in ipairs { "bootstrap", "management", "security" } do
      assert.is_nil(output:find(double:key(name).secret, 1, true), "a secret is on the screen")
    end
    return output
  end

  local function type_keys(p, key)
    p:expect "Where are the access keys?"
    p:send "t\r"
    p:expect "Access key ID"
    p:send(key.id .. "\r")
    p:expect "Secret access key"
    p:send(key.secret .. "\r")
  end

  it("takes keys that are typed, the secret hidden", function()
    local key = double:key "management"
    local p <close> = start { "--type", "management" }
    type_keys(p, key)
    p:expect "3 account profiles"
    finish(p, 0)
    assert.matches("aws_secret_access_key = " .. key.secret, w.home:read ".aws/ac/credentials", 1, true)
  end)

  it("says why an answer will not do, and asks again", function()
    local key = double:key "management"
    local p <close> = start { "--type", "management" }
    p:expect "Where are the access keys?"
    p:send "t\r"
    p:expect "Access key ID"
    p:send "nonsense\r"
    p:expect "an access key id is"
    p:expect "Access key ID"
    p:key "ctrl-u"
    p:send(key.id .. "\r")
    p:expect "Secret access key"
    p:send "short\r"
    p:expect "40 characters"
    p:expect "Secret access key"
    p:send(key.secret .. "\r")
    p:expect "3 account profiles"
    finish(p, 0)
  end)

  it("takes a file's path", function()
    w:key_csv "management"
    local p <close> = start { "--type", "management" }
    p:expect "Where are the access keys?"
    p:key "enter"
    p:expect "File with the access keys"
    p:send "~/nothing.csv\r"
    p:expect "no such file"
    p:expect "File with the access keys"
    p:key "ctrl-u"
    p:send "~/management.csv\r"
    p:expect "3 account profiles"
    finish(p, 0)
  end)

  it("asks whether to skip or to overwrite", function()
    assert.equal(0, w:configure(w:keys_for "management").status)
    local before = w.home:snapshot()
    do
      local p <close> = start { "--type", "management" }
      p:expect "Skip credentials configuration"
      p:key "enter"
      p:expect "no file is changed"
      finish(p, 0)
    end
    assert.equal(before, w.home:snapshot())
    local key = double:key "management"
    local p <close> = start { "--type", "management" }
    p:expect "Overwrite current credentials. Backups will be made."
    p:send "o\r"
    type_keys(p, key)
    p:expect "no file is changed"
    finish(p, 0)
  end)

  it("asks for what the template leaves open, and writes it back when the user agrees", function()
    w.home:write("acme/project.yaml", "project_name: <project name>\nshort_name: <short project name> # 2 to 4 letters\n\nprimary_region: <region>\n")
    w.home:write("acme/build.env", "")
    w.home:write("acme/config/common.tfvars", "")
    local p <close> = start { "--type", "management", "--credentials-file", w:key_csv "management" }
    p:expect "Short name of the project"
    p:send "ACME\r"
    p:expect "lower-case"
    p:expect "Short name of the project"
    p:key "ctrl-u"
    p:send "zz\r"
    p:expect "Name of the project"
    p:send "acme\r"
    p:expect "AWS region"
    p:send "\r"
    p:expect "to project.yaml?"
    p:send "y\r"
    p:expect "To use"
    finish(p, 0)
    assert.equal("project_name: acme\nshort_name: zz # 2 to 4 letters\n\nprimary_region: us-east-1\n", w.home:read "acme/project.yaml")
    assert.matches("[zz-management]", w.home:read ".aws/zz/credentials", 1, true)
  end)

  it("asks which key of a file, and which of several MFA devices", function()
    double:state { users = { management = { mfa_devices = { "mfa/one", "mfa/two" } } } }
    local one, two = double:key "management", double:key "bootstrap"
    local path = w.home:write("keys.csv", ("User name,Access key ID,Secret access key\nana,%s,%s\nroot,%s,%s\n"):format(
      one.id, one.secret, two.id, two.secret))
    local p <close> = start { "--type", "management", "--credentials-file", path, "--fetch-mfa-device" }
    p:expect "Whose keys?"
    p:key "enter"
    p:expect "Which MFA device?"
    p:key "down"
    p:key "enter"
    p:expect "3 account profiles"
    finish(p, 0)
    assert.matches("mfa_serial = arn:aws:iam::111122223333:mfa/two", w.home:read ".aws/ac/config", 1, true)
  end)

  it("asks on the terminal when standard input is a pipe with the keys", function()
    local key = double:key "management"
    w.home:write("acme/build.env", "")
    w.home:write("acme/project.yaml", "primary_region: us-east-1\n")
    w.home:write("acme/config/common.tfvars", "")
    local p <close> = start({ "--type", "management", "--credentials-file", "-" },
      { stdin = ("Access key ID,Secret access key\n%s,%s\n"):format(key.id, key.secret) })
    p:expect "Short name of the project"
    p:send "zz\r"
    p:expect "To use"
    finish(p, 0)
  end)

  it("asks everything there is to ask once, in one order", function()
    double:state { users = { management = { mfa_devices = { "mfa/one", "mfa/two" } } } }
    assert.equal(0, w:configure({ "--type", "management", "--credentials-file", w:key_csv "management", "--short-name", "zz" }).status)
    local one, two = double:key "management", double:key "bootstrap"
    w.home:write("keys.csv", ("User name,Access key ID,Secret access key\nana,%s,%s\nbob,%s,%s\n"):format(
      one.id, one.secret, two.id, two.secret))
    w.home:write("acme/project.yaml", "project_name: <project name>\nshort_name: <short project name>\n")
    w.home:write("acme/build.env", "")
    w.home:write("acme/config/common.tfvars", "")
    local p <close> = start { "--type", "management", "--fetch-mfa-device", "--all-accounts" }
    local questions = {
      { "Short name of the project", "zz\r" },
      { "Name of the project", "acme\r" },
      { "AWS region", "eu-west-1\r" },
      { "to project.yaml?", "y\r" },
      { "Credentials of zz-management are already configured", "o\r" },
      { "Where are the access keys?", "f\r" },
      { "File with the access keys", "~/keys.csv\r" },
      { "Whose keys?", "\r" },
      { "Which MFA device?", "\r" },
    }
    for _, question in ipairs(questions) do
      p:expect(question[1])
      p:send(question[2])
    end
    p:expect "To use"
    finish(p, 0)
    local lines = table.concat((p:screen()), "\n")
    for _, question in ipairs(questions) do
      local pattern = question[1]:gsub("%p", "%%%0")
      local _, count = lines:gsub(pattern, "")
      assert.equal(1, count, question[1])
    end
    assert.matches("region = eu-west-1", w.home:read ".aws/zz/config", 1, true)
  end)

  it("ends with 130 at Ctrl-C, 143 when terminated, 129 when the line drops, with nothing written", function()
    local ways = {
      { 130, function(p) p:key "ctrl-c" end },
      { 143, function(p) p:signal "TERM" end },
      { 129, function(p) p:hangup() end },
    }
    for _, way in ipairs(ways) do
      for _, question in ipairs { "Where are the access keys?", "Access key ID", "Secret access key" } do
        local before = w.home:snapshot()
        local p <close> = start { "--type", "management" }
        p:expect "Where are the access keys?"
        if question ~= "Where are the access keys?" then
          p:send "t\r"
          p:expect "Access key ID"
        end
        if question == "Secret access key" then
          p:send(double:key("management").id .. "\r")
          p:expect "Secret access key"
          p:send "half a sec"
        end
        way[2](p)
        if way[1] == 129 then
          assert.equal(129, (p:wait())) -- there is no terminal left to look at
        else
          finish(p, way[1])
        end
        assert.equal(before, w.home:snapshot())
      end
    end
  end)

  it("ends with 130 at Ctrl-C while AWS is silent, with nothing written", function()
    double:fault { kind = "hang" }
    local words = w:keys_for "management"
    local before = w.home:snapshot()
    local p <close> = start(words)
    local deadline = os.time() + 10
    while #double:log().requests < 2 and os.time() < deadline do os.execute "sleep 0.05" end
    p:key "ctrl-c"
    finish(p, 130)
    assert.equal(before, w.home:snapshot())
    double:clear()
  end)

  it("opens its connections while the user answers", function()
    local p <close> = start { "--type", "management" }
    p:expect "Where are the access keys?"
    local deadline = os.time() + 10
    local opened = 0
    while opened < 4 and os.time() < deadline do
      opened = 0
      for _, request in ipairs(double:log().requests) do opened = opened + (request.operation == "HEAD" and 1 or 0) end
      os.execute "sleep 0.05"
    end
    assert.equal(4, opened)
    local key = double:key "management"
    p:send "t\r"
    p:expect "Access key ID"
    p:send(key.id .. "\r")
    p:expect "Secret access key"
    p:send(key.secret .. "\r")
    p:expect "3 account profiles"
    finish(p, 0)
    for _, request in ipairs(double:log().requests) do
      if request.operation ~= "HEAD" then assert.is_false(request.new, request.operation) end
    end
  end)
end)
