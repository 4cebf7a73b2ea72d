--- How AWS's services are spoken to: the query protocol (STS, IAM) and JSON 1.1 (Organizations).
--
-- Pure functions between tables and bytes. Keys that an answer holds come out of lev.xml as secrets; JSON is used for
-- services whose answers hold none. Source: Smithy's "AWS query protocol" and "AWS JSON 1.1 protocol".
local cjson = require "cjson.safe"
local sigv4 = require "lev.sigv4"
local xml = require "lev.xml"

local protocol = {}

local SENSITIVE = { "SecretAccessKey", "SessionToken" }

local SERVICES = {
  sts = { kind = "query", version = "2011-06-15" },
  iam = { kind = "query", version = "2010-05-08" },
  organizations = { kind = "json", target = "AWSOrganizationsV20161128" },
}

local json = cjson.new()
json.decode_max_depth(32)
json.decode_invalid_numbers(false)

--- What is known of a service; nil for one that this library does not speak to.
---@param service string
---@return table?
function protocol.of(service)
  return SERVICES[service]
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- Appends name-value pairs: a list's items are NAME.member.N, a structure's members NAME.KEY.
local function flatten(name, value, pairs_out)
  if type(value) == "table" then
    for index, item in ipairs(value) do flatten(("%s.member.%d"):format(name, index), item, pairs_out) end
    if #value == 0 then
      for _, key in ipairs(sorted_keys(value)) do flatten(name .. "." .. key, value[key], pairs_out) end
    end
  elseif math.type(value) == "float" and math.tointeger(value) then
    pairs_out[#pairs_out + 1] = { name, ("%d"):format(value) }
  else
    pairs_out[#pairs_out + 1] = { name, tostring(value) }
  end
end

--- A call as bytes: body and headers.
---@param api table         of `protocol.of`
---@param operation string
---@param params table?
---@return string body, table<string, string> headers
function protocol.request(api, operation, params)
  params = params or {}
  if api.kind == "json" then
    return next(params) and json.encode(params) or "{}", {
      ["content-type"] = "application/x-amz-json-1.1",
      ["x-amz-target"] = api.target .. "." .. operation,
    }
  end
  local list = { { "Action", operation }, { "Version", api.version } }
  for _, key in ipairs(sorted_keys(params)) do flatten(key, params[key], list) end
  return sigv4.encode_query(list), { ["content-type"] = "application/x-www-form-urlencoded; charset=utf-8" }
end

--- Whether an operation's answer holds keys.
---@param operation string
---@return boolean
function protocol.is_sensitive(operation)
  return operation:find "^Assume" ~= nil or operation:find "^Get%a+Token$" ~= nil or operation == "CreateAccessKey"
end

-- JSON's null means what an absent member means.
local function without_null(value)
  if type(value) == "table" then
    for key, item in pairs(value) do
      if item == cjson.null then value[key] = nil else without_null(item) end
    end
  end
  return value
end

-- The document in an answer, or nil when it is none of this protocol's.
local function read(api, response)
  local content = (response.headers["content-type"] or api.kind):lower()
  if api.kind == "json" then
    local value = content:find("json", 1, true) and type(response.body) == "string" and json.decode(response.body)
    return type(value) == "table" and { value = without_null(value) } or nil
  end
  if content ~= "query" and not content:find("xml", 1, true) then return nil end
  return (xml.parse(response.body, { sensitive = SENSITIVE }))
end

local function text(value)
  return type(value) == "string" and value ~= "" and value or nil
end

-- The query protocol writes a list as an element that holds nothing but `member`s: in our tables it is the list itself.
local function without_members(value)
  if type(value) ~= "table" then return value end
  if value.member and next(value, next(value)) == nil then value = value.member end
  for key, item in pairs(value) do value[key] = without_members(item) end
  return value
end

--- The result in a good answer; nil when it is not this operation's.
---@param api table
---@param operation string
---@param response table  of lev.http
---@return table?
function protocol.result(api, operation, response)
  local document = read(api, response)
  if not document then return nil end
  if api.kind == "json" then return document.value end
  if document.name ~= operation .. "Response" or type(document.value) ~= "table" then return nil end
  local result = document.value[operation .. "Result"]
  return type(result) == "table" and without_members(result) or {}
end

--- The error in a bad answer; nil when it is not AWS's.
---@param api table
---@param response table  of lev.http
---@return { code: string, message: string, request_id: string? }?
function protocol.failure(api, response)
  local document = read(api, response)
  local value = document and document.value
  if type(value) ~= "table" then return nil end
  if api.kind == "json" then
    local code = text(value.__type) or text(value.code) or text(response.headers["x-amzn-errortype"])
    if not code then return nil end
    code = code:gsub(":.*$", ""):gsub("^.*#", "")
    return { code = code, message = text(value.message) or text(value.Message) or "",
      request_id = text(response.headers["x-amzn-requestid"]) }
  end
  local within = type(value.Errors) == "table" and value.Errors or value
  local inner = within.Error
  if type(inner) ~= "table" or not text(inner.Code) then return nil end
  return { code = inner.Code, message = text(inner.Message) or "",
    request_id = text(value.RequestId) or text(value.RequestID) or text(response.headers["x-amzn-requestid"]) }
end

return protocol
