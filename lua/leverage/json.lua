-- json: lua-cjson, with what this tool settles: keys in order, so that output can be compared; empty lists stay lists.

local cjson = require "cjson"

local json = {}

local LIST = {}

--- Marks a table as a list, so that it is one even when it is empty.
---@generic T: table
---@param list T
---@return T
function json.list(list)
  return setmetatable(list, LIST)
end

local function encode(value, out)
  if type(value) ~= "table" then
    out[#out + 1] = cjson.encode(value)
  elseif getmetatable(value) == LIST or #value > 0 then
    out[#out + 1] = "["
    for index, item in ipairs(value) do
      if index > 1 then out[#out + 1] = "," end
      encode(item, out)
    end
    out[#out + 1] = "]"
  else
    local keys = {}
    for key in pairs(value) do keys[#keys + 1] = key end
    table.sort(keys)
    out[#out + 1] = "{"
    for index, key in ipairs(keys) do
      out[#out + 1] = (index > 1 and "," or "") .. cjson.encode(key) .. ":"
      encode(value[key], out)
    end
    out[#out + 1] = "}"
  end
end

--- One line of JSON.
---@param value any nil, booleans, numbers, strings, and tables of them
---@return string
function json.encode(value)
  local out = {}
  encode(value, out)
  return table.concat(out)
end

return json
