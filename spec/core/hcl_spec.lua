-- lev.hcl: common.tfvars read, and edited without touching what is not edited.
local hcl = require "lev.hcl"

local function parse(text) return assert(hcl.parse(text, "common.tfvars")) end

local function edited(text, path, value, options)
  local doc = parse(text)
  assert(doc:set(path, value, options))
  assert.equal(value, doc:get(path))
  return assert(doc:text())
end

local function refused(text, path, value, code, pattern)
  local doc = parse(text)
  local ok, message, got = doc:set(path, value)
  assert.is_nil(ok)
  assert.equal(code, got)
  assert.matches(pattern, message)
  assert.equal(text, doc:text())
end

local PROJECT = [[
# Project
project         = "ab" # short
project_long    = "binbash"

regions_allowed = ["us-east-1", "us-east-2"]

/* Accounts */
accounts = {
  management = {
    email = "aws+root@example.com"
    id    = "000000000000"
  },
  security = {
    email = "aws+security@example.com" // no id yet
  },
  shared = { email = "aws+shared@example.com" }
  "apps-prd" : {
  }
}

enable_tgw  = false
tgw_timeout = 30
]]

describe("reading hcl", function()
  it("gives kinds, scalars, lengths, keys and positions", function()
    local doc = parse(PROJECT)
    assert.equal("map", doc:kind {})
    assert.equal("ab", doc:get { "project" })
    assert.equal(2, doc:length { "regions_allowed" })
    assert.equal("us-east-2", doc:get { "regions_allowed", 2 })
    assert.same({ "management", "security", "shared", "apps-prd" }, doc:keys { "accounts" })
    assert.equal("000000000000", doc:get { "accounts", "management", "id" })
    assert.same({ "boolean", "false" }, { doc:kind { "enable_tgw" }, doc:get { "enable_tgw" } })
    assert.same({ "number", "30" }, { doc:kind { "tgw_timeout" }, doc:get { "tgw_timeout" } })
    assert.same({ 11, 13 }, { doc:position { "accounts", "management", "id" } })
    assert.same({ 16, 12 }, { doc:position { "accounts", "shared" } })
    for _, path in ipairs { { "x" }, { 1 }, { "accounts", 1 }, { "project", "x" }, { "regions_allowed", 3 } } do
      assert.is_nil(doc:kind(path))
      assert.is_nil(doc:get(path))
      assert.is_nil(doc:keys(path))
      assert.is_nil(doc:length(path))
      assert.is_nil(doc:position(path))
    end
  end)

  it("takes literals for values and all else for expressions", function()
    local kinds = {
      string = { '"x"', '""', '"$"', '"a$$b%%"', '"$${x}"', "<<E\nx\nE", "<<-E\n  x\n  E", '"\\u00e9"' },
      number = { "1", "012", "1.5", "1e3", "-1", "111111111111" }, boolean = { "true", "false" }, null = { "null" },
      list = { "[]", "[1,\n2,\n]", "[ # c\n1 ]" }, map = { "{}", "{ a = 1, b : 2 }", "{\na = 1 # c\n\nb = 2\n}" },
      expression = { "x", "var.x[0].y", "f(1, x...)", "a::b()", '"${x}"', '"a${f("}")}b"', '"%{ if x }a%{ endif }"',
        "(1)", "- 1", "!true",
        "1 + 2", "a ? b : c", "x.*.y", "x[*].y", "x.0", "[for a in b : a if c]", "{ for k, v in m : k => v... }",
          "[1][0]", "{}.a",
        "<<E\n${x}\nE", "(\n1 +\n2)", 'f(<<E\nx\nE\n)', '"${"a${"b"}"}"', "{ a = 1 } == {}" },
    }
    for kind, values in pairs(kinds) do
      for _, value in ipairs(values) do
        local doc = parse("a = " .. value .. "\nb = 2\n")
        assert.equal(kind, doc:kind { "a" }, value)
        assert.equal("2", doc:get { "b" })
        assert.same({ "a", "b" }, doc:keys {})
        if kind == "expression" then assert.is_nil(doc:get { "a" }) end
      end
    end
  end)

  it("decodes strings and heredocs", function()
    local strings = {
      ['"a\\n\\t\\r\\"\\\\"'] = 'a\n\t\r"\\', ['"\\u00e9\\U0001F600"'] = "é😀",
        ['"$${a} %%{b} $$${c} $ $$ %d"'] = "${a} %{b} $${c} $ $$ %d",
      ["<<EOF\nhello\n  \\n $${x} \"q\"\nEOF"] = 'hello\n  \\n ${x} "q"\n',
        ["<<-EOF\n    a\n\n      b\n  EOF"] = "a\n\n  b\n",
      ["<<EOF\nEOF"] = "", ["<<EOF\nEOFX\n EOF"] = "EOFX\n", ["<<-x-y\n\ta\n  b\nx-y"] = "a\n b\n",
    }
    for text, value in pairs(strings) do
      assert.equal(value, parse("a = " .. text .. "\n"):get { "a" })
    end
  end)

  it("knows keys that are words, strings and whole numbers", function()
    local doc = parse('a = { b = 1, "c d" : 2, (e) = 3, 4 = 4, "${f}" = 5, g.h = 6, true = 7, ("i") = 8, 1.5 = 9, '
      .. 'j = { k = "l" } }\n')
    assert.same({ "b", "c d", "4", "true", "j" }, doc:keys { "a" })
    assert.equal("2", doc:get { "a", "c d" })
    assert.equal("l", doc:get { "a", "j", "k" })
  end)

  it("lets the later of two keys of an object win", function()
    local doc = parse("a = { b = 1, c = 2, b = 3 }\n")
    assert.equal("3", doc:get { "a", "b" })
    assert.same({ "c", "b" }, doc:keys { "a" })
    refused("a = { b = 1, c = 2, b = 3 }\n", { "a", "b" }, "x", "refused",
      '^common.tfvars:1:21: the key "b" is there more than once')
  end)
end)

