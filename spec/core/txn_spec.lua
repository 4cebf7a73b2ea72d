-- lev.txn: several files change together, or none does.
local txn = require "lev.txn"
local home = require "spec.support.home"

describe("a transaction", function()
  local h

  before_each(function() h = home.new() end)
  after_each(function() h:remove() end)

  local function open(keep)
    return assert(txn.open { state_dir = h:at("state"), command = "spec", project = h.path, keep = keep or 10 })
  end

  -- Writes {relative path = text} in one transaction; kinds says "private" or "shared" per path.
  local function write(texts, kinds, keep)
    local t <close> = open(keep)
    local numbers = {}
    for path in pairs(texts) do numbers[path] = assert(t:add(h:at(path), kinds and kinds[path])) end
    assert(t:lock(0))
    for path, number in pairs(numbers) do
      assert(t:read(number))
      assert(t:put(number, texts[path]))
    end
    local ok, message, code = t:commit()
    return ok, message, code, t:generation()
  end

  local function generations() return h:list("state/backups") end

  it("creates files and their folders, private whatever the umask", function()
    assert(write({ ["aws/ac/credentials"] = "a\n", ["aws/ac/config"] = "b\n" }, { ["aws/ac/credentials"] = "private" }))
    assert.equal("a\n", h:read("aws/ac/credentials"))
    assert.equal("b\n", h:read("aws/ac/config"))
    assert.equal("rw-------", h:mode("aws/ac/credentials"))
    assert.equal("rw-------", h:mode("aws/ac/config"))
    assert.equal("rwx------", h:mode("aws/ac"))
    assert.equal("rwx------", h:mode("aws"))
    assert.same({ "config", "credentials" }, h:list("aws/ac"))
  end)

  it("keeps a file's mode, but drops group and other bits where keys are", function()
    h:write("config", "old", "644")
    h:write("credentials", "old", "664")
    assert(write({ config = "new", credentials = "new" }, { credentials = "private" }))
    assert.equal("rw-r--r--", h:mode("config"))
    assert.equal("rw-------", h:mode("credentials"))
  end)

  it("keeps the old files, as they were, in a generation with a manifest", function()
    h:write("config", "old config", "640")
    h:write("credentials", "old keys", "600")
    local _, _, _, generation = assert(write({ config = "1", credentials = "2", fresh = "3" }, { credentials = "private" }))
    assert.equal(1, #generations())
    local manifest = home.sh("cat " .. home.quote(generation .. "/manifest"))
    assert.matches("^leverage backup 1\ncommand spec\nproject " .. h.path:gsub("%p", "%%%0") .. "\n", manifest)
    for mode, sum, kept, path in manifest:gmatch("file (%d+) (%x+) (%S+) ([^\n]+)") do
      local text = path:match("config$") and "old config" or "old keys"
      assert.equal(path:match("config$") and "0640" or "0600", mode)
      assert.equal(text, (home.sh("cat " .. home.quote(generation .. "/" .. kept))))
      assert.equal(sum, (home.sh("sha256sum < " .. home.quote(generation .. "/" .. kept)):match("%x+")))
    end
    assert.matches("new " .. h:at("fresh"):gsub("%p", "%%%0"), manifest)
  end)

  it("writes nothing and keeps no generation when no byte changes", function()
    h:write("config", "same", "600")
    local inode = home.sh("stat -c %i " .. h:at("config"))
    local ok, _, _, generation = write { config = "same" }
    assert.is_true(ok)
    assert.is_nil(generation)
    assert.equal(inode, (home.sh("stat -c %i " .. h:at("config"))))
    assert.same({}, generations())
  end)

  it("leaves everything as it was without a commit, made folders included", function()
    h:write("config", "old", "600")
    do
      local t <close> = open()
      local one, two = assert(t:add(h:at("config"))), assert(t:add(h:at("new/deep/file")))
      assert(t:lock(0))
      assert(t:read(one))
      assert(t:read(two))
      assert(t:put(one, "x"))
      assert(t:put(two, "y"))
    end
    assert.equal("old", h:read("config"))
    assert.same({ "config", "state" }, h:list(""))
    assert.same({}, generations())
  end)

  it("keeps the newest generations only", function()
    for i = 1, 5 do assert(write({ config = "text " .. i }, nil, 3)) end
    local names = generations()
    assert.equal(3, #names)
    assert.equal("text 4", (home.sh("cat " .. h:at("state/backups/" .. names[3] .. "/0-config"))))
  end)

  it("follows a link in a safe folder, and creates what a dangling one names", function()
    h:write("real/config", "old", "600")
    os.execute(("cd %s && ln -s real/config config && ln -s real/absent dangling"):format(h.path))
    assert(write { config = "new", dangling = "made" })
    assert.equal("new", h:read("real/config"))
    assert.equal("made", h:read("real/absent"))
    assert.equal("l", (home.sh("stat -c %A " .. h:at("config")):sub(1, 1)))
  end)

  it("refuses what cannot be replaced, with the reason", function()
    h:write("open/config", "x")
    h:write("hard", "x")
    h:write("readonly", "x", "444")
    os.execute(("cd %s && chmod 777 open && ln -s open/config into && ln -s loop loop && mkdir dir && mkfifo fifo && ln hard hard2")
      :format(h.path))
    local t <close> = open()
    for path, reason in pairs {
      into = "everybody can write", loop = "loop of links", dir = "is a directory", fifo = "is a FIFO",
      hard = "hard links", readonly = "read%-only", ["dir/"] = "names a directory",
    } do
      local number, message, code = t:add(h:at(path))
      assert.is_nil(number)
      assert.matches(reason, message)
      assert.equal("refused", code)
    end
    local _, message, code = t:add("relative/path")
    assert.matches("absolute path", message)
    assert.equal("refused", code)
  end)

  it("refuses another user's credentials, and only warns of another user's project file #root", function()
    h:write("credentials", "x", "600")
    h:write("project.yaml", "x", "644")
    assert(os.execute("chown 12345 " .. h:at("credentials") .. " " .. h:at("project.yaml")))
    local t <close> = open()
    local _, message = t:add(h:at("credentials"), "private")
    assert.matches("another user", message)
    assert(t:add(h:at("project.yaml"), "shared"))
    assert.matches("another user", t:warnings()[1])
    assert(write({ ["project.yaml"] = "new" }, { ["project.yaml"] = "shared" }))
    assert.equal("12345\n", (home.sh("stat -c %u " .. h:at("project.yaml"))))
  end)

  it("waits for another run, then says who holds the lock", function()
    h:write("config", "old", "600")
    do
      local first <close> = open()
      assert(first:add(h:at("config")))
      assert(first:lock(0))
      local second <close> = open()
      assert(second:add(h:at("config")))
      local ok, message, code = second:lock(60)
      assert.is_nil(ok)
      assert.matches("process %d+ %(spec%)", message)
      assert.equal("busy", code)
    end
    assert(write { config = "free again" })
  end)

  it("does not overwrite what another program wrote meanwhile", function()
    h:write("config", "old", "600")
    local t <close> = open()
    local number = assert(t:add(h:at("config")))
    assert(t:lock(0))
    assert(t:read(number))
    assert(t:put(number, "ours"))
    h:write("config", "theirs")
    local ok, _, code = t:commit()
    assert.is_nil(ok)
    assert.equal("conflict", code)
    assert.equal("theirs", h:read("config"))
  end)

  it("puts back what was renamed when a later rename fails #root", function()
    h:write("a", "old a", "600")
    h:write("b", "old b", "600")
    local t <close> = open()
    local one, two, three = assert(t:add(h:at("a"))), assert(t:add(h:at("fresh"))), assert(t:add(h:at("b")))
    assert(t:lock(0))
    for _, number in ipairs { one, two, three } do
      assert(t:read(number))
      assert(t:put(number, "new"))
    end
    assert(os.execute(("mount --bind %s %s"):format(h:at("b"), h:at("b"))))
    finally(function() os.execute("umount " .. h:at("b")) end)
    local ok, message, code = t:commit()
    assert.is_nil(ok)
    assert.equal("refused", code)
    assert.matches("mounted", message)
    assert.equal("old a", h:read("a"))
    assert.equal("old b", h:read("b"))
    assert.is_nil(h:read("fresh"))
  end)

  it("is not stopped by the second link that a killed run left in its generation", function()
    h:write("config", "old", "600")
    h:write("state/backups/20260101T000000Z-spec/manifest", "leverage backup 1\n")
    os.execute(("ln %s %s"):format(h:at("config"), h:at("state/backups/20260101T000000Z-spec/0-config")))
    assert(write { config = "new" })
    assert.equal("new", h:read("config"))
    assert.equal("old", h:read("state/backups/20260101T000000Z-spec/0-config"))
  end)

  it("gives private texts as secrets, others as strings", function()
    h:write("credentials", "keys", "600")
    h:write("config", "text", "600")
    local t <close> = open()
    local one, two = assert(t:add(h:at("credentials"), "private")), assert(t:add(h:at("config")))
    assert(t:lock(0))
    assert.equal("(secret)", tostring(t:read(one)))
    assert.equal("text", (t:read(two)))
  end)
end)
