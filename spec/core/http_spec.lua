-- lev.http: what goes over the wire, what comes back, and what is refused.
local aws = require "spec.support.aws"
local home = require "spec.support.home"
local http = require "lev.http"
local secret = require "lev.secret"
local wire = require "spec.support.wire"

local OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

-- One request, to its end: response | nil, message, code, kind.
local function fetch(session, request)
  if type(request) == "string" then request = { method = "GET", url = request } end
  local ticket = assert(session:start(request))
  local got = table.pack(session:next())
  assert.equal(ticket, got[1])
  return table.unpack(got, 2, got.n)
end

describe("on the wire", function()
  local server
  local function serve(...) server = wire.start { ... } end
  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  it("sends the given headers, host, content-length, and nothing else", function()
    serve(OK)
    local session <close> = assert(http.session {})
    local response = assert(fetch(session, { method = "POST", url = server.url .. "a/../b?x=%2f",
      body = secret.new "k=v",
      headers = { ["X-Token"] = secret.new "t0k", empty = "", ["content-type"] = "text/plain" } }))
    assert.equal("hi", response.body)
    local head, body = server:requests()[1]:match "^(.-)\r\n\r\n(.*)$"
    local lines = {}
    for line in head:gmatch "[^\r\n]+" do lines[#lines + 1] = line end
    assert.equal("POST /a/../b?x=%2f HTTP/1.1", table.remove(lines, 1))
    table.sort(lines)
    assert.same({ "Content-Length: 3", "Host: 127.0.0.1:" .. server.port, "X-Token: t0k", "content-type: text/plain",
      "empty:" }, lines)
    assert.equal("k=v", body)
  end)

  it("sends the host header that was signed", function()
    serve(OK)
    local session <close> = assert(http.session {})
    assert(fetch(session, { method = "GET", url = server.url, headers = { host = "sts.amazonaws.com" } }))
    assert.truthy(server:requests()[1]:lower():find("\r\nhost: sts.amazonaws.com\r\n", 1, true))
    assert.falsy(server:requests()[1]:find("127.0.0.1", 1, true))
  end)

  it("sends a body as it is: empty, with NUL, and one megabyte", function()
    serve(OK)
    local session <close> = assert(http.session {})
    for _, body in ipairs { "", "a\0b", ("x"):rep(1 << 20) .. "!" } do
      assert(fetch(session, { method = "POST", url = server.url, body = body }))
      local requests = server:requests()
      local head, sent = requests[#requests]:match "^(.-)\r\n\r\n(.*)$"
      assert.is_true(sent == body)
      assert.truthy(head:find("Content-Length: " .. #body, 1, true))
      assert.falsy(head:find("Expect", 1, true))
    end
    assert.equal(1, server:connections())
  end)

  it("reads headers in lower case, the last of a name, not those of 100 Continue", function()
    serve("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 404 Not Found\r\nX-A: 1\r\nx-a:   two words \t\r\n" ..
      "X-Empty:\r\n folded\r\nContent-Length: 0\r\n\r\n")
    local session <close> = assert(http.session {})
    local response = assert(fetch(session, server.url))
    assert.equal(404, response.status)
    assert.same({ ["x-a"] = "two words", ["x-empty"] = "", ["content-length"] = "0" }, response.headers)
    assert.equal("", response.body)
  end)

  it("reads a chunked body that arrives byte by byte", function()
    serve {
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n \r\n5\r\nworld\r\n0\r\n\r\n",
      pieces = 1,
    }
    local session <close> = assert(http.session {})
    assert.equal("hello world", assert(fetch(session, server.url)).body)
  end)

  it("gives a sensitive answer as a secret", function()
    serve("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na\0b\xffc", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    local session <close> = assert(http.session {})
    local response = assert(fetch(session, { method = "GET", url = server.url, sensitive = true }))
    assert.equal("a\0b\xffc", response.body:expose())
    response = assert(fetch(session, { method = "GET", url = server.url, sensitive = true }))
    assert.is_true(secret.is(response.body))
    assert.equal(0, #response.body)
  end)

  it("does not follow a redirect", function()
    serve("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    local session <close> = assert(http.session {})
    assert.equal(302, assert(fetch(session, server.url)).status)
    assert.equal(1, #server:requests())
  end)

  it("keeps a connection, and says so", function()
    serve(OK)
    local session <close> = assert(http.session {})
    local first, second = assert(fetch(session, server.url)), assert(fetch(session, server.url))
    assert.same({ false, true }, { first.reused, second.reused })
    assert.equal("127.0.0.1", second.ip)
    assert.equal(1, server:connections())
  end)

  it("does not send a request twice when a kept connection breaks under it", function()
    serve(OK, { "", close = true }, OK)
    local session <close> = assert(http.session {})
    assert(fetch(session, server.url))
    local response, message, code, kind = fetch(session, { method = "POST", url = server.url, body = "once" })
    assert.is_nil(response)
    assert.truthy(message:find("127.0.0.1:" .. server.port, 1, true))
    assert.same({ "unreachable", "lost" }, { code, kind })
    assert.equal(2, #server:requests())
    assert.equal("hi", assert(fetch(session, server.url)).body)
  end)

  it("fails when the answer ends early, at whatever byte, and never otherwise", function()
    local answer = "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nhello"
    local answers = {}
    for cut = 0, #answer do answers[#answers + 1] = { answer:sub(1, cut), close = true } end
    serve(table.unpack(answers))
    local session <close> = assert(http.session {})
    for cut = 0, #answer - 1 do
      local response, _, code, kind = fetch(session, { method = "POST", url = server.url, body = "x" })
      assert.is_nil(response, ("cut at %d"):format(cut))
      assert.same({ "unreachable", "lost" }, { code, kind })
    end
    assert.equal("hello", assert(fetch(session, { method = "POST", url = server.url, body = "x" })).body)
    assert.equal(#answers, #server:requests())
  end)

  it("lives with any bytes for an answer", function()
    math.randomseed(20261122)
    local answers, scraps = {}, { "HTTP/1.1 ", "200", "\r\n", "\r\n\r\n", "Content-Length: ", "-1", "99",
      "Transfer-Encoding: ", "chunked", "\0", ": ", "ffffffffffffffff", "Content-Encoding: gzip", "Set-Cookie: a=b",
      "HTTP/2 200", "HTTP/1.1 101 x" }
    for index = 1, 200 do
      local parts = index % 2 == 0 and { "HTTP/1.1 200 OK\r\n" } or {}
      for _ = 1, math.random(12) do
        parts[#parts + 1] = math.random(3) > 1 and scraps[math.random(#scraps)] or string.char(math.random(0, 255))
      end
      answers[index] = { table.concat(parts), close = true }
    end
    serve(table.unpack(answers))
    local session <close> = assert(http.session { timeout_ms = 3000 })
    for _ = 1, #answers do
      local response, message, code = fetch(session, { method = "POST", url = server.url, body = "x" })
      assert.is_true(response ~= nil or (type(message) == "string" and code == "unreachable"))
    end
  end)

  it("stops at an answer that is too large, announced or not, and at endless headers", function()
    local body = ("x"):rep(1001)
    local lines = ("X-Line: 0123456789\r\n"):rep(4000)
    serve("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" .. body,
      { "HTTP/1.1 200 OK\r\n\r\n" .. body, close = true },
      "HTTP/1.1 200 OK\r\n" .. lines .. "Content-Length: 0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX-Long: " .. ("y"):rep(200000) .. "\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" .. body:sub(2))
    local session <close> = assert(http.session { max_body = 1000 })
    for case = 1, 4 do
      local response, message, code, kind = fetch(session, { method = "POST", url = server.url, body = "x" })
      assert.is_nil(response, "case " .. case)
      assert.truthy(message:find("larger", 1, true))
      assert.same({ "unreachable", "lost" }, { code, kind })
    end
    assert.equal(1000, #assert(fetch(session, server.url)).body)
  end)

  it("runs many exchanges at once, and hands each out once", function()
    serve { OK, wait_ms = 100 }
    local session <close> = assert(http.session {})
    local started, open = http.now(), {}
    for _ = 1, 8 do open[assert(session:start { method = "GET", url = server.url })] = true end
    for _ = 1, 8 do
      local ticket, response = session:next()
      assert.equal("hi", response.body)
      assert.is_true(open[ticket])
      open[ticket] = nil
    end
    assert.is_nil(next(open))
    assert.is_true(http.now() - started < 700)
    assert.has_error(function() session:next() end, "nothing was started: this wait would never end")
  end)

  it("forgets a cancelled exchange", function()
    serve { OK, wait_ms = 200 }
    local session <close> = assert(http.session {})
    local slow = assert(session:start { method = "GET", url = server.url })
    assert.is_nil((session:next(20)))
    assert.is_true(session:cancel(slow))
    assert.is_false(session:cancel(slow))
    assert.has_error(function() session:next() end)
  end)

  it("opens a connection that the next request finds open", function()
    serve(OK)
    local session <close> = assert(http.session {})
    assert.is_true(session:warm(server.url))
    assert.is_nil((session:next(200)))
    assert.is_true(assert(fetch(session, server.url)).reused)
    assert.equal(1, server:connections())
    assert.truthy(server:requests()[1]:find "^HEAD / HTTP/1.1\r\nHost: [%d.:]+\r\n\r\n$")
  end)

  it("gives up what hangs, and what stands still", function()
    serve({ "", wait_ms = 5000 }, { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf" })
    local session <close> = assert(http.session { timeout_ms = 300 })
    for _ = 1, 2 do
      local started = http.now()
      local response, message, code, kind = fetch(session, server.url)
      assert.is_nil(response)
      assert.equal(("no complete answer from 127.0.0.1:%s within 0.3 s: try again later, or wait longer "
      .. "(LEVERAGE_TIMEOUT, in seconds)"):format(server.port), message)
      assert.same({ "unreachable", "lost" }, { code, kind })
      assert.is_true(http.now() - started < 1500)
    end
  end)
end)

describe("timers", function()
  it("end in order of time", function()
    local session <close> = assert(http.session {})
    local late, early = session:timer(60), session:timer(20)
    assert.same({ early, true }, { session:next() })
    assert.same({ late, true }, { session:next() })
    assert.same({ session:timer(0), true }, { session:next() })
  end)

  it("leave next(0) alone until they are due", function()
    local session <close> = assert(http.session {})
    local ticket = session:timer(30000)
    assert.is_nil((session:next(0)))
    assert.is_true(session:cancel(ticket))
  end)
end)

describe("what is refused", function()
  local session = assert(http.session {})
  local function refused(request, code, pattern)
    local ticket, message, got = session:start(request)
    assert.is_nil(ticket)
    assert.equal(code, got)
    assert.truthy(message:find(pattern), message)
  end

  it("is plain http to anything but this machine", function()
    for _, host in ipairs { "example.com", "10.0.0.1", "127.0.0.1.example.com", "localhost.example.com",
      "0x7f000001.example",
      "[::2]", "[::ffff:10.0.0.1]", "128.0.0.1", "0.0.0.0" } do
      refused({ method = "GET", url = "http://" .. host .. "/" }, "refused", "must be reached by https")
    end
    for _, host in ipairs { "127.0.0.1", "127.9.8.7", "localhost", "LOCALHOST", "[::1]" } do
      assert.truthy(session:start { method = "GET", url = "http://" .. host .. ":1/" })
    end
  end)

  it("is another scheme, a login in the URL, and what is no URL", function()
    refused({ method = "GET", url = "ftp://example.com/" }, "refused", "https")
    refused({ method = "GET", url = "file:///etc/passwd" }, "failed", "URL")
    refused({ method = "GET", url = "https://user:hunter2@example.com/" }, "refused", "no user name")
    for _, url in ipairs { "", "example.com", "https://", "https://a b/", "https://exa\nmple.com/", "//x" } do
      refused({ method = "GET", url = url }, "failed", "URL")
    end
  end)

  it("is a header that would be two, without saying it", function()
    for _, value in ipairs { "a\r\nX-Evil: 1", "a\nb", "a\0b", "\x7f" } do
      local ticket, message, code = session:start { method = "GET", url = "https://127.0.0.1:1/",
        headers = { x = value } }
      assert.is_nil(ticket)
      assert.equal("failed", code)
      assert.falsy(message:find("Evil", 1, true))
    end
    for _, name in ipairs { "", "a b", "a:", "a\n", "ä" } do
      refused({ method = "GET", url = "https://127.0.0.1:1/", headers = { [name] = "v" } }, "failed", "header")
    end
  end)

  it("is misuse, with an error", function()
    local url = "https://127.0.0.1:1/"
    for _, request in ipairs { {}, { method = "GET" }, { url = url }, { method = "GET", url = url, header = {} },
      { method = "GET", url = url, headers = { 1 } }, { method = "GET", url = url, headers = { a = 1 } },
      { method = "GET", url = url, body = 5 }, { method = "GET", url = url .. "\0" },
      { method = "GET", url = url, timeout_ms = 0 } } do
      assert.has_error(function() session:start(request) end)
    end
    refused({ method = "BREW", url = url }, "failed", "method")
    for _, options in ipairs { { verify = false }, { timeout_ms = "1" }, { max_body = -1 }, { proxy = 1 } } do
      assert.has_error(function() http.session(options) end)
    end
    assert.has_error(function() http.session() end)
    assert.is_false(getmetatable(session))
    assert.equal("userdata", type(session:waiter()))
  end)

  it("is everything after close", function()
    local closed = assert(http.session {})
    closed:start { method = "GET", url = "https://127.0.0.1:1/" }
    closed:close()
    closed:close()
    assert.has_error(function() closed:next() end, "the network session is closed")
  end)
end)

describe("no way there", function()
  local session = assert(http.session { connect_timeout_ms = 400 })
  local function fails(url, pattern)
    local response, message, code, kind = fetch(session, url)
    assert.is_nil(response)
    assert.truthy(message:find(pattern), message)
    assert.same({ "unreachable", "connect" }, { code, kind })
  end

  it("is told apart: no such name, refused, no connection in time, no TLS", function()
    fails("https://no-such-host.invalid/", "^the name no%-such%-host%.invalid cannot be resolved")
    fails("https://127.0.0.1:1/", "^127%.0%.0%.1:1 refuses connections")
    local silent <close> = setmetatable({ wire = wire.start { OK } }, { __close = function(self) self.wire:stop() end })
    fails(silent.wire.url:gsub("http:", "https:"), "^no connection to 127.0.0.1:%d+ within 0.4 s")
  end)

  it("is told when something else than TLS answers", function()
    local double = aws.start()
    finally(function() double:stop() end)
    double:fault { kind = "garbage", operation = "accept", times = 1 }
    fails(double.https, "does not answer in TLS")
    double:fault { kind = "reset", operation = "accept", times = 1 }
    fails(double.https, "127%.0%.0%.1") -- by the reset's time: in the connection or in the handshake
  end)
end)

describe("trust", function()
  local double
  setup(function() double = aws.start() end)
  teardown(function() double:stop() end)
  local folder = home.new()
  teardown(function() folder:remove() end)

  local function fails(options, pattern)
    local session <close> = assert(http.session(options))
    local response, message, code, kind = fetch(session, double.https)
    assert.is_nil(response)
    assert.truthy(message:find(pattern), message)
    assert.same({ "unreachable", "barred" }, { code, kind })
  end

  it("takes the authority that was named, as a file or a hashed directory", function()
    local hash = home.sh("openssl x509 -hash -noout -in " .. double.ca):gsub("\n", "")
    folder:write("trust/" .. hash .. ".0", assert(io.open(double.ca)):read "a")
    for _, bundle in ipairs { double.ca, folder:at "trust" } do
      local session <close> = assert(http.session { ca_bundle = bundle })
      assert.equal(302, assert(fetch(session, double.https)).status)
    end
  end)

  it("does not take an authority that nobody named", function()
    fails({}, "^the certificate of 127.0.0.1:%d+ is not trusted .* AWS_CA_BUNDLE=FILE$")
  end)

  it("tells what is wrong with a certificate", function()
    for variant, pattern in pairs { wrong_host = "is for another host", expired = "has expired",
      self_signed = "is not trusted",
      unknown_ca = "is not trusted .*AWS_CA_BUNDLE", ["tls1.1"] = "does not offer TLS 1.2" } do
      double:state { tls = variant }
      fails({ ca_bundle = double.ca }, pattern)
    end
    double:state { tls = "good" }
  end)

  it("tells that a bundle cannot be read, or holds nothing", function()
    local session, message, code = http.session { ca_bundle = folder:at "absent.pem" }
    assert.is_nil(session)
    assert.truthy(message:find("absent.pem (AWS_CA_BUNDLE): No such file", 1, true))
    assert.equal("io", code)
    fails({ ca_bundle = folder:write("trust/empty.pem", "nothing\n") }, "empty.pem hold none that can be read")
  end)
end)

describe("a proxy", function()
  local double
  setup(function() double = aws.start { state = { proxy_login = { user = "ann", password = "p w:@" } } } end)
  teardown(function() double:stop() end)
  local HOST = "https://sts.eu-west-1.amazonaws.com/"

  local function through(login, no_proxy)
    return assert(http.session { ca_bundle = double.ca, proxy = secret.new((double.proxy:gsub("//", "//" .. login))),
      no_proxy = no_proxy, connect_timeout_ms = 500 })
  end

  it("is gone through, with its login", function()
    local session <close> = through "ann:p%%20w%%3a%%40@"
    assert.equal(302, assert(fetch(session, HOST)).status)
    local log = double:log().requests
    assert.equal("sts.eu-west-1.amazonaws.com", log[#log].host)
  end)

  it("that wants a login is told, and the login given is not", function()
    for _, login in ipairs { "", "ann:hunter2@" } do
      local session <close> = through(login)
      local response, message, code, kind = fetch(session, HOST)
      assert.is_nil(response)
      assert.truthy(message:find "^the proxy 127.0.0.1 wants a login")
      assert.falsy(message:find("hunter2", 1, true))
      assert.same({ "unreachable", "barred" }, { code, kind })
    end
  end)

  it("that refuses, or is not there, is told", function()
    double:state { proxy_login = aws.null }
    finally(function() double:state { proxy_login = { user = "ann", password = "p w:@" } } end)
    local session <close> = through ""
    local _, message, _, kind = fetch(session, "https://example.com/")
    assert.equal("the proxy 127.0.0.1 refuses to connect to example.com (status 403): ask who runs it", message)
    assert.equal("barred", kind)
    local absent <close> = assert(http.session { proxy = "http://ann:hunter2@127.0.0.1:1" })
    _, message, _, kind = fetch(absent, HOST)
    assert.truthy(message:find("^the proxy 127.0.0.1 .* refuses connections"), message)
    assert.falsy(message:find("hunter2", 1, true))
    assert.equal("connect", kind)
  end)

  it("is left aside for the hosts that no_proxy names, and for plain http", function()
    local session <close> = through("ann:wrong@", "127.0.0.1,example.com")
    assert.equal(302, assert(fetch(session, double.https)).status)
    local other <close> = through "ann:wrong@"
    assert.equal(302, assert(fetch(other, double.http)).status)
  end)
end)

describe("the environment", function()
  it("is not read: no proxy, no key log", function()
    local double = aws.start()
    local folder = home.new()
    finally(function()
      double:stop()
      folder:remove()
    end)
    local script = folder:write("script.lua", ([[
      local session = assert(require "lev.http".session { ca_bundle = %q })
      session:start { method = "GET", url = %q }
      local _, response, message = session:next()
      print(response and response.status or message, os.getenv "SSLKEYLOGFILE" ~= nil)]]):format(double.ca,
        double.https))
    local output = home.sh(("proxy=http://127.0.0.1:1; HTTPS_PROXY=$proxy https_proxy=$proxy ALL_PROXY=$proxy "
      .. "SSLKEYLOGFILE=%s %s %s 2>&1"):format(folder:at "keys", arg[-1] or "build/release/bin/leverage-spec", script))
    assert.equal("302\ttrue\n", output)
    assert.same({ "script.lua" }, folder:list ".")
  end)
end)
