-- A person at a terminal, for specs: runs a program on a pseudo-terminal, types, and reads the screen. The work is
-- done by pty_driver.py (python3-pyte draws the screen); lines of JSON go through a fifo one way and a pipe the
-- other.
--
--   local p <close> = pty.spawn({ "build/release/bin/leverage", "…" }, { env = { TERM = "xterm" }, rows = 24 })
--   p:expect("Label:")      p:send("text\r")      p:key("up")      local status, output = p:wait()
--
-- Every wait has a time limit (10 s unless told) and fails the spec with a picture of the screen. The program and
-- all it started is killed when the terminal is closed.
local json = require "cjson"

local pty = {}
local terminal = {}
terminal.__index = terminal

local function to_hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local function from_hex(text)
  return (text:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function quote(word)
  return "'" .. word:gsub("'", [['\'']]) .. "'"
end

local function ask(p, request)
  if not p.answers then error("the terminal is closed", 3) end
  assert(p.requests:write(json.encode(request), "\n"))
  assert(p.requests:flush())
  local line = p.answers:read("l")
  if not line then error("the pty driver died", 3) end
  local answer = json.decode(line)
  if answer.error then error(answer.error, 3) end
  return answer
end

-- env is the whole environment but for PATH, HOME, LANG and TERM (xterm), which have defaults. stdin: the bytes that
-- come through a pipe as standard input; without it standard input is the terminal too.
function pty.spawn(argv, options)
  options = options or {}
  local name = os.tmpname()
  os.remove(name)
  assert(os.execute("mkfifo -m 600 " .. quote(name)))
  local p = setmetatable({ fifo = name }, terminal)
  p.requests = assert(io.open(name, "r+")) -- both ways, so that opening waits for nobody
  p.answers = assert(io.popen("exec /usr/bin/python3 spec/support/pty_driver.py " .. quote(name), "r"))
  local env = { PATH = "/usr/bin:/bin", HOME = os.getenv("HOME"), LANG = "C.UTF-8", TERM = "xterm",
    ASAN_OPTIONS = os.getenv("ASAN_OPTIONS"), LSAN_OPTIONS = os.getenv("LSAN_OPTIONS") }
  for key, value in pairs(options.env or {}) do
    env[key] = value or nil -- false takes a default away
  end
  local answer = ask(p, { ["do"] = "spawn", argv = argv, env = env, cwd = options.cwd, rows = options.rows or 24,
    cols = options.cols or 80, stdin = options.stdin and to_hex(options.stdin) })
  p.pid, p.modes = math.tointeger(answer.pid), answer.modes -- modes: as found, to compare with termios()
  return p
end

-- Waits until the program has written the text after what was expected before; escape sequences do not count. What a
-- line editor draws piece by piece is seen on the screen only: expect_screen.
function terminal:expect(text, seconds)
  ask(self, { ["do"] = "expect", text = to_hex(text), seconds = seconds })
end

-- Waits until the text stands on the screen.
function terminal:expect_screen(text, seconds)
  ask(self, { ["do"] = "expect_screen", text = to_hex(text), seconds = seconds })
end

function terminal:send(bytes, seconds)
  ask(self, { ["do"] = "send", text = to_hex(bytes), seconds = seconds })
end

-- up, down, left, right, home, end, page-up, page-down, delete, ctrl-left, ctrl-right, f5, enter, tab, backspace,
-- escape, ctrl-a … ctrl-z
function terminal:key(name)
  ask(self, { ["do"] = "key", name = name })
end

-- The lines a person sees, and the cursor: { row, col, hidden }.
function terminal:screen()
  local answer = ask(self, { ["do"] = "screen" })
  return answer.lines, { row = answer.row, col = answer.col, hidden = answer.hidden }
end

-- Everything written so far, byte for byte.
function terminal:output()
  return from_hex(ask(self, { ["do"] = "output" }).raw)
end

function terminal:resize(rows, cols)
  ask(self, { ["do"] = "resize", rows = rows, cols = cols })
end

-- "TERM" and the like, to the program that was started.
function terminal:signal(name)
  ask(self, { ["do"] = "signal", name = name })
end

-- { all = every mode as text, to compare; echo =, canonical =, signals = }
function terminal:termios()
  return ask(self, { ["do"] = "termios" })
end

-- Waits until the mode ("echo", "canonical", "signals") has the value.
function terminal:wait_modes(name, value, seconds)
  ask(self, { ["do"] = "wait_modes", name = name, value = value, seconds = seconds })
end

-- The line drops.
function terminal:hangup()
  ask(self, { ["do"] = "hangup" })
end

-- The exit status (negative: the signal that ended it) and everything written.
function terminal:wait(seconds)
  local answer = ask(self, { ["do"] = "wait", seconds = seconds })
  return math.tointeger(answer.status), from_hex(answer.raw)
end

function terminal:close()
  if not self.answers then return end
  self.requests:write('{"do":"close"}\n')
  self.requests:close()
  self.answers:close() -- waits for the driver, which has killed the rest
  self.answers = nil
  os.remove(self.fifo)
end

terminal.__close = terminal.close
terminal.__gc = terminal.close

return pty
