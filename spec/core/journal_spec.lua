-- Changes that were left half done: completed by the next run, or refused and resolved as the user says.
local home = require "spec.support.home"
local recover = require "lev.recover"
local sweep = require "spec.support.sweep"

describe("a change left half done", function()
  local h

  before_each(function() h = sweep.home() end)
  after_each(function() h:remove() end)

  -- Ends the run when it is about to make the number'th rename of a target.
  local function kill_at_rename(number, only)
    local result = sweep.disturb(h, { name = "renameat", number = number }, "signal=KILL", only)
    assert.equal(137, result.status)
  end

  local function journal() return "state/journal/" .. h:list("state/journal")[1] end

  -- Files and their bytes, but for what a run may always touch.
  local function snapshot()
    os.remove(h:at("err"))
    os.remove(h:at("BEGIN"))
    return h:snapshot "state/locks"
  end

  -- The next run refuses, names the record, and touches nothing.
  local function assert_refused(reason)
    local before = snapshot()
    local result = sweep.run(h)
    assert.equal(1, result.status)
    assert.matches("^leverage%-spec: refused: .*" .. reason, result.err)
    assert(result.err:find(h:at("state/journal/"), 1, true), result.err)
    assert.equal(before, snapshot())
  end

  it("is completed by the next run, which says so and keeps the backup", function()
    kill_at_rename(3)
    assert.equal("mixed", sweep.state(h))
    local result = sweep.run(h)
    assert.equal(0, result.status, result.err)
    assert.matches("earlier run %(sweep%) left half done was completed", result.err)
    assert.equal("new", sweep.state(h))
    assert.same({}, sweep.leftovers(h))
    assert.equal(1, #h:list("state/backups"))
  end)

  it("keeps the modes that were decided", function()
    kill_at_rename(1)
    assert.equal(0, sweep.run(h).status)
    assert.equal("rw-------", h:mode("a/credentials"))
    assert.equal("rw-r--r--", h:mode("a/config"))
    assert.equal("rw-------", h:mode("b/fresh"))
  end)

  it("has a record that only we can read, with all that the next run needs", function()
    kill_at_rename(1)
    assert.equal("rw-------", h:mode(journal()))
    local text = h:read(journal())
    assert.matches("^leverage journal 1\nmachine %S+\nboot %S+\nuid %d+\ncommand sweep\nproject /[^\n]+\n", text)
    assert.matches("\nend\n$", text)
    local old = home.sh("sha256sum < " .. h:at("a/config")):match("%x+")
    assert.matches("\nfile plain 0644 " .. old .. " %x+ %.leverage%-%x+ 1%-config " ..
      h:at("a/config"):gsub("%p", "%%%0") .. "\n", text)
    assert.matches("\nfile plain 0600 absent %x+ %.leverage%-%x+ %- [^\n]*/b/fresh\n", text)
    assert.not_matches("region", text)
  end)

  it("is refused when a file is neither old nor new", function()
    kill_at_rename(2)
    h:write("b/config", "edited since\n")
    assert_refused("b/config is neither as it was before")
  end)

  it("is refused when a new text is gone or altered", function()
    kill_at_rename(2)
    local name = h:read(journal()):match("(%.leverage%-%x+) 1%-config")
    h:write("a/" .. name, "something else\n")
    assert_refused("the new text of .*a/config is gone")
    os.remove(h:at("a/" .. name))
    assert_refused("the new text of .*a/config is gone")
  end)

  it("is refused when its folder leads elsewhere", function()
    kill_at_rename(2)
    os.execute(("cd %s && mv b c && ln -s c b"):format(h.path))
    assert_refused("gone or leads elsewhere")
  end)

  it("is refused when the record is of another machine, altered, cut short, or of a version to come", function()
    kill_at_rename(2)
    local good = h:read(journal())
    for from, reason in pairs {
      ["\nmachine %x"] = "another machine", ["\nuid %d+"] = "another user", ["\nend\n$"] = "cut short",
      ["\nfile plain"] = "cut short", ["journal 1"] = "version",
      ["/b/config\n"] = "cut short",
    } do
      local to = ({ ["\nmachine %x"] = "\nmachine x", ["\nuid %d+"] = "\nuid 4294967290", ["\nend\n$"] = "\nen",
        ["\nfile plain"] = "\nfile open", ["journal 1"] = "journal 2", ["/b/config\n"] = "/b/../config\n" })[from]
      local text = good:gsub(from, to, 1)
      h:write(journal(), text)
      assert_refused(reason)
    end
    h:write(journal(), good)
    assert.equal(0, sweep.run(h).status)
  end)

  it("is refused when the record may be another's work", function()
    kill_at_rename(2)
    os.execute("chmod 644 " .. h:at(journal()))
    assert_refused("others may read or write it")
    os.execute("chmod 600 " .. h:at(journal()))
    os.execute(("cd %s && mv %s kept && ln -s ../../kept %s"):format(h.path, journal(), journal()))
    assert_refused("not a regular file")
    os.execute(("cd %s && rm %s && mkfifo %s"):format(h.path, journal(), journal()))
    assert_refused("not a regular file")
  end)

  it("is refused when the record belongs to another user #root", function()
    kill_at_rename(2)
    assert(os.execute("chown 12345 " .. h:at(journal())))
    assert_refused("another user")
  end)

  -- As an editor that saves by renaming, or one that writes into the file itself.
  local function edit(path, text, in_place)
    if not in_place then os.remove(h:at(path)) end
    h:write(path, text)
  end

  it("can be put back, and what was there is kept as a backup", function()
    kill_at_rename(3)
    edit("b/config", "edited since\n")
    local pending <close> = assert(recover.open(h:at("state"), 0))
    local entry = pending:list()[1]
    assert.is_true(entry.is_ours)
    assert.equal("sweep", entry.command)
    assert.matches("b/config is neither", entry.problem)
    local states = {}
    for _, file in ipairs(entry.files) do states[file.path:sub(#h.path + 2)] = file.state end
    assert.same({ ["a/credentials"] = "new", ["a/config"] = "new", ["b/config"] = "other", ["b/fresh"] = "old" },
      states)
    local ok, message, code = pending:finish(1)
    assert.is_nil(ok)
    assert.matches("neither", message)
    assert.equal("refused", code)
    assert(pending:put_back(1, 10))
    assert.equal("old", sweep.state(h))
    assert.same({}, sweep.leftovers(h))
    local generation = h:list("state/backups")
    assert.equal(1, #generation)
    assert.matches("%-credentials%-recover$", generation[1])
    assert.equal("edited since\n", h:read("state/backups/" .. generation[1] .. "/2-config"))
  end)

  it("is put back but for a file that it never came to and that was edited since", function()
    kill_at_rename(3)
    edit("b/config", "edited since\n", true)
    do
      local pending <close> = assert(recover.open(h:at("state"), 0))
      assert(pending:put_back(1, 10))
    end
    assert.equal("edited since\n", h:read("b/config"))
    assert.equal("[profile one]\nregion = old\n", h:read("a/config"))
    assert.same({}, sweep.leftovers(h))
  end)

  it("can be put back when a new file was made already", function()
    sweep.disturb(h, { name = "renameat", number = 5 }, "signal=KILL")
    assert.equal("new", sweep.state(h))
    do
      local pending <close> = assert(recover.open(h:at("state"), 0))
      assert(pending:put_back(1, 10))
    end
    assert.equal("old", sweep.state(h))
    assert.is_nil(h:read("b/fresh"))
    assert.same({}, sweep.leftovers(h))
  end)

  it("is not put back from an altered backup", function()
    kill_at_rename(2)
    local generation = "state/backups/" .. home.sh("ls -A " .. h:at("state/backups")):match("%S+")
    h:write(generation .. "/0-credentials", "altered")
    local pending <close> = assert(recover.open(h:at("state"), 0))
    local ok, message = pending:put_back(1, 10)
    assert.is_nil(ok)
    assert.matches("altered", message)
    assert.equal("mixed", sweep.state(h))
  end)

  it("can be left as it is; what was replaced stays as a backup", function()
    kill_at_rename(3)
    h:write("b/config", "edited since\n")
    local pending <close> = assert(recover.open(h:at("state"), 0))
    assert(pending:drop(1))
    assert.equal("edited since\n", h:read("b/config"))
    assert.is_nil(h:read("b/fresh"))
    assert.same({}, sweep.leftovers(h))
    assert.equal(1, #h:list("state/backups"))
    local ok, _, code = pending:drop(1)
    assert.is_nil(ok)
    assert.equal("conflict", code)
  end)

  it("stays when nothing can be put back: the message says so, and the next run completes it", function()
    local result = sweep.disturb(h, { name = "renameat", number = "2+" }, "error=EIO")
    assert.equal(1, result.status)
    assert.matches("a/config cannot be replaced: Input/output error; and .*a/credentials cannot be put back",
      result.err)
    assert.matches("the next run of leverage that writes completes it", result.err)
    assert.equal("mixed", sweep.state(h))
    result = sweep.run(h)
    assert.equal(0, result.status, result.err)
    assert.equal("new", sweep.state(h))
    assert.same({}, sweep.leftovers(h))
  end)
end)

describe("a change of one file", function()
  local h

  before_each(function() h = sweep.home() end)
  after_each(function() h:remove() end)

  it("leaves no backup when it is killed before its rename, and one when it is killed after", function()
    for number, wanted in ipairs { 0, 1 } do
      sweep.reset(h)
      sweep.disturb(h, { name = "renameat", number = number }, "signal=KILL", "one")
      assert.equal(number == 1 and "[one]\nregion = old\n" or "[one]\nregion = new\n", h:read("a/credentials"))
      do
        local pending <close> = assert(recover.open(h:at("state"), 0))
        assert.same({}, pending:list())
      end
      assert.same({}, sweep.leftovers(h))
      assert.equal(wanted, #h:list("state/backups"))
    end
  end)
end)

describe("what a killed run staged", function()
  local h

  before_each(function() h = sweep.home() end)
  after_each(function() h:remove() end)

  it("is in a synced intent first where the file system has no nameless files", function()
    local nameless = {}
    for _, call in ipairs(sweep.calls(h)) do
      if call.text:find("O_TMPFILE", 1, true) then nameless[#nameless + 1] = call.number end
    end
    -- The first of them is the intent's own.
    local lacks = ("-e inject=openat:error=EOPNOTSUPP:when=%d"):format(nameless[2])
    local calls, write = sweep.calls(h, lacks), nil
    for index, call in ipairs(calls) do
      if call.text:find("EOPNOTSUPP", 1, true) then
        assert.equal("fsync", calls[index + 1].name)
        assert.matches('^%d*%s*openat%(%d+, "%.leverage%-%x+", .*O_EXCL', calls[index + 2].text)
        assert.equal("write", calls[index + 3].name)
        write = calls[index + 3].number
      end
    end
    sweep.reset(h)
    local result = sweep.run(h, ("-o /dev/null %s -e inject=write:signal=KILL:when=%d"):format(lacks, write))
    assert.equal(137, result.status)
    assert.matches("^%.leverage%-", h:list("a")[1])
    result = sweep.run(h)
    assert.equal(0, result.status, result.err)
    assert.same({}, sweep.leftovers(h))
  end)

  it("goes when it is a day old, ours, and nobody's", function()
    h:write("a/.leverage-0123456789abcdef", "old")
    h:write("a/.leverage-0123456789abcde0", "young")
    h:write("a/.leverage-notes", "the user's")
    h:write("c/.leverage-0123456789abcdef", "elsewhere")
    os.execute(("cd %s && touch -d '2 days ago' a/.leverage-notes [ac]/.leverage-0123456789abcdef"):format(h.path))
    assert.equal(0, sweep.run(h).status)
    assert.same({ ".leverage-0123456789abcde0", ".leverage-notes", "config", "credentials" }, h:list("a"))
    assert.same({ ".leverage-0123456789abcdef" }, h:list("c"))
  end)
end)
