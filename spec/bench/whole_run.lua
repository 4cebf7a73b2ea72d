-- Run by spec/bench/whole.lua: one `leverage credentials configure` for five accounts with MFA against the `aws` calls
-- that do the same work, turn by turn; prints the median milliseconds of both, and how many calls they are.
--
--     whole_run.lua RACER ROUNDS [CALLS]     CALLS: only so many of the aws calls
local aws = require "spec.support.aws"
local bench = require "spec.bench.bench"
local home = require "spec.support.home"
local world = require "spec.support.world"

local racer, rounds, most = arg[1], tonumber(arg[2]), tonumber(arg[3]) or math.huge
local quote = home.quote

-- What a person without leverage types: the keys, who am I, which accounts, which device, and five keys of each profile.
local function aws_calls(key, accounts)
  local calls = {}
  local function set(profile, name, value)
    calls[#calls + 1] = ("configure set %s %s --profile %s"):format(name, quote(value), profile)
  end
  set("ac-management", "aws_access_key_id", key.id)
  set("ac-management", "aws_secret_access_key", key.secret)
  set("ac-management", "region", "us-east-1")
  for _, question in ipairs { "sts get-caller-identity", "organizations list-accounts", "iam list-mfa-devices" } do
    calls[#calls + 1] = question .. " --profile ac-management"
  end
  for number, account in ipairs(accounts) do
    for name, value in pairs {
      output = "json", region = "us-east-1", source_profile = "ac-management",
      role_arn = ("arn:aws:iam::%s:role/OrganizationAccountAccessRole"):format(account.id),
      mfa_serial = "arn:aws:iam::111122223333:mfa/management",
    } do
      set(("ac-account%d-oaar"):format(number), name, value)
    end
  end
  return calls
end

local double = aws.start {
  state = { generate_accounts = 5 }, prefix = os.getenv "LAG_FAR" and "nsenter -n -t " .. os.getenv "LAG_FAR",
}
local w = world.new(double)
local calls = aws_calls(double:key "management", double:state().accounts)
local script = { "set -e" }
for number = 1, math.min(most, #calls) do script[#script + 1] = "/usr/bin/aws " .. calls[number] end
local by_hand = w.home:write("by-hand", table.concat(script, "\n") .. "\n")

local ours = { world.BINARY, "credentials", "configure", "--type", "management", "--credentials-file",
  w:key_csv "management", "--fetch-mfa-device", "--all-accounts", "--no-input", "-q" }
local environment = { "-i -C", quote(w.home:at "acme"), "PATH=/usr/bin:/bin LANG=C.UTF-8 AWS_PAGER= AWS_EC2_METADATA_DISABLED=true" }
for name, value in pairs(w:aws_environment {
  HOME = w.home.path, AWS_ENDPOINT_URL = double.https, NO_PROXY = "127.0.0.1", HTTPS_PROXY = double.proxy,
  AWS_CA_BUNDLE = double.ca,
}) do
  environment[#environment + 1] = quote(name .. "=" .. value)
end
environment = table.concat(environment, " ")

-- Each turn begins with nothing configured, and must end with everything.
local function turn(program)
  os.execute("rm -rf " .. quote(w.home:at ".aws") .. " && mkdir -p " .. quote(w.home:at ".aws/ac"))
  local spent = bench.race(racer, 1, 0, { program }, environment)[1]
  if most < #calls and program ~= ours then return spent end
  local _, profiles = w.home:read(".aws/ac/config"):gsub("role_arn", "")
  assert(profiles == 5, "not all profiles were written")
  return spent
end

local times = { leverage = {}, aws = {} }
turn(ours) -- once before, so that nobody pays for a cold disk
for round = 1, rounds do
  for _ = 1, 5 do times.leverage[#times.leverage + 1] = turn(ours) end
  times.aws[round] = turn { "/bin/sh", by_hand }
end
double:stop()
w:remove()
print(("leverage %.3f\naws %.3f\ncalls %d"):format(bench.median(times.leverage), bench.median(times.aws), #calls))
