-- lev.yaml: project.yaml read, and edited without touching what is not edited.
local yaml = require "lev.yaml"

local function parse(text) return assert(yaml.parse(text, "project.yaml")) end

-- The text after one edit.
local function edited(text, path, value, options)
  local doc = parse(text)
  assert(doc:set(path, value, options))
  assert.equal(value, doc:get(path))
  return assert(doc:text())
end

-- The edit is refused with a code and a message, and changes nothing.
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
project_name: <project name>
short_name:   ab   # two to four letters

##-------##
organization:
  accounts:
  - name: management
    email: <aws+management@example.com>   # root
  - name: security
    email: "aws+security@example.com"

    # between two accounts
  - {name: shared, email: aws+shared@example.com}
users:
- groups:
  - admins
  - devops
]]

describe("reading yaml", function()
  it("gives kinds, scalars, lengths, keys and positions", function()
    local doc = parse(PROJECT)
    assert.equal("map", doc:kind {})
    assert.equal("<project name>", doc:get { "project_name" })
    assert.equal("list", doc:kind { "organization", "accounts" })
    assert.equal(3, doc:length { "organization", "accounts" })
    assert.equal("aws+shared@example.com", doc:get { "organization", "accounts", 3, "email" })
    assert.same({ "project_name", "short_name", "organization", "users" }, doc:keys {})
    assert.same({ 3, 15 }, { doc:position { "short_name" } })
    assert.same({ 14, 12 }, { doc:position { "organization", "accounts", 3, "name" } })
    for _, path in ipairs { { "x" }, { 1 }, { "organization", "accounts", 4 }, { "short_name", "x" }, { "users",
      "1" } } do
      assert.is_nil(doc:kind(path))
      assert.is_nil(doc:get(path))
      assert.is_nil(doc:length(path))
      assert.is_nil(doc:keys(path))
      assert.is_nil(doc:position(path))
    end
    assert.is_nil(doc:get { "organization" })
    assert.is_nil(doc:length { "organization" })
    assert.is_nil(doc:keys { "users" })
  end)

  it("resolves plain scalars as YAML 1.2 does, and keeps them as they are written", function()
    local kinds = {
      string = { "yes", "off", "y", "0o8", "1e", "1.2.3", "190:20:30", "2001-12-14", "_1", "tRue", "e3", ".", "-",
        "a:b", "10.0.0.0/8" },
      number = { "012", "0", "-12", "+12", "111111111111", "0o14", "0x1F", "0b101", "1_000", "1.5", ".5", "1.", "1e3",
        "-.5", ".inf", "-.INF", ".NaN" },
      boolean = { "true", "True", "FALSE" },
    }
    for kind, texts in pairs(kinds) do
      for _, text in ipairs(texts) do
        if text ~= "-" then
          local doc = parse("a: " .. text .. "\n")
          assert.equal(kind, doc:kind { "a" }, text)
          assert.equal(text, doc:get { "a" })
          assert.equal("string", parse("a: '" .. text .. "'\n"):kind { "a" })
        end
      end
    end
    for _, text in ipairs { "", " ~", " null", " NULL", " # comment" } do
      local doc = parse("a:" .. text .. "\nb: 1\n")
      assert.equal("null", doc:kind { "a" })
      assert.is_nil(doc:get { "a" })
    end
  end)

  it("resolves as YAML 1.1 under its directive", function()
    local doc = parse("%YAML 1.1\n---\na: yes\nb: 0o14\nc: 190:20:30\nd: -.5\ne: 'yes'\n")
    assert.same({ "boolean", "string", "number", "string", "string" },
      { doc:kind { "a" }, doc:kind { "b" }, doc:kind { "c" }, doc:kind { "d" }, doc:kind { "e" } })
  end)

  it("takes tags of the core schema, and leaves others to who knows them", function()
    local doc = parse("a: !!str 12\nb: !!int '12'\nc: !secret x\nd: ! 12\ne: !thing {f: 1}\n")
    assert.same({ "string", "number", "expression", "string", "map" },
      { doc:kind { "a" }, doc:kind { "b" }, doc:kind { "c" }, doc:kind { "d" }, doc:kind { "e" } })
    assert.equal("12", doc:get { "a" })
    assert.is_nil(doc:get { "c" })
    assert.equal("1", doc:get { "e", "f" })
  end)

  it("decodes quoted, literal, folded and wrapped values", function()
    local doc = parse('a: "x\\u00e9\\n\\"y\\""\nb: \'it\'\'s\'\nc: |\n  one\n   two\n'
      .. "d: >-\n  one\n  two\n\n  three\ne: one\n  two\nf: |+\n  x\n\n")
    assert.equal('xé\n"y"', doc:get { "a" })
    assert.equal("it's", doc:get { "b" })
    assert.equal("one\n two\n", doc:get { "c" })
    assert.equal("one two\nthree", doc:get { "d" })
    assert.equal("one two", doc:get { "e" })
    assert.equal("x\n\n", doc:get { "f" })
  end)

  it("follows aliases and merges", function()
    local doc = parse("base: &b {region: us-east-1, id: 1}\nmore: &m {id: 2, tier: x}\n"
      .. "one:\n  <<: *b\n  id: 3\ntwo:\n  <<: [*b, *m]\nthree: *b\n")
    assert.equal("us-east-1", doc:get { "one", "region" })
    assert.equal("3", doc:get { "one", "id" })
    assert.same({ "id", "region" }, doc:keys { "one" })
    assert.equal("1", doc:get { "two", "id" })
    assert.same({ "region", "id", "tier" }, doc:keys { "two" })
    assert.equal("map", doc:kind { "three" })
    assert.equal("us-east-1", doc:get { "three", "region" })
    assert.is_nil(doc:kind { "one", "<<" })
  end)

  it("bounds what aliases and merges can blow up", function()
    local doc = parse("a: &a [*a, x]\n")
    assert.equal("x", doc:get { "a", 1, 1, 1, 2 })
    local lines = { "m0: &m0 {k: 1}\n" }
    for i = 1, 40 do lines[#lines + 1] = ("m%d: &m%d\n  <<: [*m%d, *m%d]\n"):format(i, i, i - 1, i - 1) end
    local ok, message, code = yaml.parse(table.concat(lines), "bomb.yaml")
    assert.is_nil(ok)
    assert.equal("refused", code)
    assert.matches("^bomb.yaml:%d+:%d+: merges bring in more than", message)
    local _, itself, broken = yaml.parse("a: &a\n  <<: *a\n", "p")
    assert.equal("broken_file", broken)
    assert.matches("merged into itself", itself)
  end)

  it("takes an empty file for null", function()
    for _, text in ipairs { "", "\n", "# nothing\n", "---\n", "\u{FEFF}", "\u{FEFF}# x" } do
      local doc = parse(text)
      assert.equal("null", doc:kind {})
      assert.equal(text, doc:text())
    end
  end)
end)

describe("a yaml file that cannot be taken", function()
  local function fails(text, code, message)
    local doc, got, status = yaml.parse(text, "p.yaml")
    assert.is_nil(doc)
    assert.equal(code, status)
    assert.matches(message, got)
  end

  it("is broken, with name, line, column and reason", function()
    fails("a: [1, 2\nb: 3\n", "broken_file", "^p%.yaml:2:%d+: ")
    fails("a: b: c\n", "broken_file", "^p%.yaml:1:5: mapping values are not allowed")
    fails("é: ü\nö: 'x\n", "broken_file", "^p%.yaml:")
    fails("ab: é é: c\n", "broken_file", "^p%.yaml:1:8: ")
    fails("a: b\n\tc: d\n", "broken_file", "^p%.yaml:2:1: ")
    fails("a: *nowhere\n", "broken_file", '^p%.yaml:1:4: the alias "nowhere" has no anchor')
    fails("a: 1\nb: x\0y\n", "broken_file", "^p%.yaml:2:5: a control character")
    fails("a: é\nb: \xFFx\n", "broken_file", "^p%.yaml:2:4: these bytes are not UTF%-8")
    fails("<<: 3\n", "broken_file", "^p%.yaml:1:5: only maps can be merged")
  end)

  it("is broken when a map has a key twice, and names both lines", function()
    fails("a: 1\nb: 2\n\"a\": 3\n", "broken_file", '^p%.yaml:3:1: the key "a" is there already, in line 1$')
    fails("x:\n- {b: 1, c: 2, b: 3}\n", "broken_file", '^p%.yaml:2:16: the key "b" is there already, in line 2$')
    assert.equal("1", parse("a: {x: 1}\nb: {x: 2}\n"):get { "a", "x" })
  end)

  it("is refused by name when it holds several documents, is UTF-16, too large or too deep", function()
    fails("a: 1\n---\nb: 2\n", "refused", "^p%.yaml:2:1: the file holds more than one document$")
    fails("\xFF\xFEa\0:\0", "refused", "UTF%-16")
    fails("a\0:\0 \0", "refused", "UTF%-16")
    fails(("#"):rep((4 << 20) + 1), "refused", "^p%.yaml: the file is larger than 4 MiB$")
    fails(("["):rep(101) .. ("]"):rep(101), "refused", "^p%.yaml:1:101: nested deeper than 100 levels$")
    assert.equal("list", parse(("["):rep(100) .. ("]"):rep(100)):kind {})
  end)

  it("shows no control character of a key", function()
    local _, message = yaml.parse('"\\e[31mred": 1\n"\\e[31mred": 2\n', "p")
    assert.is_nil(message:find("%c"))
  end)
end)

describe("setting a yaml value", function()
  it("changes only its bytes", function()
    assert.equal((PROJECT:gsub("<project name>", "binbash")), edited(PROJECT, { "project_name" }, "binbash"))
    assert.equal((PROJECT:gsub("ab   #", "bb   #")), edited(PROJECT, { "short_name" }, "bb"))
    assert.equal((PROJECT:gsub("aws%+shared@", "root@")), edited(PROJECT, { "organization", "accounts", 3, "email" },
      "root@example.com"))
    assert.equal((PROJECT:gsub("devops", "x")), edited(PROJECT, { "users", 1, "groups", 2 }, "x"))
  end)

  it("keeps the quotes of what was there", function()
    assert.equal("a: 'b'  # c\n", edited("a: 'x'  # c\n", { "a" }, "b"))
    assert.equal("a: 'it''s \\'\n", edited("a: 'x'\n", { "a" }, "it's \\"))
    assert.equal('a: "b\\\\\\"c"\n', edited('a: "x"\n', { "a" }, 'b\\"c'))
    assert.equal("a: b\n", edited("a: x\n", { "a" }, "b"))
    assert.equal("a: 172.18.0.0/20\n", edited("a: 10.0.0.0/8\n", { "a" }, "172.18.0.0/20"))
  end)

  it("quotes a plain value that some reader would not take for this string", function()
    for _, value in ipairs { "", "012", "111111111111", "1e3", "0x1F", "true", "No", "y", "null", "~", "2001-12-14",
      "190:20:30", "<<", "=",
      "- a", "-", "? a", ": a", "a: b", "a:", "a #b", "#a", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "'a", '"a',
        "[a", "{a", " a", "a ", "...", "---" } do
      local quoted = '"' .. value:gsub('"', '\\"') .. '"'
      assert.equal("a: " .. quoted .. " # c\n", edited("a: x # c\n", { "a" }, value))
    end
    for _, value in ipairs { "a", "us-east-1", "<aws+x@example.com>", "a:b", "a#b", "it's", "é", "a, b", "a]",
      "http://x/y?z", "yes sir" } do
      assert.equal("a: " .. value .. " # c\n", edited("a: x # c\n", { "a" }, value))
    end
    for _, value in ipairs { "a, b", "a]", "a}", "http://x" } do
      assert.equal('[ "' .. value .. '" ]', edited("[ x ]", { 1 }, value))
    end
  end)

  it("makes a string of a number, a boolean or null", function()
    assert.equal('id: "222222222222"\n', edited("id: 111111111111\n", { "id" }, "222222222222"))
    assert.equal('a: "true"\n', edited("a: true\n", { "a" }, "true"))
    assert.equal("a: x # c\n", edited("a: # c\n", { "a" }, "x"))
    assert.equal("a: x\nb:\n", edited("a:\nb:\n", { "a" }, "x"))
    assert.equal("a: x", edited("a:", { "a" }, "x"))
    assert.equal("a: x\n", edited("a: ~\n", { "a" }, "x"))
    assert.equal("- a\n- x\n", edited("- a\n-\n", { 2 }, "x"))
    assert.equal("{a: x , b: 1}\n", edited("{a: , b: 1}\n", { "a" }, "x"))
    assert.equal("{a: x, b: 1}\n", edited("{a, b: 1}\n", { "a" }, "x"))
    assert.equal("? a\n: x\n", edited("? a\n:\n", { "a" }, "x"))
    assert.equal("{a: x\u{85}}\n", edited("{a:\u{85}}\n", { "a" }, "x"))
  end)

  it("changes no byte when the value is there already", function()
    for _, text in ipairs { "a: x\n", "a: 'x'\n", 'a: "\\x78"\n', "a: >-\n  x\n", "a:   x   # c\r\n" } do
      assert.equal(text, edited(text, { "a" }, "x"))
    end
    assert.equal("a: 111111111111\n", edited("a: 111111111111\n", { "a" }, "111111111111"))
    assert.equal("a: 012\n", edited("a: 012\n", { "a" }, "012"))
    assert.equal("a: &a x\nb: *a\n", edited("a: &a x\nb: *a\n", { "b" }, "x"))
    assert.equal("a: \"12\"\n", edited("a: 012\n", { "a" }, "12"))
  end)

  it("replaces literal and folded values", function()
    assert.equal("a: |- # c\n  new\nb: 1\n", edited("a: |- # c\n\n  old\n  lines\nb: 1\n", { "a" }, "new"))
    assert.equal("a: >-\n  new\n\nb: 1\n", edited("a: >-\n  old\n\nb: 1\n", { "a" }, "new"))
    assert.equal('a: "new" # c\n\nb: 1\n', edited("a: | # c\n  old\n  lines\n\nb: 1\n", { "a" }, "new"))
    assert.equal('a: ""\nb: 1\n', edited("a: |-\n  old\nb: 1\n", { "a" }, ""))
    assert.equal('- " x"\n- y\n', edited("- |-\n  old\n- y\n", { 1 }, " x"))
    assert.equal("a: new\n", edited("a: old\n  lines\n", { "a" }, "new"))
    assert.equal("a: |-\n  new", edited("a: |-\n  old", { "a" }, "new"))
  end)

  it("keeps CR LF, BOM and a missing final newline", function()
    assert.equal("\u{FEFF}a: z\r\nb: 1", edited("\u{FEFF}a: x\r\nb: 1", { "a" }, "z"))
    assert.equal("é: ü\r\nb: z # ö", edited("é: ü\r\nb: x # ö", { "b" }, "z"))
  end)

  it("refuses what cannot be written", function()
    for value, reason in pairs { ["a\nb"] = "line break", ["a\rb"] = "line break", ["a\0b"] = "control",
      ["a\tb"] = "control",
      ["\27[31m"] = "control", ["\127"] = "control", ["\u{85}"] = "line break", ["\u{2028}"] = "line break",
        ["\u{9b}"] = "control",
      ["\u{FEFF}"] = "control", ["a\xFF"] = "UTF%-8", ["\xED\xA0\x80"] = "UTF%-8" } do
      refused("a: x\n", { "a" }, value, "refused", reason)
    end
    refused("a: x\n", { "k\n" }, "v", "refused", "line break")
    refused("a: x\n", { ("k"):rep(1001) }, "v", "refused", "1000 bytes")
  end)

  it("refuses a place that something else shares", function()
    local shared = "a: &a x\nb: *a\nc: &c {d: 1, e: &e 2}\nf: {<<: *c}\ng: *c\n"
    refused(shared, { "a" }, "y", "refused", "^project.yaml:1:4: the anchor")
    refused(shared, { "b" }, "y", "refused", "^project.yaml:2:4: the alias")
    refused(shared, { "c", "d" }, "y", "refused", "^project.yaml:3:4: the anchor")
    refused(shared, { "c", "new" }, "y", "refused", "anchor")
    refused(shared, { "f", "d" }, "y", "refused", "merged map")
    refused(shared, { "g", "d" }, "y", "refused", "alias")
    refused("a: &unused x\n", { "a" }, "y", "refused", "anchor")
    refused("f: {<<: {d: 1}}\n", { "f", "d" }, "y", "refused", "merged")
    refused("a: !!str x\n", { "a" }, "y", "refused", "^project.yaml:1:4: the tag")
    refused("a: !thing {b: 1}\n", { "a", "b" }, "y", "refused", "tag")
    refused("? a\n? b\n", { "a" }, "y", "refused", "without a value")
    assert.equal("a: &unused {b: z}\n", edited("a: &unused {b: x}\n", { "a", "b" }, "z"))
  end)

  it("refuses a place where no value can be", function()
    refused("a: {b: 1}\nc: [1]\nd:\n", { "a" }, "x", "conflict", "^project.yaml:1:4: there is a map here")
    refused("a: {b: 1}\nc: [1]\nd:\n", { "c" }, "x", "conflict", "there is a list here")
    refused("a: {b: 1}\nc: [1]\nd:\n", { "c", 2 }, "x", "conflict", "no item 2")
    refused("a: {b: 1}\nc: [1]\nd:\n", { "d", "e" }, "x", "conflict",
      '^project.yaml:3:3: there is no map here that could hold "e"')
    refused("a: {b: 1}\n", { "x", "e" }, "x", "conflict", 'could hold "x"')
    refused("a: {b: 1}\n", { "a", "b", "c" }, "x", "conflict", 'could hold "c"')
    refused("a: 1\n", {}, "x", "conflict", "whole document")
    refused("", { "a" }, "x", "conflict", "no map here")
  end)
end)

describe("inserting a yaml key", function()
  local at = { "organization", "accounts" }
  local function path(index, key) return { at[1], at[2], index, key } end

  it("goes behind the map's last key, or behind the one that is named", function()
    local doc = parse(PROJECT)
    assert(doc:set(path(1, "id"), "111111111111", { after = "name" }))
    assert(doc:set(path(2, "id"), "222222222222"))
    assert(doc:set(path(3, "id"), "333333333333", { after = "name" }))
    assert(doc:set({ "region" }, "us-east-1", { after = "not there" }))
    assert(doc:set({ "x" }, "z", { after = "short_name" }))
    assert.equal([[
# Project
project_name: <project name>
short_name:   ab   # two to four letters
x: z

##-------##
organization:
  accounts:
  - name: management
    id: "111111111111"
    email: <aws+management@example.com>   # root
  - name: security
    email: "aws+security@example.com"
    id: "222222222222"

    # between two accounts
  - {name: shared, id: "333333333333", email: aws+shared@example.com}
users:
- groups:
  - admins
  - devops
region: us-east-1
]], doc:text())
    assert.equal("us-east-1", doc:get { "region" })
    assert.same({ "name", "id", "email" }, doc:keys(path(1)))
    assert.same({ 10, 9 }, { doc:position(path(1, "id")) })
  end)

  it("leaves the comment of the last line there, and the file's end as it is", function()
    assert.equal("a: 1 # c\nb: x", edited("a: 1 # c", { "b" }, "x"))
    assert.equal("- a: 1 # c\r\n  b: x\r\n\r\n# tail\r\n", edited("- a: 1 # c\r\n\r\n# tail\r\n", { 1, "b" }, "x"))
    assert.equal("a: 1\nb: x\n...\n", edited("a: 1\n...\n", { "b" }, "x"))
    assert.equal("a:\nb: x\n", edited("a:\n", { "b" }, "x"))
    assert.equal("a:\n- - b: 1\n    c: x\n  - d\n", edited("a:\n- - b: 1\n  - d\n", { "a", 1, 1, "c" }, "x"))
    assert.equal("é: {a: 1}\nb: x\n", edited("é: {a: 1}\n", { "b" }, "x"))
  end)

  it("goes behind literal values without changing them", function()
    assert.equal("a: |\n  x\n\nb: z\nc: 1\n", edited("a: |\n  x\n\nc: 1\n", { "b" }, "z", { after = "a" }))
    assert.equal("a: |+\n  x\n\nb: z\n", edited("a: |+\n  x\n\n", { "b" }, "z"))
    assert.equal("a: |-\n  x\nb: z", edited("a: |-\n  x", { "b" }, "z"))
    refused("a: |\n  x", { "b" }, "z", "refused", "without a line break")
  end)

  it("keeps to the margin of keys with a question mark or an anchor", function()
    assert.equal("? a\n: b\nc: x\n", edited("? a\n: b\n", { "c" }, "x"))
    assert.equal("- ? # c\n    a\n  : b\n  c: x\n", edited("- ? # c\n    a\n  : b\n", { 1, "c" }, "x"))
    assert.equal("a: &x\n  b: 1\n  c: x\n", edited("a: &x\n  b: 1\n", { "a", "c" }, "x"))
    assert.equal("a: &x\n  ? b\n  : 1\n  c: x\n", edited("a: &x\n  ? b\n  : 1\n", { "a", "c" }, "x"))
    assert.equal("&x a: 1\nc: x\n", edited("&x a: 1\n", { "c" }, "x"))
  end)

  it("takes the quotes of the entry before", function()
    assert.equal("a: 'x'\nb: 'z'\n", edited("a: 'x'\n", { "b" }, "z"))
    assert.equal('{"a": "x", "b": "z"}\n', edited('{"a": "x"}\n', { "b" }, "z"))
    assert.equal('a: x\n"b: c": z\n', edited("a: x\n", { "b: c" }, "z"))
    assert.equal('a: x\n"12": z\n', edited("a: x\n", { "12" }, "z"))
    assert.equal('a: x\n"<<": z\n', edited("a: x\n", { "<<" }, "z"))
  end)

  it("keeps to the layout of flow maps", function()
    assert.equal("a: {b: x}\n", edited("a: {}\n", { "a", "b" }, "x"))
    assert.equal("a: { b: x }\n", edited("a: { }\n", { "a", "b" }, "x"))
    assert.equal("{a: 1, b: x,}\n", edited("{a: 1,}\n", { "b" }, "x"))
    assert.equal("{a: 1, b: x}", edited("{a: 1}", { "b" }, "x"))
    assert.equal("{a: , b: x }", edited("{a: }", { "b" }, "x"))
    assert.equal("{a , b: x}", edited("{a}", { "b" }, "x"))
    assert.equal("{a: 1, b: x # c\n }", edited("{a: 1 # c\n }", { "b" }, "x"))
    assert.equal("{a: {b: x}, c: 1}", edited("{a: {}, c: 1}", { "a", "b" }, "x"))
  end)

  it("keeps to the lines of flow maps that have some", function()
    assert.equal("{\n  a: 1, # two\n  b: x\n}\n", edited("{\n  a: 1 # two\n}\n", { "b" }, "x"))
    assert.equal("{\n  a: 1, # one\n  b: x,\n  c: 2\n}\n", edited("{\n  a: 1, # one\n  c: 2\n}\n", { "b" }, "x",
      { after = "a" }))
    assert.equal("{\n  a: 1,\n  b: x,\n}\n", edited("{\n  a: 1,\n}\n", { "b" }, "x"))
    assert.equal("{\r\n\ta: 1, b: x }\r\n", edited("{\r\n\ta: 1 }\r\n", { "b" }, "x"))
  end)

  it("is refused where the map has no form for it", function()
    refused("[a: 1]\n", { 1, "b" }, "x", "refused", "without braces")
    refused("[{}: {a: 1}]\n", { 1, "b" }, "x", "refused", "without braces")
    refused("[a: {b: 1}]\n", { 1, "c" }, "x", "refused", "without braces")
    refused("? [a]\n", { "b" }, "x", "refused", "without a value")
    refused("[? a]\n", { 1, "a" }, "x", "refused", "without a value")
    refused("{? a}\n", { "a" }, "x", "refused", "without a value")
    refused("? a\n:!x: y\n", { "a" }, "x", "refused", "without a value")
    refused("a:\n|\n b\n", { "a" }, "x", "refused", "block scalar")
  end)
end)

describe("a yaml document", function()
  it("gives back every text as it was", function()
    for _, text in ipairs { PROJECT, "a: 1", "a: 1\r\n\r\n", "\u{FEFF}- a\n", "{ }", "# c", "--- # c\na: b\n...\n# d",
      "a:\t1\n" } do
      assert.equal(text, parse(text):text())
    end
  end)

  it("proves many edits with one parse, in linear time", function()
    local lines = { "accounts:\n" }
    for i = 1, 1000 do lines[#lines + 1] = ("- name: account-%d # %d\n"):format(i, i) end
    local doc = parse(table.concat(lines))
    for i = 1, 1000 do assert(doc:set({ "accounts", i, "id" }, ("%012d"):format(i))) end
    for i = 1, 1000 do lines[i + 1] = ('- name: account-%d # %d\n  id: "%012d"\n'):format(i, i, i) end
    assert.equal(table.concat(lines), doc:text())
  end)

  it("says when it is misused", function()
    local doc = parse("a: 1\n")
    assert.has_error(function() yaml.parse("a: 1") end)
    assert.has_error(function() yaml.parse(1, "x", 2) end)
    assert.has_error(function() doc:get() end)
    assert.has_error(function() doc:get { 1.5 } end)
    assert.has_error(function() doc:get { 0 } end)
    assert.has_error(function() doc:get { true } end)
    assert.has_error(function() doc:set({ "a" }, 12) end)
    assert.has_error(function() doc:set({ "a" }, "x", { after = 1 }) end)
    assert.is_false(getmetatable(doc))
    local closed
    do
      local short <close> = parse("a: 1\n")
      closed = short
    end
    assert.has_error(function() closed:get { "a" } end)
  end)
end)
