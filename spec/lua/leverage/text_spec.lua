-- leverage.text: what a terminal is allowed to see.
local text = require "leverage.text"

-- The same word by word.
local function wrap_slowly(value, width)
  local lines, line = {}, ""
  for word in value:gmatch "%S+" do
    if line ~= "" and text.width(line) + 1 + text.width(word) > width then
      lines[#lines + 1] = line
      line = word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return lines
end

describe("plain text", function()
  it("shows no control, no direction mark, no broken UTF-8, but their escapes", function()
    assert.equal([[a\e[31mb]], text.plain "a\27[31mb")
    assert.equal([[a\nb\x00c]], text.plain "a\nb\0c")
    assert.equal([[\u{202e}x]], text.plain "\u{202E}x")
    assert.equal([[\xc3x\xff]], text.plain "\xC3x\xFF")
    assert.equal([[\u{009b}]], text.plain "\u{9B}")
    assert.equal("Grüße, 世界", text.plain "Grüße, 世界")
    assert.equal("12", text.plain(12))
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
    assert.same({ "" }, text.wrap(" \n ", 8))
    assert.same({ "a", "longword", "b c" }, text.wrap("a longword\n b\tc ", 3))
    assert.same({ "äö ü", "日本 x" }, text.wrap("äö ü 日本 x", 4))
    assert.same({ "\xff\xfe a", "b" }, text.wrap("\xff\xfe a b", 4))
    assert.equal("one profile", text.count(1, "profile"))
    assert.equal("2 profiles are", text.count(2, "profile is", "profiles are"))
    assert.equal("/a/b-c", text.shell_quote "/a/b-c")
    assert.equal([['it'\''s']], text.shell_quote "it's")
  end)

  it("are wrapped as if word by word", function()
    local parts = { "a", "bb", "ä", "日本", "longer", " ", "  ", "\n", " ", "\t", "x", "word" }
    for _ = 1, 5000 do
      local list = {}
      for i = 1, math.random(0, 25) do list[i] = parts[math.random(#parts)] end
      local value, width = table.concat(list), math.random(1, 12)
      assert.same(wrap_slowly(value, width), text.wrap(value, width), ("%q in %d"):format(value, width))
    end
  end)

  it("find the nearest name", function()
    assert.equal("configure", text.nearest("confgure", { "create", "configure" }))
    assert.is_nil(text.nearest("zzz", { "create", "configure" }))
  end)
end)
