-- lev.yaml against ruamel.yaml: random files before and after random edits.
local cjson = require "cjson"
local documents = require "spec.support.documents"
local yaml = require "lev.yaml"

local random = documents.random()
local files = require "spec.support.random_yaml"(random)
local ROUNDS = tonumber(os.getenv "LEVERAGE_ROUNDS") or 300
local EDITS = 4

local function ask(texts) return documents.ask("/usr/bin/python3 spec/support/read_yaml.py", texts) end

local function failure(what, text, more)
  return ("%s %s\nseed %d\n%s"):format(what, more or "", random.seed, text)
end

-- nil when our tree says what theirs does, else where not.
local function difference(ours, theirs, at)
  at = at or ""
  if ours[1] ~= theirs[1] then return ("%s: %s, they say %s"):format(at, ours[1], theirs[1]) end
  if ours[1] == "map" or ours[1] == "list" then
    if #ours[2] ~= #theirs[2] then return at .. ": length" end
    for i, child in ipairs(ours[2]) do
      local other = theirs[2][i]
      local wrong
      if ours[1] == "map" then
        wrong = child[1] ~= other[1] and ("%s: key %s, they say %s"):format(at, child[1], other[1])
          or difference(child[2], other[2], at .. "/" .. child[1])
      else
        wrong = difference(child, other, at .. "/" .. i)
      end
      if wrong then return wrong end
    end
  elseif ours[1] ~= "null" and ours[1] ~= "expression" and ours[2] ~= theirs[2] then
    return ("%s: %q, they say %q"):format(at, ours[2], theirs[2])
  end
end

-- An insertion removes no byte: the old text's bytes are all there, in their order.
local function holds(new, old)
  local at = 1
  for i = 1, #new do
    if new:byte(i) == old:byte(at) then at = at + 1 end
  end
  return at > #old
end

-- Edits a document at a random place and checks the tree; true when something was set.
local function edit(doc)
  local before, text = documents.tree(doc), doc:text()
  local place = random.pick(documents.paths(before))
  local path, after = table.move(place.path, 1, #place.path, 1, {}), nil
  local inserts = place.node[1] == "map" and random.chance(0.7)
  if inserts then
    path[#path + 1] = files.key()
    after = #place.node[2] > 0 and random.chance(0.3) and random.pick(place.node[2])[1] or nil
    inserts = doc:kind(path) == nil
  end
  local value = files.string()
  local ok, message = doc:set(path, value, { after = after })
  local what = failure(table.concat(path, "/") .. " = " .. value, text, message or "")
  if not ok then
    assert.equal(text, doc:text(), what)
    return false
  end
  local new = assert(doc:text(), what)
  assert.equal(value, doc:get(path), what)
  if new ~= text and not text:find("<<", 1, true) then -- merged keys come behind a new one, wherever that was put
    assert.same(documents.with(before, path, value, after), documents.tree(doc), what)
  end
  assert.is_true(not inserts or holds(new, text), what)
  return true
end

describe("random yaml", function()
  it("is read as ruamel reads it, before and after every edit", function()
    local texts, trees, set, taken = {}, {}, 0, 0
    for _ = 1, ROUNDS do
      local text = files.file()
      local doc = yaml.parse(text, "p.yaml")
      texts[#texts + 1], trees[#trees + 1] = text, doc and documents.tree(doc) or false
      if doc then
        taken = taken + 1
        assert.equal(text, doc:text())
        for _ = 1, EDITS do
          if edit(doc) then
            set = set + 1
            texts[#texts + 1], trees[#trees + 1] = doc:text(), documents.tree(doc)
          end
        end
      end
    end
    for i, answer in ipairs(ask(texts)) do
      assert.equal(trees[i] == false, answer == cjson.null, failure("who refuses it?", texts[i]))
      if trees[i] then assert.is_nil(difference(trees[i], answer), failure("difference", texts[i])) end
    end
    assert.is_true(taken > ROUNDS * 0.8 and set > ROUNDS)
  end)

  it("has scalars of the type that ruamel gives them", function()
    local texts, kinds = {}, {}
    local parts = { "0", "1", "7", "8", "9", "_", ".", "e", "E", "+", "-", "x", "o", "b", "a", "F", ":", "inf", "nan",
      "y", "no", "true", "~", "=" }
    for i = 1, 1000 do
      local text = ""
      for _ = 1, math.random(6) do text = text .. random.pick(parts) end
      text = text:gsub(":$", ":0") -- else it is a key
      local file = (random.chance(0.3) and "%YAML 1.1\n---\n" or "") .. "- " .. text .. "\n"
      local doc = yaml.parse(file, "p.yaml")
      texts[i], kinds[i] = file, doc and documents.tree(doc) or false
    end
    for i, answer in ipairs(ask(texts)) do
      -- ruamel refuses what is a number by its own pattern and yet none (`+_`)
      if answer ~= cjson.null then
        assert.is_truthy(kinds[i], failure("ruamel takes it", texts[i]))
        assert.is_nil(difference(kinds[i], answer), failure("difference", texts[i]))
      end
    end
  end)

  it("quotes whatever ruamel would not read as that string", function()
    local parts = { "0", "1", "a", "é", "_", ".", "e", "+", "-", "x", ":", ": ", " #", "#", " ", ",", "[", "]", "{",
      "}", "&", "*", "!", "|", ">", "'",
      '"', "%", "@", "`", "?", "~", "=", "<<", "\\", "true", "no", "null", "\u{a0}", "💡", "---", "..." }
    local texts, values = {}, {}
    for i = 1, 1000 do
      local value = ""
      for _ = 1, math.random(4) do value = value .. random.pick(parts) end
      local doc = assert(yaml.parse(random.pick { "a: x\n", "a: 'x'\n", 'a: "x"\n', "{a: x}\n", "a: |-\n  x\n",
        "a: >-\n  x\n", "a:\n", "{a: 'x'}" }, "p"))
      assert(doc:set({ "a" }, value))
      assert(doc:set({ "b " .. value }, value))
      texts[i], values[i] = assert(doc:text()), value
    end
    for i, answer in ipairs(ask(texts)) do
      local value = { "string", values[i] }
      assert.same({ "map", { { "a", value }, { "b " .. values[i], value } } }, answer, failure("difference", texts[i]))
    end
  end)
end)
