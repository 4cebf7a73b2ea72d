-- Ways out of a question without an answer, and back into it: at each kind of question, on a real pseudo-terminal.
local pty = require "spec.support.pty"

local build = os.getenv("LEVERAGE_BUILD") or "build/release"

-- { question of prompts.lua, what is written when it is ready, TERM }
local kinds = {
  text = { "text:Name:joe", "Name [joe]: " },
  path = { "path:File", "File: " },
  secret = { "secret:Key", "Key: " },
  select = { "select:Which:30", "  1 of 30" },
  confirm = { "confirm:Sure", "Sure [y/n] " },
  ["text of a dumb terminal"] = { "text:Name:joe", "Name [joe]: ", "dumb" },
  ["select of a dumb terminal"] = { "select:Which:3", "Number [1]: ", "dumb" },
}

local function command(...)
  return { build .. "/bin/leverage-spec", "spec/support/prompts.lua", ... }
end

local function ask(kind, options)
  options = options or {}
  options.rows = options.rows or 10
  options.env = { TERM = kind[3] or "xterm" }
  local p = pty.spawn(command(kind[1]), options)
  p:expect(kind[2])
  return p
end

local function shell(kind)
  return pty.spawn({ "sh", "-i" }, { rows = 12, cols = 100, env = { TERM = kind[3] or "xterm", PS1 = "$ " } })
end

-- Left in order: status 130, modes and cursor as they were, the next output on a line of its own.
local function assert_left(p, message)
  p:expect("left: " .. message .. " (interrupted)")
  local status = p:wait()
  assert.equal(130, status)
  assert.equal(p.modes, p:termios().all)
  local lines, cursor = p:screen()
  assert.is_false(cursor.hidden)
  for _, line in ipairs(lines) do
    assert.is_true(not line:find("left:", 1, true) or line:find("^left:") ~= nil)
  end
end

for name, kind in pairs(kinds) do
  describe("a question (" .. name .. ")", function()
    it("is left by Ctrl-C", function()
      local p <close> = ask(kind)
      p:key "ctrl-c"
      assert_left(p, kind[3] and "interrupted by a signal (Interrupt)" or "interrupted")
    end)

    it("is left by Ctrl-C after some keys", function()
      local p <close> = ask(kind)
      p:send("ab")
      p:key "down"
      p:key "ctrl-c"
      assert_left(p, kind[3] and "interrupted by a signal (Interrupt)" or "interrupted")
    end)

    it("is left by Ctrl-D on an empty line", function()
      local p <close> = ask(kind)
      p:key "ctrl-d"
      assert_left(p, "cancelled")
    end)

    it("is left by signals", function()
      local signals = { TERM = "Terminated", INT = "Interrupt", HUP = "Hangup" }
      for signal, text in pairs(signals) do
        local p <close> = ask(kind)
        p:send("ab")
        p:signal(signal)
        assert_left(p, ("interrupted by a signal (%s)"):format(text))
      end
    end)

    it("is left by hang-up", function()
      local p <close> = ask(kind)
      p:hangup()
      assert.equal(130, (p:wait()))
    end)

    it("is left by hang-up when hang-ups are ignored", function()
      local argv = command(kind[1])
      local p <close> = pty.spawn({ "sh", "-c", "trap '' HUP; exec \"$0\" \"$@\"", table.unpack(argv) },
        { rows = 10, env = { TERM = kind[3] or "xterm" } })
      p:expect(kind[2])
      p:hangup()
      assert.equal(1, (p:wait())) -- "missing": the run may go on, but has nobody to ask
    end)

    it("is stopped by Ctrl-Z and comes back with fg", function()
      local p <close> = shell(kind)
      p:expect("$ ")
      p:send("stty -g\r")
      p:expect("stty -g")
      p:expect(":")
      p:expect("$ ")
      local modes = p:termios().all
      p:send(table.concat(command("'" .. kind[1] .. "'"), " ") .. "; echo status $?\r")
      p:expect(kind[2])
      p:key "ctrl-z"
      p:expect("Stopped")
      p:expect("$ ")
      assert.equal(modes, p:termios().all)
      assert.is_false(select(2, p:screen()).hidden)
      p:send("fg\r")
      p:expect(kind[2])
      p:send(name:find("confirm") and "y\r" or "\r")
      p:expect(name == "secret" and "secret of 0 bytes" or "answer <")
      p:expect("done")
      p:expect("$ ")
      assert.equal(modes, p:termios().all)
    end)

    it("waits for the foreground", function()
      local p <close> = shell(kind)
      p:expect("$ ")
      local modes = p:termios().all
      p:send(table.concat(command("'" .. kind[1] .. "'"), " ") .. " & wait\r")
      p:expect("Stopped")
      p:expect("$ ")
      assert.equal(modes, p:termios().all)
      p:send("fg\r")
      p:expect(kind[2])
      p:send(name:find("confirm") and "y\r" or "\r")
      p:expect("done")
      p:expect("$ ")
      assert.equal(modes, p:termios().all)
    end)

    it("survives any bytes that are typed", function()
      local seed = os.time()
      math.randomseed(seed)
      for round = 1, 5 do
        local p <close> = ask(kind)
        local storm = {}
        for i = 1, 400 do
          local byte = math.random(0, 255)
          -- Ctrl-C and Ctrl-\ end it, Ctrl-Z and Ctrl-Y stop it, Ctrl-S stops output where the kernel edits
          local harmful = byte == 3 or byte == 0x1c or byte == 0x1a or byte == 0x19 or byte == 0x13
          storm[i] = string.char(harmful and 27 or byte)
        end
        p:send(table.concat(storm))
        p:send("\r\r\3")
        local status, output = p:wait()
        assert.is_true(status == 130 or status == 0, ("seed %d, round %d: %s"):format(seed, round, output))
        assert.equal(p.modes, p:termios().all)
      end
    end)
  end)
