-- lev.xml: AWS's answers as tables; secrets stay secret; whatever is not such an answer is an error with its place.
local secret = require "lev.secret"
local xml = require "lev.xml"

local function value(bytes, options) return assert(xml.parse(bytes, options)).value end

local function refused(bytes, reason)
  local answer, message, code = xml.parse(bytes)
  assert.is_nil(answer)
  assert.equal("unreachable", code)
  assert.truthy(message:match "line %d+, column %d+" or message:find "too large", message)
  if reason then assert.truthy(message:find(reason, 1, true), message) end
  return message
end

local IDENTITY = [[
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::123456789012:user/Alice</Arn>
    <UserId>AIDACKCEVSQ6C2EXAMPLE</UserId>
    <Account>012345678901</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>
]]

describe("an answer", function()
  it("of STS is a table of tables of texts", function()
    assert.same({
      name = "GetCallerIdentityResponse",
      value = {
        GetCallerIdentityResult = {
          Arn = "arn:aws:iam::123456789012:user/Alice", UserId = "AIDACKCEVSQ6C2EXAMPLE", Account = "012345678901",
        },
        ResponseMetadata = { RequestId = "01234567-89ab-cdef-0123-456789abcdef" },
      },
    }, xml.parse(IDENTITY))
    assert.same(xml.parse(IDENTITY), xml.parse(secret.new(IDENTITY)))
  end)

  it("gives lists for members and for names that repeat", function()
    local one = "<R><MFADevices><member><SerialNumber>s1</SerialNumber></member></MFADevices></R>"
    assert.same({ MFADevices = { member = { { SerialNumber = "s1" } } } }, value(one))
    assert.same({ MFADevices = "" }, value "<R><MFADevices/></R>")
    assert.same({ MFADevices = "" }, value "<R><MFADevices>\n  </MFADevices></R>")
    assert.same({ member = { "" } }, value "<R><member/></R>")
    assert.same({ member = { "a", { x = "b" }, "c" } },
      value "<R><member>a</member><member><x>b</x></member><member>c</member></R>")
    assert.same({ k = { "1", "2", "3" }, l = "4" }, value "<R><k>1</k><l>4</l><k>2</k><k>3</k></R>")
    assert.same({ k = { { a = "1" }, { a = "2" } } }, value "<R><k><a>1</a></k><k><a>2</a></k></R>")
    assert.same({ k = { "1", "2" }, l = { "3", "4" }, member = { "5" } },
      value "<R><k>1</k><l>3</l><member>5</member><l>4</l><k>2</k></R>")
  end)

  it("keeps text to the byte, but for white space that is all there is", function()
    assert.equal(" a\n b ", value "<a> a\n b </a>")
    assert.equal("a\nb\nc", value "<a>a\r\nb\rc</a>") -- XML's own rule for line ends
    assert.equal("", value "<a> \t\r\n</a>")
    assert.equal("<&>\"'A€", value "<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x20AC;</a>")
    assert.equal("1 < 2 && ]]", value "<a>1 <![CDATA[< 2 &&]]> ]]</a>")
    assert.equal("ab", value "<a>a<!-- c --><?pi x?>b</a>")
    assert.same({ b = "2" }, value "<a>one<b x='&amp;'>2</b>three</a>")
  end)

  it("is read without prefixes, declarations and byte order mark", function()
    assert.same({ name = "Error", value = { Code = "x" } }, xml.parse("\u{feff}<?xml version='1.0' encoding='utf-8'?>\n"
      .. "<s:Error xmlns:s='urn:a'><s:Code>x</s:Code></s:Error>\n"))
    assert.same({ name = "a:", value = "" }, xml.parse "<a:/>")
  end)

  it("may say what went wrong in every shape", function()
    assert.equal("InvalidClientTokenId", value [[<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is
      invalid.</Message></Error><RequestId>r</RequestId></ErrorResponse>]].Error.Code)
    local wrapped = value "<R><Errors><Error><Code><![CDATA[Throttling]]></Code></Error></Errors></R>"
    assert.equal("Throttling", wrapped.Errors.Error.Code)
  end)
end)

describe("sensitive elements", function()
  local ANSWER = [[<R><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s3&amp;cret</SecretAccessKey>
    <SessionToken>tok</SessionToken><Expiration>2026-01-01T00:00:00Z</Expiration></Credentials></R>]]
  local OPTIONS = { sensitive = { "SecretAccessKey", "SessionToken" } }

  it("are secrets", function()
    local credentials = value(secret.new(ANSWER), OPTIONS).Credentials
    assert.equal("ASIA", credentials.AccessKeyId)
    assert.is_true(secret.new "s3&cret" == credentials.SecretAccessKey)
    assert.is_true(secret.new "tok" == credentials.SessionToken)
    assert.equal("2026-01-01T00:00:00Z", credentials.Expiration)
  end)

  it("are secrets with a prefix, in a list, empty, and with elements below", function()
    assert.is_true(secret.new "x" == value("<p:SessionToken>x</p:SessionToken>", OPTIONS))
    assert.is_true(secret.new "" == value("<SessionToken/>", OPTIONS))
    local nested = value("<R><SessionToken><a>x</a><member>y</member></SessionToken>"
      .. "<SessionToken>z</SessionToken></R>", OPTIONS)
    assert.is_true(secret.new "x" == nested.SessionToken[1].a)
    assert.is_true(secret.new "y" == nested.SessionToken[1].member[1])
    assert.is_true(secret.new "z" == nested.SessionToken[2])
  end)

  it("do not show in errors", function()
    local _, message = xml.parse("<SecretAccessKey>wJalrXUtnFEMI", OPTIONS)
    assert.is_nil(message:find("wJalr", 1, true))
  end)
end)

