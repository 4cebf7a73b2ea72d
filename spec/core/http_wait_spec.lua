-- What http_wait.c checks, against a server that answers late.
local home = require "spec.support.home"
local wire = require "spec.support.wire"

describe("a wait", function()
  it("ends by its descriptor, by time or by a signal, and transfers go on meanwhile", function()
    local folder = home.new()
    local server = wire.start { { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", wait_ms = 300 } }
    finally(function()
      server:stop()
      folder:remove()
    end)
    local built, ok = home.sh("cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -g -fsanitize=address,undefined "
      .. "-Isrc/core -o " .. folder:at "http_wait" .. " spec/core/http_wait.c src/core/http*.c src/core/buf.c "
      .. "src/core/error.c src/core/openssl_memory.c src/core/secret.c src/core/signals.c src/core/wiping.c "
      .. "-lcurl -lcrypto 2>&1")
    assert.is_true(ok, built)
    assert.equal("ok\n", (home.sh(("%s %s 2>&1"):format(folder:at "http_wait", server.url))))
  end)
end)