end

describe("Ctrl-C at a question", function()
  local script = [[trap 'echo trapped' INT; "$0" "$@"; echo "status $?"]]

  it("is a signal for the whole foreground group, as elsewhere", function()
    local p <close> = pty.spawn { "sh", "-c", script, table.unpack(command("secret:Key")) }
    p:expect("Key: ")
    p:key "ctrl-c"
    p:expect("left: interrupted (interrupted)")
    p:expect("trapped")
    p:expect("status 130")
    assert.equal(0, (p:wait()))
  end)

  it("is not Ctrl-D, which concerns nobody else", function()
    local p <close> = pty.spawn { "sh", "-c", script, table.unpack(command("secret:Key")) }
    p:expect("Key: ")
    p:key "ctrl-d"
    p:expect("left: cancelled (interrupted)")
    p:expect("status 130")
    local status, output = p:wait()
    assert.equal(0, status)
    assert.is_nil(output:find("trapped", 1, true))
  end)
end)

describe("a stopped question", function()
  it("is told to end by a signal", function()
    local p <close> = pty.spawn({ "bash", "--norc", "--noprofile", "-i" }, { env = { PS1 = "$ " } })
    p:expect("$ ")
    p:send(table.concat(command("text:Name"), " ") .. "\r")
    p:expect("Name: ")
    p:key "ctrl-z"
    p:expect("Stopped")
    p:expect("$ ")
    p:send("kill %1\r")
    p:expect("left: interrupted by a signal (Terminated)")
  end)

  it("keeps what was typed, and shows it again", function()
    local p <close> = pty.spawn({ "bash", "--norc", "--noprofile", "-i" }, { env = { PS1 = "$ " }, cols = 100 })
    p:expect("$ ")
    p:send(table.concat(command("text:Name", "secret:Key", "confirm:Sure"), " ") .. "\r")
    p:expect("Name: ")
    p:send("jo")
    p:expect_screen("Name: jo")
    p:key "ctrl-z"
    p:expect("$ ")
    p:send("fg\r")
    p:expect("Name: jo")
    p:send("e\r")
    p:expect("answer <joe>")
    p:expect("Key: ")
    p:send("abc")
    p:key "ctrl-z"
    p:expect("$ ")
    p:send("fg\r")
    p:expect("Key: ")
    p:send("d\r")
    p:expect("secret of 4 bytes")
    p:expect("Sure [y/n] ")
    p:send("y")
    p:expect("y")
    p:key "ctrl-z"
    p:expect("$ ")
    p:send("fg\r")
    p:expect("Sure [y/n] y")
    p:send("\r")
    p:expect("answer <true>")
  end)
end)

describe("modes", function()
  it("are those of the terminal while nothing is asked", function()
    local p <close> = pty.spawn(command("secret:Key", "stdin", "text:Name"), { stdin = nil })
    p:expect("Key: ")
    p:wait_modes("echo", false)
    p:wait_modes("canonical", false)
    p:send("abc\r")
    p:expect("secret of 3 bytes")
    p:wait_modes("echo", true)
    assert.equal(p.modes, p:termios().all)
    p:send("line\r\4")
    p:expect("stdin: line")
    p:expect("Name: ")
    p:send("\r")
    p:expect("done")
    assert.equal(0, (p:wait()))
    assert.equal(p.modes, p:termios().all)
  end)
end)
