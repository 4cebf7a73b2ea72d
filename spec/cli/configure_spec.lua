-- `leverage credentials configure` as a person runs it: what it writes, and that it writes nothing else.
local aws = require "spec.support.aws"
local pty = require "spec.support.pty"
local world = require "spec.support.world"

local MANAGEMENT, SECURITY, SHARED = "111122223333", "444455556666", "777788889999"

describe("credentials configure", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function()
    double:reset {}
    w = world.new(double)
  end)
  after_each(function() w:remove() end)

  local function configure(type_name, ...)
    local words = w:keys_for(type_name)
    for _, word in ipairs { ... } do words[#words + 1] = word end
    local result = w:configure(words)
    assert.equal(0, result.status, result.err)
    return result
  end

  it("writes keys, one profile per account, and ids, the first time", function()
    local key = double:key "bootstrap"
    local result = configure "bootstrap"
    assert.equal(("[ac-bootstrap]\naws_access_key_id = %s\naws_secret_access_key = %s\n"):format(key.id, key.secret),
      w.home:read ".aws/ac/credentials")
    assert.equal(([[
[profile ac-bootstrap]
region = us-east-1
output = json

[profile ac-management-oaar]
output = json
region = us-east-1
role_arn = arn:aws:iam::%s:role/OrganizationAccountAccessRole
source_profile = ac-bootstrap

[profile ac-security-oaar]
output = json
region = us-east-1
role_arn = arn:aws:iam::%s:role/OrganizationAccountAccessRole
source_profile = ac-bootstrap

[profile ac-shared-oaar]
output = json
region = us-east-1
role_arn = arn:aws:iam::%s:role/OrganizationAccountAccessRole
source_profile = ac-bootstrap
]]):format(MANAGEMENT, SECURITY, SHARED), w.home:read ".aws/ac/config")
    assert.equal("rw-------", w.home:mode ".aws/ac/credentials")
    assert.equal("rw-------", w.home:mode ".aws/ac/config")
    assert.equal("rwx------", w.home:mode ".aws/ac")

    local yaml = world.PROJECT_YAML
    for name, id in pairs { management = MANAGEMENT, security = SECURITY, shared = SHARED } do
      yaml = yaml:gsub("(    email: aws%+" .. name .. "@example.com\n)", '%1    id: "' .. id .. '"\n')
    end
    assert.equal(yaml, w.home:read "acme/project.yaml")
    assert.equal((world.TFVARS:gsub("111111111111", MANAGEMENT):gsub("222222222222", SECURITY):gsub("333333333333", SHARED)
      :gsub('shared_account_id = ""', 'shared_account_id = "' .. SHARED .. '"')), w.home:read "acme/config/common.tfvars")

    assert.matches("export AWS_CONFIG_FILE=" .. w.home:at(".aws/ac/config"), result.out, 1, true)
    assert.matches("export AWS_SHARED_CREDENTIALS_FILE=", result.out, 1, true)
    assert.matches("Backup of what was there: ~/.local/state/leverage/backups/", result.out, 1, true)
    assert.is_nil((result.out .. result.err):find(key.secret, 1, true))
  end)

  it("takes keys in every form they come in", function()
    local key = double:key "bootstrap"
    local id, secret = key.id, key.secret
    for name, text in pairs {
      ["console.csv"] = ("\u{FEFF}Access key ID,Secret access key\r\n%s,%s\r\n"):format(id, secret),
      ["new user.csv"] = ("User name,Password,Access key ID,Secret access key,Console login link\nana,,%s,%s,https://x\n"):format(id, secret),
      ["swapped.csv"] = ('"SECRET ACCESS KEY","note, with comma","access key id"\n"%s","a ""b""","%s"\n\n'):format(secret, id),
      ["seed.json"] = ('{\n  "accessKeyID": "%s",\n  "secretAccessKey": "%s",\n}\n'):format(id, secret),
      ["iam.json"] = ('{"AccessKey": {"UserName": "ana", "AccessKeyId": "%s", "Status": "Active", "SecretAccessKey": "%s", "CreateDate": "2026-01-01T00:00:00Z"}}'):format(id, secret),
      ["credentials"] = ("[default]\naws_access_key_id = %s\naws_secret_access_key=%s\n"):format(id, secret),
    } do
      w.home:write(".aws/ac/credentials", "", "600")
      local words = { "--type", "bootstrap", "--credentials-file" }
      local by_path = w:configure { "--type", "bootstrap", "--credentials-file", w.home:write("keys/" .. name, text) }
      assert.equal(0, by_path.status, name .. ": " .. by_path.err)
      assert.matches(("aws_access_key_id = %s\naws_secret_access_key = %s\n"):format(id, secret), w.home:read ".aws/ac/credentials", 1, true)
      w.home:write(".aws/ac/credentials", "", "600")
      words[#words + 1] = "-"
      local by_pipe = w:configure(words, { stdin = text })
      assert.equal(0, by_pipe.status, name .. ": " .. by_pipe.err)
      assert.matches(("aws_secret_access_key = %s\n"):format(secret), w.home:read ".aws/ac/credentials", 1, true)
    end
  end)

  it("takes the named user's keys out of a file with several", function()
    local one, two = double:key "management", double:key "bootstrap"
    local path = w.home:write("keys.csv", ("User name,Access key ID,Secret access key\nana,%s,%s\nbob,%s,%s\n"):format(
      one.id, one.secret, two.id, two.secret))
    local result = w:configure { "--type", "management", "--credentials-file", path, "--user", "bob" }
    assert.equal(0, result.status, result.err)
    assert.matches(two.id, w.home:read ".aws/ac/credentials", 1, true)
    result = w:configure { "--type", "management", "--credentials-file", path, "--user", "eve", "--overwrite-existing-credentials" }
    assert.equal(1, result.status)
    assert.matches("no keys of the user 'eve'; it has ana %(AKIA…%w+%), bob", result.err)
    result = w:configure { "--type", "management", "--credentials-file", path, "--overwrite-existing-credentials" }
    assert.equal(2, result.status)
    assert.matches("one of ana %(AKIA…%w+%), bob.*try: give it by %-%-user NAME", result.err)
  end)

  it("keeps leading zeros of account ids", function()
    double:reset { accounts = { { id = "012345678901", name = "acme-management", email = "m@example.com" },
      { id = "000000000042", name = "acme-security", email = "s@example.com" }, { id = "000123000456", name = "acme-shared", email = "h@example.com" } } }
    configure "management"
    assert.matches("role_arn = arn:aws:iam::000000000042:role/", w.home:read ".aws/ac/config", 1, true)
    assert.matches('id: "000000000042"', w.home:read "acme/project.yaml", 1, true)
    assert.matches('id    = "000123000456"', w.home:read "acme/config/common.tfvars", 1, true)
    local before = w.home:snapshot()
    configure("management", "--overwrite-existing-credentials")
    assert.equal(before, w.home:snapshot())
  end)

  it("changes no byte and makes no backup the second time", function()
    configure "bootstrap"
    local before = w.home:snapshot()
    local result = configure("bootstrap", "--overwrite-existing-credentials")
    assert.matches("no file is changed, no backup is made", result.out)
    assert.equal(before, w.home:snapshot())
  end)

  it("names the MFA device in management's profiles", function()
    configure("management", "--fetch-mfa-device")
    local config = w.home:read ".aws/ac/config"
    local _, count = config:gsub("mfa_serial = arn:aws:iam::" .. MANAGEMENT .. ":mfa/management\n", "")
    assert.equal(3, count)
    assert.is_nil(config:match("%[profile ac%-management%]\n[^[]*mfa_serial"))
  end)

  it("gives security the DevOps role in every account but management", function()
    configure "bootstrap"
    configure "management"
    configure "security"
    local config = w.home:read ".aws/ac/config"
    assert.matches("[profile ac-shared-devops]\noutput = json\nregion = us-east-1\nrole_arn = arn:aws:iam::" .. SHARED
      .. ":role/DevOps\nsource_profile = ac-security\n", config, 1, true)
    assert.is_nil(config:find("ac-management-devops", 1, true))
    assert.equal(3, #w:generations())
  end)

  it("reads the organization with management's keys when security's may not", function()
    configure "management"
    double:clear_log()
    configure "security"
    local who = {}
    for _, request in ipairs(double:log().requests) do who[request.operation] = request.key end
    assert.equal(double:key("management").id, who.ListAccounts)
    assert.equal(double:key("security").id, who.GetCallerIdentity)
    assert.matches("ac%-shared%-devops", w.home:read ".aws/ac/config")
  end)

  it("goes on with the ids that the files know when the organization cannot be read", function()
    w:remove()
    w = world.new(double, { ["project.yaml"] = world.PROJECT_YAML:gsub("(aws%+shared@example.com\n)", '%1    id: "' .. SHARED .. '"\n') })
    local result = configure "security"
    assert.matches("organizations:ListAccounts", result.err)
    local config = w.home:read ".aws/ac/config"
    assert.matches("ac%-shared%-devops", config)
    assert.matches("ac%-security%-devops", config) -- whose keys these are is known all the same
  end)

  it("warns, naming the permission, when its own keys may not list accounts", function()
    for _, denied in ipairs { { "organizations:ListAccounts" }, { "organizations:*" } } do
      double:state { access_keys = { [double:key("management").id] = { deny = denied } } }
      os.execute("rm -rf " .. w.home:at ".aws")
      local result = configure "management"
      assert.matches("the permission organizations:ListAccounts is missing", result.err, 1, true)
      assert.matches("ac-management-oaar", w.home:read ".aws/ac/config", 1, true)
    end
  end)

  it("takes AWS's keys out of its environment, and uses them only when told", function()
    local key = double:key "security"
    local p <close> = pty.spawn({ world.BINARY, "credentials", "configure", "--type", "management" }, {
      cwd = w.home:at "acme", env = { HOME = w.home.path, AWS_ENDPOINT_URL = double.endpoint, AWS_PROFILE = "elsewhere",
        AWS_ACCESS_KEY_ID = key.id, AWS_SECRET_ACCESS_KEY = key.secret } })
    p:expect "Where are the access keys?"
    local environ = assert(io.open(("/proc/%d/environ"):format(p.pid), "rb"))
    local bytes = environ:read("a")
    environ:close()
    assert.matches("AWS_ENDPOINT_URL=", bytes, 1, true)
    assert.is_nil(bytes:find(key.id, 1, true))
    assert.is_nil(bytes:find(key.secret, 1, true))
    p:key "ctrl-c"
    p:wait()
  end)

  it("says that there is no organization yet, and writes the management account's id", function()
    double:state { organization = aws.null }
    local result = configure "bootstrap"
    assert.matches("There is no organization yet", result.err)
    assert.matches('name: management\n    email: %S+\n    id: "' .. MANAGEMENT .. '"\n', w.home:read "acme/project.yaml")
    assert.matches("ac%-management%-oaar", w.home:read ".aws/ac/config")
    assert.is_nil(w.home:read(".aws/ac/config"):find("ac-shared-oaar", 1, true))
  end)

  describe("with keys that are configured", function()
    before_each(function() configure "management" end)

    it("keeps them with --skip-access-keys-setup, and goes on", function()
      local keys = w.home:read ".aws/ac/credentials"
      w.home:write(".aws/ac/config", "")
      local result = w:configure { "--type", "management", "--skip-access-keys-setup" }
      assert.equal(0, result.status, result.err)
      assert.equal(keys, w.home:read ".aws/ac/credentials")
      assert.matches("ac%-shared%-oaar", w.home:read ".aws/ac/config")
    end)

    it("renews them with --overwrite-existing-credentials, and takes out what would be read instead", function()
      w.home:write(".aws/ac/credentials", "# mine\n[ac-management]\naws_access_key_id = AKIAOLDOLDOLDOLDOLD0\n"
        .. "aws_secret_access_key = old\naws_session_token = stale\naws_security_token = stale\ncredential_process = x\n\n"
        .. "[other]\nregion = x # keep\n")
      configure("management", "--overwrite-existing-credentials")
      local key = double:key "management"
      assert.equal(("# mine\n[ac-management]\naws_access_key_id = %s\naws_secret_access_key = %s\n\n[other]\nregion = x # keep\n")
        :format(key.id, key.secret), w.home:read ".aws/ac/credentials")
      local generations = w:generations()
      assert.matches("AKIAOLDOLDOLDOLDOLD0", (w.home:read(".local/state/leverage/backups/" .. generations[#generations] .. "/0-credentials")))
    end)

    it("needs one of the flags when nobody can be asked", function()
      local csv = w:key_csv "management"
      local before = w.home:snapshot()
      local result = w:configure { "--type", "management", "--credentials-file", csv }
      assert.equal(2, result.status)
      assert.matches("--skip-access-keys-setup or --overwrite-existing-credentials", result.err, 1, true)
      assert.equal(before, w.home:snapshot())
    end)

    it("has nothing to do with both skip flags", function()
      local before = w.home:snapshot()
      local result = w:configure { "--type", "management", "--skip-access-keys-setup", "--skip-assumable-roles-setup" }
      assert.equal(0, result.status)
      assert.matches("Nothing to do", result.out)
      assert.equal(before, w.home:snapshot())
    end)
  end)

  it("writes no account profiles with --skip-assumable-roles-setup", function()
    configure("management", "--skip-assumable-roles-setup")
    assert.equal("[profile ac-management]\nregion = us-east-1\noutput = json\n", w.home:read ".aws/ac/config")
  end)

  it("keeps every byte of AWS files that it does not mean to change", function()
    local config = "# my own\r\n[default]\r\nregion=eu-west-1\r\n\r\n[profile ac-shared-oaar]\r\nregion = eu-central-1\r\ncli_pager =\r\ns3 =\r\n  max_queue_size = 5\r\n"
    w.home:write(".aws/ac/config", config, "644")
    configure "bootstrap"
    local after = w.home:read ".aws/ac/config"
    local head = "# my own\r\n[default]\r\nregion=eu-west-1\r\n"
    assert.equal(head, after:sub(1, #head))
    assert.matches("[profile ac-shared-oaar]\r\nregion = us-east-1\r\ncli_pager =\r\ns3 =\r\n  max_queue_size = 5\r\n", after, 1, true)
    assert.is_nil(after:gsub("\r\n", ""):find("[\r\n]"))
    assert.equal("rw-r--r--", w.home:mode ".aws/ac/config")
  end)

  it("makes profiles for accounts of the organization alone only when told", function()
    double:state { accounts = { { id = MANAGEMENT, name = "acme-management", email = "m@example.com" },
      { id = SECURITY, name = "acme-security", email = "s@example.com" }, { id = SHARED, name = "acme-shared", email = "h@example.com" },
      { id = "123412341234", name = "acme-Data Lake", email = "d@example.com" } } }
    local result = configure "management"
    assert.matches("one account is of the organization not in the project's files", result.err, 1, true)
    assert.matches('- name: data-lake\n', result.err, 1, true)
    assert.is_nil(w.home:read(".aws/ac/config"):find("data-lake", 1, true))
    configure("management", "--overwrite-existing-credentials", "--all-accounts")
    assert.matches("[profile ac-data-lake-oaar]", w.home:read ".aws/ac/config", 1, true)
  end)

  it("leaves out suspended accounts, and tells of renamed ones", function()
    configure "bootstrap"
    double:state { accounts = { { id = MANAGEMENT, name = "Whatever Root", email = "m@example.com" },
      { id = SECURITY, name = "acme-security", email = "s@example.com", status = "SUSPENDED" },
      { id = SHARED, name = "acme-platform", email = "h@example.com" } },
      organization = { management_account = MANAGEMENT } }
    w.home:write(".aws/ac/config", "")
    local result = configure("bootstrap", "--overwrite-existing-credentials")
    assert.matches("'acme-security' (444455556666) is left out: it is suspended", result.err, 1, true)
    assert.matches("'shared' (777788889999) is called 'acme-platform' in the organization", result.err, 1, true)
    local config = w.home:read ".aws/ac/config"
    assert.matches("ac-management-oaar", config, 1, true)
    assert.matches("ac-shared-oaar", config, 1, true)
    assert.is_nil(config:find("ac-security-oaar", 1, true))
    assert.is_nil(config:find("platform", 1, true))
  end)

  it("reads a thousand accounts over fifty pages", function()
    double:reset { generate_accounts = 1000 }
    local result = w:configure_json { "--type", "management", "--credentials-file", w:key_csv "management", "--all-accounts" }
    assert.equal(0, result.status, result.err)
    assert.equal(1000, #result.json.profiles)
    local pages = 0
    for _, request in ipairs(double:log().requests) do pages = pages + (request.operation == "ListAccounts" and 1 or 0) end
    assert.equal(50, pages)
  end)

  it("removes with --prune what it wrote for accounts that are gone, and nothing else", function()
    configure "bootstrap"
    w.home:write(".aws/ac/config", w.home:read(".aws/ac/config") .. "\n[profile mine]\nregion = x\n")
    w.home:write("acme/project.yaml", (world.PROJECT_YAML:gsub("  %- name: shared\n.-\n", "")))
    w.home:write("acme/config/common.tfvars", "")
    double:state { accounts = { { id = MANAGEMENT, name = "acme-management", email = "m@example.com" },
      { id = SECURITY, name = "acme-security", email = "s@example.com" } } }
    local listed = configure("bootstrap", "--overwrite-existing-credentials")
    assert.matches("one profile of accounts that the organization no longer has: ac-shared-oaar", listed.err, 1, true)
    assert.matches("[profile ac-shared-oaar]", w.home:read ".aws/ac/config", 1, true)
    configure("bootstrap", "--overwrite-existing-credentials", "--prune", "--yes")
    local config = w.home:read ".aws/ac/config"
    assert.is_nil(config:find("ac-shared-oaar", 1, true))
    assert.matches("[profile mine]\nregion = x\n", config, 1, true)
    assert.matches("[profile ac-security-oaar]", config, 1, true)
  end)

  it("lets management take over bootstrap's profiles, and bootstrap leave management's alone", function()
    configure "bootstrap"
    configure("management", "--fetch-mfa-device")
    local config = w.home:read ".aws/ac/config"
    assert.is_nil(config:find("source_profile = ac-bootstrap", 1, true))
    local result = configure("bootstrap", "--overwrite-existing-credentials")
    assert.matches("3 profiles are left alone", result.err, 1, true)
    assert.equal(config, w.home:read ".aws/ac/config")
  end)

  it("shows with --dry-run what would change, without a secret and without a touch", function()
    local key = double:key "bootstrap"
    w:key_csv "bootstrap"
    local before = w.home:snapshot()
    local result = configure("bootstrap", "--dry-run")
    assert.matches("+ ac-bootstrap.aws_access_key_id = " .. key.id, result.out, 1, true)
    assert.matches("+ ac-bootstrap.aws_secret_access_key = (secret)", result.out, 1, true)
    assert.matches("- accounts.security.id = 222222222222", result.out, 1, true)
    assert.matches("+ accounts.security.id = " .. SECURITY, result.out, 1, true)
    assert.is_nil((result.out .. result.err):find(key.secret, 1, true))
    assert.equal(before, w.home:snapshot())
  end)

  it("leaves project files unwritten with --no-project-files", function()
    configure("bootstrap", "--no-project-files")
    assert.equal(world.PROJECT_YAML, w.home:read "acme/project.yaml")
    assert.equal(world.TFVARS, w.home:read "acme/config/common.tfvars")
  end)

  it("gives one object with -o json", function()
    local result = w:configure_json(w:keys_for "bootstrap")
    assert.equal(0, result.status, result.err)
    assert.is_true(result.json.ok)
    assert.equal("ac-bootstrap", result.json.keys_profile)
    assert.equal(MANAGEMENT, result.json.account_id)
    assert.equal(3, #result.json.profiles)
    assert.equal(4, #result.json.changed)
    assert.equal(w.home:at ".aws/ac/config", result.json.environment.AWS_CONFIG_FILE)
    assert.is_nil(result.out:find(double:key("bootstrap").secret, 1, true))
  end)

  it("works without project files, by flags", function()
    w:remove()
    w = world.new(double, { ["project.yaml"] = false, ["config/common.tfvars"] = false, ["build.env"] = false })
    configure("management", "--short-name", "zz", "--region", "eu-west-1", "--all-accounts")
    assert.matches("[profile zz-acme-shared-oaar]", w.home:read ".aws/zz/config", 1, true)
    assert.is_nil(w.home:read "acme/project.yaml")
  end)

  it("reads build.env from the root down to the working directory", function()
    w:remove()
    w = world.new(double, { ["project.yaml"] = false, ["config/common.tfvars"] = false,
      ["build.env"] = "PROJECT=top\n", ["layer/build.env"] = "export PROJECT='deep' # here\nMFA_ENABLED=true\n" })
    local words = w:keys_for "management"
    words[#words + 1] = "--all-accounts"
    words[#words + 1] = "--region=us-east-1"
    local result = w:configure(words, { cwd = w.home:at "acme/layer" })
    assert.equal(0, result.status, result.err)
    assert.matches("mfa_serial = ", w.home:read ".aws/deep/config", 1, true)
  end)

  it("follows links to the files, whatever the umask", function()
    os.execute(("mkdir -p %s/dots && ln -s %s/dots %s/.aws && touch %s/dots/x"):format(w.home.path, w.home.path, w.home.path, w.home.path))
    for _, umask in ipairs { "000", "077" } do
      local result = w:configure(w:keys_for "bootstrap", { prefix = "umask " .. umask .. ";" })
      if umask == "077" then result = w:configure({ "--type", "bootstrap", "--skip-access-keys-setup" }, { prefix = "umask 077;" }) end
      assert.equal(0, result.status, result.err)
    end
    assert.equal("rw-------", w.home:mode "dots/ac/credentials")
    assert.equal("rwx------", w.home:mode "dots/ac")
  end)
end)
