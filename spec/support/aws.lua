--- Starts the AWS double (see aws/README.md) for a spec and talks to it.
--
-- Commands go down the double's standard input, answers come back through a
-- fifo, one JSON line each. The input stays open for the double's lifetime:
-- when this process ends in any way, the double ends too.

local cjson = require "cjson"

local aws = {
  --- Removes a field in `double:state`, as JSON's null does in a merge.
  null = cjson.null,
}

local PYTHON = "/usr/bin/python3"

local function quote(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

local function own_folder()
  local source = debug.getinfo(1, "S").source
  return source:match "^@(.*)/aws%.lua$" or "."
end

local function temporary_folder()
  local pipe = assert(io.popen "mktemp -d")
  local path = pipe:read "l"
  assert(pipe:close() and path, "mktemp -d failed")
  return path
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(file:close())
end

---@class Double
---@field http string      endpoint for AWS_ENDPOINT_URL, plain
---@field https string     endpoint for AWS_ENDPOINT_URL, TLS
---@field endpoint string  the same as http
---@field proxy string     for HTTPS_PROXY: serves AWS's own host names
---@field ca string        path of the authority's certificate, for AWS_CA_BUNDLE
---@field pid integer
---@field folder string    private, removed by stop
local Double = {}
Double.__index = Double

local function clean_up(self)
  self.commands:close()
  os.execute("rm -rf " .. quote(self.folder))
end

local function read_answer(self)
  local line = self.answers:read "l"
  if not line then
    clean_up(self)
    error("the AWS double has ended; its last words are on standard error", 0)
  end
  return cjson.decode(line)
end

local function ask(self, verb, with)
  assert(self.commands:write(cjson.encode { ["do"] = verb, with = with }, "\n"))
  assert(self.commands:flush())
  local answer = read_answer(self)
  if not answer.ok then
    error("AWS double: " .. answer.error, 3)
  end
  return answer.result
end

--- Merges `patch` into the state document; returns the whole document.
function Double:state(patch)
  return ask(self, "state", patch)
end

--- An access key of a user, as the state document has it: { id, secret }.
function Double:key(user)
  for id, key in pairs(self:state().access_keys) do
    if key.user == user then
      return { id = id, secret = key.secret }
    end
  end
  error("the AWS double has no key of user " .. user, 2)
end

--- Starts anew: the defaults with `patch` merged in, no faults, no sessions, an empty log.
function Double:reset(patch)
  ask(self, "reset", patch)
end

--- Adds a fault rule.
function Double:fault(rule)
  ask(self, "fault", rule)
end

--- Removes all fault rules.
function Double:clear()
  ask(self, "clear")
end

--- Requests and connections so far: { requests = {…}, connections = {…} }. Numbers are floats (cjson).
function Double:log()
  return ask(self, "log")
end

function Double:clear_log()
  ask(self, "clear_log")
end

--- Ends the double and waits for it. A second call does nothing.
function Double:stop()
  if self.stopped then
    return
  end
  self.stopped = true
  ask(self, "stop")
  self.answers:close()
  clean_up(self)
end

--- Starts a double.
---@param options { state: table?, args: string[]?, prefix: string? }?  state is merged over the defaults; prefix: a command
--- that executes the rest of its line, elsewhere
---@return Double
function aws.start(options)
  options = options or {}
  local folder = temporary_folder()
  local fifo = folder .. "/answers"
  assert(os.execute("mkfifo " .. quote(fifo)))
  local words = { "exec", options.prefix or "", PYTHON, quote(own_folder() .. "/aws"), "--ca-dir", quote(folder .. "/ca") }
  if options.state then
    write(folder .. "/state.json", cjson.encode(options.state))
    words[#words + 1] = "--state " .. quote(folder .. "/state.json")
  end
  for _, word in ipairs(options.args or {}) do
    words[#words + 1] = quote(word)
  end
  words[#words + 1] = "> " .. quote(fifo)
  local self = setmetatable({ folder = folder }, Double)
  self.commands = assert(io.popen(table.concat(words, " "), "w"))
  self.answers = assert(io.open(fifo, "r"))
  for name, value in pairs(read_answer(self)) do
    self[name] = value
  end
  self.endpoint = self.http
  self.pid = math.tointeger(self.pid)
  return self
end

return aws
