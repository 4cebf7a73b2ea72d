-- Run by spec/bench/aws.lua: asks the double what `credentials configure` asks AWS, through the very code that asks, and
-- prints medians: `cold` with connections yet to be made, `warm` with those that a prompt's wait has opened.
--
--     aws_phase.lua time ROUNDS     milliseconds
--     aws_phase.lua count           round trips, counted in the double's log
local aws = require "spec.support.aws"
local bench = require "spec.bench.bench"
local client = require "leverage.aws.client"
local host = require "lev.host"
local secret = require "lev.secret"
local survey = require "leverage.credentials.survey"

local mode, rounds = arg[1], tonumber(arg[2]) or 1
local REGION, WARM_UP_MS = "us-east-1", 500

-- What survey needs of a command's context: each round has an environment, and so a network session, of its own.
local function context(double)
  local environment = { endpoint_urls = { default = double.https }, ca_bundle = double.ca }
  return {
    aws_environment = function() return environment end,
    with_progress = function(_, _, work) return work() end,
    prompt = { background = function() end },
  }
end

local function ask(double, keys, warm)
  local ctx = context(double)
  local session <close> = assert(client.session(ctx:aws_environment()))
  if warm then
    survey.warm(ctx, REGION)
    session:next(WARM_UP_MS) -- as a prompt does while it waits
  end
  double:clear_log()
  collectgarbage()
  local start = host.clock()
  local answers = survey.ask(ctx, { region = REGION, keys = keys, askers = { keys }, wants_mfa = true })
  local spent = (host.clock() - start) * 1000
  assert(answers.identity and #answers.organization.accounts == 25 and #answers.devices == 1)
  return spent
end

-- Round trips of the longest chain of requests that had to wait for each other: one for a request, two more where its
-- connection (TCP, then TLS 1.3) was made for it.
local function round_trips(log)
  local opened, rows, longest = {}, {}, 0
  for _, connection in ipairs(log.connections) do opened[connection.connection] = connection.opened end
  for _, row in ipairs(log.requests) do
    assert(row.tls == "TLSv1.3" and row["end"])
    rows[#rows + 1] = { from = row.new and opened[row.connection] or row.start, to = row["end"], cost = row.new and 3 or 1 }
  end
  table.sort(rows, function(a, b) return a.from < b.from end)
  for index, row in ipairs(rows) do
    row.depth = row.cost
    for before = 1, index - 1 do
      if rows[before].to <= row.from then row.depth = math.max(row.depth, rows[before].depth + row.cost) end
    end
    longest = math.max(longest, row.depth)
  end
  assert(#rows == 5, "GetCallerIdentity, DescribeOrganization, two pages of ListAccounts, ListMFADevices")
  return longest
end

-- Every answer waits a little, so that those which are asked for together overlap in the log.
local double = aws.start {
  state = { generate_accounts = 25 }, args = mode == "count" and { "--delay-ms", "100" } or nil,
  prefix = os.getenv "LAG_FAR" and "nsenter -n -t " .. os.getenv "LAG_FAR",
}
local key = double:key "management"
local keys = { access_key_id = key.id, secret_access_key = secret.new(key.secret) }
local times = { cold = {}, warm = {} }
for round = 0, rounds do -- the first does not count
  for name, list in pairs(times) do
    local spent = ask(double, keys, name == "warm")
    list[round] = mode == "count" and round_trips(double:log()) or spent
  end
end
double:stop()
for name, list in pairs(times) do print(("%s %.3f"):format(name, bench.median(list))) end
