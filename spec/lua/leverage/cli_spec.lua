-- leverage.cli: words to arguments.
local cli = require "leverage.cli"

local HEAD = {
  options = {
    { "--type", choices = { "BOOTSTRAP", "SECURITY" }, ignore_case = true, required = true, help = "h" },
    { "--file", value = "PATH", exclusive = "source", help = "h" },
    { "--from-env", flag = true, exclusive = "source", help = "h" },
  },
}

local function parse(...)
  return cli.parse("credentials configure", HEAD, { ... })
end

describe("the command line", function()
  it("gives options by their long names", function()
    local args = assert(parse("--type", "Security", "--file=x y", "-o", "json", "-q"))
    assert.equal("SECURITY", args.type)
    assert.equal("x y", args.file)
    assert.equal("json", args.output)
    assert.is_true(args.quiet)
    assert.equal("-", assert(parse("--type", "security", "--file", "-")).file)
  end)

  it("says what is wrong, and where help is", function()
    for reason, words in pairs {
      ["%-%-type"] = {},
      ["%-%-type must be one of BOOTSTRAP, SECURITY, not 'x'"] = { "--type", "x" },
      ["can not be used together"] = { "--type", "security", "--file", "a", "--from-env" },
      ["unknown option .*: did you mean"] = { "--type", "security", "--fil", "a" },
      ["must not be empty"] = { "--type", "security", "--file", "" },
      ["too many arguments"] = { "--type", "security", "extra" },
    } do
      local args, message, code, details = parse(table.unpack(words))
      assert.is_nil(args)
      assert.matches(reason, message)
      assert.equal("usage", code)
      assert.equal("leverage credentials configure --help", details.next)
    end
  end)

  it("knows early flags wherever they stand", function()
    assert.same({ "credentials", "configure", "-v", "-o", "json" }, cli.words_first { "-v", "-o", "json", "credentials", "configure" })
    assert.is_true(cli.wants_json { "x", "--output=json" })
    assert.is_true(cli.wants_json { "-o", "json" })
    assert.is_false(cli.wants_json { "x", "--", "-o", "json" })
    assert.is_true(cli.has({ "a", "--help" }, "-h", "--help"))
    assert.is_false(cli.has({ "a", "--", "-h" }, "-h"))
  end)
end)