describe("an hcl file that cannot be taken", function()
  local function fails(text, code, message)
    local doc, got, status = hcl.parse(text, "c.tfvars")
    assert.is_nil(doc)
    assert.equal(code, status)
    assert.matches(message, got)
  end

  it("is broken, with name, line, column and reason", function()
    fails("a = 1\nb = = 2\n", "broken_file", "^c.tfvars:2:5: a value is expected here$")
    fails("a = 1 2\n", "broken_file", "^c.tfvars:1:7: a new line is expected here")
    fails('a = "é" # ö\nö = "\\q"\n', "broken_file", "^c.tfvars:2:6: this is no escape")
    fails('a = "x\n"', "broken_file", "^c.tfvars:1:7: a quoted string cannot hold a line break")
    fails('a = "x', "broken_file", "^c.tfvars:1:7: the string has no end")
    fails("a = <<E\nx\n", "broken_file", '^c.tfvars:3:1: the heredoc has no line "E"')
    fails("a = {\n  b = 1 c = 2\n}\n", "broken_file", "^c.tfvars:2:9: a comma, a new line or a closing brace")
    fails("a = [1 2]", "broken_file", "^c.tfvars:1:8: a comma or a closing bracket")
    fails("a = “x”\n", "broken_file", "^c.tfvars:1:5: .*straight double quotes")
    fails("a = 'x'\n", "broken_file", "^c.tfvars:1:5: .*straight double quotes")
    fails('"a" = 1\n', "broken_file", "^c.tfvars:1:1: the name of an argument has no quotes")
    fails("a = 1\n/* x", "broken_file", "^c.tfvars:2:1: this comment has no end")
    fails("a = 1.2.3\n", "broken_file", "^c.tfvars:1:5: this is not a number")
    fails('a = "\xFF"\n', "broken_file", "^c.tfvars:1:6: these bytes are not UTF%-8")
    fails('a = "%{ if x }y"\n', "broken_file", "^c.tfvars:1:16: the string ends before %%{ if }")
  end)

  it("is broken when it has a block, which is named", function()
    for _, text in ipairs { 'provider "aws" {\n}\n', "provider {}\n", "provider aws {}\n" } do
      fails(text, "broken_file", '^c.tfvars:1:1: "provider" is a block; a variables file holds only arguments')
    end
  end)

  it("is broken when an argument is there twice, and names both lines", function()
    fails("a = 1\nb = 2\n\na = 3\n", "broken_file", '^c.tfvars:4:1: the argument "a" is there already, in line 1$')
  end)

  it("is refused when it is UTF-16, too large or too deep", function()
    fails("\xFE\xFF\0a", "refused", "UTF%-16")
    fails(("#"):rep((4 << 20) + 1), "refused", "^c.tfvars: the file is larger than 4 MiB$")
    fails("a = " .. ("["):rep(101) .. ("]"):rep(101), "refused", "nested deeper than 100 levels$")
    fails("a = " .. ("("):rep(4000), "refused", "nested deeper than 100 levels$")
    fails('a = ' .. ('"${'):rep(4000), "refused", "nested deeper than 100 levels$")
    assert.equal("list", parse("a = " .. ("["):rep(99) .. ("]"):rep(99)):kind { "a" })
  end)
end)

