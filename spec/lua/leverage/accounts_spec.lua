-- leverage.accounts: who is who among the project's accounts and the organization's.
local accounts = require "leverage.accounts"

local NAMES = { project_name = "acme", short_name = "ac" }
local MANAGEMENT, SECURITY, APPS = "100000000001", "200000000002", "300000000003"

local function organization(...)
  return { management_id = MANAGEMENT, accounts = { { id = MANAGEMENT, name = "Acme Root", email = "root@acme.test" }, ... } }
end

local function match(project, known)
  for _, account in ipairs(project) do account.where = account.where or "project.yaml" end
  return accounts.match(project, known, NAMES)
end

describe("an account id", function()
  it("is twelve digits, and a placeholder when it is one digit twelve times", function()
    assert.is_true(accounts.is_real_id(MANAGEMENT))
    assert.is_true(accounts.is_real_id("012345678901"))
    for _, id in ipairs { "", "111111111111", "000000000000", "12345678901", "1234567890123", "12345678901x", "<id>" } do
      assert.is_false(accounts.is_real_id(id), id)
    end
    assert.is_false(accounts.is_real_id(nil))
    assert.is_false(accounts.is_real_id(123456789012))
    assert.is_true(accounts.is_account_id("111111111111"))
  end)
end)

describe("accounts", function()
  it("match by the management role, whatever its name", function()
    local result = assert(match({ { name = "management" } }, organization()))
    assert.equal(MANAGEMENT, result.accounts[1].id)
    assert.is_true(result.accounts[1].is_management)
    assert.is_nil(result.accounts[1].renamed)
  end)

  it("match by id before name, and tell of a new name", function()
    local result = assert(match({ { name = "security", id = SECURITY }, { name = "apps" } },
      organization({ id = APPS, name = "security" }, { id = SECURITY, name = "apps" })))
    assert.equal(SECURITY, result.accounts[1].id)
    assert.equal("apps", result.accounts[1].renamed)
    -- `apps` is taken by id already, and the account called `security` is not apps.
    assert.is_nil(result.accounts[2].id)
    assert.equal(2, #result.extra)
  end)

  it("match by name without the project's prefix and without case", function()
    local result = assert(match({ { name = "security" }, { name = "apps" } },
      organization({ id = SECURITY, name = "ACME-Security" }, { id = APPS, name = "ac-apps" })))
    assert.equal(SECURITY, result.accounts[1].id)
    assert.equal(APPS, result.accounts[2].id)
    assert.is_nil(result.accounts[1].renamed)
    assert.equal(1, #result.extra) -- the organization's management account is not in this project
  end)

  it("match by email last", function()
    local result = assert(match({ { name = "apps", email = "Apps@acme.test" } },
      organization({ id = APPS, name = "workloads", email = "apps@ACME.test" })))
    assert.equal(APPS, result.accounts[1].id)
    assert.equal("workloads", result.accounts[1].renamed)
  end)

  it("never take the name `management` for another account than the organization's own", function()
    local result = assert(match({ { name = "management" } },
      { management_id = MANAGEMENT, accounts = { { id = APPS, name = "management" } } }))
    assert.is_nil(result.accounts[1].id)
  end)

  it("take AWS's id before the file's, and the file's where AWS has none", function()
    local result = assert(match({ { name = "apps", id = "444444444444" }, { name = "old", id = SECURITY } },
      organization({ id = APPS, name = "apps" })))
    assert.equal(APPS, result.accounts[1].id)
    assert.equal(SECURITY, result.accounts[2].id)
    assert.is_nil(result.accounts[2].aws)
  end)

  it("leave out those that are suspended or being closed", function()
    local result = assert(match({ { name = "apps" } },
      organization({ id = APPS, name = "apps", status = "SUSPENDED" }, { id = SECURITY, name = "x", status = "PENDING_CLOSURE" })))
    assert.same({}, result.accounts)
    assert.equal(2, #result.left_out)
  end)

  it("are an error when two of the project have one real id or one name, or AWS has two of a name", function()
    local _, message, code = match({ { name = "a", id = APPS }, { name = "b", id = APPS } })
    assert.matches("'a' %(300000000003.*'b'", message)
    assert.equal("refused", code)
    _, message = match { { name = "a", where = "line 3" }, { name = "A", where = "line 9" } }
    assert.matches("line 3.*line 9", message)
    _, message = match({ { name = "apps" } }, organization({ id = APPS, name = "apps" }, { id = SECURITY, name = "Apps" }))
    assert.matches(APPS .. ".*" .. SECURITY, message)
    -- Placeholders may be alike.
    assert(match { { name = "a", id = "666666666666" }, { name = "b", id = "666666666666" } })
  end)

  it("of the organization only get names that profiles can have", function()
    local result = assert(match({}, organization({ id = APPS, name = "acme-Apps]\n[evil \27[31m" })))
    assert.equal("apps-evil-31m", result.extra[2].name)
  end)

  it("need no organization", function()
    local result = assert(match { { name = "management", id = MANAGEMENT }, { name = "apps", id = "666666666666" } })
    assert.equal(MANAGEMENT, result.accounts[1].id)
    assert.is_nil(result.accounts[2].id)
  end)
end)
