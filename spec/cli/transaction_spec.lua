-- Signals and failing system calls around the commit point, injected by strace into the built binary.
local aws = require "spec.support.aws"
local world = require "spec.support.world"

describe("a run of configure", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function()
    w = world.new(double)
    w.home:write(".aws/ac/config", "[profile other]\nregion = x\n")
    w.home:write(".aws/ac/credentials", "[other]\naws_access_key_id = AKIAOTHEROTHEROTHER0\n", "600")
  end)
  after_each(function() w:remove() end)

  -- Runs configure with a fault at a system call; gives the result, and whether all files are as they were.
  local function run(inject)
    local words = table.move(w:keys_for "management", 1, 4, 4, { world.BINARY, "credentials", "configure" })
    words[#words + 1] = "--no-input"
    local before = w.home:snapshot ".local"
    local result = w:run(table.move(words, 1, #words, 9, { "/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e",
      "trace=renameat,fsync,linkat,openat", "-e" .. inject }), { env = { ASAN_OPTIONS = "detect_leaks=0" } }) -- no LSan under ptrace
    local after = w.home:snapshot ".local"
    return result, before == after, after
  end

  it("completes and ends with 0 when a signal comes after the commit point", function()
    for _, signal in ipairs { "INT", "TERM", "HUP" } do
      w:remove()
      w = world.new(double)
      local result, untouched = run(("inject=renameat:signal=%s:when=1"):format(signal))
      assert.equal(0, result.status, result.err)
      assert.is_false(untouched)
      assert.matches("ac%-shared%-oaar", w.home:read ".aws/ac/config")
      assert.matches("%[ac%-management%]", w.home:read ".aws/ac/credentials")
    end
  end)

  it("leaves everything as it was when a signal comes before, with the signal's status", function()
    for signal, status in pairs { INT = 130, TERM = 143, HUP = 129 } do
      local result, untouched = run(("inject=fsync:signal=%s:when=1"):format(signal))
      assert.equal(status, result.status, result.err)
      assert.is_true(untouched)
      assert.same({}, w:generations())
    end
  end)

  it("leaves everything as it was when the disk fails before the commit point", function()
    for _, inject in ipairs { "inject=fsync:error=EIO:when=1", "inject=fsync:error=ENOSPC:when=3", "inject=linkat:error=EIO:when=1" } do
      local result, untouched = run(inject)
      assert.equal(1, result.status, result.err)
      assert.matches("error: ", result.err)
      assert.is_true(untouched)
    end
  end)

  it("puts everything back when a later rename fails", function()
    for when = 1, 4 do
      local result, untouched, after = run(("inject=renameat:error=EIO:when=%d"):format(when))
      assert.equal(1, result.status, result.err)
      assert.matches("cannot be replaced", result.err)
      assert.is_true(untouched, after)
    end
  end)
end)