describe("what is no answer of AWS's", function()
  it("is an error with line and column", function()
    assert.equal("the answer is not XML as AWS writes it: mismatched tag (line 2, column 7)", refused "<a>\n <b></a>")
    refused("", "no element found")
    refused("\0")
    refused("<a>\0</a>", "not well-formed")
    refused("<a>&#0;</a>")
    refused("<a>&#27;</a>")
    refused("<a>\27[2J</a>")
    refused("<a>&nbsp;</a>", "undefined entity")
    refused("<a/><b/>")
    refused("<a/>x")
    refused("{\"a\": 1}")
    refused("<html><body><p>Proxy error<br></body></html>", "mismatched tag")
  end)

  it("may not declare a document type, entities least of all", function()
    refused("<!DOCTYPE a><a/>", "document type")
    refused([[<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><l>&c;</l>]], "document type")
    refused([[<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>]], "document type")
    refused([[<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>]], "document type")
  end)

  it("is whatever is not UTF-8", function()
    refused("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "encoding")
    refused("<?xml version='1.0' encoding='UTF-16'?><a/>", "encoding")
    refused("\xff\xfe<\0a\0/\0>\0", "encoding")
    refused("\xfe\xff\0<\0a\0/\0>", "encoding")
    refused("<\0a\0/\0>\0", "encoding")
    refused("\0<\0a\0/\0>", "encoding")
    for _, bytes in ipairs { "\xe9", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\x80",
      "\xe2\x82" } do
      refused("<a>" .. bytes .. "</a>")
      refused("<a" .. bytes .. "/>")
    end
  end)

  it("is nested too deeply or has too many elements", function()
    local function nested(depth) return ("<a>"):rep(depth) .. ("</a>"):rep(depth) end
    value(nested(32))
    refused(nested(33), "nested too deeply")
    refused(("<a>"):rep(31) .. "<a><b/></a>", "nested too deeply")
    refused(("<a>"):rep(1000000), "nested too deeply")
    assert.equal(199999, #value("<a>" .. ("<b/>"):rep(199999) .. "</a>").b)
    refused("<a>" .. ("<b/>"):rep(200000) .. "</a>", "too many elements")
  end)

  it("is more than 16 MiB", function()
    refused("<a>" .. ("x"):rep(1 << 24) .. "</a>", "too large")
  end)

  it("is what was cut off anywhere", function()
    local whole = IDENTITY:gsub("%s+$", "")
    for i = 0, #whole - 1 do refused(whole:sub(1, i)) end
    value(whole)
  end)

  it("never harms, with any byte changed", function()
    for i = 1, #IDENTITY do
      for _, byte in ipairs { "\0", "<", "&", "\xff", "/" } do
        local changed = IDENTITY:sub(1, i - 1) .. byte .. IDENTITY:sub(i + 1)
        local answer, message, code = xml.parse(changed, { sensitive = { "Arn" } })
        assert.is_true(answer ~= nil or code == "unreachable" and message ~= nil)
      end
    end
  end)
end)

describe("much of it", function()
  it("is read in time that grows with it", function()
    local started = os.clock()
    assert.equal(10000000, #value("<a>" .. ("x"):rep(10000000) .. "</a>"))
    assert.equal(10000000, #value("<a><![CDATA[" .. ("x"):rep(10000000) .. "]]></a>", { sensitive = { "a" } }))
    local attributes = {}
    for i = 1, 100000 do attributes[i] = ("x%d='%d'"):format(i, i) end
    assert.equal("", value("<a " .. table.concat(attributes, " ") .. "/>"))
    refused("<a " .. ("x='1' "):rep(100000) .. "/>", "duplicate attribute")
    assert.equal("", value("<a>" .. ("<?p x?>"):rep(300000) .. "</a>"))
    assert.equal("", value("<a>" .. ("<!--x-->"):rep(300000) .. "</a>"))
    assert.equal(("&"):rep(300000), value("<a>" .. ("&amp;"):rep(300000) .. "</a>"))
    assert.is_true(os.clock() - started < 20)
  end)
end)

describe("misuse", function()
  it("raises", function()
    assert.has_error(function() xml.parse() end)
    assert.has_error(function() xml.parse(1) end)
    assert.has_error(function() xml.parse({}) end)
    assert.has_error(function() xml.parse("<a/>", "x") end)
    assert.has_error(function() xml.parse("<a/>", { sensitive = "x" }) end)
    assert.has_error(function() xml.parse("<a/>", { sensitive = { 1 } }) end)
    assert.has_error(function() xml.parse("<a/>", {}, 1) end)
  end)
end)
