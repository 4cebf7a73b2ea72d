-- lev.hcl against HashiCorp's own parser: random files before and after random edits, and broken ones.
local documents = require "spec.support.documents"
local hcl = require "lev.hcl"

local random = documents.random()
local files = require "spec.support.random_hcl"(random)
local ROUNDS = tonumber(os.getenv "LEVERAGE_ROUNDS") or 400
local EDITS = 4

local function ask(texts) return documents.ask("/usr/bin/node spec/support/read_hcl.mjs", texts) end

local function failure(what, text, more)
  return ("%s %s\nseed %d\n%s"):format(what, more or "", random.seed, text)
end

-- As HashiCorp's reader prints a literal: template sequences escaped.
local function escaped(text) return (text:gsub("([$%%]){", "%1%1{")) end

local function plain_number(text) return tonumber((text:gsub("^(%-?)0+(%d)", "%1%2"))) end

-- nil when our tree says what theirs does, else where not. What we call an expression they print in their own way, and
-- keys that are computed we do not have.
local function difference(ours, theirs, at)
  at = at or ""
  if ours[1] == "expression" then return nil end
  if ours[1] ~= theirs[1] then return ("%s: %s, they say %s"):format(at, ours[1], theirs[1]) end
  if ours[1] == "list" then
    if #ours[2] ~= #theirs[2] then return at .. ": length" end
    for i, item in ipairs(ours[2]) do
      local wrong = difference(item, theirs[2][i], at .. "/" .. i)
      if wrong then return wrong end
    end
  elseif ours[1] == "map" then
    local by_key, count = {}, #ours[2]
    for _, entry in ipairs(theirs[2]) do
      by_key[entry[1]] = entry[2]
      if entry[1]:sub(1, 2) ~= "${" then count = count - 1 end
    end
    if count ~= 0 then return at .. ": number of keys" end
    for _, entry in ipairs(ours[2]) do
      local other = by_key[escaped(entry[1])]
      local wrong = not other and at .. ": no key " .. entry[1] or difference(entry[2], other, at .. "/" .. entry[1])
      if wrong then return wrong end
    end
  elseif ours[1] == "number" then
    if plain_number(ours[2]) ~= tonumber(theirs[2]) then return ("%s: %s, they say %s"):format(at, ours[2],
      theirs[2]) end
  elseif ours[1] ~= "null" and escaped(ours[2]) ~= theirs[2] then
    return ("%s: %q, they say %q"):format(at, ours[2], theirs[2])
  end
end

