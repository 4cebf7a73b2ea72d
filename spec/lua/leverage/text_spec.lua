-- leverage.text: what a terminal is allowed to see.
local text = require "leverage.text"

describe("plain text", function()
  it("shows no control, no direction mark, no broken UTF-8", function()
    assert.equal("a\u{FFFD}[31mb", text.plain "a\27[31mb")
    assert.equal("a\u{FFFD}b\u{FFFD}c", text.plain "a\nb\0c")
    assert.equal("\u{FFFD}x", text.plain "\u{202E}x")
    assert.equal("\u{FFFD}x\u{FFFD}", text.plain "\xC3x\xFF")
    assert.equal("\u{FFFD}", text.plain "\u{9B}")
    assert.equal("Grüße, 世界", text.plain "Grüße, 世界")
  end)

  it("is cut where it is too long, in linear time", function()
    assert.equal("abc…", text.plain("abcdef", 4))
    assert.equal(1000, text.width(text.plain(("x"):rep(1e7))))
  end)
end)

describe("small words", function()
  it("are masked, wrapped, counted, quoted", function()
    assert.equal("AKIA…WXYZ", text.mask "AKIA1234567890WXYZ")
    assert.same({ "one two", "three" }, text.wrap("one two three", 8))
    assert.equal("one profile", text.count(1, "profile"))
    assert.equal("2 profiles are", text.count(2, "profile is", "profiles are"))
    assert.equal("/a/b-c", text.shell_quote "/a/b-c")
    assert.equal([['it'\''s']], text.shell_quote "it's")
  end)

  it("find the nearest name", function()
    assert.equal("configure", text.nearest("confgure", { "create", "configure" }))
    assert.is_nil(text.nearest("zzz", { "create", "configure" }))
  end)
end)
