-- A server that says exactly the bytes it is told (see wire.py), for specs of what goes over the wire.
local cjson = require "cjson"
local home = require "spec.support.home"

local wire = {}
wire.__index = wire

local function hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

--- Starts a server that gives these answers in turn: strings, or { bytes, close = bool, wait_ms = n, pieces = n }.
function wire.start(answers, certificate)
  local self = setmetatable({ home = home.new() }, wire)
  local list = {}
  for index, answer in ipairs(answers) do
    if type(answer) == "string" then answer = { answer } end
    list[index] = { bytes = hex(answer[1]), close = answer.close, wait_ms = answer.wait_ms, pieces = answer.pieces }
  end
  self.home:write("answers.json", cjson.encode(list))
  local command = ("exec /usr/bin/python3 spec/support/wire.py %s %s"):format(self.home.path, certificate or "")
  self.input = assert(io.popen(command, "w"))
  for _ = 1, 500 do
    self.port = self.home:read "port"
    if self.port then break end
    os.execute "sleep 0.02"
  end
  assert(self.port, "the wire server did not start")
  self.url = ("%s://127.0.0.1:%s/"):format(certificate and "https" or "http", self.port)
  return self
end

--- The requests so far, byte for byte.
function wire:requests()
  local list = {}
  for line in (self.home:read "requests" or ""):gmatch "%x+" do
    list[#list + 1] = line:gsub("%x%x", function(byte) return string.char(tonumber(byte, 16)) end)
  end
  return list
end

--- How many connections were made.
function wire:connections()
  return #(self.home:read "connections" or "")
end

function wire:stop()
  self.input:close()
  self.home:remove()
end

return wire