-- Edits a document at a random place and checks the tree; true when something was set.
local function edit(doc)
  local before, text = documents.tree(doc), doc:text()
  local place = random.pick(documents.paths(before))
  local path, after = table.move(place.path, 1, #place.path, 1, {}), nil
  if place.node[1] == "map" and random.chance(0.7) then
    path[#path + 1] = files.key()
    after = #place.node[2] > 0 and random.chance(0.3) and random.pick(place.node[2])[1] or nil
  end
  local value = files.string()
  local ok, message = doc:set(path, value, { after = after })
  local what = failure(table.concat(path, "/") .. " = " .. value, text, message or "")
  if not ok then
    assert.equal(text, doc:text(), what)
    return false
  end
  assert.equal(value, doc:get(path), what)
  if assert(doc:text(), what) ~= text then
    assert.same(documents.with(before, path, value, after), documents.tree(doc), what)
  end
  return true
end

describe("random hcl", function()
  it("is read as HashiCorp reads it, before and after every edit", function()
    local texts, trees, set = {}, {}, 0
    local function note(doc)
      texts[#texts + 1], trees[#trees + 1] = doc:text(), documents.tree(doc)
    end
    for _ = 1, ROUNDS do
      local text = files.file()
      local doc, message = hcl.parse(text, "c.tfvars")
      if doc then
        assert.equal(text, doc:text())
        note(doc)
        for _ = 1, EDITS do
          if edit(doc) then
            set = set + 1
            note(doc)
          end
        end
      else
        assert.is_not_nil(ask({ text })[1].error, failure(message, text))
      end
    end
    for i, answer in ipairs(ask(texts)) do
      assert.is_nil(answer.error, failure("they refuse", texts[i]))
      assert.is_nil(difference(trees[i], answer.tree), failure("difference", texts[i]))
    end
    assert.is_true(set > ROUNDS)
  end)

  it("is refused where HashiCorp refuses it, when it is damaged", function()
    local junk = { '"', "{", "}", "[", "]", "(", ")", "\n", ",", "=", "${", "%{", "$", "a", "1", ".", "*", "?", ":",
      "-", "!", "\\", "#",
      "/*", "<<EOF\n", "for ", "in ", "if ", "...", "=>", "::", "\r", "~", "&&", "|", "", " " }
    local texts, messages, both = {}, {}, 0
    for i = 1, 2 * ROUNDS do
      local text = files.file()
      for _ = 1, math.random(3) do
        local at = math.random(#text + 1)
        text = text:sub(1, at - 1) .. random.pick(junk) .. text:sub(at + math.random(0, 2))
      end
      texts[i] = utf8.len(text) and text or ""
      local doc, message = hcl.parse(texts[i], "c.tfvars")
      messages[i] = not doc and message or false
    end
    for i, answer in ipairs(ask(texts)) do
      local is_block = messages[i] and messages[i]:find("is a block", 1,
        true) -- theirs reads any HCL, not only variables
      local evaluated = answer.error and answer.error:find("convert", 1,
        true) -- they stumble over a value, not the syntax
      if not is_block and not evaluated then
        assert.equal(answer.error ~= nil, messages[i] ~= false, failure("they say", texts[i],
          (answer.error or "fine") .. "; we say " .. (messages[i] or "fine")))
        both = both + (answer.error and 1 or 0)
      end
    end
    assert.is_true(both > ROUNDS / 4)
  end)
end)

describe("broken hcl", function()
  it("is reported at the place where HashiCorp reports it", function()
    local texts = { "a = 1\na = 2\n", "a = { b = 1 c = 2 }", "a = 1 b = 2", 'a = "\\q"', 'a = "x\ny"', "a = \n 1",
      "a\n= 1", "a : 1", '"a" = 1',
      "a = { b = 1\n, c = 2 }", "1a = 1", "a = { for = 2 }", "a = a...", "a = 1.", "a = .5", "a = 5e",
        "a = <<EOF\nx\nEOF", "a=", "a", "=",
      "a = {", 'a = "', "}", "a = ]", 'a = "$%{x}"', "a = <<EOF \nx\nEOF\n", "a = 1\rb = 2", "a = 1\u{a0}",
        "a = 1 /* \n */ b = 2", 'a = "%{if x}a"',
      'a="%{foo}"', 'a="${}"', 'a="${x y}"', "a=x::y", "a=f(,)", "a=[,]", "a=[1,,2]", "a={,}", "a={b=1,,c=2}",
        "a={b=\n1}", "a={b\n=1}", "a={b}",
      "a={b,c=1}", "a=[1 2]", "a=[1\n2]", "a=x?\n1:2", "a=x ? y", "a=x[0", "a=x.0.1", "a=x[*", 'a= "x""y"', "a=[for]",
        "a=[for x]",
      "a={for k,v in x : k}", "a=[for v in x: v => v]", "a=-\n1", 'a = { "a" "b" }', "a = 0x10", "a=1.5.6",
        'a = "é" # é\nb = = 2', "a = `x`",
      "a = 'x'", "a = @", "a = 1;", "a = x & y", "a = ~x", "a = x => y", 'a = "\\ud800"', 'a = "\\U00110000"',
        'a= "\\u12"', "foo.bar = 1",
      "a == 1", "a = “x”", "é = {\n  ü = 1 2\n}\n" }
    for i, answer in ipairs(ask(texts)) do
      local doc, message = hcl.parse(texts[i], "x.tfvars")
      assert.is_nil(doc, texts[i])
      local line, column = message:match("^x%.tfvars:(%d+):(%d+): ")
      assert(answer.error, texts[i])
      assert.is_truthy(answer.error:find(("x.tfvars:%s,%s-"):format(line, column), 1, true),
        texts[i] .. "\n" .. message .. "\n" .. answer.error)
    end
  end)
end)
