-- recovery: changes that a killed run left half done, as commands see them. The folders concerned stay locked until it
-- is closed.

local recover = require "lev.recover"

local recovery = {}

local LOCK_WAIT_MS = 10000
local TIME = "(%d%d%d%d)(%d%d)(%d%d)T(%d%d)(%d%d)(%d%d)%.%d+Z%-%x+$"

--- Finds them.
---@param state_dir string
---@param only_look boolean nothing is written, not even what is left of runs that changed nothing is removed
---@return table? pending from lev.recover
---@return string? message, string? code
function recovery.open(state_dir, only_look)
  return recover.open(state_dir, LOCK_WAIT_MS, only_look)
end

--- When the change of a journal was begun, nil when its name does not tell.
---@param journal { path: string }
---@return string?
function recovery.time(journal)
  local year, month, day, hour, minute, second = journal.path:match(TIME)
  return year and ("%s-%s-%s %s:%s:%s UTC"):format(year, month, day, hour, minute, second)
end

return recovery
