-- What `leverage credentials configure` wrote, read back by those it was written for: the AWS CLI, botocore, the
-- JavaScript SDK's loader. All three must find the same profiles with the same settings, and the CLI must assume
-- the roles.
local aws = require "spec.support.aws"
local cjson = require "cjson"
local world = require "spec.support.world"

local BOTOCORE = [[
import json, botocore.session
profiles = botocore.session.Session().full_config["profiles"]
print(json.dumps(profiles, sort_keys=True))
]]
local JAVASCRIPT = [[
const { loadSharedConfigFiles } = require("@smithy/shared-ini-file-loader");
loadSharedConfigFiles().then(({ configFile, credentialsFile }) => {
  const all = {};
  for (const file of [configFile, credentialsFile])
    for (const [name, keys] of Object.entries(file)) all[name] = { ...(all[name] || {}), ...keys };
  console.log(JSON.stringify(all));
});
]]

describe("what configure wrote", function()
  local double, w, modules

  setup(function()
    double = aws.start {}
    w = world.new(double)
    modules = require "spec.support.home".sh("pwd"):gsub("\n", "") .. "/spec/support/node_modules"
    for _, type_name in ipairs { "bootstrap", "management", "security" } do
      local words = w:keys_for(type_name)
      if type_name ~= "bootstrap" then words[#words + 1] = "--fetch-mfa-device" end
      local result = w:configure(words)
      assert(result.status == 0, result.err)
    end
  end)
  teardown(function()
    w:remove()
    double:stop()
  end)

  local function through_proxy()
    return w:aws_environment { AWS_ENDPOINT_URL = false, HTTPS_PROXY = double.proxy, AWS_CA_BUNDLE = double.ca }
  end

  local function run(words, options)
    local result = w:run(words, options)
    assert.equal(0, result.status, result.err)
    return result.out
  end

  it("is one set of profiles to botocore and to the JavaScript loader", function()
    local by_python = cjson.decode(run({ "/usr/bin/python3", "-c", BOTOCORE }, { env = w:aws_environment() }))
    local by_node = cjson.decode(run({ "/usr/bin/node", "-e", JAVASCRIPT }, { env = w:aws_environment { NODE_PATH = modules } }))
    assert.same(by_python, by_node)
    local names = {}
    for name in pairs(by_python) do names[#names + 1] = name end
    table.sort(names)
    assert.same({ "ac-bootstrap", "ac-management", "ac-management-oaar", "ac-security", "ac-security-devops", "ac-security-oaar",
      "ac-shared-devops", "ac-shared-oaar" }, names)
    assert.equal(double:key("security").secret, by_python["ac-security"].aws_secret_access_key)
    assert.same({ output = "json", region = "us-east-1", role_arn = "arn:aws:iam::777788889999:role/DevOps",
      source_profile = "ac-security", mfa_serial = "arn:aws:iam::444455556666:mfa/security" }, by_python["ac-shared-devops"])
  end)

  it("is listed and got by the AWS CLI", function()
    local listed = {}
    for name in run({ "/usr/bin/aws", "configure", "list-profiles" }, { env = w:aws_environment() }):gmatch("%S+") do
      listed[#listed + 1] = name
    end
    assert.equal(8, #listed)
    assert.equal("arn:aws:iam::777788889999:role/OrganizationAccountAccessRole\n",
      run({ "/usr/bin/aws", "configure", "get", "role_arn", "--profile", "ac-shared-oaar" }, { env = w:aws_environment() }))
    assert.equal(double:key("bootstrap").secret .. "\n",
      run({ "/usr/bin/aws", "configure", "get", "aws_secret_access_key", "--profile", "ac-bootstrap" }, { env = w:aws_environment() }))
  end)

  it("is used by the AWS CLI: own keys, and a role behind an MFA code", function()
    local who = cjson.decode(run({ "/usr/bin/aws", "sts", "get-caller-identity", "--profile", "ac-management" }, { env = through_proxy() }))
    assert.equal("arn:aws:iam::111122223333:user/management", who.Arn)
    who = cjson.decode(run({ "/usr/bin/aws", "sts", "get-caller-identity", "--profile", "ac-shared-devops" },
      { env = through_proxy(), stdin = "123456\n" }))
    assert.equal("777788889999", who.Account)
    assert.matches("assumed%-role/DevOps/", who.Arn)
  end)
end)