describe("setting an hcl value", function()
  it("changes only its bytes", function()
    assert.equal((PROJECT:gsub('"ab"', '"bb"')), edited(PROJECT, { "project" }, "bb"))
    assert.equal((PROJECT:gsub("0000000000+", "123456789012")), edited(PROJECT, { "accounts", "management", "id" },
      "123456789012"))
    assert.equal((PROJECT:gsub('"us%-east%-2"', '"eu-west-1"')), edited(PROJECT, { "regions_allowed", 2 }, "eu-west-1"))
    assert.equal('\u{FEFF}a = "x"\r\nb = 1', edited('\u{FEFF}a = "ab"\r\nb = 1', { "a" }, "x"))
  end)

  it("makes a quoted string of numbers, booleans, null and heredocs", function()
    for _, old in ipairs { "12", "-1", "true", "null", "<<E\nx\nE", "<<-E\n  x\n  E" } do
      assert.equal('a = "x"\nb = 1\n', edited("a = " .. old .. "\nb = 1\n", { "a" }, "x"))
      assert.equal('a = { b = "x"\n}\n', edited("a = { b = " .. old .. "\n}\n", { "a", "b" }, "x"))
    end
  end)

  it("escapes quotes, backslashes and templates", function()
    for value, written in pairs { ['"\\'] = '\\"\\\\', ["${x}"] = "$${x}", ["%{x}"] = "%%{x}", ["$${x}"] = "$$${x}",
      ["$"] = "$", ["a$"] = "a$",
      ["$$"] = "$$", ["{"] = "{", ["é"] = "é", ["#"] = "#" } do
      assert.equal('a = "' .. written .. '"\n', edited('a = "old"\n', { "a" }, value))
      assert.equal(value, parse('a = "' .. written .. '"\n'):get { "a" })
    end
  end)

  it("changes no byte when the value is there already", function()
    for _, text in ipairs { 'a = "x"\n', 'a = "\\u0078"\n', "a   =\t\"x\" /* c */" } do
      assert.equal(text, edited(text, { "a" }, "x"))
    end
    assert.equal("a = 111111111111\n", edited("a = 111111111111\n", { "a" }, "111111111111"))
    assert.equal('a = "12"\n', edited("a = 012\n", { "a" }, "12"))
  end)

  it("refuses expressions, maps, and what cannot be written", function()
    for _, old in ipairs { "var.x", '"${x}"', "f(1)", "(1)", "<<E\n${x}\nE" } do
      refused("a = " .. old .. "\n", { "a" }, "x", "refused", "^common.tfvars:1:5: there is an expression here")
    end
    refused("a = {}\n", { "a" }, "x", "conflict", "there is a map here")
    refused("a = []\n", { "a", 1 }, "x", "conflict", "no item 1")
    refused("a = []\n", { "b", "c" }, "x", "conflict", 'no map here that could hold "b"')
    refused("a = x\n", { "a", "c" }, "x", "conflict", 'no map here that could hold "c"')
    refused("a = 1\n", {}, "x", "conflict", "whole document")
    for value, reason in pairs { ["a\nb"] = "line break", ["a\0"] = "control", ["\t"] = "control", ["\xFF"] = "UTF%-8",
      ["\u{2028}"] = "line break" } do
      refused('a = "x"\n', { "a" }, value, "refused", reason)
    end
    refused("a = 1\n", { "b c" }, "x", "refused", "cannot be the name of an argument")
    refused("a = 1\n", { "9" }, "x", "refused", "cannot be the name of an argument")
  end)
end)

