-- What memory_scan.py watches: takes a secret from one answer, sends it back in a header and a body, lets go of it.
local http = require "lev.http"
local url, certificate = ...

local function fetch(session, request)
  request.url, request.sensitive = url, true
  assert(session:start(request))
  local _, response, message = session:next()
  return assert(response, message)
end

local function look(word)
  collectgarbage()
  collectgarbage()
  print(word)
  io.stdout:flush()
  io.read "l"
end

local session = assert(http.session { ca_bundle = certificate })
local token <close> = fetch(session, { method = "GET" }).body
for _ = 1, 3 do
  fetch(session, { method = "POST", headers = { ["x-token"] = token }, body = token })
end
look "held"
session:close()
do local closed <close> = token end
look "closed"
