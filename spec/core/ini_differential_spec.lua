-- lev.ini against botocore and the JavaScript loader, on random documents before and after random edits.
local cjson = require "cjson"
local ini = require "lev.ini"

local seed = tonumber(os.getenv "LEVERAGE_SEED") or os.time()
local ROUNDS = tonumber(os.getenv "LEVERAGE_ROUNDS") or 1500

local function pick(list)
  return list[math.random(#list)]
end

-- Asks a reader about all texts in one go.
local function ask(command, texts)
  local input, output = os.tmpname(), os.tmpname()
  local file <close> = assert(io.open(input, "w"))
  for _, text in ipairs(texts) do
    file:write((text:gsub(".", function(c) return ("%02x"):format(c:byte()) end)), "\n")
  end
  file:flush()
  assert(os.execute(("%s %s %s"):format(command, input, output)), command)
  local answers = {}
  for line in io.lines(output) do
    answers[#answers + 1] = cjson.decode(line)
  end
  os.remove(input)
  os.remove(output)
  assert.equal(#texts, #answers)
  return answers
end

local function ask_botocore(texts)
  return ask("/usr/bin/python3 spec/support/ini_readers.py", texts)
end

local function ask_javascript(texts)
  return ask("/usr/bin/node spec/support/ini_readers.js", texts)
end

-- What we read: { section = { key = value or false for a nested block } }.
local function reading(doc)
  local sections = {}
  for _, section in ipairs(doc:sections()) do
    sections[section] = {}
    for _, key in ipairs(doc:keys(section)) do
      sections[section][key] = doc:get(section, key) or false
    end
  end
  return sections
end

-- The same of botocore's answer: configparser gives the keys of [DEFAULT] to all, so documents have none.
local function botocore_reading(answer)
  local sections = {}
  for section, keys in pairs(answer.sections) do
    sections[section] = {}
    for key, value in pairs(keys) do
      sections[section][key] = type(value) == "string" and value
    end
  end
  return sections
end

-- Whether a key of the JavaScript loader's is "block.key" of a nested block that we read.
local function is_nested(key, ours)
  for block, value in pairs(ours or {}) do
    if not value and key:sub(1, #block + 1) == block .. "." then
      return true
    end
  end
  return false
end

-- The same of the JavaScript loader's: the keys of nested blocks and sections without keys left out on both sides.
local function javascript_reading(answer, ours)
  local sections = {}
  for section, keys in pairs(answer.sections) do
    local name = section:gsub("^(profile)%.", "%1 "):gsub("^(sso%-session)%.", "%1 "):gsub("^(services)%.", "%1 ")
    sections[name] = {}
    for key, value in pairs(keys) do
      if not is_nested(key, ours[name]) then
        sections[name][key] = value
      end
    end
    sections[name] = next(sections[name]) and sections[name] or nil
  end
  return sections
end

local function without_blocks(ours)
  local sections = {}
  for section, keys in pairs(ours) do
    for key, value in pairs(keys) do
      if value then
        sections[section] = sections[section] or {}
        sections[section][key] = value
      end
    end
  end
  return sections
end

local names = { "default", "profile a", "profile bb-x", "sso-session a", "services s", "bare", "b/c.d_e" }
local keys = { "region", "output", "role_arn", "aws_access_key_id", "x-y.z", "s3" }
local values = {
  "us-east-1", "json", "arn:aws:iam::012345678901:role/X", "a=b=c", "x#y;z", "ä€😀", "50%", "a b  c", "+/=",
}

-- A line of a section; `odd` are the shapes that readers take differently.
local function random_line(odd)
  local key, value = pick(keys), pick(values)
  local roll = math.random(odd and 20 or 9)
  if roll <= 5 then
    return key .. pick { "=", " = ", "  =\t", "= " } .. value .. pick { "", "", " ", "\t" }
  elseif roll == 6 then
    return pick { "# c", "; [x]", "  # indented = 1", "#" }
  elseif roll == 7 then
    return pick { "", "", "  ", "\t" }
  elseif roll <= 9 then
    return "s" .. math.random(9) .. " =\n  " .. key .. " = " .. value .. "\n\n    x=1"
  end
  return pick {
    "  " .. key .. " = " .. value, key .. ": " .. value, key:upper() .. " = " .. value, key .. " =",
    key .. " = " .. value .. " # c", key .. " = '" .. value .. "'", key .. " = #" .. value, "\t continued", " y = z",
    "\u{A0}" .. key .. "=\u{2003}" .. value .. "\u{3000}", "   # c\n      more", "\fform = feed",
  }
end

local function random_header(odd)
  local name = pick(names)
  if odd and math.random(4) == 1 then
    local prefix, rest = name:match "^(%S+) (%S+)$"
    if prefix == "profile" or prefix == "sso-session" then
      return ("[%s%s%s%s]"):format(prefix, pick { "  ", "\t" }, pick { rest, '"' .. rest .. '"' }, pick { "", " " })
    end
    return "  [" .. name .. "]"
  end
  return "[" .. name .. "]" .. pick { "", "", " # c", "\t; c", "  " }
end

-- Documents have no doubled sections and keys, unless by chance: those are told apart by our own reading.
local function random_document(odd)
  local lines = {}
  for _ = 1, math.random(0, 2) do
    lines[#lines + 1] = pick { "# top", "", "; x = y" }
  end
  for _ = 1, math.random(0, 4) do
    lines[#lines + 1] = random_header(odd)
    for _ = 1, math.random(0, 5) do
      lines[#lines + 1] = random_line(odd)
    end
  end
  local text = table.concat(lines, "\n") .. pick { "", "\n", "\n", "\n\n" }
  return math.random(4) == 1 and text:gsub("\n", "\r\n") or text
end

local function has_double(doc)
  for _, problem in ipairs(doc:problems()) do
    if problem.other and problem.message:find "Python cannot read" then
      return true
    end
  end
  return false
end

-- Random edits of a document, done to its reading as well; what is refused must leave the text alone.
local function edit(doc, model)
  for _ = 1, math.random(4) do
    local section, key = pick(names), pick(keys)
    local before = doc:text()
    local done, message, code
    if math.random(3) > 1 then
      local value = pick(values)
      done, message, code = doc:set(section, key, value)
      if done then
        model[section] = model[section] or {}
        model[section][key] = value
      end
    elseif math.random(2) == 1 then
      done, message, code = doc:remove(section, key)
      if done then
        model[section][key] = nil
      end
    else
      done, message, code = doc:remove(section)
      if done then
        model[section] = nil
      end
    end
    if not done then
      assert(done == false or code == "refused", message)
      assert.equal(before, doc:text())
    end
  end
end

-- Random documents that we can read, one in `odd` with odd shapes, and what became of them: lists of texts, of our
-- readings, and of whether we name no problem.
local function edited_documents(odd)
  local texts, expected, clean = {}, {}, {}
  local function add(text, sections, is_clean)
    texts[#texts + 1] = text
    expected[#texts] = sections
    clean[#texts] = is_clean
  end
  while #texts < 2 * ROUNDS do
    local text = random_document(math.random(odd) == 1)
    local doc = ini.parse(text, "config")
    if doc and not has_double(doc) then
      assert.equal(text, doc:text())
      add(text, reading(doc), #doc:problems() == 0)
      local was_clean, model = clean[#clean], reading(doc)
      edit(doc, model)
      assert.same(model, reading(doc), text)
      local problems = assert(ini.parse(doc:text(), "config")):problems()
      assert(#problems == 0 or not was_clean, doc:text())
      add(doc:text(), model, #problems == 0)
    end
  end
  return texts, expected, clean
end

describe("ini and other readers, seed " .. seed .. ":", function()
  setup(function() math.randomseed(seed) end)

  it("botocore reads the same, before and after edits, in shapes of all kinds", function()
    local texts, expected = edited_documents(1)
    for i, answer in ipairs(ask_botocore(texts)) do
      assert.is_nil(answer.error, texts[i])
      assert.same(expected[i], botocore_reading(answer), texts[i])
    end
  end)

  it("botocore and the JavaScript loader read the same where no problem is named, before and after edits", function()
    local texts, expected, clean = edited_documents(3)
    local botocore, javascript, compared = ask_botocore(texts), ask_javascript(texts), 0
    for i, text in ipairs(texts) do
      assert.same(expected[i], botocore_reading(botocore[i]), text)
      if clean[i] then
        compared = compared + 1
        assert.same(without_blocks(expected[i]), javascript_reading(javascript[i], expected[i]), text)
      end
    end
    assert.is_true(compared > ROUNDS)
  end)

  it("random bytes are readable, or broken, for us and botocore alike", function()
    local alphabet = {
      "[", "]", "[a]\n", "[profile b]\n", "=", ":", "#", ";", " ", "  ", "\t", "\n", "\n", "\r", "\r\n", "x", '"', "'",
      "y", "\\", "\u{85}", "\u{A0}", "\u{2028}", "\v", "\x1c", "ä",
    }
    local texts = {}
    for i = 1, 4 * ROUNDS do
      local parts = { pick { "", "[a]\n" } }
      for _ = 1, math.random(20) do
        parts[#parts + 1] = pick(alphabet)
      end
      texts[i] = table.concat(parts)
    end
    local readable = 0
    for i, answer in ipairs(ask_botocore(texts)) do
      local doc, message = ini.parse(texts[i], "config")
      if not doc then
        -- `[x = y` is a key for Python alone
        assert.is_true(answer.error ~= nil or message:find("without a name", 1, true) ~= nil, message .. texts[i])
      elseif not has_double(doc) then
        assert.is_nil(answer.error, texts[i])
        readable = readable + 1
        local ours = reading(doc)
        for section, theirs in pairs(botocore_reading(answer)) do
          if doc:has(section) then
            assert.same(theirs, ours[section], texts[i])
          end
        end
      end
    end
    assert.is_true(readable > ROUNDS / 4)
  end)
end)
