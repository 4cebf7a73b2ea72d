-- Questions on a real pseudo-terminal: what a person types, sees and gets. Ways out without an answer: tty_leave_spec.
local pty = require "spec.support.pty"

local build = os.getenv("LEVERAGE_BUILD") or "build/release"

-- Runs prompts.lua with these questions.
local function ask(questions, options)
  local argv = { build .. "/bin/leverage-spec", "spec/support/prompts.lua" }
  table.move(questions, 1, #questions, 3, argv)
  return pty.spawn(argv, options)
end

-- Everything was answered, and the terminal is as it was.
local function assert_done(p)
  p:expect("done")
  local status, output = p:wait()
  assert.equal(0, status, output)
  assert.equal(p.modes, p:termios().all)
  return output
end

local function top_lines(p, count)
  return table.move((p:screen()), 1, count, 1, {})
end

-- As prompts.lua tells secrets.
local function checksum(bytes)
  local sum = 0
  for i = 1, #bytes do
    sum = (sum * 31 + bytes:byte(i)) % 4294967291
  end
  return ("secret of %d bytes, checksum %d"):format(#bytes, sum)
end

-- Types strings; { "key" } is a key by its name.
local function type_all(p, items)
  for _, item in ipairs(items) do
    if type(item) == "table" then p:key(item[1]) else p:send(item) end
  end
end

describe("a text question", function()
  it("trims the answer, and takes the default for an empty one", function()
    local p <close> = ask { "text:Region:us-east-1", "text:Region:us-east-1", "text:Free" }
    p:expect("Region [us-east-1]: ")
    p:send("  eu-west-1 \r")
    p:expect("answer <eu-west-1>")
    p:expect("Region [us-east-1]: ")
    p:send("   \r")
    p:expect("answer <us-east-1>")
    p:expect("Free: ")
    p:send("\r")
    p:expect("answer <>")
    assert_done(p)
  end)

  it("is edited with arrows and control keys, by characters", function()
    local cases = {
      { "aXbc", "abc", { "left" }, { "left" }, "X" },
      { "XabcY", "abc", { "home" }, "X", { "end" }, "Y" },
      { "XabcY", "abc", { "ctrl-a" }, "X", { "ctrl-e" }, "Y" },
      { "d", "abc", { "ctrl-u" }, "d" },
      { "one six", "one two", { "ctrl-w" }, "six" },
      { "日Xé", "日本é", { "left" }, { "backspace" }, "X" },
      { "日ñ", "日本é", { "backspace" }, { "backspace" }, "ñ" },
      { "c", "abc", { "home" }, { "delete" }, { "ctrl-d" } },
      { "oneY Xtwo", "one two", { "ctrl-left" }, "X", { "ctrl-a" }, { "ctrl-right" }, "Y" },
      { "a", "abc", { "home" }, { "right" }, { "ctrl-k" } },
      { "ab", "a", { "up" }, { "down" }, { "page-up" }, { "f5" }, { "escape" }, { "tab" }, "b" },
      { "apastedb", "a", "\27[200~pasted\27[201~", "b" },
    }
    local questions = {}
    for i = 1, #cases do questions[i] = "text:Q" .. i end
    local p <close> = ask(questions)
    for i, case in ipairs(cases) do
      p:expect("Q" .. i .. ": ")
      type_all(p, table.move(case, 2, #case, 1, {}))
      p:key "enter"
      p:expect("answer <" .. case[1] .. ">")
    end
    assert_done(p)
  end)

  it("shows why an answer is refused, and keeps it to be edited", function()
    local p <close> = ask { "word:Word" }
    p:expect("Word: ")
    p:send("goo\r")
    p:expect("'goo' is not good")
    p:expect("Word: ")
    p:expect("goo")
    p:send("d\r")
    p:expect("answer <good>")
    assert_done(p)
    assert.same({ "Word: goo", "'goo' is not good", "Word: good", "answer <good>", "done" }, top_lines(p, 5))
  end)

  it("loses no line that was typed ahead", function()
    local p <close> = ask { "text:First", "secret:Second", "confirm:Third", "select:Fourth:9", "text:Fifth" }
    p:expect("First: ")
    p:send("one\rtwo\ry\r4\rfiéve\r")
    p:expect("answer <one>")
    p:expect(checksum("two"))
    p:expect("answer <true>")
    p:expect("answer <4>")
    p:expect("answer <fiéve>")
    assert_done(p)
  end)

  it("takes a line longer than the screen", function()
    local text = ("0123456789"):rep(60)
    local p <close> = ask({ "text:Long" }, { rows = 8, cols = 40 })
    p:expect("Long: ")
    p:send(text)
    p:key "home"
    p:send("A")
    p:key "end"
    p:send(("Z"):rep(100) .. "\r") -- where libedit's own way of inserting writes past its buffers
    p:expect("answer <A" .. text .. ("Z"):rep(100) .. ">")
    assert_done(p)
  end)

  it("is redrawn when the window changes", function()
    local p <close> = ask { "text:A label" }
    p:expect("A label: ")
    p:send("some text")
    p:expect_screen("A label: some text")
    p:resize(10, 30)
    p:send("!")
    p:expect_screen("A label: some text!")
    assert.same({ "A label: some text!", "" }, top_lines(p, 2))
    p:resize(24, 12)
    p:expect_screen("e text!")
    p:key "home"
    p:send("X\r")
    p:expect("answer <Xsome text!>")
    assert_done(p)
  end)

  it("may be asked from inside a validation, or be broken off by an error in it", function()
    local p <close> = ask { "nested:Outer", "raise:Other" }
    p:expect("Outer: ")
    p:send("a\r")
    p:expect("again: ")
    p:send("a\r")
    p:expect("answer <a>")
    p:expect("Other: ")
    p:send("a\r")
    p:expect("answer <raised on purpose>")
    assert_done(p)
  end)

  it("shows no control sequence of others", function()
    local p <close> = ask { "text:Evil \27[31m\u{9b}2J\u{202e}label\27]0;title\7", "hostile:Evil" }
    p:expect("Evil ")
    p:send("x\r")
    p:expect("three")
    p:send("\r")
    local output = assert_done(p)
    for _, sequence in ipairs { "\27[31m", "\27]", "\u{9b}", "\u{202e}", "\7", "\xff" } do
      assert.is_nil(output:find(sequence, 1, true))
    end
  end)

  it("has colours only when they are wanted", function()
    local p <close> = ask { "text:A:b", "secret:B", "confirm:C", "select:D:3" }
    p:expect("A [b]: ")
    p:send("x\rx\ry\r\r")
    assert.is_nil(assert_done(p):find("\27%[%d*;?%d*m"))
    local q <close> = ask({ "text:A:b" }, { env = { COLOUR = "1" } })
    q:expect("A [b]: ")
    q:send("x\r")
    assert.truthy(assert_done(q):find("\27[1mA\27[0m [b]: ", 1, true))
  end)
end)

describe("a path question", function()
  local folder
  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute(("mkdir -p '%s/keys of joe/deep' '%s/other' && touch '%s/keys.csv' '%s/ключ' '%s/.hidden'")
      :format(folder, folder, folder, folder, folder)))
    for _, name in ipairs { "bad\nname", "bad\xff", "bad luck" } do
      assert(io.open(folder .. "/other/" .. name, "w")):close()
    end
  end)
  after_each(function() os.execute("rm -r '" .. folder .. "'") end)

  it("completes file names, and lists them when there are several", function()
    local p <close> = ask { "path:File", "path:File", "path:File", "path:File" }
    p:expect("File: ")
    p:send(folder .. "/k\t\t")
    p:expect("keys of joe/")
    p:expect("keys.csv")
    p:send(" \t\t\r")
    p:expect("answer <" .. folder .. "/keys of joe/deep/>")
    p:expect("File: ")
    p:send(folder .. "/к\t\r")
    p:expect("answer <" .. folder .. "/ключ>")
    p:expect("File: ")
    p:send(folder .. "/other/\t\r")
    p:expect("answer <" .. folder .. "/other/bad luck>")
    p:expect("File: ")
    p:send(folder .. "/.\t\r")
    p:expect("answer <" .. folder .. "/.hidden>")
    assert_done(p)
  end)

  it("knows the home folder", function()
    local p <close> = ask({ "path:File", "path:File:~/default", "path:File" }, { env = { HOME = folder } })
    p:expect("File: ")
    p:send("~/keys.\t\r")
    p:expect("answer <" .. folder .. "/keys.csv>")
    p:expect("File [~/default]: ")
    p:send("\r")
    p:expect("answer <" .. folder .. "/default>")
    p:expect("File: ")
    p:send("~joe/x\r")
    p:expect("answer <~joe/x>")
    assert_done(p)
  end)

  it("does not fill the screen with a large folder", function()
    assert(os.execute(("mkdir '%s/many' && cd '%s/many' && seq -f '%%03g file' 500 | xargs -d '\\n' touch")
      :format(folder, folder)))
    local p <close> = ask({ "path:File" }, { rows = 10, cols = 50 })
    p:expect("File: ")
    p:send(folder .. "/many/\t")
    p:expect("and 470 more")
    p:expect("File: " .. folder .. "/many/")
    assert.same({ "and 470 more", "File: " .. folder .. "/many/" }, table.move((p:screen()), 8, 9, 1, {}))
    p:send("\r")
    assert_done(p)
  end)
end)

describe("a secret question", function()
  it("shows nothing of what is typed", function()
    local p <close> = ask { "secret:Secret access key" }
    p:expect("Secret access key: ")
    p:send("hidden/words\r")
    p:expect(checksum("hidden/words"))
    local output = assert_done(p)
    assert.is_nil(output:find("hid", 1, true))
    assert.is_nil(output:find("*", 1, true))
    assert.equal("Secret access key:", p:screen()[1])
  end)

  it("takes a paste of 10,000 bytes, with or without markers", function()
    local paste = {}
    for i = 1, 1000 do
      paste[i] = ("%05d+/%s"):format(i * 7919 % 100000, i % 2 == 0 and "aé" or "xyz")
    end
    paste = table.concat(paste)
    assert.equal(10000, #paste)
    local p <close> = ask { "secret:One", "secret:Two" }
    p:expect("One: ")
    p:send(paste .. "\r")
    p:expect(checksum(paste))
    p:expect("Two: ")
    p:send("\27[200~" .. paste .. "\27[201~\r")
    p:expect(checksum(paste))
    assert.is_nil(assert_done(p):find("+/", 1, true))
  end)

  it("is edited blindly, by characters", function()
    local cases = {
      { "abécd\127\127\127X", "abX" },
      { "日本\127\127\127\127a", "a" },
      { "wrong\21right", "right" },
      { "one two  \23six", "one six" },
      { "one\23\23two", "two" },
      { "a\27[A\27[D\27OP\27[[A\27[1;5C\27x\tb\1\5\12\0", "ab" },
      { "a\4b", "ab" },
      { "\xff\xc3(\xe6\x97\127", "\xff\xc3(" },
      { "", "" },
    }
    local questions = {}
    for i = 1, #cases do questions[i] = "secret:Q" .. i end
    local p <close> = ask(questions)
    for i, case in ipairs(cases) do
      p:expect("Q" .. i .. ": ")
      p:send(case[1] .. "\r")
      p:expect(checksum(case[2]))
    end
    assert_done(p)
  end)

  it("shows why an answer is refused, and asks again from the start", function()
    local p <close> = ask { "long:Key" }
    p:expect("Key: ")
    p:send("abc\r")
    p:expect("that is too short")
    p:expect("Key: ")
    p:send("defg\r")
    p:expect(checksum("defg"))
    assert_done(p)
  end)
end)

describe("a list", function()
  it("is walked with arrows, letters, digits and jumps", function()
    local cases = {
      { 1 }, { 2, { "down" }, { "down" }, { "up" } }, { 2, "j", "j", "k" }, { 12, { "up" } },
      { 1, { "end" }, { "down" } }, { 12, { "end" } }, { 1, { "end" }, { "home" } }, { 12, "12" }, { 9, "19" },
      { 2, "1", { "down" }, "2" }, { 12, { "page-down" } }, { 1, { "page-down" }, { "page-up" }, { "page-up" } },
      { 1, "x", { "tab" }, { "f5" }, { "escape" }, { "left" } },
    }
    local questions = {}
    for i = 1, #cases do questions[i] = "select:Q" .. i .. ":12" end
    questions[#questions + 1] = "select:Last:12:5"
    local p <close> = ask(questions)
    for i, case in ipairs(cases) do
      p:expect("Q" .. i .. ":")
      type_all(p, table.move(case, 2, #case, 1, {}))
      p:key "enter"
      p:expect("answer <" .. case[1] .. ">")
    end
    p:expect("Last:")
    p:key "enter"
    p:expect("answer <5>")
    assert_done(p)
  end)

  it("has shortcut keys, and becomes one line", function()
    local p <close> = ask { "keys:What to do" }
    p:expect("Quit")
    p:expect_screen("  q) Quit")
    assert.same({ "What to do: (arrows, Enter)", "> s) Skip this", "  o) Overwrite 日本語 and more", "  q) Quit" },
      top_lines(p, 4))
    p:send("o")
    p:expect_screen("> o) Overwrite")
    assert.is_true(select(2, p:screen()).hidden)
    p:key "enter"
    p:expect("answer <2>")
    assert_done(p)
    assert.same({ "What to do: Overwrite 日本語 and more", "answer <2>", "done", "" }, top_lines(p, 4))
    assert.is_false(select(2, p:screen()).hidden)
  end)

  it("scrolls inside the window", function()
    local p <close> = ask({ "text:Before", "select:Which:40" }, { rows = 8, cols = 40 })
    p:expect("Before: ")
    p:send("x\r")
    p:expect_screen("  1 of 40")
    local lines = p:screen()
    assert.equal("Which: (arrows, Enter)", lines[1])
    assert.equal("> 1) choice 1 of a list", lines[2])
    assert.equal("  6) choice 6 of a list", lines[7])
    assert.equal("  1 of 40", lines[8])
    p:key "page-down"
    p:expect_screen("  7 of 40")
    assert.equal("> 7) choice 7 of a list", p:screen()[7])
    p:key "end"
    p:expect_screen("  40 of 40")
    assert.equal("> 40) choice 40 of a list", p:screen()[7])
    p:key "up"
    p:expect_screen("  39 of 40")
    assert.equal("> 39) choice 39 of a list", p:screen()[6])
    p:key "enter"
    p:expect("answer <39>")
    assert_done(p)
    assert.same({ "Which: choice 39 of a list", "answer <39>", "done", "" }, top_lines(p, 4))
  end)

  it("cuts lines to a narrow window, by columns", function()
    local p <close> = ask({ "keys:A label of several words" }, { rows = 10, cols = 16 })
    p:expect_screen("  q) Quit")
    assert.same({ "A label of", "several words:", "> s) Skip this", "  o) Overwrite…", "  q) Quit" },
      top_lines(p, 5))
    p:resize(10, 24)
    p:expect_screen("  o) Overwrite 日本語 …")
    p:resize(4, 19)
    p:expect_screen("> s) Skip this")
    p:send("o")
    p:expect_screen("> o) Overwrite 日…")
    p:resize(24, 5)
    p:expect_screen("> o…")
    p:resize(24, 80)
    p:expect_screen("> o) Overwrite 日本語 and more")
    p:key "enter"
    p:expect("answer <2>")
    assert_done(p)
  end)

  it("is numbered on a terminal without cursor movement", function()
    for _, term in ipairs { "dumb", "", "no-such-terminal", false } do
      local p <close> = ask({ "keys:What to do", "select:Which:12:3" }, { env = { TERM = term } })
      p:expect("What to do:")
      p:expect("3) Quit (q)")
      p:expect("Number [1]: ")
      p:send("9\r")
      p:expect("a number from 1 to 3")
      p:expect("Number [1]: ")
      p:send("99999999999999999999999\r")
      p:expect("Number [1]: ")
      p:send("q\r")
      p:expect("answer <3>")
      p:expect("Number [3]: ")
      p:send("12\r")
      p:expect("answer <12>")
      assert.is_nil(assert_done(p):find("\27", 1, true))
    end
  end)
end)

describe("a confirmation", function()
  it("takes y or n and Enter, or the default", function()
    local cases = {
      { "confirm:Sure", "y", "true" }, { "confirm:Sure", "n", "false" }, { "confirm:Sure", "\r\rY", "true" },
      { "confirm:Sure:y", "", "true" }, { "confirm:Sure:n", "", "false" }, { "confirm:Sure:y", "no", "false" },
      { "confirm:Sure:n", "yes", "true" }, { "confirm:Sure", "yn", "false" }, { "confirm:Sure:y", "n\127", "true" },
      { "confirm:Sure", "xq7\27[A\ty", "true" },
    }
    local questions = {}
    for i, case in ipairs(cases) do questions[i] = case[1] end
    local p <close> = ask(questions)
    for _, case in ipairs(cases) do
      p:expect("Sure [")
      p:send(case[2] .. "\r")
      p:expect("answer <" .. case[3] .. ">")
    end
    assert_done(p)
  end)

  it("shows the letter", function()
    local p <close> = ask { "confirm:Go on?:n", "confirm:Go on?:n" }
    p:expect("[y/N] ")
    p:send("yny\r\r")
    assert_done(p)
    assert.same({ "Go on? [y/N] y", "answer <true>", "Go on? [y/N] n", "answer <false>" }, top_lines(p, 4))
  end)
end)

describe("a terminal that can only print", function()
  it("edits text itself", function()
    local p <close> = ask({ "text:Name:joe", "text:Name", "word:Word", "secret:Key", "confirm:Sure" },
      { env = { TERM = "dumb" } })
    p:expect("Name [joe]: ")
    p:send("\r")
    p:expect("answer <joe>")
    p:expect("Name: ")
    p:send("abX\127c \r")
    p:expect("answer <abc>")
    p:expect("Word: ")
    p:send("bad\r")
    p:expect("'bad' is not good")
    p:expect("Word: ")
    p:send("good\r")
    p:expect("Key: ")
    p:send("geheim\r")
    p:expect(checksum("geheim"))
    p:expect("Sure [y/n] ")
    p:send("y\r")
    local output = assert_done(p)
    assert.is_nil(output:find("geheim", 1, true))
    assert.is_nil(output:find("\27", 1, true))
  end)
end)

describe("the terminal", function()
  it("is asked while standard input is a pipe", function()
    local p <close> = ask({ "text:Name", "secret:Key", "stdin" }, { stdin = "piped bytes" })
    p:expect("Name: ")
    p:send("joe\r")
    p:expect("Key: ")
    p:send("geheim\r")
    p:expect(checksum("geheim"))
    p:expect("stdin: piped bytes")
    assert_done(p)
  end)

  it("is missing in a session without one", function()
    local run = assert(io.popen(("setsid -w %s/bin/leverage-spec spec/support/prompts.lua text:A </dev/null 2>&1")
      :format(build)))
    local output = run:read("a")
    local _, _, status = run:close()
    assert.equal(2, status)
    assert.truthy(output:find("no terminal: there is no terminal to ask questions on", 1, true))
    assert.truthy(output:find("(missing)", 1, true))
  end)

  it("is asked in UTF-8 whatever the locale says", function()
    for _, locale in ipairs { "C", "POSIX", "de_DE", "no_SUCH.locale" } do
      local p <close> = ask({ "text:Grüße", "keys:日本" }, { env = { LC_ALL = locale, LANG = false } })
      p:expect("Grüße: ")
      p:send("ä日\127ö\r")
      p:expect("answer <äö>")
      p:expect("Overwrite 日本語 and more")
      p:send("\r")
      assert_done(p)
      assert.equal("Grüße: äö", p:screen()[1])
    end
  end)

  it("lets other work go on while it waits", function()
    local object = os.tmpname()
    assert(os.execute(("cc -shared -fPIC -I src/core -I /usr/include/lua5.4 -o %s spec/support/waiter.c")
      :format(object)))
    local p <close> = ask({ "text:Name", "secret:Key", "select:Which:3", "confirm:Sure" },
      { env = { WAITER = object } })
    p:expect("Name: (waiting)")
    p:send("joe\r")
    p:expect("Key: (waiting)")
    p:send("geheim\r")
    p:expect(checksum("geheim"))
    p:expect("(waiting)")
    p:resize(30, 60)
    p:expect("(waiting)")
    p:key "down"
    p:expect("(waiting)")
    p:key "enter"
    p:expect("answer <2>")
    p:expect("Sure [y/n] (waiting)")
    p:send("y\r")
    p:expect("answer <true>")
    assert_done(p)
    local q <close> = ask({ "text:Name" }, { env = { WAITER = object } })
    q:expect("Name: (waiting)")
    q:signal "TERM"
    q:expect("left: interrupted by a signal (Terminated)")
    os.remove(object)
  end)
end)

describe("lev.tty", function()
  it("is strict about its arguments", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write([[
      local t = require("lev.tty").open {}
      local cases = {
        function() t:text() end, function() t:text {} end, function() t:text { label = 1 } end,
        function() t:text { label = "a\0b" } end, function() t:text { label = "a", default = 1 } end,
        function() t:text { label = "a", validate = 1 } end, function() t:secret { label = {} } end,
        function() t:select { label = "a" } end, function() t:select { label = "a", choices = {} } end,
        function() t:select { label = "a", choices = { "x" } } end,
        function() t:select { label = "a", choices = { { label = "x", key = "ab" } } } end,
        function() t:select { label = "a", choices = { { label = "x" } }, default = 2 } end,
        function() t:confirm { label = "a", default = "y" } end, function() t:background(1) end,
        function() t:width(1) end, function() t.text({}, {}) end,
      }
      for i, case in ipairs(cases) do assert(not pcall(case), i) end
      assert(t:width() == 80)
      assert(getmetatable(t) == false)
      t:close()
      t:close()
      assert(not pcall(t.text, t, { label = "a" }))
      assert(not pcall(t.width, t))
      print("strict")
    ]])
    file:close()
    local p <close> = pty.spawn { build .. "/bin/leverage-spec", script }
    p:expect("strict")
    assert.equal(0, (p:wait()))
    os.remove(script)
  end)
end)
