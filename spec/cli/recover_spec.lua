-- `leverage credentials recover`, and what other commands say while there is something to recover.
local aws = require "spec.support.aws"
local cjson = require "cjson"
local world = require "spec.support.world"

describe("credentials recover", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function()
    w = world.new(double)
    w.home:write(".aws/ac/config", "[profile other]\nregion = x\n")
  end)
  after_each(function() w:remove() end)

  -- A configure that is killed when it is about to make the number'th rename.
  local function kill_configure(number)
    local words = table.move(w:keys_for "management", 1, 4, 4, { world.BINARY, "credentials", "configure" })
    words[#words + 1] = "--no-input"
    local result = w:run(table.move(words, 1, #words, 9, { "/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e",
      "trace=renameat", "-einject=renameat:signal=KILL:when=" .. number }))
    assert.equal(137, result.status)
  end

  local function journals() return w.home:list ".local/state/leverage/journal" end

  local function recover(...)
    return w:leverage { "credentials", "recover", "--no-input", ... }
  end

  -- As an editor does it: a new file takes the place of the old one.
  local function edit_config(text)
    os.remove(w.home:at ".aws/ac/config")
    w.home:write(".aws/ac/config", text)
  end

  it("says that there is nothing when there is nothing", function()
    local result = recover()
    assert.equal(0, result.status, result.err)
    assert.equal("Nothing is left half done.\n", result.out)
  end)

  it("shows with --dry-run, and touches nothing", function()
    kill_configure(2)
    local before = w.home:snapshot ".local/state/leverage/locks"
    local result = recover "--dry-run"
    assert.equal(0, result.status, result.err)
    assert.matches("leverage credentials configure, begun 20%d%d%-", result.out)
    assert.matches("~/.aws/ac/credentials  as it was to become", result.out)
    assert.matches("~/.aws/ac/config  as it was before", result.out)
    assert.matches("It can be completed", result.out)
    assert.equal(before, w.home:snapshot ".local/state/leverage/locks")
  end)

  it("completes what can be completed", function()
    kill_configure(2)
    local result = recover()
    assert.equal(0, result.status, result.err)
    assert.matches("Completed", result.out)
    assert.matches("%[profile ac%-shared%-oaar%]", w.home:read ".aws/ac/config")
    assert.same({}, journals())
    assert.equal(1, #w:generations())
  end)

  it("is what a run that cannot write names as the next step", function()
    kill_configure(2)
    edit_config "edited since\n"
    local words = w:keys_for "management"
    words[#words + 1] = "--overwrite-existing-credentials"
    edit_config "[profile edited]\nregion = since\n"
    local before = w.home:snapshot ".local/state/leverage/locks"
    local result = w:configure(words)
    assert.equal(5, result.status, result.err)
    assert.matches("left half done cannot be completed %(.*/leverage/journal/.*%.aws/ac/config is neither", result.err)
    assert.matches("try: leverage credentials recover", result.err)
    assert.equal(before, w.home:snapshot ".local/state/leverage/locks")
    result = w:configure_json(words)
    assert.same({ "refused", "leverage credentials recover" }, { result.json.error.code, result.json.error.next })
  end)

  it("asks about what cannot be completed, and names the flags where it cannot ask", function()
    kill_configure(2)
    edit_config "edited since\n"
    local result = recover()
    assert.equal(2, result.status)
    assert.matches("%-%-keep%-files or %-%-put%-back", result.err)
    assert.equal(1, #journals())
  end)

  it("keeps files as they are with --keep-files", function()
    kill_configure(2)
    edit_config "edited since\n"
    local keys = w.home:read ".aws/ac/credentials"
    local result = recover "--keep-files"
    assert.equal(0, result.status, result.err)
    assert.equal("edited since\n", w.home:read ".aws/ac/config")
    assert.equal(keys, w.home:read ".aws/ac/credentials")
    assert.same({}, journals())
    assert.same({ "config", "credentials" }, w.home:list ".aws/ac")
  end)

  it("puts old files back with --put-back, and keeps what was there", function()
    kill_configure(2)
    edit_config "edited since\n"
    local result = recover("--put-back", "-o", "json")
    assert.equal(0, result.status, result.err)
    local change = cjson.decode(result.out).changes[1]
    assert.equal("put_back", change.done)
    assert.matches("neither", change.problem)
    assert.is_nil(w.home:read ".aws/ac/credentials")
    assert.equal("[profile other]\nregion = x\n", w.home:read ".aws/ac/config")
    assert.same({ "config" }, w.home:list ".aws/ac")
    assert.equal(1, #w:generations())
    assert.same({}, journals())
  end)

  it("does not follow a record of another machine, but forgets it when told so", function()
    kill_configure(2)
    local path = ".local/state/leverage/journal/" .. journals()[1]
    w.home:write(path, (w.home:read(path):gsub("\nmachine %w", "\nmachine -")))
    local result = recover "--put-back"
    assert.equal(5, result.status)
    assert.matches("another machine", result.err)
    local files = w.home:read ".aws/ac/config"
    assert.equal(0, recover "--keep-files".status)
    assert.equal(files, w.home:read ".aws/ac/config")
    assert.same({}, journals())
  end)
end)
