-- A person's world for black-box specs: a home, a project in it, an AWS double, and the built binary run in an
-- environment that holds nothing else and no terminal.
local cjson = require "cjson"
local home = require "spec.support.home"

local world = {}
world.__index = world

local quote = home.quote

world.BUILD = os.getenv("LEVERAGE_BUILD") or "build/release"

world.SOURCE = home.sh("pwd"):gsub("\n", "")

--- How many command lines `run_all` has under way: most of them wait.
world.AT_ONCE = 24

local function absolute(path)
  return path:sub(1, 1) == "/" and path or world.SOURCE .. "/" .. path
end
world.BINARY = absolute(world.BUILD) .. "/bin/leverage"

world.PROJECT_YAML = [[
# Acme's accounts
project_name: acme   # the long one
short_name: ac

primary_region: us-east-1

organization:
  accounts:
  - name: management
    email: aws+management@example.com
  # everyday users live here
  - name: security
    email: aws+security@example.com
  - name: shared
    email: aws+shared@example.com
]]

world.TFVARS = [[
project      = "ac"
project_long = "acme"

accounts = {
  management = {
    email = "aws+management@example.com",
    id    = "111111111111"
  },
  security = {
    email = "aws+security@example.com",
    id    = "222222222222"
  },
  shared = {
    email = "aws+shared@example.com",
    id    = "333333333333"
  }
}

shared_account_id = "" # used by older layers
]]

--- A project `acme` with the usual files, at `home`/acme. `files` replaces some of them; false leaves one out.
function world.new(double, files)
  local self = setmetatable({ double = double, home = home.new() }, world)
  os.execute("mkdir -p " .. quote(self.home:at("acme/.git")))
  local all = { ["project.yaml"] = world.PROJECT_YAML, ["config/common.tfvars"] = world.TFVARS, ["build.env"] = "PROJECT=ac\n" }
  for path, text in pairs(files or {}) do all[path] = text end
  for path, text in pairs(all) do
    if text then self.home:write("acme/" .. path, text) end
  end
  return self
end

function world:remove()
  self.home:remove()
end

--- The environment of a run, as a list of NAME=value.
function world:environment(extra)
  local all = { HOME = self.home.path, PATH = "/usr/bin:/bin", TERM = "dumb", LANG = "C.UTF-8",
    AWS_ENDPOINT_URL = self.double and self.double.endpoint, AWS_EC2_METADATA_DISABLED = "true" }
  for name, value in pairs(extra or {}) do all[name] = value or nil end
  local list = {}
  for name, value in pairs(all) do list[#list + 1] = name .. "=" .. value end
  return list
end

-- A command line in the project as one line of shell, and a function that takes what it left behind.
local function prepare(self, words, options)
  options = options or {}
  local line = { "cd", quote(options.cwd or self.home:at("acme")), "&&", options.prefix or "", "setsid -w env -i" }
  for _, setting in ipairs(self:environment(options.env)) do line[#line + 1] = quote(setting) end
  for _, word in ipairs(words) do line[#line + 1] = quote(word) end
  local base = os.tmpname()
  local input = options.stdin and home.new()
  line[#line + 1] = "<" .. (input and quote(input:write("stdin", options.stdin)) or "/dev/null")
  line[#line + 1] = (">%s.out 2>%s.err; echo $? >%s"):format(base, base, base)
  local function take(suffix)
    local file = assert(io.open(base .. suffix, "rb"))
    local text = file:read("a")
    file:close()
    os.remove(base .. suffix)
    return text
  end
  return table.concat(line, " "), function()
    if input then input:remove() end
    return { status = tonumber((take(""):match("%d+"))), out = take(".out"), err = take(".err") }
  end
end

--- Runs a command line in the project, without a terminal.
---@param words string[]
---@param options? { env: table?, stdin: string?, cwd: string?, prefix: string? } a value false in env takes a variable away
---@return { status: integer, out: string, err: string }
function world:run(words, options)
  local line, result = prepare(self, words, options)
  home.sh(line)
  return result()
end

--- Runs several command lines beside each other: { world, words, options }, as for `run`. Results are in the same
--- order, with the seconds that each took.
function world.run_all(runs)
  local lines, results = {}, {}
  for index, run in ipairs(runs) do
    local line, result = prepare(table.unpack(run))
    local clock = os.tmpname()
    lines[index] = quote(("date +%%s.%%N >%s; %s; date +%%s.%%N >>%s"):format(clock, line, clock)) .. "\n"
    results[index] = function()
      local file = assert(io.open(clock))
      local began, ended = file:read("n", "n")
      file:close()
      os.remove(clock)
      local taken = result()
      taken.seconds = ended - began
      return taken
    end
  end
  local list = home.new()
  home.sh(("xargs -P %d -n 1 -a %s sh -c"):format(world.AT_ONCE, quote(list:write("lines", table.concat(lines)))))
  list:remove()
  for index, result in ipairs(results) do results[index] = result() end
  return results
end

--- What to give `run_all` for `leverage credentials configure` with these words, unattended.
function world:unattended(words, options)
  return { self, table.move(words, 1, #words, 5, { world.BINARY, "credentials", "configure", "--no-input" }), options }
end

--- Runs the built leverage.
function world:leverage(words, options)
  return self:run(table.move(words, 1, #words, 2, { world.BINARY }), options)
end

--- `leverage credentials configure` with these words, unattended; or another command of credentials.
function world:configure(words, options)
  return self:credentials("configure", words, options)
end

function world:credentials(command, words, options)
  return self:leverage(table.move(words, 1, #words, 4, { "credentials", command, "--no-input" }), options)
end

--- The same with -o json: the object as a table as `json`.
function world:configure_json(words, options)
  local result = self:configure(table.move(words, 1, #words, 3, { "-o", "json" }), options)
  result.json = cjson.decode(result.out)
  return result
end

--- A key file as the console makes it, with the double's key of that name.
function world:key_csv(name)
  local key = self.double:key(name)
  return self.home:write(name .. ".csv", ("Access key ID,Secret access key\r\n%s,%s\r\n"):format(key.id, key.secret))
end

--- Words that give a type's keys by file.
function world:keys_for(type_name)
  return { "--type", type_name, "--credentials-file", self:key_csv(type_name) }
end

--- Variables that let AWS's tools find the project's files.
function world:aws_environment(extra)
  local env = { AWS_CONFIG_FILE = self.home:at(".aws/ac/config"),
    AWS_SHARED_CREDENTIALS_FILE = self.home:at(".aws/ac/credentials") }
  for name, value in pairs(extra or {}) do env[name] = value end
  return env
end

--- Names of backup generations.
function world:generations()
  return self.home:list(".local/state/leverage/backups")
end

return world
