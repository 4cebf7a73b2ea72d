-- lev.sigv4: AWS's published examples, what leaves the signer as a secret, what it refuses.
local secret = require "lev.secret"
local sigv4 = require "lev.sigv4"

local EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
local FORM = "application/x-www-form-urlencoded; charset=utf-8"

local function with(base, changes)
  local copy = {}
  for k, v in pairs(base) do copy[k] = v end
  for k, v in pairs(changes or {}) do copy[k] = v end
  return copy
end

-- AWS General Reference, "Signature Version 4 signing process", the ListUsers example.
local IAM_KEYS = {
  access_key_id = "AKIDEXAMPLE",
  secret_access_key = secret.new "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}
local IAM = {
  method = "GET", host = "iam.amazonaws.com", path = "/", query = "Action=ListUsers&Version=2010-05-08",
  headers = { ["Content-Type"] = FORM },
}
local IAM_SCOPE = { region = "us-east-1", service = "iam", time = 1440938160, stages = true }

-- Amazon S3 API Reference, "Signature Calculations for the Authorization Header" and "… Query Parameters".
local S3_KEYS = {
  access_key_id = "AKIAIOSFODNN7EXAMPLE",
  secret_access_key = secret.new "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
local S3 = { method = "GET", host = "examplebucket.s3.amazonaws.com", path = "/test.txt" }
local S3_SCOPE = { region = "us-east-1", service = "s3", time = 1369353600, stages = true }

local function signature(request, keys, scope)
  local headers, stages = assert(sigv4.sign(request, keys, scope))
  assert.equal(stages.signature, headers.authorization:match "Signature=(%x+)$")
  return stages.signature
end

describe("AWS's own example", function()
  it("ListUsers, all stages", function()
    local headers, stages = assert(sigv4.sign(IAM, IAM_KEYS, IAM_SCOPE))
    assert.equal(table.concat({
      "GET", "/", "Action=ListUsers&Version=2010-05-08", "content-type:" .. FORM, "host:iam.amazonaws.com",
      "x-amz-date:20150830T123600Z", "", "content-type;host;x-amz-date", EMPTY_HASH,
    }, "\n"), stages.canonical_request)
    assert.equal(table.concat({
      "AWS4-HMAC-SHA256", "20150830T123600Z", "20150830/us-east-1/iam/aws4_request",
      "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59",
    }, "\n"), stages.string_to_sign)
    assert.equal("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7", stages.signature)
    assert.same({
      host = "iam.amazonaws.com", ["content-type"] = FORM, ["x-amz-date"] = "20150830T123600Z",
      authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        .. "SignedHeaders=content-type;host;x-amz-date, "
        .. "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    }, headers)
  end)

  it("GET object, with a range", function()
    local headers, stages = assert(sigv4.sign(with(S3, { headers = { Range = "bytes=0-9" } }), S3_KEYS, S3_SCOPE))
    assert.equal("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", stages.signature)
    assert.equal(EMPTY_HASH, headers["x-amz-content-sha256"])
  end)

  it("PUT object, with a date and a body", function()
    assert.equal("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd", signature(with(S3, {
      method = "PUT", path = "/test%24file.text", body = "Welcome to Amazon S3.",
      headers = { Date = "Fri, 24 May 2013 00:00:00 GMT", ["x-amz-storage-class"] = "REDUCED_REDUNDANCY" },
    }), S3_KEYS, S3_SCOPE))
  end)

  it("GET bucket lifecycle, a query key without a value", function()
    assert.equal("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
      signature(with(S3, { path = "/", query = "lifecycle" }), S3_KEYS, S3_SCOPE))
  end)

  it("GET bucket, two query keys", function()
    assert.equal("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
      signature(with(S3, { path = "/", query = { { "prefix", "J" }, { "max-keys", "2" } } }), S3_KEYS, S3_SCOPE))
  end)

  it("a presigned GET object", function()
    local url = assert(sigv4.presign(S3, S3_KEYS, with(S3_SCOPE, { expires = 86400 })))
    assert.is_true(secret.is(url))
    assert.equal("https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
      .. "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
      .. "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
      .. "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", url:expose())
  end)
end)

describe("a signed request", function()
  it("carries the very token that was given, and shows it in no string", function()
    local token = secret.new "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
    local headers, stages = assert(sigv4.sign(IAM, with(IAM_KEYS, { session_token = token }), IAM_SCOPE))
    assert.is_true(rawequal(token, headers["x-amz-security-token"]))
    assert.is_true(secret.is(stages.canonical_request))
    assert.truthy(stages.canonical_request:expose():find("x-amz-security-token:IQoJb3JpZ2luX2VjEXAMPLETOKEN", 1, true))
    assert.truthy(headers.authorization:find("x-amz-date;x-amz-security-token,", 1, true))
    for _, value in pairs(headers) do
      assert.is_nil(type(value) == "string" and value:find("EXAMPLETOKEN", 1, true) or nil)
    end
  end)

  it("counts an empty token as none", function()
    local headers = assert(sigv4.sign(IAM, with(IAM_KEYS, { session_token = secret.new "" }), IAM_SCOPE))
    assert.is_nil(headers["x-amz-security-token"])
  end)

  it("may have a secret header and a secret body", function()
    local body = "Action=GetSessionToken&TokenCode=123456"
    local plain = with(IAM, { method = "POST", body = body, headers = { ["X-Code"] = "123456" } })
    local hidden = with(plain, { body = secret.new(body), headers = { ["X-Code"] = secret.new "123456" } })
    local headers, stages = assert(sigv4.sign(hidden, IAM_KEYS, IAM_SCOPE))
    local _, plain_stages = assert(sigv4.sign(plain, IAM_KEYS, IAM_SCOPE))
    assert.equal(plain_stages.signature, stages.signature)
    assert.is_true(rawequal(hidden.headers["X-Code"], headers["x-code"]))
    assert.is_true(secret.is(stages.canonical_request))
  end)

  it("replaces what an earlier signature left among the headers", function()
    local request = with(IAM, { headers = { accept = "text/xml" } })
    local first = assert(sigv4.sign(request, IAM_KEYS, IAM_SCOPE))
    local later = with(IAM_SCOPE, { time = 1440938161 })
    local again = assert(sigv4.sign(with(request, { headers = first }), IAM_KEYS, later))
    local fresh = assert(sigv4.sign(request, IAM_KEYS, later))
    assert.same(fresh, again)
    assert.same({ accept = "text/xml" }, request.headers)
  end)

  it("has its payload unsigned on demand", function()
    local headers, stages =
      assert(sigv4.sign(with(IAM, { payload_hash = "UNSIGNED-PAYLOAD", body = "x" }), IAM_KEYS, IAM_SCOPE))
    assert.equal("UNSIGNED-PAYLOAD", headers["x-amz-content-sha256"])
    assert.equal("UNSIGNED-PAYLOAD", stages.canonical_request:match "[^\n]*$")
  end)

  it("follows the s3 rules for other services when told to", function()
    local request = with(IAM, { path = "/a//b/../c%20d" })
    local _, other = assert(sigv4.sign(request, IAM_KEYS, IAM_SCOPE))
    local _, s3 = assert(sigv4.sign(request, IAM_KEYS, with(IAM_SCOPE, { s3 = true })))
    assert.equal("/a/c%2520d", other.canonical_request:match "\n([^\n]*)")
    assert.equal("/a//b/../c%20d", s3.canonical_request:match "\n([^\n]*)")
  end)

  it("tells the time right at the edges of the calendar", function()
    for time, date in pairs {
      [0] = "19700101T000000Z", [951782399] = "20000228T235959Z", [951782400] = "20000229T000000Z",
      [1709251199] = "20240229T235959Z", [1709251200] = "20240301T000000Z", [4107542399] = "21000228T235959Z",
      [4107542400] = "21000301T000000Z", [1735689599] = "20241231T235959Z", [253402300799] = "99991231T235959Z",
    } do
      local headers = assert(sigv4.sign(IAM, IAM_KEYS, with(IAM_SCOPE, { time = time })))
      assert.equal(date, headers["x-amz-date"])
    end
  end)
end)

describe("signing keys", function()
  it("stay apart by secret, date, region and service, however many there are", function()
    local seen, order = {}, {}
    for round = 1, 2 do
      for i = 1, 40 do
        local keys = with(IAM_KEYS, { secret_access_key = secret.new("secret" .. i % 5) })
        local scope = with(IAM_SCOPE, { time = i % 3 * 86400, region = "r" .. i % 2, service = "s" .. i % 7 })
        local name = i % 5 .. "." .. i % 3 .. "." .. i % 2 .. "." .. i % 7
        local made = signature(IAM, keys, scope)
        if round == 1 then
          assert.is_nil(order[made])
          order[made], seen[name] = name, made
        else
          assert.equal(seen[name], made)
        end
      end
    end
  end)

  it("do not mix up a region and a service that read alike together", function()
    assert.not_equal(signature(IAM, IAM_KEYS, with(IAM_SCOPE, { region = "ab", service = "c" })),
      signature(IAM, IAM_KEYS, with(IAM_SCOPE, { region = "a", service = "bc" })))
  end)

  it("outlive the secret they came from, which then is refused", function()
    local gone
    do
      local s <close> = secret.new "closed soon"
      gone = s
      assert(sigv4.sign(IAM, with(IAM_KEYS, { secret_access_key = s }), IAM_SCOPE))
    end
    local headers, _, code = sigv4.sign(IAM, with(IAM_KEYS, { secret_access_key = gone }), IAM_SCOPE)
    assert.is_nil(headers)
    assert.equal("refused", code)
  end)
end)

describe("what cannot be sent safely", function()
  local function refused(request, keys, scope, reason)
    local sign = scope and scope.expires and sigv4.presign or sigv4.sign
    local headers, message, code = sign(with(IAM, request), with(IAM_KEYS, keys), with(IAM_SCOPE, scope))
    assert.is_nil(headers)
    assert.equal("refused", code)
    assert.truthy(message:find(reason, 1, true), message)
  end

  it("is refused in a header", function()
    refused({ headers = { ["x-a"] = "1\r\nx-b: 2" } }, {}, {}, "the header x-a has a control character")
    refused({ headers = { ["x-a"] = "1\n 2" } }, {}, {}, "control character")
    refused({ headers = { ["x-a"] = secret.new "\0" } }, {}, {}, "control character")
    refused({ headers = { ["x a"] = "1" } }, {}, {}, "name")
    refused({ headers = { [""] = "1" } }, {}, {}, "name")
    refused({ headers = { ["x\n"] = "1" } }, {}, {}, "name")
    refused({ headers = { ["ü"] = "1" } }, {}, {}, "name")
    refused({ headers = { [("x"):rep(129)] = "1" } }, {}, {}, "name")
    refused({ headers = { ["X-A"] = "1", ["x-a"] = "1" } }, {}, {}, "the header x-a is there twice")
    local many = {}
    for i = 1, 65 do many["x-" .. i] = "1" end
    refused({ headers = many }, {}, {}, "more than 64 headers")
  end)

  it("is refused in method, host, path, query and payload hash", function()
    refused({ method = "GET /" }, {}, {}, "method")
    refused({ method = "" }, {}, {}, "method")
    for _, host in ipairs { "", "a b", "a/b", "a@b", "a\n", "a:", ":80", ("h"):rep(256), "ü.de" } do
      refused({ host = host }, {}, {}, "host")
    end
    for _, path in ipairs { "", "a", "/a?b", "/a#b", "/a\nb", "/\0" } do refused({ path = path }, {}, {}, "path") end
    refused({ query = "a=b#c" }, {}, {}, "query")
    refused({ query = "a=b\nc" }, {}, {}, "query")
    refused({ payload_hash = "a b" }, {}, {}, "payload hash")
  end)

  it("is refused in credentials and scope", function()
    refused({}, { access_key_id = "" }, {}, "access key id")
    refused({}, { access_key_id = "AKIA/x" }, {}, "access key id")
    refused({}, { access_key_id = "AKIA\nx" }, {}, "access key id")
    refused({}, { secret_access_key = secret.new "" }, {}, "secret access key")
    refused({}, { session_token = secret.new "a\r\nb" }, {}, "session token")
    refused({}, {}, { region = "" }, "region")
    refused({}, {}, { region = "us/east" }, "region")
    refused({}, {}, { service = "s 3" }, "service")
    refused({}, {}, { service = ("s"):rep(65) }, "service")
    refused({}, {}, { time = -1 }, "time")
    refused({}, {}, { time = 253402300800 }, "time")
    refused({ headers = { ["x-a"] = "\127" } }, {}, { expires = 60 }, "control character")
  end)

  it("is refused when too large, and the signer works on", function()
    refused({ path = "/" .. ("x"):rep(1 << 20) }, {}, {}, "too large")
    refused({ headers = { a = ("x"):rep(1 << 20) } }, {}, {}, "too large")
    assert(sigv4.sign(with(IAM, { path = "/" .. ("ü"):rep(500000) }), IAM_KEYS, IAM_SCOPE))
    assert(sigv4.sign(with(IAM, { query = ("&"):rep(100000) }), IAM_KEYS, IAM_SCOPE))
    local expected = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    assert.equal(expected, signature(IAM, IAM_KEYS, IAM_SCOPE))
  end)
end)

describe("misuse", function()
  local function raises(pattern, ...)
    local args = table.pack(...)
    local ok, message = pcall(function() return sigv4.sign(table.unpack(args, 1, args.n)) end)
    assert.is_false(ok)
    assert.truthy(message:find(pattern, 1, true), message)
  end

  it("names the field", function()
    raises("wrong number of arguments", IAM, IAM_KEYS)
    raises("table expected", IAM, "keys", IAM_SCOPE)
    raises("request.method: string expected, got nil", { host = "h" }, IAM_KEYS, IAM_SCOPE)
    raises("request.query: string or table expected", with(IAM, { query = 1 }), IAM_KEYS, IAM_SCOPE)
    raises("pair 1 is not made of two strings", with(IAM, { query = { { "a" } } }), IAM_KEYS, IAM_SCOPE)
    raises("pair 1 is no table", with(IAM, { query = { "a" } }), IAM_KEYS, IAM_SCOPE)
    raises("request.headers: a name is no string", with(IAM, { headers = { "x" } }), IAM_KEYS, IAM_SCOPE)
    raises("string or secret", with(IAM, { headers = { x = 1 } }), IAM_KEYS, IAM_SCOPE)
    raises("request.scheme", with(IAM, { scheme = "ftp" }), IAM_KEYS, IAM_SCOPE)
    raises("credentials.secret_access_key: secret expected, got string", IAM,
      { access_key_id = "AKID", secret_access_key = "plain" }, IAM_SCOPE)
    raises("credentials.session_token: secret expected", IAM, with(IAM_KEYS, { session_token = "plain" }), IAM_SCOPE)
    raises("scope.time: integer expected", IAM, IAM_KEYS, with(IAM_SCOPE, { time = "0" }))
    raises("scope.s3: boolean expected", IAM, IAM_KEYS, with(IAM_SCOPE, { s3 = 1 }))
  end)

  it("of presign raises, too", function()
    local with_body = with(IAM, { body = "x" })
    assert.has_error(function() sigv4.presign(IAM, IAM_KEYS, IAM_SCOPE) end)
    assert.has_error(function() sigv4.presign(IAM, IAM_KEYS, with(IAM_SCOPE, { expires = 0 })) end)
    assert.has_error(function() sigv4.presign(IAM, IAM_KEYS, with(IAM_SCOPE, { expires = 604801 })) end)
    assert.has_error(function() sigv4.presign(with_body, IAM_KEYS, with(IAM_SCOPE, { expires = 1 })) end)
  end)

  it("by metamethods and finalizers that sign in between does no harm", function()
    local expected = signature(IAM, IAM_KEYS, IAM_SCOPE)
    local nested = setmetatable({ headers = IAM.headers }, { __index = function(_, name)
      signature(S3, S3_KEYS, S3_SCOPE)
      return IAM[name]
    end })
    assert.equal(expected, signature(nested, IAM_KEYS, IAM_SCOPE))
    collectgarbage "incremental"
    for _ = 1, 2000 do
      setmetatable({}, { __gc = function() signature(S3, S3_KEYS, S3_SCOPE) end })
      assert.equal(expected, signature(IAM, IAM_KEYS, IAM_SCOPE))
    end
    collectgarbage "generational"
  end)
end)

describe("encode_query", function()
  it("leaves nothing to read two ways", function()
    assert.equal("", sigv4.encode_query {})
    assert.equal("a%20b=%C3%BC%26%3D%2B&=&a=~-_.",
      sigv4.encode_query { { "a b", "ü&=+" }, { "", "" }, { "a", "~-_." } })
  end)
end)
