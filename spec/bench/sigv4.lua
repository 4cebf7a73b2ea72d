-- Signing one STS request: ours against botocore's and libcurl's own signer, side by side, round by round.
local bench = require "spec.bench.bench"
local secret = require "lev.secret"
local sigv4 = require "lev.sigv4"

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

-- Microseconds of one call, among `count`.
local function timed(count, sign_one)
  for i = 1, count // 100 do sign_one(i) end
  local start = os.clock()
  for i = 1, count do sign_one(i) end
  return (os.clock() - start) / count * 1e6
end

local function answer_of(command)
  local text = bench.output(command)
  return (assert(tonumber(text), "no number: " .. command))
end

local function measures(peer, scale)
  local count = 100000 // scale
  return {
    kept = function()
      scope.time = 1440938160
      return timed(count, function() sigv4.sign(request, credentials, scope) end)
    end,
    fresh = function()
      return timed(count, function(i)
        scope.time = i % 20000 * DAY
        sigv4.sign(request, credentials, scope)
      end)
    end,
    anew = function()
      return timed(count, function()
        sigv4.sign({
          method = "POST", host = "sts.amazonaws.com", path = "/", headers = { ["content-type"] = FORM }, body = BODY,
        }, credentials, { region = "us-east-1", service = "sts", time = 1440938160 })
      end)
    end,
    libcurl = function() return answer_of(("%s %d"):format(peer, 2000 // scale)) end,
    botocore = function() return answer_of(("/usr/bin/python3 spec/bench/sigv4_botocore.py %d"):format(3000 // scale)) end,
  }
end

return function(options)
  local rounds, times = options.quick and 1 or 7, {}
  bench.with_folder(function(folder)
    local all = measures(bench.compile(folder, "sigv4_curl", "-lcurl"), options.quick and 20 or 1)
    for round = 1, rounds do
      for name, measure in pairs(all) do
        times[name] = times[name] or {}
        times[name][round] = measure() / 1000
      end
    end
  end)
  local kept, fresh, anew = bench.median(times.kept), bench.median(times.fresh), bench.median(times.anew)
  local libcurl, botocore = bench.median(times.libcurl), bench.median(times.botocore)
  return {
    bench.at_least("signing with a fresh key, beside botocore", fresh, botocore, 15),
    bench.at_least("signing with the key kept, beside botocore", kept, botocore, 25),
    bench.at_least("signing with a fresh key, beside libcurl's own signer", fresh, libcurl, 5),
    bench.beside("signing with the key kept, the request's tables made anew", anew, botocore),
  }
end
