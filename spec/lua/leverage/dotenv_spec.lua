-- leverage.dotenv: build.env files.
local dotenv = require "leverage.dotenv"

describe("a build.env", function()
  it("has names and values, with comments, quotes, export and spaces", function()
    assert.same({
      PROJECT = "ac", SPACED = "two words", SINGLE = "it is $HOME", EXPORTED = "yes", EMPTY = "", HASH = "a#b", TAIL = "v",
      ESCAPED = 'say "hi"\n', LAST = "2",
    }, dotenv.parse(table.concat({
      "\u{FEFF}# a comment", "", "PROJECT=ac", "  SPACED = \"two words\"  ", "SINGLE='it is $HOME' # why", "export EXPORTED=yes",
      "EMPTY=", "HASH=a#b", "TAIL=v   # comment", [[ESCAPED="say \"hi\"\n"]], "LAST=1", "LAST=2",
    }, "\r\n"), "build.env"))
  end)

  it("is refused with line and column when it is broken", function()
    for source, where in pairs {
      ["A=1\nnonsense\n"] = "2:1: expected NAME=value",
      ["A='open"] = "1:3: the quote is not closed",
      ['A="open'] = "1:3: the quote is not closed",
      ['A="x" tail'] = "1:3: text behind",
      ["A=1\n B\27=2"] = "2:3: a control character",
      ["1A=2"] = "1:1: expected",
    } do
      local values, message, code = dotenv.parse(source, "build.env")
      assert.is_nil(values)
      assert.equal("build.env:" .. where, message:sub(1, #where + 10))
      assert.equal("broken_file", code)
    end
  end)
end)