describe("inserting an hcl key", function()
  it("goes where the others are, as they are written", function()
    local doc = parse(PROJECT)
    assert(doc:set({ "accounts", "management", "name" }, "m", { after = "email" }))
    assert(doc:set({ "accounts", "security", "id" }, "222222222222"))
    assert(doc:set({ "accounts", "shared", "id" }, "333333333333", { after = "email" }))
    assert(doc:set({ "accounts", "apps-prd", "id" }, "444444444444"))
    assert(doc:set({ "accounts", "default" }, "shared", { after = "security" }))
    assert(doc:set({ "region" }, "us-east-1", { after = "project_long" }))
    assert(doc:set({ "management_account_id" }, "111111111111"))
    assert.equal([[
# Project
project         = "ab" # short
project_long    = "binbash"
region          = "us-east-1"

regions_allowed = ["us-east-1", "us-east-2"]

/* Accounts */
accounts = {
  management = {
    email = "aws+root@example.com"
    name  = "m"
    id    = "000000000000"
  },
  security = {
    email = "aws+security@example.com" // no id yet
    id    = "222222222222"
  },
  default = "shared",
  shared = { email = "aws+shared@example.com", id = "333333333333" }
  "apps-prd" : {
    id = "444444444444"
  }
}

enable_tgw  = false
tgw_timeout = 30
management_account_id = "111111111111"
]], doc:text())
    assert.same({ "email", "name", "id" }, doc:keys { "accounts", "management" })
  end)

  it("keeps commas, separators and quotes of keys", function()
    assert.equal('a = {\n  b = 1,\n  c = 2,\n  d = "x",\n}\n', edited("a = {\n  b = 1,\n  c = 2,\n}\n", { "a", "d" },
      "x"))
    assert.equal('a = {\n  b = 1,\n  c = 2, # c\n  d = "x"\n}\n', edited("a = {\n  b = 1,\n  c = 2 # c\n}\n", { "a",
      "d" }, "x"))
    assert.equal('a = {\n  b = 1\n  d = "x"\n  c = 2\n}\n', edited("a = {\n  b = 1\n  c = 2\n}\n", { "a", "d" }, "x",
      { after = "b" }))
    assert.equal('a = {\n\t"b" : 1\n\t"d" : "x"\n}\n', edited('a = {\n\t"b" : 1\n}\n', { "a", "d" }, "x"))
    assert.equal('a = {b:1, d:"x"}\n', edited("a = {b:1}\n", { "a", "d" }, "x"))
    assert.equal('a = { b = 1, d = "x", }\n', edited("a = { b = 1, }\n", { "a", "d" }, "x"))
    assert.equal('a = {\n  b = 1\n  "c d" = "x"\n}\n', edited("a = {\n  b = 1\n}\n", { "a", "c d" }, "x"))
    assert.equal('a = { b = 1, "for" = "x" }\n', edited("a = { b = 1 }\n", { "a", "for" }, "x"))
    assert.equal('a = {\n  b = <<E\nx\nE\n  c = "x"\n}\n', edited("a = {\n  b = <<E\nx\nE\n}\n", { "a", "c" }, "x"))
    assert.equal('a = {\n  b = 1, c = 2, d = "x" }\n', edited("a = {\n  b = 1, c = 2 }\n", { "a", "d" }, "x"))
    assert.equal('a = {\n  b = 1, d = "x" /* c\n*/ }\n', edited("a = {\n  b = 1 /* c\n*/ }\n", { "a", "d" }, "x"))
  end)

  it("keeps to a column that the neighbours keep to", function()
    assert.equal('a    = 1\nlong = 2\nbc   = "x"\n', edited("a    = 1\nlong = 2\n", { "bc" }, "x"))
    assert.equal('a    = 1\nlong = 2\nlonger = "x"\n', edited("a    = 1\nlong = 2\n", { "longer" }, "x"))
    assert.equal('a = 1\nlong = 2\nb = "x"\n', edited("a = 1\nlong = 2\n", { "b" }, "x"))
    assert.equal('long=2\nb   ="x"\n', edited("long=2\n", { "b" }, "x"))
    assert.equal('äöü = 2\nb   = "x"\n', edited("äöü = 2\n", { "b" }, "x"))
    assert.equal('long = {\n}\nb = "x"\n', edited("long = {\n}\n", { "b" }, "x"))
  end)

  it("fills what is empty", function()
    assert.equal('a = "x"\n', edited("", { "a" }, "x"))
    assert.equal('# c\r\na = "x"\r\n', edited("# c\r\n", { "a" }, "x"))
    assert.equal('# c\na = "x"\n', edited("# c", { "a" }, "x"))
    assert.equal('\u{FEFF}a = "x"\n', edited("\u{FEFF}", { "a" }, "x"))
    assert.equal('a = { b = "x" }\n', edited("a = {}\n", { "a", "b" }, "x"))
    assert.equal('a = { b = "x" }\n', edited("a = {  }\n", { "a", "b" }, "x"))
    assert.equal('a = {\n  # none\n  b = "x"\n}\n', edited("a = {\n  # none\n}\n", { "a", "b" }, "x"))
    assert.equal('a = [{ b = "x" }]\n', edited("a = [{}]\n", { "a", 1, "b" }, "x"))
  end)

  it("keeps line ends, and a file's end without one", function()
    assert.equal('a = 1 # c\nb = "x"', edited("a = 1 # c", { "b" }, "x"))
    assert.equal('z = 1\r\na = 1 # c\r\nb = "x"', edited("z = 1\r\na = 1 # c", { "b" }, "x"))
    assert.equal('a = 1\r\nb = "x"\r\n# end\r\n', edited("a = 1\r\n# end\r\n", { "b" }, "x"))
    assert.equal('a = 1 /* c\n */\nb = "x"\n', edited("a = 1 /* c\n */\n", { "b" }, "x"))
  end)
end)

describe("an hcl document", function()
  it("gives back every text as it was", function()
    for _, text in ipairs { PROJECT, "", "\n", "# c", "a=1", "a = 1\r\n", "\u{FEFF}a = 1", "/* */", "a = <<E\nE\n" } do
      assert.equal(text, parse(text):text())
    end
  end)

  it("proves many edits with one parse, in linear time", function()
    local lines = { "accounts = {\n" }
    for i = 1, 1000 do lines[#lines + 1] = ('  account-%d = { email = "a" } # %d\n'):format(i, i) end
    lines[#lines + 1] = "}\n"
    local doc = parse(table.concat(lines))
    for i = 1, 1000 do assert(doc:set({ "accounts", "account-" .. i, "id" }, ("%012d"):format(i))) end
    for i = 1, 1000 do lines[i + 1] = ('  account-%d = { email = "a", id = "%012d" } # %d\n'):format(i, i, i) end
    assert.equal(table.concat(lines), doc:text())
  end)
end)
