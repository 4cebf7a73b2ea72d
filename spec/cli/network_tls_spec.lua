-- `leverage credentials configure` on the way to AWS: TLS, trust, proxies, names, ports and partitions, right and
-- wrong. Whatever goes wrong on the way ends in 4 with every file as it was and no login of a proxy shown.
local aws = require "spec.support.aws"
local cjson = require "cjson"
local home = require "spec.support.home"
local wire = require "spec.support.wire"
local world = require "spec.support.world"

local MANAGEMENT = "111122223333"
local WORDS = { "--type", "management", "--region", "us-east-1", "--all-accounts", "--fetch-mfa-device", "--from-env",
  "--overwrite-existing-credentials" }

describe("credentials configure", function()
  local double, w, key, before

  setup(function()
    double = aws.start {}
    key = double:key "management"
  end)
  teardown(function() double:stop() end)
  before_each(function()
    double:reset {}
    w = world.new(double, { ["project.yaml"] = false, ["config/common.tfvars"] = false })
    w.home:write(".aws/ac/config", "# mine\n[profile other]\nregion = x\n", "644")
    before = w.home:snapshot()
  end)
  after_each(function() w:remove() end)

  -- The run with this environment; all of our waits are short.
  local function with(env, words)
    local all = { AWS_ACCESS_KEY_ID = key.id, AWS_SECRET_ACCESS_KEY = key.secret, LEVERAGE_TIMEOUT = "2",
      LEVERAGE_CONNECT_TIMEOUT = "1" }
    for name, value in pairs(env) do all[name] = value end
    return w:unattended(words or WORDS, { env = all })
  end

  local function through_proxy(env)
    local all = { AWS_ENDPOINT_URL = false, HTTPS_PROXY = double.proxy, AWS_CA_BUNDLE = double.ca }
    for name, value in pairs(env or {}) do all[name] = value end
    return all
  end

  local function proxy_with(login)
    return (double.proxy:gsub("//", "//" .. login))
  end

  local function works(env, words)
    local result = world.run_all({ with(env, words) })[1]
    assert.equal(0, result.status, result.err)
    assert.is_nil((result.out .. result.err):find(key.secret, 1, true))
    return result
  end

  -- Straight to the double by https, trusting it.
  local function by_https(env)
    local all = { AWS_ENDPOINT_URL = double.https, AWS_CA_BUNDLE = double.ca }
    for name, value in pairs(env or {}) do all[name] = value end
    return all
  end

  -- Runs all of it at once, { environment, pattern, status? } each; nothing may be written, none of `hidden` be shown.
  local function all_fail(cases, hidden)
    local runs = {}
    for index, case in ipairs(cases) do
      local words = table.move(WORDS, 1, #WORDS, 1, { })
      words[#words + 1] = "-v"
      words[#words + 1] = "-ojson"
      runs[index] = with(case[1], words)
    end
    for index, result in ipairs(world.run_all(runs)) do
      local status, about = cases[index][3] or 4, result.out .. result.err
      assert.equal(status, result.status, about)
      local told = cjson.decode(result.out)
      assert.is_false(told.ok)
      if status == 4 then assert.equal("unreachable", told.error.code) end
      assert.matches(cases[index][2], told.error.message)
      assert.matches("\nerror: " .. told.error.message .. "\n", "\n" .. result.err, 1, true)
      for _, word in ipairs(hidden or {}) do assert.is_nil(about:find(word, 1, true), about) end
      assert.is_nil(about:find(key.secret, 1, true))
    end
    assert.equal(before, w.home:snapshot())
  end

  describe("over TLS", function()
    it("trusts the authority that is named, as a file and as a hashed folder", function()
      works(by_https())
      local folder = w.home:at "trust"
      home.sh(("mkdir %s && cp %s %s/one.pem && openssl rehash %s"):format(folder, double.ca, folder, folder))
      works(by_https { AWS_CA_BUNDLE = folder })
      for _, connection in ipairs(double:log().connections) do assert.equal("TLSv1.3", connection.tls) end
    end)

    it("tells what is wrong with a certificate, and sends nothing", function()
      for variant, pattern in pairs {
        wrong_host = "for 127.0.0.1:%d+ is for another host: ",
        expired = "127.0.0.1:%d+ has expired: ",
        self_signed = "127.0.0.1:%d+ is not trusted .*AWS_CA_BUNDLE=FILE",
        unknown_ca = "127.0.0.1:%d+ is not trusted .*AWS_CA_BUNDLE=FILE",
        ["tls1.1"] = "127.0.0.1:%d+ does not offer TLS 1.2 ",
      } do
        double:state { tls = variant }
        all_fail { { by_https(), pattern } }
      end
      assert.same({}, double:log().requests)
    end)

    it("tells what is wrong with the authorities that are named", function()
      all_fail {
        { { AWS_ENDPOINT_URL = double.https }, "is not trusted .*AWS_CA_BUNDLE=FILE" },
        { by_https { AWS_CA_BUNDLE = "/nowhere/ca.pem" }, "/nowhere/ca.pem %(AWS_CA_BUNDLE%): No such file", 1 },
        { by_https { AWS_CA_BUNDLE = "/etc/hostname" }, "/etc/hostname hold none .*AWS_CA_BUNDLE" },
        { by_https { AWS_CA_BUNDLE = "/dev/null" }, "/dev/null hold none .*AWS_CA_BUNDLE" },
        { by_https { AWS_CA_BUNDLE = "/proc/self/fd" }, "is not trusted " },
      }
      assert.same({}, double:log().requests)
    end)

    it("needs TLS where https is meant, and https where it is not this machine", function()
      local plain = double.http:gsub("http:", "https:")
      all_fail {
        -- It waits for the rest of a request that never comes.
        { { AWS_ENDPOINT_URL = plain }, "no connection to 127.0.0.1:%d+ within " },
        { { AWS_ENDPOINT_URL = "http://192.0.2.1" }, "plain http is for this machine only.* needs https", 5 },
        { { AWS_ENDPOINT_URL = "http://127.0.0.1.example.com" }, "plain http is for this machine only", 5 },
        { { AWS_ENDPOINT_URL = "http://localhost.example.com" }, "plain http is for this machine only", 5 },
        { { AWS_ENDPOINT_URL = (double.http:gsub("http:", "ftp:")) }, "AWS_ENDPOINT_URL must be a URL such as", 2 },
        { { AWS_ENDPOINT_URL_STS = "x" }, "AWS_ENDPOINT_URL_STS must be a URL such as https", 2 },
        { { AWS_ENDPOINT_URL = (double.http:gsub("//", "//ann:hunter2@")) }, "AWS_ENDPOINT_URL must be a URL ", 2 },
      }
    end)
  end)

  describe("through a proxy", function()
    it("reaches AWS's own names, with and without a login", function()
      works(through_proxy())
      double:state { proxy_login = { user = "ann", password = "h/nter 2@" } }
      local words = table.move(WORDS, 1, #WORDS, 1, {})
      words[#words + 1], words[4] = "-v", "eu-west-1"
      local result = works(through_proxy { HTTPS_PROXY = proxy_with "ann:h%%2fnter%%202%%40@" }, words)
      assert.is_nil((result.out .. result.err):find "nter")
      local hosts = {}
      for _, request in ipairs(double:log().requests) do hosts[request.host] = request.region end
      assert.equal("eu-west-1", hosts["sts.eu-west-1.amazonaws.com"])
      assert.equal("us-east-1", hosts["organizations.us-east-1.amazonaws.com"])
      assert.equal("us-east-1", hosts["iam.amazonaws.com"])
    end)

    it("tells that the login is wrong or missing, and never what it was", function()
      double:state { proxy_login = { user = "ann", password = "right" } }
      local says = "^the proxy 127.0.0.1 wants a login, or another one: HTTPS_PROXY="
      all_fail({ { through_proxy(), says }, { through_proxy { HTTPS_PROXY = proxy_with "annabel:hunter2@" }, says },
        { through_proxy { https_proxy = proxy_with "annabel@", HTTPS_PROXY = "http://127.0.0.1:9" }, says } },
        { "hunter2", "annabel", "YW5uYWJlbA", "YW5uYWJlbDpodW50ZXIy" })
    end)

    it("tells that the proxy refuses, breaks, is silent, absent or no proxy, and never its login", function()
      local login = { "hunter2", "annabel", "YW5uYWJlbDpodW50ZXIy" }
      local absent = "annabel:hunter2@127.0.0.1:9"
      all_fail({
        { through_proxy { HTTPS_PROXY = "http://" .. absent }, "the proxy 127.0.0.1 .*refuses connections: " },
        { through_proxy { HTTPS_PROXY = "socks5://" .. absent }, "the proxy 127.0.0.1 .*refuses connections: " },
        { through_proxy { HTTPS_PROXY = "ftp://" .. absent }, "^HTTPS_PROXY must be http://", 1 },
        { through_proxy { HTTPS_PROXY = "http://annabel:hunter2@nowhere.invalid:9" },
          "name of the proxy nowhere.invalid cannot be resolved: " },
        { through_proxy { HTTPS_PROXY = "http://annabel:hunter2@[::1" }, "^HTTPS_PROXY must be http://", 1 },
        { through_proxy { HTTPS_PROXY = "annabel:hunter2" }, "^HTTPS_PROXY must be http://", 1 },
        -- The double's proxy lets nobody through to a name that AWS does not have.
        { through_proxy { AWS_ENDPOINT_URL = "https://example.com", HTTPS_PROXY = proxy_with "annabel:hunter2@" },
          "the proxy 127.0.0.1 refuses to connect to example.com %(status 403%): " },
        -- Its port for https says nothing of proxies.
        { through_proxy { HTTPS_PROXY = double.https:gsub("https://", "http://annabel:hunter2@") }, "127.0.0.1" },
      }, login)
      local proxies, cases = {}, {}
      for index, answer in ipairs {
        { "HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>x" },
        { "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n" },
        { "HTTP/1.1 200 O", close = true }, { "", close = true }, { "", wait_ms = 60000 },
        { ("\xff\0\27]0;x\7"):rep(400) }, { "HTTP/1.1 200 OK\r\nX: " .. ("y"):rep(1 << 20) .. "\r\n\r\n" },
        { "HTTP/1.1 200 OK\r\n\r\nnothing like TLS\r\n" },
      } do
        proxies[index] = wire.start { answer }
        cases[index] = { through_proxy { HTTPS_PROXY = "http://annabel:hunter2@127.0.0.1:" .. proxies[index].port },
          "127%.0%.0%.1" }
      end
      all_fail(cases, login)
      for _, proxy in ipairs(proxies) do proxy:stop() end
    end)

    it("tells what is wrong with a certificate behind the proxy", function()
      double:state { tls = "unknown_ca" }
      all_fail { { through_proxy(), "the certificate of %S+%.amazonaws%.com is not trusted .*AWS_CA_BUNDLE=FILE" } }
    end)

    it("leaves it aside for the hosts of NO_PROXY and for this machine by plain http", function()
      local absent = "http://127.0.0.1:9"
      works { HTTPS_PROXY = absent }
      works(by_https { HTTPS_PROXY = absent, NO_PROXY = "example.com,127.0.0.1" })
      works(by_https { HTTPS_PROXY = absent, NO_PROXY = "*" })
      before = w.home:snapshot()
      all_fail { { by_https { HTTPS_PROXY = absent, NO_PROXY = "example.com" },
        "the proxy 127.0.0.1 .*refuses connections" } }
    end)

    for region, partition in pairs { ["cn-north-1"] = "aws-cn", ["us-gov-west-1"] = "aws-us-gov" } do
      it("speaks to the hosts of " .. partition .. " and writes its ARNs", function()
        double:reset { partition = partition }
        key = double:key "management"
        finally(function()
          double:reset {}
          key = double:key "management"
        end)
        local words = table.move(WORDS, 1, #WORDS, 1, {})
        words[4] = region
        works(through_proxy(), words)
        local config = w.home:read ".aws/ac/config"
        local profile = "region = %s\nrole_arn = arn:%s:iam::%s:role/OrganizationAccountAccessRole\n"
          .. "source_profile = ac-management\nmfa_serial = arn:%s:iam::%s:mfa/management\n"
        assert.matches(profile:format(region, partition, MANAGEMENT, partition, MANAGEMENT), config, 1, true)
        assert.is_nil(config:find("arn:aws:", 1, true))
        local suffix = partition == "aws-cn" and ".amazonaws.com.cn" or ".amazonaws.com"
        for _, request in ipairs(double:log().requests) do
          assert.equal(suffix, request.host:sub(-#suffix))
          assert.matches("^cn%-north", (request.host:gsub("us%-gov", "cn-north"):match "cn%-north.*"))
        end
      end)
    end
  end)

  describe("without a way", function()
    it("tells which, in time", function()
      double:fault { kind = "hang", operation = "accept" }
      local began = os.time()
      all_fail {
        { { AWS_ENDPOINT_URL = "https://nowhere.invalid" }, "the name nowhere.invalid cannot be resolved: " },
        { { AWS_ENDPOINT_URL = "https://" .. ("x"):rep(64) .. ".example" }, "%.example cannot be resolved: " },
        { { AWS_ENDPOINT_URL = "https://127.0.0.1:9" }, "^127.0.0.1:9 refuses connections: " },
        { { AWS_ENDPOINT_URL = "https://[::1]:9" }, "%[?::1%]?:9" },
        { by_https(), "no connection to 127.0.0.1:%d+ within [12]%.%d s: " },
        { { AWS_ENDPOINT_URL = double.http }, "no complete answer from 127.0.0.1:%d+ within 2%.%d s: " },
        { { AWS_ENDPOINT_URL = "https://127.0.0.1:0" }, "AWS_ENDPOINT_URL must be a URL", 2 },
        { { AWS_ENDPOINT_URL = "https://127.0.0.1:99999" }, "AWS_ENDPOINT_URL must be a URL", 2 },
      }
      assert.is_true(os.time() - began <= 3 * 2 + 3 + 3)
      double:clear()
      for _, kind in ipairs { "reset", "garbage" } do
        double:fault { kind = kind, operation = "accept" }
        all_fail { { by_https(), "127.0.0.1:%d+.*: %l" },
          { { AWS_ENDPOINT_URL = double.http }, "127.0.0.1:%d+.*: %l" } }
        double:clear()
      end
    end)

    it("survives a connection that breaks before a byte, and says so with -v", function()
      double:fault { kind = "reset", operation = "accept", times = 2 }
      local words = table.move(WORDS, 1, #WORDS, 1, {})
      words[#words + 1] = "-v"
      local result = works(by_https(), words)
      assert.matches("failed in %d+ ms: [%l ]*127.0.0.1:%d+.*: .*; again in", result.err)
      assert.matches("%(attempt 2%)", result.err)
    end)

    it("takes no other protocol for AWS's", function()
      local servers, cases = {}, {}
      for index, answer in ipairs {
        "SSH-2.0-OpenSSH_9.2p1\r\n", "220 mail ESMTP\r\n", "HTTP/1.1 999 x\r\n\r\n", "HTTP/0.9", "\0\0\0\0",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
      } do
        servers[index] = wire.start { { answer, close = true } }
        cases[index] = { { AWS_ENDPOINT_URL = servers[index].url }, "127.0.0.1:" .. servers[index].port .. ".*: %l" }
      end
      all_fail(cases)
      for _, server in ipairs(servers) do server:stop() end
    end)
  end)
end)
