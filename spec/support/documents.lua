-- For the specs of lossless documents: a document as a tree of plain tables, the other readers, and random choices that
-- one seed repeats.
local cjson = require "cjson"
local home = require "spec.support.home"

local documents = {}

--- The values of a document: { kind, text or children }, maps with their keys in order.
function documents.tree(doc, path)
  path = path or {}
  local function child(step)
    local longer = table.move(path, 1, #path, 1, {})
    longer[#longer + 1] = step
    return documents.tree(doc, longer)
  end
  local kind = doc:kind(path)
  if kind == "map" then
    local entries = {}
    for i, key in ipairs(doc:keys(path)) do entries[i] = { key, child(key) } end
    return { "map", entries }
  end
  if kind == "list" then
    local items = {}
    for i = 1, doc:length(path) do items[i] = child(i) end
    return { "list", items }
  end
  return { kind, doc:get(path) }
end

--- Every path of a tree with its node, the root first.
function documents.paths(tree, path, list)
  path, list = path or {}, list or {}
  list[#list + 1] = { path = path, node = tree }
  if tree[1] == "map" or tree[1] == "list" then
    for i, entry in ipairs(tree[2]) do
      local longer = table.move(path, 1, #path, 1, {})
      longer[#longer + 1] = tree[1] == "map" and entry[1] or i
      documents.paths(tree[1] == "map" and entry[2] or entry, longer, list)
    end
  end
  return list
end

--- The tree after `value` was set at a path of it; nil when nothing can be there.
function documents.with(tree, path, value, after, depth)
  depth = depth or 1
  if depth > #path then return { "string", value } end
  if tree[1] ~= "map" and tree[1] ~= "list" then return nil end
  local copy, found, place = {}, false, nil
  for i, entry in ipairs(tree[2]) do
    local key = tree[1] == "map" and entry[1] or i
    local node = tree[1] == "map" and entry[2] or entry
    if key == path[depth] then
      found, node = true, documents.with(node, path, value, after, depth + 1)
      if not node then return nil end
    end
    copy[i] = tree[1] == "map" and { key, node } or node
    if key == after then place = i + 1 end
  end
  if not found then
    if tree[1] == "list" or depth < #path then return nil end
    table.insert(copy, place or #copy + 1, { path[depth], { "string", value } })
  end
  return { tree[1], copy }
end

--- Asks another reader, which takes one JSON string a line and answers one JSON value a line.
function documents.ask(command, texts)
  local place = home.new()
  local lines = {}
  for i, text in ipairs(texts) do lines[i] = cjson.encode(text) end
  local input = place:write("texts", table.concat(lines, "\n") .. "\n")
  local output, ok = home.sh(("%s <%s"):format(command, home.quote(input)))
  place:remove()
  assert(ok, command .. " failed")
  local answers = {}
  for line in output:gmatch("[^\n]+") do answers[#answers + 1] = cjson.decode(line) end
  assert(#answers == #texts, ("%s answered %d of %d times"):format(command, #answers, #texts))
  return answers
end

--- A source of random choices. The seed is in every failure's message: LEVERAGE_SEED repeats the run.
function documents.random()
  local random = { seed = tonumber(os.getenv "LEVERAGE_SEED") or os.time() }
  math.randomseed(random.seed)
  function random.chance(part) return math.random() < part end
  function random.pick(list) return list[math.random(#list)] end
  --- One of the functions of a list, called.
  function random.call(list, ...) return list[math.random(#list)](...) end
  return random
end

return documents
