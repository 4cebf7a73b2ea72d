--- What an error of AWS means for us: who is to blame, whether to try again, and what to tell the person.
--
-- Pure functions over AWS's error codes. Everything that AWS says is shown through text.plain.
local text = require "leverage.text"

local errors = {}

local function set(words)
  local members = {}
  for word in words:gmatch "%S+" do members[word] = true end
  return members
end

-- Source of the first two lists: botocore.retries.standard, which a spec compares with these.
local THROTTLING = set [[Throttling ThrottlingException ThrottledException RequestThrottledException
  TooManyRequestsException ProvisionedThroughputExceededException TransactionInProgressException RequestLimitExceeded
  BandwidthLimitExceeded LimitExceededException RequestThrottled SlowDown PriorRequestNotComplete
  EC2ThrottledException]]
local TRANSIENT = set [[RequestTimeout RequestTimeoutException PriorRequestNotComplete InternalFailure InternalError
  ServiceUnavailable ServiceUnavailableException ServiceException IDPCommunicationError]]
local UNKNOWN_KEY = set [[InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId]]
local SIGNATURE = set [[SignatureDoesNotMatch InvalidSignatureException]]
local EXPIRED = set [[ExpiredToken ExpiredTokenException TokenRefreshRequired]]
local CLOCK = set [[RequestTimeTooSkewed RequestExpired RequestInTheFuture]]
local INCOMPLETE = set [[MissingAuthenticationToken MissingAuthenticationTokenException IncompleteSignature
  IncompleteSignatureException OptInRequired SubscriptionRequiredException]]

--- What kind of failure a code (with its message and status) is.
---@param code string
---@param message string
---@param status integer
---@return "throttled"|"server"|"unknown_key"|"clock"|"scope"|"wrong_secret"|"expired"|"incomplete"|"other"
function errors.kind(code, message, status)
  if THROTTLING[code] or status == 429 then return "throttled" end
  if TRANSIENT[code] or (status >= 500 and status ~= 501) then return "server" end
  if UNKNOWN_KEY[code] then return "unknown_key" end
  if EXPIRED[code] then return "expired" end
  if CLOCK[code] then return "clock" end
  if INCOMPLETE[code] then return "incomplete" end
  if not SIGNATURE[code] then return "other" end
  if message:find "^Signature expired" or message:find "^Signature not yet current" then return "clock" end
  if message:find "^Credential should be scoped" then return "scope" end
  return "wrong_secret"
end

local function minutes(seconds)
  local whole = math.abs(seconds) // 60
  return whole < 120 and whole .. " minutes" or whole // 60 .. " hours"
end

local EXPLAIN = {
  unknown_key = function(about)
    return ("AWS does not know the access key %s: is it mistyped, inactive or deleted, or made for another partition "
      .. "than %s?"):format(about.key, about.partition), "rejected"
  end,
  wrong_secret = function(about)
    return ("the secret access key does not belong to the access key %s: is it mistyped or cut short?")
      :format(about.key), "rejected"
  end,
  expired = function(about)
    return ("the temporary credentials of access key %s have expired: get new ones"):format(about.key), "rejected"
  end,
  clock = function(about)
    local offset = about.offset
    if not offset or math.abs(offset) < 60 then
      return "AWS finds that the request's time is wrong: set this machine's clock", "rejected"
    end
    return ("this machine's clock is %s %s: set it"):format(minutes(offset), offset > 0 and "slow" or "fast"),
      "rejected"
  end,
  incomplete = function(about, said)
    return ("AWS does not accept the access key %s: %s"):format(about.key, said), "rejected"
  end,
  throttled = function(about)
    return ("%s allows no more requests just now: try again in a minute"):format(about.host), "unreachable"
  end,
  server = function(about, said)
    return ("%s is not working at the moment (%s): try again later"):format(about.host, said), "unreachable"
  end,
}

--- Message and code for an error that AWS answered with.
---@param kind string    of errors.kind
---@param said { code: string, message: string }
---@param about { host: string, operation: string, key: string, partition: string, offset: integer? }
---@return string message, string code
function errors.explain(kind, said, about)
  local words = text.plain(said.message == "" and said.code or said.message)
  if EXPLAIN[kind] then return EXPLAIN[kind](about, words) end
  return ("%s: %s (%s)"):format(about.operation, words, text.plain(said.code, 80)), "failed"
end

--- Message for an answer that is not AWS's: something in between has answered.
---@param response table  of lev.http
---@param host string
---@return string message
function errors.foreign(response, host)
  if response.status >= 500 then
    return ("%s is out of order (status %d, and nothing that AWS says): try again later"):format(host, response.status)
  end
  local what = "something that is not AWS's"
  if response.status >= 300 and response.status < 400 then
    what = ("a redirect (status %d), which AWS never does"):format(response.status)
  elseif (response.headers["content-type"] or ""):lower():find("html", 1, true) then
    what = ("a web page (status %d)"):format(response.status)
  elseif response.status ~= 200 then
    what = ("status %d and nothing that AWS says"):format(response.status)
  end
  return ("%s answers with %s: does a captive portal or a proxy answer in its place?"):format(host, what)
end

return errors
