-- lev.keyfile: access keys out of the files that people have them in, and messages that never hold a secret.
local keyfile = require "lev.keyfile"
local secret = require "lev.secret"

local ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

-- A csv file of two columns.
local function csv(rows)
  return "Access key ID,Secret access key\n" .. rows
end

-- The one entry of a text, its secrets exposed.
local function only(text)
  local list = assert(keyfile.parse(text, "keys"))
  assert.equal(1, #list)
  local entry = list[1]
  assert.is_true(secret.is(entry.secret_access_key))
  entry.secret_access_key = entry.secret_access_key:expose()
  entry.session_token = entry.session_token and entry.session_token:expose()
  return entry
end

-- The message for a text that must be refused.
local function broken(text)
  local list, message, code = keyfile.parse(text, "keys")
  assert.is_nil(list, tostring(text))
  assert.equal("broken_file", code)
  assert.not_matches(SECRET, message, 1, true)
  return message
end

local function utf16(text, little)
  local units = {}
  for _, code in utf8.codes(text) do
    local format = little and "<I2" or ">I2"
    if code >= 0x10000 then
      units[#units + 1] = string.pack(format, 0xD800 + ((code - 0x10000) >> 10))
      code = 0xDC00 + ((code - 0x10000) & 0x3FF)
    end
    units[#units + 1] = string.pack(format, code)
  end
  return (little and "\xFF\xFE" or "\xFE\xFF") .. table.concat(units)
end

local keys = { access_key_id = ID, secret_access_key = SECRET }
local with_user = { user = "jane", access_key_id = ID, secret_access_key = SECRET }
local two_columns = csv(("%s,%s\n"):format(ID, SECRET))

describe("a csv key file", function()
  it("is read as the console makes it", function()
    assert.same(keys, only(two_columns))
    assert.same(with_user, only(("User name,Password,Access key ID,Secret access key,Console login link\n"
      .. "jane,,%s,%s,https://1.signin.aws.amazon.com/console\n"):format(ID, SECRET)))
  end)

  it("may have any column order, case, quotes, blank lines and line ends", function()
    for _, text in ipairs {
      ('\xEF\xBB\xBF"secret ACCESS key",x,ACCESS_KEY_ID\r\n\r\n%s,"a\r\nb,""c""","%s"\r\n,,\r\n'):format(SECRET, ID),
      ("SecretAccessKey , AccessKeyId\r%s , %s"):format(SECRET, ID),
      ("\n\nAccess key ID;Secret access key;\n%s;%s;\n"):format(ID, SECRET),
      ("Access key ID\tSecret access key\n%s\t%s"):format(ID, SECRET),
    } do
      assert.same(keys, only(text))
    end
  end)

  it("may hold several users, and users without keys", function()
    local list = assert(keyfile.parse(secret.new(
      ("User Name,Access key ID,Secret access key\njane,%s,%s\njoe,,\n\"O\"\"Neil, P\",AKIAI44QH8DHBEXAMPLE,%s\n")
      :format(ID, SECRET, SECRET)), "keys"))
    assert.equal(2, #list)
    assert.equal("jane", list[1].user)
    assert.equal('O"Neil, P', list[2].user)
    assert.equal("AKIAI44QH8DHBEXAMPLE", list[2].access_key_id)
  end)

  it("may carry a session token", function()
    local text = "Access key ID,Secret access key,Session token\nASIAIOSFODNN7EXAMPLE,%s,IQoJ/+=\n"
    assert.equal("IQoJ/+=", only(text:format(SECRET)).session_token)
  end)

  it("may be UTF-16 as Windows tools write it", function()
    local text = ("User name,Access key ID,Secret access key\nj\u{E4}\u{20AC}\u{1F600},%s,%s\n"):format(ID, SECRET)
    for _, little in ipairs { true, false } do
      assert.equal("jä€😀", only(utf16(text, little)).user)
      assert.equal("keys: broken UTF-16", broken(utf16(text, little) .. "x"))
    end
    assert.equal("keys: broken UTF-16", broken("\xFF\xFE\x00\xD8a\0"))
    assert.equal("keys: broken UTF-16", broken("\xFF\xFE\x00\xDC"))
    assert.equal("keys: nothing in it", broken("\xFF\xFE"))
  end)

  it("says what is wrong with it", function()
    assert.equal("keys:1: no header line: the first line must be `Access key ID,Secret access key`",
      broken(("%s,%s\n"):format(ID, SECRET)))
    assert.equal("keys:1: no key file: columns for access key id and secret access key are expected, of 3 columns "
      .. "these are known: user name, access key id", broken(("User name,Access key ID,%s\n"):format(SECRET)))
    assert.equal("keys:2: no key file: columns for access key id and secret access key are expected, of 1 columns "
      .. "none is known", broken("\n" .. SECRET))
    assert.equal("keys:1: two columns for the access key id", broken("Access key ID,AccessKeyId,Secret access key\n"))
    assert.equal("keys:2: more cells than the header has columns",
      broken(csv(("%s,x,%s\n"):format(ID, SECRET))))
    assert.equal("keys:3: the secret access key is missing", broken("\n" .. csv(ID .. "\n")))
    assert.equal("keys:2: the access key id is missing", broken(csv((",%s\n"):format(SECRET))))
    assert.equal("keys:2: a quote that is not closed", broken(csv('"' .. SECRET .. "\n\n")))
    assert.equal("keys:3: text behind a closing quote", broken(csv('"a\nb"' .. SECRET)))
    assert.equal("keys: no access keys in it", broken(csv ""))
    assert.equal("keys:1: more than 100 columns", broken((","):rep(101)))
  end)
end)

describe("a json key file", function()
  it("is read as people and AWS write it", function()
    for _, text in ipairs {
      '{"accessKeyID": "%s", "secretAccessKey": "%s"}', '{\n  "accessKeyID": "%s",\n  "secretAccessKey": "%s",\n}\n',
      '{"AccessKeyId":"%s","SecretAccessKey":"%s","SessionToken":null,"n":-1.5e+3,"l":[1,{},[],],"t":true}',
      '{"aws_access_key_id":"%s","aws_secret_access_key":"%s"}', '[{"access_key_id":"%s","secret_access_key":"%s"}]',
      '{"spec":{"data":{"accessKeyID":"%s","secretAccessKey":"%s"},"provider":"aws"}}',
    } do
      assert.same(keys, only(text:format(ID, SECRET)))
    end
    assert.same(with_user, only(([[{ "AccessKey": { "UserName": "jane", "AccessKeyId": "%s", "Status": "Active",
      "SecretAccessKey": "%s", "CreateDate": "2024-01-01T00:00:00+00:00" } }]]):format(ID, SECRET)))
    assert.equal("IQoJ", only(([[{"Credentials":{"AccessKeyId":"%s","SecretAccessKey":"%s","SessionToken":"IQoJ",
      "Expiration":"2024"},"AssumedRoleUser":{"Arn":"x"}}]]):format(ID, SECRET)).session_token)
  end)

  it("may hold several", function()
    local one = ('{"AccessKeyId":"%s","SecretAccessKey":"%s"}'):format(ID, SECRET)
    assert.equal(3, #assert(keyfile.parse(("[%s,{\"k\":[%s]},%s]"):format(one, one, one), "keys")))
  end)

  it("may be escaped", function()
    local escaped = SECRET:gsub("[/w]", function(c) return ("\\u%04X"):format(c:byte()) end):gsub("M", "\\u004d")
    assert.same(keys, only(('{"accessKey\\u0049D":"%s","secretAccessKey":"%s"}'):format(ID, escaped)))
    local user = [["\"\\\/\u00e9\u20AC\ud83d\ude00"]]
    local text = ('{"UserName":%s,"accessKeyID":"%s","secretAccessKey":"%s"}'):format(user, ID, SECRET)
    assert.equal([["\/é€😀]], only(text).user)
  end)

  it("says what is wrong with it, and where", function()
    for text, message in pairs {
      ['{"a":1,,}'] = '1:8: expected a string',
      ['{"a" 1}'] = "1:6: expected `:`",
      ['{"a":1 "b":2}'] = "1:8: expected `,` or `}`",
      ['[{} 2]'] = "1:5: expected `,` or `]`",
      ['{"a":tru}'] = "1:6: expected a value",
      ['{"a":01}'] = "1:6: expected a value",
      ['{"a":1.}'] = "1:6: expected a value",
      ['{"a":-}'] = "1:6: expected a value",
      ['{\n "a": "x'] = "2:7: a string that is not closed",
      ['{"a":"\n"}'] = "1:7: a line break or control character in a string",
      ['{"a":"\\x"}'] = "1:7: an unknown escape",
      ['{"a":"\\u12g4"}'] = "1:7: a broken \\u escape",
      ['{"a":"\\ud800x"}'] = "1:7: a broken \\u escape",
      ['{"a":"\\udc00"}'] = "1:7: a broken \\u escape",
      ['{"a":1,"a":2}'] = "1:8: a field that stands twice",
      ["{} x"] = "1:4: text behind the end",
      ["{"] = "1:2: expected a string",
      ['{"accessKeyID":"x","AccessKeyId":"y"}'] = "1:34: the access key id stands twice",
      ['{"secretAccessKey":1}'] = "1:20: the secret access key is not a string",
      ['{"secretAccessKey":"' .. SECRET .. '"}'] = "1: the access key id is missing",
      ['{"a":{\n"accessKeyID":"' .. ID .. '"}}'] = "1: the secret access key is missing",
      ['{"a":"\\'] = "1:8: a string that is not closed",
    } do
      assert.equal("keys:" .. message, broken(text))
    end
    assert.equal("keys: no access keys in it", broken("{}"))
    assert.equal("keys: no access keys in it", broken("[]"))
    assert.matches("nested too deeply", broken(("["):rep(100000)))
    assert.matches("nested too deeply", broken(('{"a":'):rep(100000)))
    local fields = {}
    for i = 1, 257 do
      fields[i] = ('"f%d":0'):format(i)
    end
    assert.matches("more than 256 fields", broken("{" .. table.concat(fields, ",") .. "}"))
  end)
end)

describe("an ini key file", function()
  it("gives a section's keys with its name", function()
    local list = assert(keyfile.parse(secret.new((
      "# mine\n[default]\naws_access_key_id = %s\naws_secret_access_key=%s\n\n"
      .. "[profile x]\nAWS_ACCESS_KEY_ID=AKIAI44QH8DHBEXAMPLE\naws_secret_access_key=%s\naws_session_token = tok\n"
      .. "[empty]\nregion = us-east-1\n"):format(ID, SECRET, SECRET)), "keys"))
    assert.equal(2, #list)
    assert.equal("default", list[1].profile)
    assert.equal(ID, list[1].access_key_id)
    assert.equal(secret.new(SECRET), list[1].secret_access_key)
    assert.is_nil(list[1].session_token)
    assert.equal("x", list[2].profile)
    assert.equal(secret.new("tok"), list[2].session_token)
  end)

  it("says what is wrong with it", function()
    assert.equal("keys:1:1: text before the first section header", broken("aws_access_key_id = " .. ID))
    assert.equal("keys:2: the secret access key is missing", broken("#\n[a]\naws_access_key_id = " .. ID))
    assert.matches("^keys:3: a section of the same name.*%(line 1%)$", broken("[a]\nx=1\n[a]\ny=2\n"))
    assert.equal("keys:1: the secret access key has white space in it",
      broken(("[a]\naws_access_key_id = %s\naws_secret_access_key = %s # mine\n"):format(ID, SECRET)))
  end)
end)

describe("any key file", function()
  it("is refused when its values cannot be keys", function()
    for value, fault in pairs {
      ["<secret>"] = "is a placeholder", ["(hidden)"] = "is a placeholder", ["(Unchanged)"] = "is a placeholder",
      ["your aws secret key"] = "has white space in it", ["sch\u{F6}n"] = "has a character in it that no key has",
      ["a\1b"] = "has a character in it that no key has",
    } do
      assert.equal("keys:2: the secret access key " .. fault,
        broken(csv(("%s,%s\n"):format(ID, value))))
      assert.equal("keys:2: the access key id " .. fault,
        broken(csv(("%s,%s\n"):format(value, SECRET))))
    end
    for _, id in ipairs { "AKIA", "akiaiosfodnn7example", ("A"):rep(129), "AKIAIOSFODNN7-EXAMPLE" } do
      local message = "keys:2: the access key id has %d characters, expected 16 to 128 capital letters and digits"
      assert.equal(message:format(#id), broken(csv(("%s,%s\n"):format(id, SECRET))))
    end
    assert.equal("keys:2: the user name has a control character in it",
      broken(("User name,Access key ID,Secret access key\na\27[0m,%s,%s\n"):format(ID, SECRET)))
  end)

  it("is refused when it is empty, binary or too large", function()
    assert.equal("keys: nothing in it", broken(""))
    assert.equal("keys: nothing in it", broken("\xEF\xBB\xBF\n # c\n"))
    assert.equal("keys: nothing in it", broken(secret.new ""))
    assert.equal("keys:1:2: a NUL byte: is this a text file?", broken("a\0"))
    assert.equal("keys:2:1: neither UTF-8 nor, with a byte order mark, UTF-16", broken("a\n\xFF"))
    assert.equal("keys: larger than 1 MiB", broken(("x"):rep((1 << 20) + 1)))
    assert.equal("keys: more than 1000 keys",
      broken(csv "" .. ("%s,%s\n"):format(ID, SECRET):rep(1001)))
  end)

  it("never shows its secret, wherever it is cut or damaged", function()
    for _, text in ipairs {
      two_columns, ('{"AccessKeyId":"%s","SecretAccessKey":"%s"}'):format(ID, SECRET),
      ("[a]\naws_access_key_id=%s\naws_secret_access_key=%s\n"):format(ID, SECRET),
    } do
      for i = 0, #text do
        for _, damaged in ipairs { text:sub(1, i), text:sub(i + 1), text:sub(1, i) .. "\0" .. text:sub(i + 1),
          text:sub(1, i) .. '"' .. text:sub(i + 1), text:sub(1, i) .. " " .. text:sub(i + 1) } do
          local list, message = keyfile.parse(damaged, "keys")
          if not list then
            for at = 1, #SECRET - 5 do
              assert.is_nil(message:find(SECRET:sub(at, at + 5), 1, true), message)
            end
          end
        end
      end
    end
  end)

  it("takes its arguments seriously", function()
    assert.has_error(function() keyfile.parse("x") end)
    assert.has_error(function() keyfile.parse({}, "keys") end)
  end)
end)
