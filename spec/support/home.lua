-- A temporary home for specs: folders and files made and read in one line each, everything removed at the end.
local lfs = require "lfs"

local home = {}
home.__index = home

local function quote(word)
  return "'" .. tostring(word):gsub("'", [['\'']]) .. "'"
end
home.quote = quote

--- Runs a shell command; returns its standard output and whether it succeeded.
function home.sh(command)
  local pipe = assert(io.popen(command, "r"))
  local output = pipe:read("a")
  return output, (pipe:close()) == true
end

function home.new()
  local path = home.sh("mktemp -d"):gsub("\n", "")
  return setmetatable({ path = path }, home)
end

function home:at(relative)
  return self.path .. "/" .. relative
end

--- Writes a file (its folders are made) with an optional mode such as "644".
function home:write(relative, text, mode)
  local path = self:at(relative)
  os.execute("mkdir -p " .. quote(path:match("^(.*)/")))
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  file:close()
  if mode then os.execute(("chmod %s %s"):format(mode, quote(path))) end
  return path
end

--- The bytes of a file, nil when there is none.
function home:read(relative)
  local file = io.open(self:at(relative), "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

--- "rw-r--r--" of a file or folder.
function home:mode(relative)
  return lfs.attributes(self:at(relative), "permissions")
end

--- Names in a folder, sorted, without `.` and `..`; empty for a folder that is not there.
function home:list(relative)
  local names = {}
  if lfs.attributes(self:at(relative), "mode") == "directory" then
    for name in lfs.dir(self:at(relative)) do
      if name ~= "." and name ~= ".." then names[#names + 1] = name end
    end
  end
  table.sort(names)
  return names
end

--- Every file below the home with its mode and bytes, as one string: equal before and after when nothing changed.
---@param without? string a folder that is not looked into
function home:snapshot(without)
  local where = without and ("-path './%s' -prune -o"):format(without) or ""
  return (home.sh(([[cd %s && find . %s -printf '%%p %%y %%m %%l\n' | sort
    find . %s -type f -print0 | sort -z | xargs -0r sha256sum]]):format(quote(self.path), where, where)))
end

function home:remove()
  os.execute("rm -rf " .. quote(self.path))
end

return home
