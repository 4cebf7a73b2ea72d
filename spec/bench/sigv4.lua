-- Signing one STS request: ours against botocore's and libcurl's own signer, side by side, round by round. Prints a
-- table of the median rounds.
--
--     build/release/bin/leverage-spec spec/bench/sigv4.lua
local secret = require "lev.secret"
local sigv4 = require "lev.sigv4"

local ROUNDS, COUNT = 7, 100000
local DAY = 86400

local FORM = "application/x-www-form-urlencoded; charset=utf-8"
local BODY = "Action=GetCallerIdentity&Version=2011-06-15"
local credentials = {
  access_key_id = "AKIDEXAMPLE",
  secret_access_key = secret.new "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}
local scope = { region = "us-east-1", service = "sts", time = 1440938160 }
local request = {
  method = "POST", host = "sts.amazonaws.com", path = "/", headers = { ["content-type"] = FORM }, body = BODY,
}

local function timed(sign_one)
  for i = 1, 1000 do sign_one(i) end
  local start = os.clock()
  for i = 1, COUNT do sign_one(i) end
  return (os.clock() - start) / COUNT * 1e6
end

local function answer_of(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "a"
  assert(pipe:close(), "failed: " .. command)
  return (assert(tonumber(text), "no number: " .. command))
end

local peer = os.tmpname()
assert(os.execute("cc -O2 -o " .. peer .. " spec/bench/sigv4_curl.c -lcurl"))

local measures = {
  { "ours, signing key kept", function()
    scope.time = 1440938160
    return timed(function() sigv4.sign(request, credentials, scope) end)
  end },
  { "ours, fresh signing key", function()
    return timed(function(i)
      scope.time = i % 20000 * DAY
      sigv4.sign(request, credentials, scope)
    end)
  end },
  { "ours, key kept, tables made anew", function()
    return timed(function()
      sigv4.sign({
        method = "POST", host = "sts.amazonaws.com", path = "/", headers = { ["content-type"] = FORM }, body = BODY,
      }, credentials, { region = "us-east-1", service = "sts", time = 1440938160 })
    end)
  end },
  { "libcurl's own", function() return answer_of(peer .. " 2000") end },
  { "botocore", function() return answer_of "/usr/bin/python3 spec/bench/sigv4_botocore.py 3000" end },
}

local rounds, median = {}, {}
for round = 1, ROUNDS do
  for i, measure in ipairs(measures) do
    rounds[i] = rounds[i] or {}
    rounds[i][round] = measure[2]()
  end
end
os.remove(peer)
for i, times in ipairs(rounds) do
  table.sort(times)
  median[i] = times[ROUNDS // 2 + 1]
end

print(("%-34s %8s %12s %12s"):format("signer", "µs", "× botocore", "× libcurl"))
for i, measure in ipairs(measures) do
  print(("%-34s %7.2f %11.1f %11.1f"):format(measure[1], median[i], median[5] / median[i], median[4] / median[i]))
end
