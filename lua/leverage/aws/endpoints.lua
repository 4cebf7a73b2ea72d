--- Where AWS's services are, and for which region a request to them is signed.
--
-- Pure functions over a small table: the partitions' region patterns and DNS suffixes, and the services that exist once
-- in a partition. Source: AWS's endpoint table as botocore ships it (`endpoints.json`), which a spec compares with
-- this.
local text = require "leverage.text"

local endpoints = {}

-- region: of services that exist once in the partition, and when no region is known.
local PARTITIONS = {
  { name = "aws", suffix = "amazonaws.com", region = "us-east-1", patterns = {
    "^us%-[%w_]+%-%d+$", "^eu%-[%w_]+%-%d+$", "^ap%-[%w_]+%-%d+$", "^sa%-[%w_]+%-%d+$", "^ca%-[%w_]+%-%d+$",
    "^me%-[%w_]+%-%d+$", "^af%-[%w_]+%-%d+$", "^il%-[%w_]+%-%d+$", "^mx%-[%w_]+%-%d+$",
  } },
  { name = "aws-cn", suffix = "amazonaws.com.cn", region = "cn-north-1", patterns = { "^cn%-[%w_]+%-%d+$" } },
  { name = "aws-us-gov", suffix = "amazonaws.com", region = "us-gov-west-1", patterns = { "^us%-gov%-[%w_]+%-%d+$" } },
  { name = "aws-iso", suffix = "c2s.ic.gov", region = "us-iso-east-1", patterns = { "^us%-iso%-[%w_]+%-%d+$" } },
  { name = "aws-iso-b", suffix = "sc2s.sgov.gov", region = "us-isob-east-1", patterns = { "^us%-isob%-[%w_]+%-%d+$" } },
}

-- Services with one endpoint in a partition: host and signing region where they differ from SERVICE.REGION.SUFFIX in
-- the partition's own region.
local GLOBAL = {
  iam = {
    aws = { host = "iam.amazonaws.com" },
    ["aws-us-gov"] = { host = "iam.us-gov.amazonaws.com" },
  },
  organizations = {
    ["aws-cn"] = { region = "cn-northwest-1" },
  },
}

local by_name = {}
for _, partition in ipairs(PARTITIONS) do by_name[partition.name] = partition end

--- The name of the partition that a region belongs to by its form.
---@param region string
---@return string? partition  nil, message, "usage" when no partition has regions of this form
---@return string? message, string? code
function endpoints.partition_of(region)
  for _, partition in ipairs(PARTITIONS) do
    for _, pattern in ipairs(partition.patterns) do
      if region:find(pattern) then return partition.name end
    end
  end
  local zone = region:match "^([%w%-]+%-%d+)[a-z]$"
  if zone and endpoints.partition_of(zone) then
    return nil, ("%s is an availability zone; its region is %s"):format(region, zone), "usage"
  end
  return nil, ("%s is not a region of AWS, such as us-east-1"):format(text.plain(region, 60)), "usage"
end

local function is_loopback(host)
  local a, b, c, d = host:match "^(%d+)%.(%d+)%.(%d+)%.(%d+)$"
  return host:lower() == "localhost" or host == "[::1]" or
    (a == "127" and tonumber(b) < 256 and tonumber(c) < 256 and tonumber(d) < 256)
end

-- An endpoint that the user named by a variable.
local function override(url, variable)
  local scheme, host, rest = url:match "^(https?)://([%w%.%-]+)(.*)$"
  if not scheme then scheme, host, rest = url:match "^(https?)://(%[[%x:%.]+%])(.*)$" end
  local port, path = (rest or ""):match "^:(%d+)(.*)$"
  path = path or rest
  local number = tonumber(port or 443)
  if not scheme or path:find "[^%w%-%._~/]" or (path ~= "" and path:sub(1, 1) ~= "/")
    or number < 1 or number > 65535 then
    return nil, variable .. " must be a URL such as https://HOST[:PORT]", "usage"
  end
  if scheme == "http" and not is_loopback(host) then
    return nil, ("%s: plain http is for this machine only (127.0.0.1, ::1, localhost); %s needs https")
      :format(variable, host), "refused"
  end
  if port and port ~= (scheme == "https" and "443" or "80") then host = host .. ":" .. port end
  return { scheme = scheme, host = host:lower(), path = path == "" and "/" or path }
end

--- Where to send a service's requests and for which region to sign them.
---@param service string  "sts", "iam", "organizations" or any with regional endpoints
---@param where { region: string?, partition: string?, urls: table<string, string>? }  urls: `default`, or by service
---@return { scheme: string, host: string, path: string, url: string, region: string, partition: string }? endpoint
---@return string? message, string? code
function endpoints.resolve(service, where)
  local region = where.region
  local name, message, code = where.partition
  if region then
    name, message, code = endpoints.partition_of(region)
    if not name then return nil, message, code end
    if where.partition and where.partition ~= name then
      return nil, ("region %s is not in partition %s"):format(region, where.partition), "usage"
    end
  end
  local partition = by_name[name or "aws"]
  if not partition then return nil, ("there is no partition %s"):format(name), "usage" end
  local fixed = GLOBAL[service] and (GLOBAL[service][partition.name] or {})
  local signing = fixed and (fixed.region or partition.region) or region or partition.region
  local host = fixed and fixed.host or ("%s.%s.%s"):format(service, signing, partition.suffix)
  if service == "sts" and not region and partition.name == "aws" then host = "sts.amazonaws.com" end
  local found = { scheme = "https", host = host, path = "/" }
  local urls = where.urls or {}
  if urls[service] or urls.default then
    local variable = "AWS_ENDPOINT_URL" .. (urls[service] and "_" .. service:upper() or "")
    found, message, code = override(urls[service] or urls.default, variable)
    if not found then return nil, message, code end
  end
  found.url = found.scheme .. "://" .. found.host .. found.path
  found.region, found.partition = signing, partition.name
  return found
end

return endpoints
