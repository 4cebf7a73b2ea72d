-- Clients of the library for specs, against the AWS double, with pauses short enough for a test run.
local client = require "leverage.aws.client"
local secret = require "lev.secret"

local support = {}

--- An environment whose endpoint is the double; what was traced is in `environment.lines` and `environment.events`.
function support.environment(double, change)
  local environment = { endpoint_urls = { default = double.https }, ca_bundle = double.ca, retry = { base_ms = 10 },
    timeout_ms = 1000, connect_timeout_ms = 1000, lines = {}, events = {} }
  function environment.trace(event)
    environment.events[#environment.events + 1] = event
    environment.lines[#environment.lines + 1] = event.text
  end
  for name, value in pairs(change or {}) do environment[name] = value end
  return environment
end

--- Credentials of one of the double's users.
function support.keys(double, user)
  local key = double:key(user or "management")
  return { access_key_id = key.id, secret_access_key = secret.new(key.secret) }
end

--- A client of a service, in us-east-1 unless `change` says otherwise.
function support.client(double, service, environment, change)
  local options = { service = service, region = "us-east-1", environment = environment,
    credentials = change and change.credentials or support.keys(double) }
  for name, value in pairs(change or {}) do options[name] = value end
  return assert(client.new(options))
end

return support
