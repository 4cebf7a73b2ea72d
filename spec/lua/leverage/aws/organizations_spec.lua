-- aws.organizations: the organization and all its accounts.
local aws = require "spec.support.aws"
local organizations = require "leverage.aws.organizations"
local support = require "spec.support.aws_client"

local double, environment
setup(function() double = aws.start() end)
teardown(function() double:stop() end)

local function client(change, user)
  double:reset(change)
  environment = support.environment(double)
  return support.client(double, "organizations", environment, { credentials = support.keys(double, user) })
end

-- A client whose pages are made up.
local function paging(pages)
  local at = 0
  return { call = function()
    at = at + 1
    return pages[at]
  end }
end

local function row(id, change)
  local made = { Id = id, Name = "n" .. id, Email = id .. "@example.com", Status = "ACTIVE" }
  for name, value in pairs(change or {}) do made[name] = value end
  return made
end

describe("describe_organization", function()
  it("names the organization and its management account", function()
    local found = assert(organizations.describe_organization(client {}))
    assert.same({ id = "o-exampleorg", management_account = "111122223333" }, found)
  end)

  it("says by AWS's code that there is none", function()
    local found, _, code, details = organizations.describe_organization(client { organization = aws.null })
    assert.is_nil(found)
    assert.same({ "failed", "AWSOrganizationsNotInUseException" }, { code, details.code })
  end)

  it("does not believe an answer of another shape", function()
    for _, answer in ipairs { {}, { Organization = "x" }, { Organization = { Id = "o-x", MasterAccountId = "1" } } } do
      assert.equal("unreachable", select(3, organizations.describe_organization(paging { answer })))
    end
  end)
end)

describe("list_accounts", function()
  it("gives all accounts with their status", function()
    local list = assert(organizations.list_accounts(client { accounts = {
      { id = "111122223333", name = "acme-management", email = "m@example.com" },
      { id = "444455556666", name = "acme-security", email = "s@example.com", status = "SUSPENDED" },
      { id = "000000000042", name = "Größe", email = "g@example.com" } } }))
    assert.equal(3, #list)
    assert.same({ "444455556666", "acme-security", "s@example.com", "SUSPENDED" },
      { list[2].id, list[2].name, list[2].email, list[2].status })
    assert.same({ "000000000042", "Größe" }, { list[3].id, list[3].name })
  end)

  it("says by AWS's code that it is not allowed", function()
    local list, message, code, details = organizations.list_accounts(client({}, "security"))
    assert.is_nil(list)
    assert.same({ "failed", "AccessDeniedException" }, { code, details.code })
    assert.truthy(message:find "^ListAccounts: ")
  end)

  it("reads past an empty page and sees a loop", function()
    assert.equal(45, #assert(organizations.list_accounts(client { generate_accounts = 45, pages = { organizations = {
      blank_first = true } } })))
    local list, message, code = organizations.list_accounts(client { generate_accounts = 45, pages = {
      organizations = { loop = true } } })
    assert.is_nil(list)
    assert.equal("unreachable", code)
    assert.truthy(message:find "never end")
    assert.is_true(#environment.lines <= 3)
  end)

  it("sees a longer loop, and a list without end", function()
    local a, b = { Accounts = {}, NextToken = "a" }, { Accounts = {}, NextToken = "b" }
    assert.equal("unreachable", select(3, organizations.list_accounts(paging { a, b, a, b, a })))
    local count = 0
    local _, message, code = organizations.list_accounts { call = function()
      count = count + 1
      return { Accounts = {}, NextToken = tostring(count) }
    end }
    assert.equal("unreachable", code)
    assert.truthy(message:find "more than 5000 pages")
  end)

  it("counts an account on two pages once, and gives up at the first failure", function()
    local one, two = row "111111111111", row "222222222222"
    local list = organizations.list_accounts(paging { { Accounts = { one, two }, NextToken = "x" }, { Accounts = {
      two } } })
    assert.equal(2, #list)
    local pages = { { Accounts = { one }, NextToken = "x" } }
    assert.same({ n = 4, nil, "gone", "unreachable", {} }, table.pack(organizations.list_accounts { call = function()
      local page = table.remove(pages)
      if page then return page end
      return nil, "gone", "unreachable", {}
    end }))
  end)

  it("makes names and addresses printable, and takes no id that is none", function()
    local list = organizations.list_accounts(paging { { Accounts = { row("111111111111", { Name = "a\27[2J\nb",
      Email = "x\u{202e}@y" }) } } })
    assert.same({ "a\\e[2J\\nb", "x\\u{202e}@y" }, { list[1].name, list[1].email })
    for _, id in ipairs { "1", "11111111111a", "1111111111111", "", 111111111111 } do
      assert.equal("unreachable", select(3, organizations.list_accounts(paging { { Accounts = { row(id) } } })))
    end
  end)

  it("understands the state that replaces the status", function()
    local list = organizations.list_accounts(paging { { Accounts = { row("111111111111", { State = "CLOSED" }),
      { Id = "222222222222" } } } })
    assert.same({ "CLOSED", "ACTIVE", "" }, { list[1].status, list[2].status, list[2].name })
  end)
end)
