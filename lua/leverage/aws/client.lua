--- Calls of AWS's services: signed, tried again where that may help, explained where it does not.
--
-- A client is for one service, one region and one set of credentials; clients made with one environment table share its
-- network session and what was learnt of the clock. A call waits by loop.await, so calls run beside each other inside
-- loop.all. Nothing is read from the process's environment, nothing is printed.
local http = require "lev.http"
local sigv4 = require "lev.sigv4"
local credentials = require "leverage.aws.credentials"
local endpoints = require "leverage.aws.endpoints"
local errors = require "leverage.aws.errors"
local loop = require "leverage.aws.loop"
local protocol = require "leverage.aws.protocol"
local retry = require "leverage.aws.retry"
local text = require "leverage.text"

local client = {}

---@class AwsEnvironment
---@field endpoint_urls table<string, string>?  `default`, and by service
---@field ca_bundle string?
---@field https_proxy string|userdata|nil       string or secret
---@field no_proxy string?
---@field connect_timeout_ms integer?
---@field timeout_ms integer?
---@field retry { attempts: integer?, base_ms: integer?, max_ms: integer? }?
---@field time (fun(): integer)?                seconds since 1970
---@field trace (fun(event: AwsEvent))?         called after every attempt

---@class AwsEvent
---@field text string       one printable line, such as "sts GetCallerIdentity 200 in 52 ms (attempt 2)"
---@field service string
---@field operation string
---@field attempt integer
---@field status integer?   nil when there was no answer
---@field code string?      AWS's error code
---@field time_ms integer
---@field reused boolean?   over a connection that was open already
---@field wait_ms integer?  the next attempt follows after this pause

---@class AwsDetails
---@field code string?        AWS's error code
---@field message string?     AWS's words, printable
---@field request_id string?
---@field status integer?

---@class AwsClientOptions
---@field service string
---@field region string?
---@field partition string?
---@field credentials Credentials?   not needed to `warm`
---@field environment AwsEnvironment

---@class AwsClient
---@field partition string
local Client = {}
Client.__index = Client

local shared = setmetatable({}, { __mode = "k" }) -- environment → { session, offset }

local function shared_of(environment)
  shared[environment] = shared[environment] or { offset = 0 }
  return shared[environment]
end

--- The network session of an environment, made on first use: one for all its clients.
---@param environment AwsEnvironment
---@return table? session, string? message, string? code
function client.session(environment)
  local common = shared_of(environment)
  if not common.session then
    local session, message, code = http.session {
      ca_bundle = environment.ca_bundle, proxy = environment.https_proxy, no_proxy = environment.no_proxy,
      connect_timeout_ms = environment.connect_timeout_ms, timeout_ms = environment.timeout_ms,
    }
    if not session then return nil, message, code end
    common.session = session
  end
  return common.session
end

--- A client. `region` may be missing: the service's global endpoint of `partition` (default aws) is used then.
---@param options AwsClientOptions
---@return AwsClient? client, string? message, string? code
function client.new(options)
  local environment = options.environment
  local api = protocol.of(options.service) or error("no such service: " .. tostring(options.service), 2)
  local endpoint, message, code = endpoints.resolve(options.service, {
    region = options.region, partition = options.partition, urls = environment.endpoint_urls,
  })
  if not endpoint then return nil, message, code end
  local session
  session, message, code = client.session(environment)
  if not session then return nil, message, code end
  return setmetatable({
    service = options.service, api = api, endpoint = endpoint, partition = endpoint.partition, session = session,
    credentials = options.credentials, environment = environment, common = shared_of(environment),
    policy = environment.retry or {}, now = environment.time or os.time,
  }, Client)
end

--- Opens connections for later calls while something else is waited for.
---@param count integer?  1 by default
---@return true|nil done, string? message, string? code
function Client:warm(count)
  for _ = 1, count or 1 do
    local ok, message, code = self.session:warm(self.endpoint.url)
    if not ok then return nil, message, code end
  end
  return true
end

-- Sends one signed request and waits for what becomes of it.
local function exchange(self, request, offset)
  local headers, message, code = sigv4.sign({
    method = "POST", scheme = self.endpoint.scheme, host = self.endpoint.host, path = self.endpoint.path,
    headers = request.headers, body = request.body,
  }, self.credentials, { region = self.endpoint.region, service = self.service, time = self.now() + offset })
  if not headers then return nil, message, code, "barred" end
  headers["user-agent"] = "leverage"
  local ticket
  ticket, message, code = self.session:start {
    method = "POST", url = self.endpoint.url, headers = headers, body = request.body, sensitive = request.sensitive,
  }
  if not ticket then return nil, message, code, "barred" end
  return loop.await(self.session, ticket)
