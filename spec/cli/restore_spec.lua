-- `leverage credentials restore`: the list of backups, and one of them put back.
local aws = require "spec.support.aws"
local cjson = require "cjson"
local world = require "spec.support.world"

local CONFIG, KEYS = "[profile other]\nregion = x # mine\n", "[other]\naws_access_key_id = AKIAOTHEROTHEROTHER0\n" ..
  "aws_secret_access_key = oldsecretoldsecretoldsecretoldsecret0000\n"

describe("credentials restore", function()
  local double, w

  setup(function() double = aws.start {} end)
  teardown(function() double:stop() end)
  before_each(function()
    w = world.new(double)
    w.home:write(".aws/ac/config", CONFIG, "640")
    w.home:write(".aws/ac/credentials", KEYS, "600")
  end)
  after_each(function() w:remove() end)

  local function configure(...)
    local words = w:keys_for "management"
    for _, word in ipairs { ... } do words[#words + 1] = word end
    local result = w:configure(words)
    assert.equal(0, result.status, result.err)
  end

  local function restore(...)
    return w:leverage { "credentials", "restore", "--no-input", ... }
  end

  local function project() return w.home:read "acme/project.yaml" .. w.home:read "acme/config/common.tfvars" end

  it("lists what each backup holds, the newest first", function()
    assert.equal("There is no backup of this project.\n", restore "--list".out)
    configure()
    configure("--overwrite-existing-credentials", "--region", "eu-west-1")
    local result = restore "--list"
    assert.equal(0, result.status, result.err)
    local names = w:generations()
    assert.equal(2, #names)
    assert(result.out:find(names[2], 1, true) < result.out:find(names[1], 1, true))
    assert.matches("20%d%d%-%d%d%-%d%d %d%d:%d%d:%d%d UTC, before: leverage credentials configure", result.out)
    assert.matches("~/.aws/ac/credentials\n", result.out)
    local list = cjson.decode(restore("--list", "-o", "json").out).generations
    assert.equal(names[2], list[1].name)
    assert.equal("credentials-configure", list[1].command)
    assert.equal(w.home:at "acme", list[1].project)
    assert.is_true(list[1].files[1].existed)
  end)

  it("puts the newest back: every byte, every mode, and what did not exist goes", function()
    local before = project()
    configure()
    assert.is_not_nil(w.home:read ".local/state/leverage/profiles/ac")
    local result = restore "--yes"
    assert.equal(0, result.status, result.err)
    assert.equal(CONFIG, w.home:read ".aws/ac/config")
    assert.equal("rw-r-----", w.home:mode ".aws/ac/config")
    assert.equal(KEYS, w.home:read ".aws/ac/credentials")
    assert.equal("rw-------", w.home:mode ".aws/ac/credentials")
    assert.equal(before, project())
    assert.is_nil(w.home:read ".local/state/leverage/profiles/ac")
  end)

  it("is itself backed up: twice is back again", function()
    configure()
    local after = w.home:snapshot ".local"
    assert.equal(0, restore "--yes".status)
    assert.not_equal(after, w.home:snapshot ".local")
    assert.equal(2, #w:generations())
    assert.matches("credentials%-restore", w:generations()[2])
    assert.equal(0, restore "--yes".status)
    assert.equal(after, w.home:snapshot ".local")
  end)

  it("takes a name or the path that commands print", function()
    configure()
    configure("--overwrite-existing-credentials", "--region", "eu-west-1")
    local first = w:generations()[1]
    assert.equal(0, restore("--yes", w.home:at(".local/state/leverage/backups/" .. first)).status)
    -- What the second one changed is not in the first: those files come from the first.
    assert.equal(CONFIG, w.home:read ".aws/ac/config")
    assert.matches("nothing is restored", restore("--yes", first).out)
    local result = restore("--yes", "20260101T000000.000000Z-none")
    assert.equal(1, result.status)
    assert.matches("there is no backup '20260101T000000.000000Z%-none'", result.err)
    assert.matches("restore %-%-list", result.err)
    assert.equal(1, restore("--yes", "../../backups/" .. first .. "/../x").status)
  end)

  it("shows the difference with secrets masked, and stops with --dry-run", function()
    configure()
    local before = w.home:snapshot ".local/state/leverage/locks"
    local result = restore "--dry-run"
    assert.equal(0, result.status, result.err)
    assert.matches("%- ac%-management.aws_secret_access_key = %(secret%)", result.out)
    assert.matches("%- profile ac%-shared%-oaar.role_arn = arn:aws", result.out)
    assert.matches('%- +id: "%d+"\n', result.out)
    assert.matches("profiles/ac %(goes: it did not exist then%)", result.out)
    assert.not_matches(double:key "management".secret:gsub("%p", "%%%0"), result.out)
    assert.equal(before, w.home:snapshot ".local/state/leverage/locks")
  end)

  it("wants to be sure, and leaves new files with --keep-new", function()
    configure()
    local result = restore()
    assert.equal(2, result.status)
    assert.matches("%-%-yes", result.err)
    assert.equal(0, restore("--yes", "--keep-new").status)
    assert.equal(CONFIG, w.home:read ".aws/ac/config")
    assert.is_not_nil(w.home:read ".local/state/leverage/profiles/ac")
  end)

  it("brings back a file that is gone, with its mode", function()
    configure()
    os.execute("rm -r " .. w.home:at ".aws")
    assert.equal(0, restore "--yes".status)
    assert.equal(CONFIG, w.home:read ".aws/ac/config")
    assert.equal(KEYS, w.home:read ".aws/ac/credentials")
    assert.equal("rw-------", w.home:mode ".aws/ac/credentials")
  end)

  it("refuses a damaged backup and changes nothing", function()
    configure()
    local folder = ".local/state/leverage/backups/" .. w:generations()[1]
    local manifest = w.home:read(folder .. "/manifest")
    local kept = folder .. "/" .. manifest:match("(%d+%-%S+) [^\n]*/%.aws/ac/config\n")
    local after = w.home:snapshot ".local"
    local function damaged(reason)
      local name = w:generations()[1]
      local result = restore("--yes", name)
      assert.equal(1, result.status)
      assert.matches("the backup " .. name:gsub("%p", "%%%0") .. " is damaged: .*" .. reason, result.err)
      assert.equal(after, w.home:snapshot ".local")
    end
    for _, case in ipairs {
      { "backup 1", "backup 2", "not one that this leverage knows" }, { "\nfile 0", "\nfile 9", "malformed" },
      { "\n$", "", "cut short" }, { "%x%x%x%x ", "0000 ", "not the one that was kept" },
      { "\nproject /", "\nproject ", "not one that" },
    } do
      local altered = manifest:gsub(case[1], case[2])
      assert.not_equal(manifest, altered)
      w.home:write(folder .. "/manifest", altered)
      after = w.home:snapshot ".local"
      damaged(case[3])
    end
    w.home:write(folder .. "/manifest", manifest)
    w.home:write(kept, "altered")
    damaged("not the one that was kept")
    os.remove(w.home:at(kept))
    damaged("is missing")
    os.remove(w.home:at(folder .. "/manifest"))
    damaged("no manifest")
    assert.matches("is damaged", restore "--list".out)
    assert.equal(1, restore "--yes".status) -- no other one is there
  end)

  it("is all or nothing: killed in the midst it is completed by the next run", function()
    configure()
    local result = w:run { "/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=unlinkat",
      "-einject=unlinkat:signal=KILL:when=1", world.BINARY, "credentials", "restore", "--yes" }
    assert.equal(137, result.status)
    assert.is_not_nil(w.home:read ".local/state/leverage/profiles/ac")
    assert.equal(0, w:leverage { "credentials", "recover", "--no-input" }.status)
    assert.is_nil(w.home:read ".local/state/leverage/profiles/ac")
    assert.equal(CONFIG, w.home:read ".aws/ac/config")
  end)

  it("keeps as many backups as the policy says", function()
    w.home:write(".config/leverage/policies/backups.lua",
      "return { api = 1, backups = function() return { keep = 2 } end }\n", "600")
    configure()
    for _ = 1, 3 do assert.equal(0, restore "--yes".status) end
    assert.equal(2, #w:generations())
    w.home:write(".config/leverage/policies/backups.lua",
      "return { api = 1, backups = function() return { keep = 0 } end }\n", "600")
    local result = restore "--yes"
    assert.equal(1, result.status)
    assert.matches("`keep` must be a whole number", result.err)
  end)
end)
