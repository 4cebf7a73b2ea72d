-- log: talk, on standard error. What a command makes goes to standard output; what it does is said here.

local text = require "leverage.text"

local log = {}
log.__index = log

local COLOURS = { red = "31", green = "32", yellow = "33", dim = "2", bold = "1" }

--- A log that writes to `stream`.
---@param options { stream: file*, level: integer, colour: boolean }  level: 0 errors only, 1 normal, 2 details too
function log.new(options)
  return setmetatable({ stream = options.stream, level = options.level, colour = options.colour }, log)
end

--- The words in a colour.
---@param colour "red"|"green"|"yellow"|"dim"|"bold"
function log.paint(colour, words)
  return ("\27[%sm%s\27[0m"):format(COLOURS[colour], words)
end

local function say(self, least, prefix, colour, format, ...)
  if self.level < least then return end
  if colour and self.colour then prefix = log.paint(colour, prefix) end
  local words = select("#", ...) > 0 and format:format(...) or format
  local lines = {}
  for line in (words .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = text.plain(line) end
  self.stream:write(prefix, table.concat(lines, "\n"), "\n")
end

--- What was done, a line.
function log:info(format, ...) say(self, 1, "", nil, format, ...) end

--- Something to look at; the command goes on.
function log:warn(format, ...) say(self, 1, "warning: ", "yellow", format, ...) end

--- Why the command ends.
function log:error(format, ...) say(self, 0, "error: ", "red", format, ...) end

--- What to do about it.
function log:hint(format, ...) say(self, 0, "  try: ", "bold", format, ...) end

--- For those who said -v.
function log:detail(format, ...) say(self, 2, "· ", "dim", format, ...) end

return log
