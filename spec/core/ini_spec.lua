-- lev.ini: documents that keep every byte that no edit asked for.
local ini = require "lev.ini"
local secret = require "lev.secret"

local function parse(text)
  return assert(ini.parse(text, "config"))
end

-- The text after one change, which must succeed.
local function after(text, change)
  local doc = parse(text)
  change(doc)
  return doc:text()
end

local function set(text, section, key, value)
  return after(text, function(doc) assert.is_true(doc:set(section, key, value)) end)
end

local function remove(text, section, key)
  return after(text, function(doc) assert.is_true(doc:remove(section, key)) end)
end

local function refusal(text, section, key, value)
  local doc = parse(text)
  local ok, message, code = doc:set(section, key, value)
  assert.is_nil(ok)
  assert.equal("refused", code)
  assert.equal(text, doc:text())
  return message
end

local function broken(text)
  local doc, message, code = ini.parse(text, "config")
  assert.is_nil(doc)
  assert.equal("broken_file", code)
  return message
end

-- "line" or "line<other", one for each problem.
local function problem_lines(text)
  local lines = {}
  for _, problem in ipairs(parse(text):problems()) do
    lines[#lines + 1] = problem.other and ("%d<%d"):format(problem.line, problem.other) or tostring(problem.line)
  end
  return table.concat(lines, " ")
end

describe("reading a shared config file", function()
  local text = table.concat({
    "# a comment", "[default]", "region = us-east-1 ", "", "; another", "[profile bb-x]  # note",
    "Role_ARN=arn:aws:iam::1:role/x", "url = https://a/?b=c#d;e", "s3 =", "  addressing_style = path",
    "  # inside", "  region = inner", "[services y]", "", "[sso-session z]", "sso_region\t=\teu-west-1", "[bare]",
    "k=v",
  }, "\n")

  it("gives values, names and lines", function()
    local doc = parse(text)
    assert.same({ "default", "profile bb-x", "services y", "sso-session z", "bare" }, doc:sections())
    assert.equal("us-east-1", doc:get("default", "region"))
    assert.equal("arn:aws:iam::1:role/x", doc:get("profile bb-x", "role_arn"))
    assert.equal("https://a/?b=c#d;e", doc:get("profile bb-x", "URL"))
    assert.equal("eu-west-1", doc:get("sso-session z", "sso_region"))
    assert.same({ "role_arn", "url", "s3" }, doc:keys("profile bb-x"))
    assert.same({}, doc:keys("services y"))
    assert.same({}, doc:keys("nowhere"))
    assert.equal(6, doc:line("profile bb-x"))
    assert.equal(9, doc:line("profile bb-x", "s3"))
    assert.is_nil(doc:line("profile bb-x", "addressing_style"))
    assert.is_nil(doc:line("nowhere"))
    assert.is_true(doc:has("bare"))
    assert.is_false(doc:has("Bare"))
    assert.is_nil(doc:get("bare", "none"))
    assert.equal(text, doc:text())
  end)

  it("never takes a key of a nested block for one of the section", function()
    local doc = parse(text)
    assert.is_nil(doc:get("profile bb-x", "region"))
    assert.is_nil(doc:get("profile bb-x", "addressing_style"))
    assert.is_nil(doc:get("profile bb-x", "s3"))
  end)

  it("makes header names canonical", function()
    for header, name in pairs {
      ["[ profile\t\"x\" ]"] = "profile x", ["[profile 'x']"] = "profile x", ["[profile   x ]"] = "profile x",
      ["[profile default]"] = "profile default", ["[ x ]"] = "x", ["[profilex]"] = "profilex",
      ["[profile \"x y\"]"] = "profile x y", ["[sso-session\tx]"] = "sso-session x", ["[a] # b]"] = "a",
    } do
      local doc = parse(header .. "\na = 1\n")
      assert.same({ name }, doc:sections())
      assert.equal("1", doc:get(name, "a"))
    end
    assert.is_false(parse("[profile default]\n"):has("default"))
  end)

  it("joins a value that goes on over indented lines, as Python does", function()
    local doc = parse("[a]\nx = 1\n  y = 2\n\n  # no\n  z\nw = 3\n  [b]\n")
    assert.equal("1\ny = 2\n\nz", doc:get("a", "x"))
    assert.equal("3\n[b]", doc:get("a", "w"))
    assert.same({ "a" }, doc:sections())
  end)

  it("gives the last of doubled keys and the first of their lines", function()
    local doc = parse("[a]\nx = 1\nX = 2\n[b]\n[a]\ny = 3\nx = 4\n")
    assert.equal("4", doc:get("a", "x"))
    assert.equal("3", doc:get("a", "y"))
    assert.equal(2, parse("[a]\nx = 1\nX = 2\n"):line("a", "x"))
    assert.same({ "x", "y" }, doc:keys("a"))
    assert.same({ "a", "b" }, doc:sections())
  end)

  it("says where a file is broken", function()
    assert.equal("config:1:1: text before the first section header", broken("region = x\n[a]\n"))
    assert.equal("config:2:3: a section header without a name and ]", broken("[a]\n  [b\n"))
    assert.equal("config:1:1: a section header without a name and ]", broken("[]"))
    assert.equal("config:3:1: neither a section header nor `key = value`", broken("[a]\r\nx=1\r\nfoo\r\n"))
    assert.equal("config:2:1: no key before the sign", broken("[a]\n= 1\n"))
    assert.equal("config:2:5: a NUL byte: is this a text file?", broken("[a]\nx = \0"))
    assert.equal("config:2:5: not UTF-8", broken("[a]\n\xC3\xA4 = \xff\n"))
    assert.equal("config:3:3: a line without `=` in a nested block", broken("[a]\ns3 =\n  x\n"))
    assert.equal("config:1:1: text before the first section header", broken("\xEF\xBB\xBFx=1"))
    assert.equal("config: larger than 16 MiB", broken(("#"):rep((16 << 20) + 1)))
    assert.equal("config: more than 1000000 lines", broken(("\n"):rep(1000001)))
  end)

  it("keeps every byte of whatever it can read", function()
    for _, bytes in ipairs {
      "", "\n", "#", "\xEF\xBB\xBF", "\xEF\xBB\xBF[a]\r\nx = 1", "[a]\rx=1\r", "\r\n\r\n[a]\r\n", "[a]", "[a]\n\n\n",
      "[a]\nx=\n", "  [a]\n  x = 1\n", "[a]]\nx=1;2\n", "[ ]\n", "\f\n[a]\n\vx=1",
    } do
      assert.equal(bytes, parse(bytes):text())
    end
  end)
end)

describe("setting a key", function()
  it("replaces the value and nothing else", function()
    assert.equal("[a]\n# c\nREGION  =  new  \n; d\n", set("[a]\n# c\nREGION  =  old  \n; d\n", "a", "region", "new"))
    assert.equal("[a]\r\nx=2\r\ny=3", set("[a]\r\nx=1\r\ny=3", "a", "x", "2"))
    assert.equal("[a]\nx = 2", set("[a]\nx = 1", "a", "x", "2"))
    assert.equal("[a]\nx = 2\n", set("[a]\nx = 1 # old\n", "a", "x", "2"))
    assert.equal("[a]\nx = 2\n", set("[a]\nx =\n", "a", "x", "2"))
    assert.equal("[a]\nx = 2\n", set("[a]\nx = \n", "a", "x", "2"))
    assert.equal("[a]\nx=2\n", set("[a]\nx=\n", "a", "x", "2"))
    assert.equal("[a]\nx= 2\n", set("[a]\nx: 1\n", "a", "x", "2"))
  end)

  it("replaces a continued value as a whole, keeping comments between its lines", function()
    assert.equal("[a]\nx = 2\n  # c\n\nz = 3\n", set("[a]\nx = 1\n  y\n  # c\n  z\n\nz = 3\n", "a", "x", "2"))
    assert.equal("[a]\r\nx = 2", set("[a]\r\nx = 1\r\n  y", "a", "x", "2"))
  end)

  it("adds a key behind the section's last one, in its style", function()
    assert.equal("[a]\nx=1\ny=2\n\n# b\n[b]\nz = 1\n", set("[a]\nx=1\n\n# b\n[b]\nz = 1\n", "a", "y", "2"))
    assert.equal("[a]\ns3 =\n  q = 1\ny = 2\n[b]\n", set("[a]\ns3 =\n  q = 1\n[b]\n", "a", "y", "2"))
    assert.equal("[a]\r\nx = 1\r\ny = 2", set("[a]\r\nx = 1", "a", "y", "2"))
    assert.equal("[a] # c\ny = 2\n\n[b]\n", set("[a] # c\n\n[b]\n", "a", "y", "2"))
    assert.equal("[a]\nregion = r\n", set("[a]\n", "a", "Region", "r"))
    assert.equal("[b]\nq=1\n[a]\ny=2\n", set("[b]\nq=1\n[a]\n", "a", "y", "2"))
  end)

  it("does not take a key of a nested block for the section's", function()
    assert.equal("[a]\ns3 =\n  region = in\nregion = out\n", set("[a]\ns3 =\n  region = in\n", "a", "region", "out"))
  end)

  it("adds a section at the end, one blank line before it", function()
    assert.equal("[p]\nx = 1\n", set("", "p", "x", "1"))
    assert.equal("[a]\n\n[p]\nx = 1\n", set("[a]\n", "p", "x", "1"))
    assert.equal("[a]\n\n[p]\nx = 1\n", set("[a]\n\n", "p", "x", "1"))
    assert.equal("[a]\n\n[p]\nx = 1", set("[a]", "p", "x", "1"))
    assert.equal("[a]\r\ny=2\r\n\r\n[p]\r\nx=1\r\n", set("[a]\r\ny=2\r\n", "p", "x", "1"))
    assert.equal("[a]\n\n[profile p]\nx = 1\ny = 2\n\n[q]\nz = 3\n", after("[a]\n", function(doc)
      assert(doc:set("profile p", "x", "1"))
      assert(doc:set("q", "z", "3"))
      assert(doc:set("profile p", "y", "2"))
    end))
  end)

  it("changes no byte when the value is there already", function()
    local text = "[ profile  x ]\n[a]\nX:1\n y\nz  =  2 \n"
    assert.equal(text, set(text, "a", "z", "2"))
    assert.equal("[a]\nx=1", after("[a]\nx=1", function(doc)
      assert(doc:set("a", "x", "2"))
      assert(doc:set("a", "x", "1"))
    end))
  end)

  it("finds a section whose header has TAB, space or quotes", function()
    for _, header in ipairs { '[profile\tx]', '[profile "x"]', "[profile  x]", "[profile x ]" } do
      assert.equal(header .. "\na = 2\nb = 3\n", after(header .. "\na = 1\n", function(doc)
        assert(doc:set("profile x", "a", "2"))
        assert(doc:set("profile x", "b", "3"))
      end))
    end
  end)

  it("never lets a header become a part of the value above it", function()
    assert.equal("  [a]\n  x = 1\n  y = 2\n  [b]\n", set("  [a]\n  x = 1\n  [b]\n", "a", "y", "2"))
    assert.equal("[a]\n    y = 2\n    [b]\n", set("[a]\n    [b]\n", "a", "y", "2"))
    assert.equal("[a]\n  x = 1\ny = 2\n[b]\n", set("[a]\n  x = 1\n[b]\n", "a", "y", "2"))
    assert.matches("line 4: an indented header", refusal("  [a]\n  s3 =\n    x = 1\n  [b]\n", "a", "y", "2"))
  end)

  it("refuses what AWS tools read differently", function()
    for _, value in ipairs {
      "", " x", "x ", "x\ny", "x\ry", "x\0", "x\ty", "\27[0m", "#x", ";x", "x #y", "x ;y", '"x"', "'x", "\xff",
      "a\\nb", "\u{A0}x", "x\u{85}", "x\u{2028}y", "x\u{FEFF}",
    } do
      assert.matches("^config: %[a%] x: ", refusal("[a]\nx = 1\n", "a", "x", value))
    end
    for _, key in ipairs { "", "a b", "a=b", "a\n", "a:b", "#a", "[a", "ä", "a/b", "__proto__" } do
      assert.matches("unsafe key", refusal("[a]\n", "a", key, "1"))
    end
    for _, section in ipairs {
      "", "a]", "a\n", "a b", "profile ", "profile  x", "profile a b", "profile a@b", '"a"', "DEFAULT", "__proto__",
      "profile __proto__", "a\0", "ä",
    } do
      assert.matches("unsafe section name", refusal("[a]\n", section, "x", "1"))
    end
    assert.equal("[a]\nx = a#b;c=d:e\\f\n", set("[a]\n", "a", "x", "a#b;c=d:e\\f"))
  end)

  it("refuses to edit what stands twice, and says where", function()
    assert.matches("lines 1 and 3 ", refusal("[a]\nx = 1\n[a]\n", "a", "x", "2"))
    assert.matches("lines 1 and 2 ", refusal('[profile x]\n[profile "x"]\n', "profile x", "y", "2"))
    assert.matches("lines 2 and 4 ", refusal("[a]\nx = 1\ny = 1\nX = 2\n", "a", "x", "2"))
    assert.equal("[a]\nx = 1\ny = 3\nX = 2\n", set("[a]\nx = 1\ny = 1\nX = 2\n", "a", "y", "3"))
  end)

  it("refuses a nested block, a rival of [default], and headers that AWS tools do not read", function()
    assert.matches("line 2: the key holds a nested block", refusal("[a]\ns3 =\n  x = 1\n", "a", "s3", "2"))
    assert.matches("line 1: .*%[default%]", refusal("[profile default]\n", "default", "x", "1"))
    assert.matches("line 1: .*%[default%]", refusal("[default]\n", "profile default", "x", "1"))
    for _, header in ipairs { "[ profile x ]", "[profile x] # y]", "[profile x]#", "[profile x] y" } do
      assert.matches("line 1: .* write it so", refusal(header .. "\n", "profile x", "a", "1"))
    end
  end)
end)

describe("removing", function()
  it("takes a key's lines", function()
    assert.equal("[a]\n# c\ny = 2\n", remove("[a]\nx = 1\n  more\n# c\ny = 2\n", "a", "X"))
    assert.equal("[a]\n", remove("[a]\nx = 1", "a", "x"))
    assert.equal("[a]\r\n\r\n[b]", remove("[a]\r\ns3 =\r\n  x = 1\r\n\r\n[b]", "a", "s3"))
    assert.equal("[a]\n  # c\n", remove("[a]\nx = 1\n  # c\n  more\n", "a", "x"))
  end)

  it("takes a section up to the comments directly above the next header", function()
    assert.equal("# a\n# b\n# bb\n[b]\ny = 2\n", remove("# a\n[a]\nx = 1\n# b\n# bb\n[b]\ny = 2\n", "a"))
    assert.equal("# b\n[b]\n", remove("[a]\nx = 1\n# old\n\n# b\n[b]\n", "a"))
    assert.equal("[b]\n\n", remove("[b]\n\n[a]\nx = 1\n# end\n", "a"))
    assert.equal("", remove("[a]\nx = 1", "a"))
  end)

  it("tells whether there was anything", function()
    local doc = parse("[a]\nx = 1\n")
    assert.is_false(doc:remove("b"))
    assert.is_false(doc:remove("a", "y"))
    assert.is_true(doc:remove("a", "x"))
    assert.is_false(doc:remove("a", "x"))
    assert.is_nil(doc:get("a", "x"))
    assert.is_true(doc:remove("a"))
    assert.is_false(doc:has("a"))
    assert.equal("", doc:text())
  end)

  it("can be followed by setting again", function()
    assert.equal("[a]\ny = 2\nx = 3\n\n[b]\nz = 4\n", after("[a]\nx = 1\ny = 2\n[b]\nz = 1\n", function(doc)
      assert(doc:remove("a", "x"))
      assert(doc:set("a", "x", "3"))
      assert(doc:remove("b"))
      assert(doc:set("b", "z", "4"))
      assert.equal("3", doc:get("a", "x"))
      assert.equal("4", doc:get("b", "z"))
      assert.same({ "y", "x" }, doc:keys("a"))
    end))
    assert.equal("[a]\n", after("[a]\n", function(doc)
      for _ = 1, 3 do
        assert(doc:set("n", "x", "1"))
        assert(doc:remove("n"))
      end
    end))
  end)

  it("refuses what would change the meaning of anything else", function()
    local doc = parse("[a]\nx = 1\n[b]\n  y = 1\n  [c]\n")
    local ok, message, code = doc:remove("b")
    assert.is_nil(ok)
    assert.matches("line 5: this indented header", message)
    assert.equal("refused", code)
    assert.is_true(doc:has("b"))
    assert.is_true(doc:remove("a", "x"))
    assert.is_true(doc:remove("b"))
    assert.equal("[a]\n  [c]\n", doc:text())
    assert.equal("refused", select(3, parse("[a]\nx=1\nx=2\n"):remove("a", "x")))
    assert.equal("refused", select(3, parse("[a]\n[a]\n"):remove("a")))
  end)
end)

describe("secrets in a document", function()
  local text = "[bb]\naws_access_key_id = AKIA\naws_secret_access_key = wJalr\nregion = a\n aws_secret_access_key = x\n"

  it("stay secrets", function()
    local doc = parse(secret.new(text))
    assert.equal("AKIA", doc:get("bb", "aws_access_key_id"))
    assert.equal(secret.new("wJalr"), doc:get("bb", "aws_secret_access_key"))
    assert.equal(secret.new("a\naws_secret_access_key = x"), doc:get("bb", "region"))
    assert.is_true(doc:set("bb", "AWS_Session_Token", secret.new("tok")))
    assert.equal(secret.new("tok"), doc:get("bb", "aws_session_token"))
    assert.equal(secret.new(text .. "aws_session_token = tok\n"), doc:text())
    assert.is_true(secret.is(parse("[a]\naws_security_token=x"):get("a", "aws_security_token")))
  end)

  it("make the document secret that they are put into", function()
    local doc = parse("[a]\n")
    assert.equal("[a]\n", doc:text())
    assert.is_true(doc:set("a", "x", secret.new("s")))
    assert.equal(secret.new("s"), doc:get("a", "x"))
    assert.equal(secret.new("[a]\nx = s\n"), doc:text())
  end)

  it("are in no message", function()
    local _, message = ini.parse(secret.new("[bb]\naws_secret_access_key wJalr\n"), "credentials")
    assert.equal("credentials:2:1: neither a section header nor `key = value`", message)
    local _, refused = parse("[a]\n"):set("a", "aws_secret_access_key", secret.new("wJalr #"))
    assert.not_matches("wJalr", refused)
  end)

  it("leave with the document", function()
    local kept
    do
      local doc <close> = parse(secret.new(text))
      kept = doc
    end
    assert.has_error(function() kept:get("bb", "region") end, "calling 'get' on bad self (the document is closed)")
    assert.is_false(getmetatable(kept))
    assert.has_error(function() return kept.__gc() end)
  end)
end)

describe("problems", function()
  it("name the shapes that AWS tools read differently, with their lines", function()
    for text, lines in pairs {
      ["[a]\nx = 1\n# c\n[profile b] ; c\ny = a#b;c\ns3 =\n  q = 1\n"] = "",
      ["\xEF\xBB\xBF[a]\n"] = "1", ["[a]\n[b]\n[a]\n"] = "3<1", ["[a]\nx=1\nX=2\n"] = "3<2 3",
      ["[a]\nx=1\n[b]\n[a]\nx=2\n"] = "4<1 5<2", ["[a]\nx = 1 # c\n"] = "2", ["[a]\nx = 1\n  y\n"] = "2",
      ["[a]\n  x = 1\n"] = "2", ["[a]\nx: 1\n"] = "2", ["[a]\nRegion = 1\n"] = "2", ["[a]\nx =\n"] = "2",
      ['[a]\nx = "1"\n'] = "2", ["[a]\nx = #1\n"] = "2", ['[profile "x"]\n'] = "1", ["[profile\tx]\n"] = "1",
      ["[ x ]\n"] = "1", ["[a] # ]\n"] = "1", ["[profile a@b]\n"] = "1", ["[a]\rx=1"] = "1", ["[a]\nx = \1\n"] = "2",
      ["[default]\n[profile default]\n"] = "2<1", ["[DEFAULT]\n"] = "1", ["[__proto__]\n"] = "1", ["  [a]\n"] = "1",
    } do
      assert.equal(lines, problem_lines(text), ("for %q"):format(text))
    end
  end)

  it("hold nothing of the file", function()
    for _, problem in ipairs(parse("[s3cr3t x]\ns3cr3T: s3cr3t # s3cr3t\n s3cr3t\n"):problems()) do
      assert.not_matches("s3cr3t", problem.message:lower())
    end
  end)
end)

describe("large documents", function()
  it("are edited in linear time", function()
    local lines = {}
    for i = 1, 20000 do
      lines[i] = ("[profile p%d]\nregion = us-east-1\nrole_arn = arn:aws:iam::%012d:role/x\n"):format(i, i)
    end
    local text = table.concat(lines, "\n")
    local start = os.clock()
    local doc = parse(text)
    for i = 1, 20000 do
      assert(doc:set("profile p" .. i, "region", "eu-west-1"))
      assert(doc:set("profile q" .. i, "region", "eu-west-1"))
    end
    for i = 1, 20000 do
      assert(doc:set("big", "key" .. i, "1"))
    end
    for i = 20000, 1, -1 do
      assert(doc:remove("profile p" .. i))
      assert(doc:remove("big", "key" .. i))
    end
    doc:problems()
    local result = parse(doc:text())
    assert.equal(20001, #result:sections())
    assert.is_true(os.clock() - start < 20, "quadratic")
  end)
end)
