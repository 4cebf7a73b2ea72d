-- context: what a command's `run(ctx, args)` gets: the user's folders, talk, questions, output, and the environment
-- that AWS clients need. Nothing heavy is loaded to make one.

local host = require "lev.host"
local log = require "leverage.log"
local progress = require "leverage.progress"
local prompt = require "leverage.prompt"
local try = require "leverage.try"

local context = {}
context.__index = context

-- A variable that holds seconds, as milliseconds.
local function seconds(getenv, name)
  local value = getenv(name)
  if not value or value == "" then return nil end
  local number = tonumber(value)
  if not number or number <= 0 or number > 3600 then
    try.fail(("%s must be a number of seconds, at most 3600"):format(name), "usage")
  end
  return math.ceil(number * 1000)
end

-- Variables that AWS's own tools read too, and our limits on waiting.
local function aws_environment(getenv)
  local function first(...)
    for _, name in ipairs { ... } do
      local value = getenv(name)
      if value and value ~= "" then return value end
    end
  end
  local urls = { default = first("AWS_ENDPOINT_URL") }
  for _, service in ipairs { "sts", "iam", "organizations" } do
    urls[service] = first("AWS_ENDPOINT_URL_" .. service:upper())
  end
  return {
    endpoint_urls = urls,
    ca_bundle = first("AWS_CA_BUNDLE"),
    https_proxy = first("https_proxy", "HTTPS_PROXY"),
    no_proxy = first("no_proxy", "NO_PROXY"),
    connect_timeout_ms = seconds(getenv, "LEVERAGE_CONNECT_TIMEOUT"),
    timeout_ms = seconds(getenv, "LEVERAGE_TIMEOUT"),
    time = os.time,
  }
end

--- A context for one run.
---@param options table name, args, paths, roots, log, colour
function context.new(options)
  local args = options.args
  local self = setmetatable({
    name = options.name,
    paths = options.paths,
    roots = options.roots,
    log = options.log,
    json = args.output == "json",
    no_input = args.no_input == true,
    yes = args.yes == true,
    getenv = os.getenv,
    cwd = try(host.cwd()),
    output = {},
  }, context)
  self.colour = options.colour(1)
  self.prompt = prompt.new { no_input = self.no_input, colour = options.colour(2) }
  return self
end

-- Output that is lost fails the command, unless it has changed files: a status other than 0 says that it has not.
local function check_output(self, ok, reason)
  if ok or self.output.is_lost then return end
  local message = "standard output cannot be written: " .. reason
  if not self.output.is_report then try.fail(message, "io") end
  self.output.is_lost = true
  self.log:warn("%s (what the command did is done)", message)
end

--- A line of what the command makes, on standard output; with `-o json` the returned object is the output instead.
function context:print(format, ...)
  if self.json then return end
  local line = select("#", ...) > 0 and format:format(...) or format
  check_output(self, io.stdout:write(line, "\n"))
end

--- To be called when files were changed: what is printed from then on only tells of it.
function context:only_report()
  self.output.is_report = true
end

--- Brings all output to its end, with the object for `-o json` as the last of it.
---@param result any  what the command returned
function context:finish(result)
  if self.json then
    local object = { ok = true }
    for key, value in pairs(type(result) == "table" and result or {}) do object[key] = value end
    check_output(self, io.stdout:write(require "leverage.json".encode(object), "\n"))
  end
  check_output(self, io.stdout:flush())
end

--- The words in a colour, where standard output has colours.
function context:paint(colour, words)
  return self.colour and log.paint(colour, words) or words
end

--- The environment for leverage.aws.client: endpoints, certificates, proxy, clock, and talk for -v.
function context:aws_environment()
  if not self.aws_env then
    self.aws_env = aws_environment(self.getenv)
    self.aws_env.trace = function(event)
      if self.progress then self.progress:step() end
      self.log:detail("%s", event.text)
    end
  end
  return self.aws_env
end

--- Runs work that waits for AWS; on a terminal a line tells that it goes on.
---@param label string
---@param work fun(): ...
function context:with_progress(label, work)
  local wanted = self.log.level == 1 and host.is_terminal(2) and self.getenv("TERM") ~= "dumb"
  self.progress = progress.new { label = label, stream = io.stderr, wanted = wanted }
  local results = table.pack(pcall(work))
  self.progress:finish()
  self.progress = nil
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

return context
