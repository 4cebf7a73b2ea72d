-- progress: one line on standard error that says work goes on, only on a terminal and only when it takes more than
-- a second.

local host = require "lev.host"

local progress = {}
progress.__index = progress

local QUIET_SECONDS = 1

--- A line about `label`; `stream` is written to only while `wanted`.
---@param options { label: string, stream: file*, wanted: boolean }
function progress.new(options)
  return setmetatable({ label = options.label, stream = options.stream, wanted = options.wanted,
    began = host.clock(), steps = 0, shown = false }, progress)
end

--- One more thing is done.
function progress:step()
  self.steps = self.steps + 1
  if not self.wanted or host.clock() - self.began < QUIET_SECONDS then return end
  self.stream:write(("\r%s… %d answers"):format(self.label, self.steps))
  self.stream:flush()
  self.shown = true
end

--- Takes the line away.
function progress:finish()
  if not self.shown then return end
  self.stream:write("\r", (" "):rep(#self.label + 24), "\r")
  self.shown = false
end

return progress
