-- prompt: questions. Each is asked on the terminal itself, so piped input still works, and each has a flag that
-- answers it: without a terminal, or under --no-input, the error names that flag.

local try = require "leverage.try"

local prompt = {}
prompt.__index = prompt

--- Questions for one run; the terminal is opened with the first of them.
---@param options { no_input: boolean, colour: boolean }
function prompt.new(options)
  return setmetatable({ no_input = options.no_input, colour = options.colour }, prompt)
end

local function missing(question, reason)
  try.fail(("%s is needed%s"):format(question.needs or question.label, reason), "missing",
    { next = "give it by " .. question.flag })
end

local function terminal(self, question)
  if self.no_input then missing(question, ", and --no-input forbids asking") end
  if not self:possible() then missing(question, ", and there is no terminal to ask on") end
  return self.tty
end

--- Whether anybody can be asked.
---@return boolean
function prompt:possible()
  if self.no_input then return false end
  if self.tty == nil then
    self.tty = require "lev.tty".open { colour = self.colour } or false
    if self.tty and self.waiter then self.tty:background(self.waiter) end
  end
  return self.tty ~= false
end

--- Lets a network session (its `waiter()`) go on with its work while a question waits.
function prompt:background(waiter)
  self.waiter = waiter
  if self.tty then self.tty:background(waiter) end
end

--- A line of text. `question`: label, flag, needs (words for the error), default, validate.
---@return string
function prompt:text(question) return (try(terminal(self, question):text(question))) end

--- A hidden line, as a secret.
function prompt:secret(question) return (try(terminal(self, question):secret(question))) end

--- One of `question.choices` (each { label, key? }); the index.
---@return integer
function prompt:select(question) return (try(terminal(self, question):select(question))) end

--- Yes or no.
---@return boolean
function prompt:confirm(question) return (try(terminal(self, question):confirm(question))) end

--- A file's path, with completion.
---@return string
function prompt:path(question) return (try(terminal(self, question):path(question))) end

return prompt
