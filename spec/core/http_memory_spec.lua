-- Whether curl, OpenSSL and our own code leave copies of what was sent and received (memory_scan.py looks).
local home = require "spec.support.home"

describe("a secret that was received and sent", function()
  it("is nowhere in memory once the session and the secret are closed", function()
    local output, ok = home.sh(("/usr/bin/python3 spec/support/memory_scan.py %s spec/support/memory_script.lua 2>&1")
      :format(arg[-1] or "build/release/bin/leverage-spec"))
    assert.is_true(ok, output)
    local held, closed = output:match "^held (%d+)\nclosed (%d+)\n$"
    assert.truthy(held, output)
    assert.is_true(tonumber(held) >= 1) -- the search finds what is there
    assert.equal("0", closed)
  end)
end)