end

-- What to do about a transfer that brought no answer.
local function no_answer(message, code, kind)
  local again = ({ connect = "always", lost = "idempotent" })[kind]
  return { message = message, code = code, again = code == "unreachable" and again or nil, details = {} }
end

-- What to do about an answer: { result } or { message, code, details, again?, asked?, clock? }.
local function judge(self, request, response, offset)
  local host, status = self.endpoint.host, response.status
  local result = status == 200 and protocol.result(self.api, request.operation, response)
  if result then return { result = result } end
  local said = status >= 400 and protocol.failure(self.api, response)
  if not said then
    local failed = { message = errors.foreign(response, host), code = "unreachable", details = { status = status } }
    failed.again = status == 429 and "always" or (status < 400 or status >= 500) and "idempotent" or nil
    failed.asked = retry.asked(response.headers, self.now() + offset)
    return failed
  end
  local kind = errors.kind(said.code, said.message, status)
  local date = retry.http_date(response.headers.date)
  local learnt = date and date - self.now()
  local about = { host = self.endpoint.host, operation = request.operation, partition = self.partition, offset = learnt,
    key = credentials.mask(self.credentials.access_key_id) }
  local message, code = errors.explain(kind, said, about)
  return {
    message = message, code = code, asked = retry.asked(response.headers, self.now() + offset),
    again = kind == "throttled" and "always" or kind == "server" and "idempotent" or nil,
    kind = kind, clock = (kind == "clock" or kind == "wrong_secret") and learnt or nil,
    details = { code = text.plain(said.code, 80), message = text.plain(said.message), status = status,
      request_id = said.request_id and text.plain(said.request_id, 80) },
  }
end

local function trace(self, request, attempt, outcome, response, time_ms, wait_ms)
  if not self.environment.trace then return end
  local event = { service = self.service, operation = request.operation, attempt = attempt, time_ms = time_ms,
    wait_ms = wait_ms, status = response and response.status, reused = response and response.reused,
    code = outcome.details and outcome.details.code }
  local words = ("%s %s %s in %d ms"):format(self.service, request.operation,
    (event.status or "failed") .. (event.code and " " .. event.code or ""), time_ms)
  if attempt > 1 then words = words .. (" (attempt %d)"):format(attempt) end
  if not outcome.result and not event.code then words = words .. ": " .. outcome.message end
  if wait_ms then words = words .. ("; again in %.1f s"):format(wait_ms / 1000) end
  event.text = words
  self.environment.trace(event)
end

-- Whether the clock is why the signature was refused; if so, it is corrected for all clients of the environment.
local function learn_clock(self, outcome, used)
  if not outcome.clock or (outcome.kind ~= "clock" and math.abs(outcome.clock - used) < 240) then return false end
  self.common.offset = outcome.clock
  return true
end

local function is_idempotent(operation)
  return (operation:find "^Get" or operation:find "^List" or operation:find "^Describe") ~= nil
end

--- Calls an operation. Failures: "rejected" (the keys), "unreachable" (network, AWS out of order, not AWS),
--- "interrupted", and "failed" for all else that AWS refuses: details.code says what.
---@param operation string
---@param params table?
---@param options { idempotent: boolean? }?  by default what begins with Get, List, Describe is
---@return table? result, string? message, string? code, AwsDetails? details
function Client:call(operation, params, options)
  local request = { operation = operation, sensitive = protocol.is_sensitive(operation) }
  request.body, request.headers = protocol.request(self.api, operation, params)
  request.idempotent = options and options.idempotent
  if request.idempotent == nil then request.idempotent = is_idempotent(operation) end
  local attempt, clock_tried = 1, false
  while true do
    local offset, began, wait_ms = self.common.offset, http.now(), nil
    local response, message, code, kind = exchange(self, request, offset)
    local outcome = response and judge(self, request, response, offset) or no_answer(message, code, kind)
    local following = attempt
    if not clock_tried and learn_clock(self, outcome, offset) then
      clock_tried, wait_ms = true, 0
    elseif attempt < (self.policy.attempts or retry.ATTEMPTS) and
      (outcome.again == "always" or (outcome.again == "idempotent" and request.idempotent)) then
      following, wait_ms = attempt + 1, retry.delay(attempt, self.policy, outcome.asked)
    end
    trace(self, request, attempt, outcome, response, http.now() - began, wait_ms)
    if outcome.result then return outcome.result end
    if not wait_ms then return nil, outcome.message, outcome.code, outcome.details end
    local slept
    slept, message, code = loop.sleep(self.session, wait_ms)
    if not slept then return nil, message, code, {} end
    attempt = following
  end
end

return client
