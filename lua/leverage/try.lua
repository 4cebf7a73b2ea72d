-- try: expected failures, passed up without a test behind every call.
--
-- Functions of this library return `nil, message, code` when something expected goes wrong. A command that has ten
-- such calls in a row wraps each in `try(…)`, which hands the values through or leaves for the nearest `try.catch`.
-- That one turns the failure into the three values again; a bug (any other error) goes on up with its traceback.

local Failure = {}
Failure.__index = Failure
Failure.__tostring = function(self) return self.message end

local try = {}

--- Values of a call that succeeded; leaves for `try.catch` when the first is nil and a message follows.
---@generic T
---@param value T?
---@return T value, any ...
local function call(_, value, ...)
  if value == nil and (...) ~= nil then
    local message, code, details = ...
    error(setmetatable({ message = message, code = code or "failed", details = details }, Failure), 0)
  end
  return value, ...
end

--- Leaves for `try.catch` with a failure of one's own.
---@param message string what failed and why, one line
---@param code string a code of leverage.exit
---@param details? { next: string? } what to do next
function try.fail(message, code, details)
  error(setmetatable({ message = message, code = code, details = details }, Failure), 0)
end

--- Runs `f(...)`: its results, or `nil, message, code, details` of the failure that left it.
function try.catch(f, ...)
  local results = table.pack(xpcall(f, function(reason)
    if getmetatable(reason) == Failure then return reason end
    return debug.traceback(tostring(reason), 2)
  end, ...))
  if results[1] then return table.unpack(results, 2, results.n) end
  local reason = results[2]
  if getmetatable(reason) ~= Failure then error(reason, 0) end
  return nil, reason.message, reason.code, reason.details
end

return setmetatable(try, { __call = call })
