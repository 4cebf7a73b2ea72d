-- lev.sigv4 against botocore's signers: random requests, equal stage by stage.
--
-- What is left out of the comparison, and why: a Date header (botocore replaces it and leaves X-Amz-Date out, while
-- AWS's own examples sign both), blanks beyond ASCII in header values (Python folds them, other signers do not), a name
-- given twice in a presigned URL's query (botocore keeps the first value only) and a presigned body (botocore moves it
-- into the query).
local cjson = require "cjson"
local secret = require "lev.secret"
local sigv4 = require "lev.sigv4"

local COUNT = 2400
local seed = os.time()
math.randomseed(seed)
local random = math.random

local function one_of(list) return list[random(#list)] end
local function chance(percent) return random(100) <= percent end

local function text(alphabet, longest)
  local parts = {}
  for i = 1, random(0, longest) do parts[i] = one_of(alphabet) end
  return table.concat(parts)
end

local LETTERS = {}
for c in ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"):gmatch "." do LETTERS[#LETTERS + 1] = c end
local SEGMENTS = { "", "", ".", "..", "a", "b c", "ü", "漢字", "😀", "%20", "%2F", "%", "~x", "a+b", "k=v", "x;y",
  "a:b", "@", "!$'()*,", "...", "..a", ".hidden", "q\"r", "<>", "\\", "^`{|}", "-_.~", "A&B", "[1]" }
local ANY = { "a", "Z", "0", " ", "  ", "+", "&", "=", "/", "?", "%", "%41", "~", "-", "_", ".", "ü", "ß", "漢", "😀",
  "!", "*", "'", "(", ")", ":", ";", ",", "@", "\"", "<", "|", "\u{a0}", "\u{e000}", "\t", "\n", "\127" }
local ENCODED = { "a", "Z", "0", "%20", "%2F", "+", "~", "-", "_", ".", "%C3%BC", "*", "!", "ü", ":", ";", ",", "@",
  "/", "?", " " }
local VALUE = { "a", "B", "7", " ", "  ", "\t", " \t ", ",", ";", "=", "\"", "'", "ü", "漢", "x y", "/", ":", "€" }
local NAMES = { "X-Custom", "x-amz-meta-Unread", "Accept", "content-TYPE", "Range", "x-amz-target", "A", "z-9", "x_y",
  "User-Agent", "Expect", "X-Amzn-Trace-Id", "X-Amz-Acl", "x-amz", "x-amz-date", "Authorization",
  "x-amz-security-token", "If-Match", "X!#$%&'*+.^`|~" }

local function random_path()
  local parts = {}
  for i = 1, random(0, 6) do parts[i] = one_of(SEGMENTS) end
  return "/" .. table.concat(parts, "/") .. (chance(30) and "/" or "")
end

local function random_pairs(unique)
  local list, seen = {}, {}
  for _ = 1, random(0, 6) do
    local name = chance(20) and one_of { "", "a", "X-Amz-Algorithm0", "A" } or text(ANY, 4)
    if not (unique and seen[name]) then
      seen[name] = true
      list[#list + 1] = { name, chance(20) and "" or text(ANY, 5) }
    end
  end
  return list
end

local function random_query()
  local parts = {}
  for i = 1, random(0, 6) do
    local name = text(ENCODED, 3)
    parts[i] = chance(70) and name .. "=" .. text(ENCODED, 4) or name
    if chance(5) then parts[i] = parts[i] .. "=" end
  end
  return table.concat(parts, "&")
end

local OURS = { ["x-amz-date"] = true, authorization = true, ["x-amz-security-token"] = true }

local function random_headers(presigned)
  local list, seen = {}, {}
  for _ = 1, random(0, 7) do
    local name = one_of(NAMES)
    local lower = name:lower()
    if not seen[lower] and not (presigned and OURS[lower]) then
      seen[lower] = true
      list[#list + 1] = { name, text(VALUE, 6) }
    end
  end
  if chance(10) then list[#list + 1] = { "Host", "other.example.com:8443" } end
  if chance(10) then list[#list + 1] = { "X-Amz-Content-SHA256", ("0f"):rep(32) } end
  return list
end

local function random_request()
  local presigned = chance(35)
  local s3 = chance(40)
  local asked = {
    method = one_of { "GET", "POST", "put", "Delete", "HEAD" },
    scheme = one_of { "https", "http" },
    host = one_of { "sts.amazonaws.com", "Bucket.S3.amazonaws.com", "localhost:4566", "127.0.0.1:80", "h:443",
      "[::1]:80", "[::1]" },
    path = random_path(),
    headers = random_headers(presigned),
    body = "",
    access_key_id = "AKIA" .. text(LETTERS, 16),
    secret_access_key = "s" .. text({ "a", "/", "+", "Z", "9" }, chance(10) and 100 or 40),
    region = one_of { "us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1" },
    service = s3 and "s3" or one_of { "sts", "iam", "organizations", "execute-api" },
    time = random(0, 4102444800),
    s3 = s3,
    unsigned = false,
  }
  if chance(30) then asked.session_token = "IQoJ" .. text({ "a", "/", "+", "=", "Z" }, 300) end
  if presigned then
    asked.expires = random(604800)
    asked.query = sigv4.encode_query(random_pairs(true))
  else
    if chance(50) then asked.pairs = random_pairs(false) else asked.query = random_query() end
    for _ = 1, random(0, 60) do asked.body = asked.body .. ("%02x"):format(random(0, 255)) end
    -- botocore signs every payload that goes over plain http
    asked.unsigned = asked.scheme == "https" and chance(15)
  end
  return asked
end

local function ask_botocore(requests)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  for _, asked in ipairs(requests) do file:write(cjson.encode(asked), "\n") end
  file:close()
  local answers = {}
  local pipe = assert(io.popen("/usr/bin/python3 spec/support/botocore_sign.py < " .. path))
  for line in pipe:lines() do answers[#answers + 1] = cjson.decode(line) end
  local succeeded = pipe:close()
  os.remove(path)
  assert(succeeded, "botocore_sign.py failed")
  return answers
end

local function bare(value) return secret.is(value) and value:expose() or value end

local function sign(asked)
  local request = {
    method = asked.method, scheme = asked.scheme, host = asked.host, path = asked.path,
    query = asked.pairs or asked.query, headers = {},
  }
  for _, header in ipairs(asked.headers) do request.headers[header[1]] = header[2] end
  if asked.unsigned then request.payload_hash = "UNSIGNED-PAYLOAD" end
  local credentials = {
    access_key_id = asked.access_key_id,
    secret_access_key = secret.new(asked.secret_access_key),
    session_token = asked.session_token and secret.new(asked.session_token),
  }
  local scope = {
    region = asked.region, service = asked.service, time = asked.time, expires = asked.expires, stages = true,
  }
  if asked.expires then
    local url, stages = assert(sigv4.presign(request, credentials, scope))
    return stages, nil, url:expose()
  end
  request.body = asked.body:gsub("..", function(hex) return string.char(tonumber(hex, 16)) end)
  local headers, stages = assert(sigv4.sign(request, credentials, scope))
  return stages, headers
end

-- botocore leaves the host as it was written; we write what the host header says.
local function without_host(url) return (url:gsub("^(https?://)[^/]*", "%1")) end

describe("the signer and botocore's", function()
  local requests, answers = {}, nil

  setup(function()
    for i = 1, COUNT do requests[i] = random_request() end
    answers = ask_botocore(requests)
  end)

  it("give the same for " .. COUNT .. " random requests, stage by stage", function()
    assert.equal(COUNT, #answers)
    local kinds = {}
    for i, asked in ipairs(requests) do
      local note = ("seed %d, request %d: %s"):format(seed, i, cjson.encode(asked))
      local theirs = answers[i]
      local stages, headers, url = sign(asked)
      assert.equal(theirs.canonical_request, bare(stages.canonical_request), note)
      assert.equal(theirs.string_to_sign, stages.string_to_sign, note)
      assert.equal(theirs.signature, stages.signature, note)
      if url then
        assert.equal(without_host(theirs.url), without_host(url), note)
      else
        for name, value in pairs(theirs.headers) do assert.equal(value, bare(headers[name]), note) end
        for name in pairs(headers) do assert.is_true(name == "host" or theirs.headers[name] ~= nil, note) end
      end
      local kind = (asked.s3 and "s3" or "other") .. (url and " url" or "") .. (asked.session_token and " token" or "")
      kinds[kind] = (kinds[kind] or 0) + 1
    end
    for _, kind in ipairs { "s3", "s3 url", "s3 url token", "s3 token", "other", "other url", "other url token" } do
      assert.is_true(kinds[kind] >= 20, "too few requests of the kind: " .. kind)
    end
  end)
end)
