-- leverage.plan: edits to named files, shown or applied.
local file = require "lev.file"
local home = require "spec.support.home"
local plan = require "leverage.plan"
local secret = require "lev.secret"

describe("a plan", function()
  local h, p
  local quiet = { info = function() end }

  before_each(function()
    h = home.new()
    p = plan.new { command = "spec", project = h.path }
  end)
  after_each(function() h:remove() end)

  local function apply() return p:apply { state_dir = h:at "state", keep = 3, log = quiet } end

  it("applies edits of several files at once, and tells what changed", function()
    h:write("project.yaml", "accounts:\n- name: a # here\n")
    local keys = p:file(h:at "aws/credentials", { kind = "ini", protection = "private" })
    plan.set(keys, { "ac", "aws_secret_access_key" }, secret.new "hidden-hidden-hidden")
    local yaml = p:file(h:at "project.yaml", { kind = "yaml", protection = "shared", must_exist = true })
    plan.set(yaml, { "accounts", 1, "id" }, "012345678901", { after = "name" })
    local notes = p:file(h:at "state/notes", { kind = "ini", internal = true })
    plan.set(notes, { "ac", "type" }, "security")
    local result = assert(apply())
    assert.same({ h:at "aws/credentials", h:at "project.yaml" }, result.changed)
    assert.equal("[ac]\naws_secret_access_key = hidden-hidden-hidden\n", h:read "aws/credentials")
    assert.equal('accounts:\n- name: a # here\n  id: "012345678901"\n', h:read "project.yaml")
    assert.equal("[ac]\ntype = security\n", h:read "state/notes")
    assert.truthy(result.generation)
    result = assert(apply())
    assert.same({}, result.changed)
    assert.is_nil(result.generation)
  end)

  it("edits what it finds at that moment, not what was there when it was made", function()
    local entry = p:file(h:write("config", "[a]\nx = 1\n"), { kind = "ini" })
    plan.set(entry, { "a", "y" }, "2")
    h:write("config", "[b]\nz = 3\n\n[a]\nx = 9\n")
    assert(apply())
    assert.equal("[b]\nz = 3\n\n[a]\nx = 9\ny = 2\n", h:read "config")
  end)

  it("sets only what is absent, removes keys and sections", function()
    local entry = p:file(h:write("config", "[a]\nx = 1\nold = 1\n\n[gone]\ny = 2\n"), { kind = "ini" })
    plan.set(entry, { "a", "x" }, "2", { only_if_absent = true })
    plan.set(entry, { "a", "n" }, "3", { only_if_absent = true })
    plan.remove(entry, "a", "old")
    plan.remove(entry, "a", "never there")
    plan.remove_section(entry, "gone")
    plan.remove_section(entry, "never there")
    assert(apply())
    assert.equal("[a]\nx = 1\nn = 3\n", (h:read("config"):gsub("\n+$", "\n")))
  end)

  it("previews without a touch, secrets as they are", function()
    local entry = p:file(h:at "new/credentials", { kind = "ini", protection = "private" })
    plan.set(entry, { "ac", "aws_secret_access_key" }, secret.new "hidden")
    local preview = assert(p:preview())
    assert.equal(1, #preview)
    assert.is_false(preview[1].exists)
    assert.equal("(secret)", tostring(preview[1].changes[1].after))
    assert.is_nil(file.kind(h:at "new"))
  end)

  it("writes nothing when one file is broken, gone, or refuses its edit", function()
    local one = p:file(h:write("one", "[a]\n"), { kind = "ini" })
    plan.set(one, { "a", "x" }, "1")
    local before = h:snapshot "state"
    for code, make in pairs {
      conflict = function() return p:file(h:at "project.yaml", { kind = "yaml", must_exist = true }), { "x" }, "1" end,
      refused = function() return p:file(h:at "two", { kind = "ini" }), { "a", "x" }, "line\nbreak" end,
    } do
      local entry, at, value = make()
      plan.set(entry, at, value)
      local result, message, got = apply()
      assert.is_nil(result)
      assert.equal(code, got, message)
      assert.equal(before, h:snapshot "state")
      p = plan.new { command = "spec", project = h.path }
      one = p:file(h:at "one", { kind = "ini" })
      plan.set(one, { "a", "x" }, "1")
    end
    h:write("one", "[broken\n")
    local _, message, code = apply()
    assert.equal("conflict", code)
    assert.matches("one:1:", message)
  end)
end)
