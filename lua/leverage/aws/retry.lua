--- When and how long to wait before a request is tried again: the standard mode of AWS's SDKs.
--
-- Pure functions. Source: AWS SDKs and Tools Reference Guide, "Retry behavior": three attempts, exponential backoff
-- with full jitter, 20 seconds at most.
local retry = {}

retry.ATTEMPTS = 3
retry.BASE_MS = 1000
retry.MAX_MS = 20000

local MONTHS = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11,
  Dec = 12 }

-- Days from 1970-01-01 (the proleptic Gregorian calendar, years from March).
local function days(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469
end

--- Seconds since 1970 of an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT", RFC 9110 5.6.7); nil if it is none.
---@param text string?
---@return integer?
function retry.http_date(text)
  local day, month, year, hour, minute, second =
    (text or ""):match "^%a%a%a, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$"
  if not MONTHS[month] then return nil end
  local function int(digits) return math.tointeger(tonumber(digits)) end
  return days(int(year), MONTHS[month], int(day)) * 86400 + int(hour) * 3600 + int(minute) * 60 + int(second)
end

--- How long the answer asks us to wait, in milliseconds: Retry-After in seconds or as a date, or x-amz-retry-after.
---@param headers table<string, string>
---@param now integer  seconds since 1970
---@return integer?
function retry.asked(headers, now)
  local ms = (headers["x-amz-retry-after"] or ""):match "^%d+$"
  if ms and #ms < 12 then return math.tointeger(tonumber(ms)) end
  local after = headers["retry-after"] or ""
  if after:find "^%d+$" and #after < 12 then return math.tointeger(tonumber(after)) * 1000 end
  local date = retry.http_date(after)
  return date and math.max(0, date - now) * 1000
end

--- Milliseconds to wait after the given attempt failed.
---@param attempt integer  1 for the first
---@param policy { base_ms: integer?, max_ms: integer? }
---@param asked integer?   what the answer asked for; bounded as well
---@return integer
function retry.delay(attempt, policy, asked)
  local most = policy.max_ms or retry.MAX_MS
  local backoff = math.min(most, (policy.base_ms or retry.BASE_MS) * 2 ^ (attempt - 1)) * math.random()
  return math.floor(math.min(most, math.max(backoff, asked or 0)))
end

return retry
