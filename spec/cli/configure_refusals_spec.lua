-- `leverage credentials configure` when something is wrong: the right exit status, a message that says what and
-- what next, every file as it was, and no secret anywhere.
local aws = require "spec.support.aws"
local world = require "spec.support.world"

local MANAGEMENT, SECURITY, SHARED = "111122223333", "444455556666", "777788889999"

describe("credentials configure refuses", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function()
    double:reset {}
    w = world.new(double)
    w.home:write(".aws/ac/config", "# mine\n[profile other]\nregion = x\n", "644")
    w.home:write(".aws/ac/credentials", "[other]\naws_access_key_id = AKIAOTHEROTHEROTHER0\n", "600")
  end)
  after_each(function() w:remove() end)

  -- Runs it and asserts that it ends with `status`, says every pattern, leaks nothing, and touches nothing.
  local function refused(status, patterns, words, options)
    local before = w.home:snapshot ".local"
    local result = w:configure(words, options)
    assert.equal(status, result.status, result.out .. result.err)
    for _, pattern in ipairs(patterns) do assert.matches(pattern, result.err) end
    for _, name in ipairs { "bootstrap", "management", "security" } do
      assert.is_nil((result.out .. result.err):find(double:key(name).secret, 1, true), "a secret is shown")
    end
    assert.equal(before, w.home:snapshot ".local", "a file is changed")
    return result
  end

  local function csv(id, secret)
    return w.home:write("given.csv", ("Access key ID,Secret access key\n%s,%s\n"):format(id, secret))
  end

  describe("keys that AWS refuses, telling apart", function()
    it("an unknown key", function()
      refused(3, { "does not know the access key" },
        { "--type", "bootstrap", "--credentials-file", csv("AKIANOSUCHKEYNOSUCH0", ("x"):rep(40)) })
    end)

    it("a wrong secret", function()
      refused(3, { "secret access key does not belong" },
        { "--type", "bootstrap", "--credentials-file", csv(double:key("bootstrap").id, ("x"):rep(40)) })
    end)

    it("an expired token", function()
      double:state { access_keys = { ASIAEXPIREDEXPIRED00 = { secret = ("s"):rep(40), user = "bootstrap", token = "token-token-token", expired = true } } }
      refused(3, { "expired" }, { "--type", "bootstrap", "--from-env" }, { env = { AWS_ACCESS_KEY_ID = "ASIAEXPIREDEXPIRED00",
        AWS_SECRET_ACCESS_KEY = ("s"):rep(40), AWS_SESSION_TOKEN = "token-token-token" } })
    end)

    it("a clock that AWS's Date does not explain", function()
      double:fault { kind = "skew", operation = "GetCallerIdentity", seconds = 900, times = 1 }
      double:fault { kind = "skew", operation = "GetCallerIdentity", seconds = -900 }
      refused(3, { "clock" }, w:keys_for "bootstrap")
    end)
  end)

  it("no keys of another account than the project's", function()
    local result = refused(5, { SECURITY, MANAGEMENT, "'management'" },
      { "--type", "management", "--credentials-file", w:key_csv "security" })
    assert.equal("", result.out)
  end)

  it("no keys of a member account for the management account, also where no file names one", function()
    for _, path in ipairs { "project.yaml", "config/common.tfvars" } do w.home:write("acme/" .. path, "") end
    refused(5, { SECURITY, "management account is " .. MANAGEMENT },
      { "--type", "management", "--region", "us-east-1", "--credentials-file", w:key_csv "security" })
  end)

  it("a real id in a file that differs from what AWS says", function()
    w.home:write("acme/project.yaml", (world.PROJECT_YAML:gsub("(aws%+management@example.com\n)", '%1    id: "123456789012"\n')))
    refused(5, { "123456789012", MANAGEMENT }, w:keys_for "management")
  end)

  it("when there is no network, or an answer that is not AWS's", function()
    refused(4, { "refuses connections" }, w:keys_for "bootstrap", { env = { AWS_ENDPOINT_URL = "http://127.0.0.1:9" } })
    refused(4, { "nowhere.invalid" }, w:keys_for "bootstrap", { env = { AWS_ENDPOINT_URL = "https://nowhere.invalid" } })
    for _, fault in ipairs { { kind = "garbage", body = "html" }, { kind = "server_error", status = 503 }, { kind = "throttle" },
      { kind = "redirect" }, { kind = "truncate" }, { kind = "reset", at = "middle" } } do
      double:clear()
      double:fault(fault)
      refused(4, {}, w:keys_for "bootstrap")
    end
    double:clear()
    refused(5, { "https" }, w:keys_for "bootstrap", { env = { AWS_ENDPOINT_URL = "http://192.0.2.1" } })
  end)

  it("a throttled list of accounts, after retries", function()
    double:fault { kind = "throttle", operation = "ListAccounts" }
    refused(4, {}, w:keys_for "management")
  end)

  it("a list of accounts that never ends", function()
    double:state { pages = { organizations = { loop = true } } }
    refused(4, { "ListAccounts" }, w:keys_for "management")
  end)

  it("no MFA device, when one is asked for", function()
    refused(1, { "No MFA device found for user bootstrap" }, (function()
      local words = w:keys_for "bootstrap"
      words[#words + 1] = "--fetch-mfa-device"
      return words
    end)())
  end)

  it("several MFA devices, unless one is named", function()
    double:state { users = { management = { mfa_devices = { "mfa/one", "mfa/two" } } } }
    local words = w:keys_for "management"
    words[#words + 1] = "--fetch-mfa-device"
    refused(2, { "%-%-mfa%-serial" }, words)
  end)

  it("skipped keys that are not there", function()
    refused(5, { "ac%-management has no access keys yet", "leverage credentials configure %-%-type management" },
      { "--type", "management", "--skip-access-keys-setup" })
  end)

  it("words it does not know, and words that exclude each other", function()
    refused(2, { "%-%-type" }, {})
    refused(2, { "bootstrap, management, security" }, { "--type", "root" })
    refused(2, { "can not be used together" }, { "--type", "security", "--skip-access-keys-setup", "--overwrite-existing-credentials" })
    refused(2, { "can not be used together" }, { "--type", "security", "--from-env", "--credentials-file", "x" })
    refused(2, { "availability zone; its region is us%-east%-1" }, { "--type", "security", "--region", "us-east-1a" })
    refused(2, { "not a region" }, { "--type", "security", "--region", "middle-earth" })
    refused(2, { "short name" }, { "--type", "security", "--short-name", "../x" })
    refused(2, { "neither the ARN" }, { "--type", "security", "--mfa-serial", "arn:aws:iam::1:user/x" })
  end)

  it("to guess what is missing, and names the flag", function()
    refused(2, { "access keys is needed", "%-%-credentials%-file" }, { "--type", "security" })
    w.home:write("acme/project.yaml", "short_name: <short project name>\n")
    w.home:write("acme/build.env", "")
    w.home:write("acme/config/common.tfvars", "")
    refused(2, { "short name is needed", "%-%-short%-name" }, w:keys_for "security")
    refused(2, { "a region is needed", "%-%-region" }, (function()
      local words = w:keys_for "security"
      words[#words + 1] = "--short-name=ac"
      return words
    end)())
    refused(2, { "AWS_SECRET_ACCESS_KEY is not set" }, { "--type", "security", "--short-name=ac", "--region=us-east-1", "--from-env" },
      { env = { AWS_ACCESS_KEY_ID = double:key("security").id } })
  end)

  it("project files that are broken, with file, line and column", function()
    for path, text in pairs { ["project.yaml"] = "short_name: [ac\nx: y\n", ["config/common.tfvars"] = 'project = "ac\n',
      ["build.env"] = "PROJECT=ac\nnonsense\n" } do
      local good = w.home:read("acme/" .. path)
      w.home:write("acme/" .. path, text)
      refused(1, { path:gsub("%p", "%%%0") .. ":%d+:%d+: " }, w:keys_for "security")
      w.home:write("acme/" .. path, good)
    end
    for _, text in ipairs { "[a, b]\n", "organization: 5\n", "organization:\n  accounts: {a: b}\n", "organization:\n  accounts: [5]\n" } do
      w.home:write("acme/project.yaml", text)
      refused(1, { "project.yaml:%d+:%d+: " }, w:keys_for "security")
    end
  end)

  it("AWS files that are broken", function()
    w.home:write(".aws/ac/credentials", "no section = x\n[oops\n")
    refused(1, { "credentials:%d+:%d+" }, w:keys_for "security")
  end)

  it("key files of the wrong shape, without showing what is in them", function()
    local secret = double:key("management").secret
    for _, text in ipairs { "", "\0\1\2", "AKIAXXXXXXXXXXXXXXXX," .. secret .. "\n", '{"accessKeyID": "' .. secret .. '"',
      "Access key ID,Password\nAKIAXXXXXXXXXXXXXXXX," .. secret .. "\n" } do
      refused(1, { "given" }, { "--type", "management", "--credentials-file", w.home:write("given", text) })
    end
    refused(1, { "does not exist" }, { "--type", "management", "--credentials-file", "absent.csv" })
    refused(5, { "is a directory" }, { "--type", "management", "--credentials-file", w.home.path })
  end)

  it("names that two accounts would share", function()
    w.home:write(".config/leverage/policies/profiles.lua",
      "return { api = 1, profiles = function() return { { name = 'same', role = 'r' } } end }")
    refused(5, { "'same' is made twice", "management", "security" }, w:keys_for "management")
  end)

  it("a broken policy or command of the user, naming the file", function()
    w.home:write(".config/leverage/policies/profiles.lua", "return {")
    refused(1, { "policies/profiles.lua:1" }, w:keys_for "management")
    w.home:write(".config/leverage/commands/credentials/configure.lua", "return {")
    refused(1, { "credentials/configure.lua:1" }, w:keys_for "management")
    os.execute(("cd %s/.config/leverage/commands/credentials && ln -sf nowhere configure.lua"):format(w.home.path))
    refused(1, { "credentials/configure.lua does not exist" }, w:keys_for "management")
    os.execute(("cd %s/.config && rm -r leverage && ln -s leverage leverage"):format(w.home.path))
    refused(5, { "a loop of symbolic links" }, w:keys_for "management")
  end)

  it("files that cannot be replaced", function()
    os.execute(("cd %s/.aws/ac && rm config && mkdir config"):format(w.home.path))
    refused(5, { "is a directory" }, w:keys_for "management")
    os.execute(("cd %s/.aws/ac && rmdir config && ln credentials config"):format(w.home.path))
    refused(5, { "hard links" }, w:keys_for "management")
    os.execute(("cd %s/.aws/ac && rm config && mkfifo config"):format(w.home.path))
    refused(5, { "regular file" }, w:keys_for "management")
    os.execute(("cd %s/.aws/ac && rm config && ln -s config config"):format(w.home.path))
    refused(5, { "config is a loop of symbolic links" }, w:keys_for "management")
  end)

  it("to write into another project's files", function()
    refused(5, { "belongs to the project 'zz'" }, w:keys_for "management", { env = {
      AWS_CONFIG_FILE = w.home:at ".aws/zz/config", AWS_SHARED_CREDENTIALS_FILE = w.home:at ".aws/zz/credentials" } })
  end)

  it("to let hostile names reach the terminal or a file", function()
    double:state { accounts = {
      { id = MANAGEMENT, name = "acme-management", email = "m@example.com" },
      { id = SECURITY, name = "acme-security", email = "s@example.com" },
      { id = SHARED, name = "evil\27[31m]\n[profile x]\nregion=y", email = "h\27]0;x\7@example.com" } } }
    local words = w:keys_for "management"
    words[#words + 1] = "--all-accounts"
    local result = w:configure(words)
    assert.equal(0, result.status, result.err)
    assert.is_nil((result.out .. result.err):find("[\27\7]"))
    local config = w.home:read ".aws/ac/config"
    assert.matches("[profile ac-evil-e-31m-n-profile-x-nregion-y-oaar]", config, 1, true)
    assert.is_nil(config:find("\n[profile x]", 1, true))
  end)

  it("to let a folder's hostile name reach the terminal", function()
    local folder = w.home:at "evil\27[31m"
    os.execute(("cp -r '%s' '%s'"):format(w.home:at "acme", folder))
    local result = w:configure(w:keys_for "management", { cwd = folder })
    assert.equal(0, result.status, result.err)
    assert.matches([[~/evil\e[31m/project.yaml]], result.out, 1, true)
    assert.is_nil((result.out .. result.err):find "\27")
  end)

  it("to let hostile messages reach the terminal", function()
    double:fault { kind = "error", operation = "ListAccounts", code = "Odd\27[2J", message = "a\27]0;title\7b\nerror: forged", status = 400 }
    local result = refused(1, {}, w:keys_for "management")
    assert.is_nil(result.err:find("[\27\7]"))
    assert.is_nil(result.err:find("\nerror: forged", 1, true))
  end)

  it("with one object, when -o json is wanted", function()
    local result = w:configure_json { "--type", "bootstrap", "--credentials-file", csv("AKIANOSUCHKEYNOSUCH0", ("x"):rep(40)) }
    assert.equal(3, result.status)
    assert.is_false(result.json.ok)
    assert.equal("rejected", result.json.error.code)
    result = w:configure_json {}
    assert.equal("usage", result.json.error.code)
    assert.equal("leverage credentials configure --help", result.json.error.next)
  end)
end)

describe("credentials configure survives", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function()
    double:reset {}
    w = world.new(double)
  end)
  after_each(function() w:remove() end)

  it("each fault that is over at the second try", function()
    for _, fault in ipairs { { kind = "throttle" }, { kind = "server_error" }, { kind = "reset", at = "middle" }, { kind = "truncate" },
      { kind = "garbage", body = "html" }, { kind = "close" } } do
      fault.times = 1
      for _, operation in ipairs { "GetCallerIdentity", "ListAccounts" } do
        double:clear()
        fault.operation = operation
        double:fault(fault)
        local words = w:keys_for "bootstrap"
        words[#words + 1] = "--overwrite-existing-credentials"
        local result = w:configure(words)
        assert.equal(0, result.status, fault.kind .. " " .. operation .. ": " .. result.err)
      end
    end
  end)

  it("a clock that is wrong by hours, and says so with -v", function()
    double:state { clock_skew = 4 * 3600 }
    local words = w:keys_for "bootstrap"
    words[#words + 1] = "-v"
    local result = w:configure(words)
    assert.equal(0, result.status, result.err)
    assert.matches("GetCallerIdentity 403", result.err)
  end)

  it("two runs at once, with nothing lost", function()
    local line = {}
    for _, name in ipairs { "bootstrap", "management", "security" } do
      local words = w:keys_for(name)
      line[#line + 1] = ("(cd %s && env -i HOME=%s PATH=/usr/bin:/bin AWS_ENDPOINT_URL=%s %s credentials configure --no-input %s >/dev/null 2>&1 || echo failed) &")
        :format(w.home:at "acme", w.home.path, double.endpoint, world.BINARY, table.concat(words, " "))
    end
    local output = require "spec.support.home".sh(table.concat(line, "\n") .. "\nwait")
    assert.equal("", output)
    local credentials = w.home:read ".aws/ac/credentials"
    for _, name in ipairs { "bootstrap", "management", "security" } do
      assert.matches(("[ac-%s]\naws_access_key_id = %s\n"):format(name, double:key(name).id), credentials, 1, true)
    end
  end)
end)
