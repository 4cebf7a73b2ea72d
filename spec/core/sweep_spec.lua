-- Every system call of a change over four files in two folders, as the last one of its run, and failing.
-- LEVERAGE_FULL=yes tries every call with every error; without it a part of them, chosen evenly.
local sweep = require "spec.support.sweep"
local world = require "spec.support.world"

local FULL = os.getenv("LEVERAGE_FULL") == "yes"
local ERRORS = { ENOSPC = "No space left", EIO = "Input/output error", EACCES = "Permission denied",
  EMFILE = "Too many open files" }
local NAMES = { "ENOSPC", "EIO", "EACCES", "EMFILE" }
-- How often these come depends on the addresses that the system gives, so their numbers may not be reached again.
local MEMORY = { brk = true, mmap = true, munmap = true, mremap = true, mprotect = true, madvise = true, mlock = true,
  munlock = true, mlock2 = true, getrandom = true }
-- Calls that never fail; brk, which tells of failure by an address; futex, after whose failure glibc ends the process.
local CANNOT_FAIL = { geteuid = true, getpid = true, brk = true, futex = true }
-- AddressSanitizer ends a process that gets no memory, so there these calls are left to the release build.
if world.BUILD:find("asan", 1, true) then
  for name in pairs(MEMORY) do CANNOT_FAIL[name] = true end
end
-- Calls that the system may end with EINTR, and that are made again then.
local INTERRUPTIBLE = { openat = true, open = true, read = true, write = true, pwrite64 = true, fsync = true,
  flock = true, fchmod = true, ftruncate = true, renameat = true, rename = true, linkat = true, unlinkat = true,
  unlink = true,
  mkdir = true, close = true, poll = true }

describe("a change", function()
  local h, calls

  setup(function()
    h = sweep.home()
    calls = sweep.calls(h)
  end)
  teardown(function() h:remove() end)

  local function where(index, what)
    return ("call %d, %s number %d, %s"):format(index, calls[index].name, calls[index].number, what)
  end

  it("that is killed at any system call leaves every file old or new, and the next run completes it", function()
    local seen, killed = { old = 0, mixed = 0, new = 0 }, 0
    for index = 1, #calls, FULL and 1 or 4 do
      sweep.reset(h)
      local result = sweep.disturb(h, calls[index], "signal=KILL")
      local state = sweep.state(h)
      assert(seen[state], where(index, "kill: neither old nor new is " .. state))
      seen[state] = seen[state] + 1
      if result.status ~= 0 then killed = killed + 1 end
      assert(result.status ~= 0 or MEMORY[calls[index].name], where(index, "was not reached"))
      result = sweep.run(h)
      assert.equal(0, result.status, where(index, "next run: " .. result.err))
      assert.equal("new", sweep.state(h), where(index, "next run"))
      assert.same({}, sweep.leftovers(h), where(index, "next run"))
    end
    -- The sweep has met every phase.
    assert(seen.old > 0 and seen.new > 0 and (seen.mixed > 0 or not FULL) and killed > 10)
  end)

  it("that is killed after the commit point is completed as it was decided, by recover too", function()
    for index = #calls, 1, -1 do
      if calls[index].name == "rename" then -- the journal gets its name
        for _, after in ipairs { 1, 4 } do -- before its folder is synced, and in the midst of the renames
          sweep.reset(h)
          sweep.disturb(h, calls[index + after], "signal=KILL")
          assert.equal(1, #h:list("state/journal"))
          local pending <close> = assert(require "lev.recover".open(h:at("state"), 0))
          assert(pending:finish(1))
          assert.equal("new", sweep.state(h))
          assert.same({}, sweep.leftovers(h))
        end
        return
      end
    end
    error("no journal was written")
  end)

  it("that is killed while it puts files back is whole after the next run", function()
    local fails = "-e inject=renameat:error=EIO:when=3"
    local failing, seen = nil, {}
    local undo = sweep.calls(h, fails, nil, 1)
    for index, call in ipairs(undo) do
      if call.text:find("EIO", 1, true) then failing = index end
    end
    for index = failing + 1, #undo, FULL and 1 or 2 do
      if undo[index].name ~= "renameat" then
        sweep.reset(h)
        sweep.disturb(h, undo[index], "signal=KILL", nil, fails)
        local state = sweep.state(h)
        assert(state == "old" or state == "mixed", state)
        seen[state] = true
        local result = sweep.run(h)
        assert.equal(0, result.status, undo[index].text .. ": next run: " .. result.err)
        assert.equal("new", sweep.state(h))
        assert.same({}, sweep.leftovers(h), undo[index].text)
      end
    end
    assert.same({ old = true, mixed = true }, seen)
  end)

  it("that meets an error at any system call is done, or tells why and leaves every file as it was", function()
    for index = 1, #calls, FULL and 1 or 9 do
      for number, name in ipairs(NAMES) do
        if not CANNOT_FAIL[calls[index].name] and (FULL or index % #NAMES == number % #NAMES) then
          sweep.reset(h)
          local result = sweep.disturb(h, calls[index], "error=" .. name)
          local at = where(index, name .. ": " .. result.err)
          assert.equal(result.status == 0 and "new" or "old", sweep.state(h), at)
          if result.status ~= 0 then
            assert.equal(1, result.status, at)
            assert(result.err:find(ERRORS[name], 1, true) or result.err:find("not enough memory", 1, true), at)
            assert(result.err:find("/", 1, true) or result.err:find("journal", 1, true) or
              result.err:find("not enough memory", 1, true), at)
          end
          result = sweep.run(h)
          assert.equal(0, result.status, at .. " next run: " .. result.err)
          assert.equal("new", sweep.state(h), at)
          assert.same({}, sweep.leftovers(h), at)
        end
      end
    end
  end)

  it("that is interrupted at a system call makes the call again", function()
    for index = 1, #calls, FULL and 1 or 7 do
      if INTERRUPTIBLE[calls[index].name] then
        sweep.reset(h)
        local result = sweep.disturb(h, calls[index], "error=EINTR")
        assert.equal(0, result.status, where(index, "EINTR: " .. result.err))
        assert.equal("new", sweep.state(h))
        assert.same({}, sweep.leftovers(h), where(index, "EINTR"))
      end
    end
  end)
end)
