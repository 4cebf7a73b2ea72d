-- aws.endpoints: against botocore's endpoint table, and the user's overrides.
local cjson = require "cjson"
local endpoints = require "leverage.aws.endpoints"
local home = require "spec.support.home"

local BOTOCORE = [[
import json
from botocore.loaders import create_loader
from botocore.regions import EndpointResolver
resolver = EndpointResolver(create_loader().load_data("endpoints"))
rows = []
for partition in resolver.get_available_partitions():
    data = next(p for p in resolver._endpoint_data["partitions"] if p["partition"] == partition)
    for region in [*data["regions"], None]:
        for service in ("sts", "iam", "organizations"):
            entry = data["services"].get(service)
            if entry is None or (region is None and "partitionEndpoint" not in entry):
                continue  # this table knows no endpoint: botocore would only guess
            found = resolver.construct_endpoint(service, region, partition)
            rows.append([service, region or "", partition, found["hostname"],
                         found.get("credentialScope", {}).get("region") or region])
print(json.dumps(rows))
]]

describe("endpoints", function()
  it("are botocore's, for every region and partition it knows", function()
    local folder = home.new()
    finally(function() folder:remove() end)
    local output = home.sh("/usr/bin/python3 " .. folder:write("table.py", BOTOCORE))
    local rows = cjson.decode(output)
    assert.is_true(#rows > 100)
    for _, row in ipairs(rows) do
      local service, region, partition, host, signing = table.unpack(row)
      local found = assert(endpoints.resolve(service, { region = region ~= "" and region or nil,
        partition = partition }))
      assert.same({ service, region, host, signing, partition }, { service, region, found.host, found.region,
        found.partition })
      assert.equal("https://" .. host .. "/", found.url)
      if region ~= "" then assert.equal(partition, endpoints.partition_of(region)) end
    end
  end)

  it("follow the partition when there is no region", function()
    assert.equal("sts.us-gov-west-1.amazonaws.com", endpoints.resolve("sts", { partition = "aws-us-gov" }).host)
    assert.equal("sts.cn-north-1.amazonaws.com.cn", endpoints.resolve("sts", { partition = "aws-cn" }).host)
    assert.equal("us-east-1", endpoints.resolve("sts", {}).region)
  end)

  it("need a region of AWS's form, in the partition", function()
    for _, region in ipairs { "", "us-east", "us-east-1a", "mars-north-1", "us-east-1.evil.com/", "us-east-1\n",
      "US-EAST-1", "a/b" } do
      local found, message, code = endpoints.resolve("sts", { region = region })
      assert.is_nil(found)
      assert.equal("usage", code)
      assert.falsy(message:find "%c")
    end
    assert.truthy(select(2, endpoints.partition_of "eu-west-1c"):find("its region is eu-west-1", 1, true))
    assert.same({ nil, "region eu-west-1 is not in partition aws-cn", "usage" },
      { endpoints.resolve("iam", { region = "eu-west-1", partition = "aws-cn" }) })
    assert.is_nil((endpoints.resolve("iam", { partition = "aws-mars" })))
  end)

  it("are overridden by service, else for all, and the signing region stays", function()
    local urls = { default = "http://127.0.0.1:4566", sts = "https://Proxy.example.com:443/sts/" }
    local sts = endpoints.resolve("sts", { region = "eu-west-1", urls = urls })
    assert.same({ "https://proxy.example.com/sts/", "proxy.example.com", "/sts/", "eu-west-1" }, { sts.url, sts.host,
      sts.path, sts.region })
    local iam = endpoints.resolve("iam", { region = "eu-west-1", urls = urls })
    assert.same({ "http://127.0.0.1:4566/", "127.0.0.1:4566", "us-east-1" }, { iam.url, iam.host, iam.region })
    assert.equal("http://[::1]:1/", endpoints.resolve("iam", { urls = { iam = "http://[::1]:1" } }).url)
  end)

  it("may be plain http on this machine only, and the message names the variable", function()
    for url, code in pairs { ["http://example.com"] = "refused", ["http://127.0.0.1.example.com"] = "refused",
      ["http://10.0.0.1:80"] = "refused", ["http://127.0.0.999"] = "refused", ["ftp://x"] = "usage",
        ["example.com"] = "usage",
      ["https://user@x"] = "usage", ["https://x?y=1"] = "usage", ["https://x#y"] = "usage",
        ["https://x:port"] = "usage",
      ["https://x\r\ny"] = "usage", ["https://"] = "usage" } do
      local found, message, got = endpoints.resolve("sts", { urls = { sts = url } })
      assert.is_nil(found, url)
      assert.equal(code, got, url)
      assert.truthy(message:find("^AWS_ENDPOINT_URL_STS"), message)
      message = select(2, endpoints.resolve("sts", { urls = { default = url } }))
      assert.truthy(message:find "^AWS_ENDPOINT_URL[: ]")
    end
  end)
end)
