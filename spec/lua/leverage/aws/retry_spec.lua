-- aws.retry: pauses and dates.
local retry = require "leverage.aws.retry"

describe("http_date", function()
  it("agrees with the C library from 1970 to 9999", function()
    math.randomseed(11)
    for _ = 1, 2000 do
      local time = math.random(0, 253402300799)
      assert.equal(time, retry.http_date(os.date("!%a, %d %b %Y %H:%M:%S GMT", time)))
    end
    assert.equal(784111777, retry.http_date "Sun, 06 Nov 1994 08:49:37 GMT")
    assert.equal(951782400, retry.http_date "Tue, 29 Feb 2000 00:00:00 GMT")
  end)

  it("takes no other form", function()
    for _, text in ipairs { "", "yesterday", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
      "06 Nov 1994 08:49:37 GMT" } do
      assert.is_nil(retry.http_date(text))
    end
    assert.is_nil(retry.http_date(nil))
  end)
end)

describe("delay", function()
  it("doubles, is jittered over its whole range, and stays within 20 seconds", function()
    local least, most = { 1e9, 1e9, 1e9 }, { 0, 0, 0 }
    for _ = 1, 3000 do
      for index, attempt in ipairs { 1, 2, 30 } do
        local ms = retry.delay(attempt, {})
        least[index], most[index] = math.min(least[index], ms), math.max(most[index], ms)
      end
    end
    for index, limit in ipairs { 1000, 2000, 20000 } do
      assert.is_true(most[index] <= limit and most[index] > limit * 0.95)
      assert.is_true(least[index] < limit * 0.05)
    end
  end)

  it("is what the answer asked for, within the same bound", function()
    local ms = retry.delay(1, {}, 7000)
    assert.equal(7000, ms)
    assert.equal(20000, retry.delay(1, {}, 86400000))
    assert.equal(50, retry.delay(9, { base_ms = 10, max_ms = 50 }, 3000))
  end)
end)

describe("asked", function()
  it("reads seconds, dates and AWS's own milliseconds", function()
    assert.equal(3000, retry.asked({ ["retry-after"] = "3" }, 0))
    assert.equal(60000, retry.asked({ ["retry-after"] = "Sun, 06 Nov 1994 08:49:37 GMT" }, 784111717))
    assert.equal(0, retry.asked({ ["retry-after"] = "Sun, 06 Nov 1994 08:49:37 GMT" }, 784111999))
    assert.equal(150, retry.asked({ ["x-amz-retry-after"] = "150", ["retry-after"] = "9" }, 0))
  end)

  it("reads nothing into anything else", function()
    for _, value in ipairs { "", "-1", "soon", "1e9", ("9"):rep(40) } do
      assert.is_nil(retry.asked({ ["retry-after"] = value, ["x-amz-retry-after"] = value }, 0))
    end
  end)
end)
