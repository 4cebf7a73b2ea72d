-- Random YAML files: the layouts that people and tools give project.yaml, and the corners of the format beside them.
return function(random)
  local pick, chance = random.pick, random.chance
  local yaml, block, flow = {}, nil, nil
  local anchors, named

  local function plain()
    return pick { "a", "us-east-1", "bb", "<project name>", "012", "111111111111", "1_000", "0o14", "0x1F", "1e3",
      "1.5", ".5", "-1", "+.inf",
      ".nan", "yes", "No", "true", "False", "null", "~", "2001-12-14", "12:30:45", "a:b", "a#b", "http://x/y",
        "172.18.0.0/20", "a b  c",
      "a'b", "x\"y", "é", "=", "-", "y", "a]b", "0b1", "..", "binbash-security@binbash.com.ar" }
  end

  local function quoted()
    local inside = pick { "a", "", "012", "a b", "true", "é: #", "{x}", "- y" }
    return pick { '"' .. inside .. '"', "'" .. inside .. "'", '"a\\"b\\\\\\u00e9"', "'it''s'", '"\\n"' }
  end

  local function scalar() return chance(0.6) and plain() or quoted() end
  local function key()
    return pick { "name", "email", "id", "accounts", "short_name", '"quoted key"', "'k2'", "groups", "x1", "é", "a b",
      "12", "networks", "project_name" }
  end
  local function comment() return pick { "", "", "", " # comment", "   # : {" } end
  local function between(indent)
    return pick { "", "", "", "", "\n", indent .. "# between\n", "# at the margin\n",
      "\n" .. indent .. "## --- ##\n\n" }
  end

  -- An anchor is known to aliases only after its value is complete: no value holds itself.
  local function anchor(kind)
    if chance(0.94) then return "", function() end end
    named = named + 1
    local new = { name = "a" .. named, kind = kind }
    return " &" .. new.name, function() anchors[#anchors + 1] = new end
  end

  local function anchored(text, kind)
    local name, complete = anchor(kind)
    complete()
    return name == "" and text or name:sub(2) .. " " .. text
  end

  local function alias(kind)
    for _ = 1, 3 do
      local a = #anchors > 0 and pick(anchors)
      if a and (not kind or a.kind == kind) then return "*" .. a.name end
    end
  end

  local function keys(count)
    local list, seen = {}, {}
    for _ = 1, count do
      local k = key()
      if not seen[k] then seen[k], list[#list + 1] = true, k end
    end
    return list
  end

  function flow(depth)
    if depth <= 0 or chance(0.5) then
      local s = pick { scalar, quoted, function() return alias() or "x" end }()
      return s:match("[%[%],{}?]") and not s:match("^[\"']") and "x" or s == "-" and "x" or s
    end
    local parts, open, close = {}, "[", "]"
    if chance(0.6) then
      open, close = "{", "}"
      for i, k in ipairs(keys(math.random(0,
        3))) do parts[i] = k .. ": " .. (chance(0.05) and "" or flow(depth - 1)) end
    else
      for i = 1, math.random(0, 3) do parts[i] = flow(depth - 1) end
    end
    if chance(0.3) and #parts > 0 then
      return open .. "\n    " .. table.concat(parts, ",\n    ") .. pick { "", "," } .. pick { "\n  ", " ",
        " # c\n  " } .. close
    end
    return open .. pick { "", " " } .. table.concat(parts, pick { ", ", ", ", " , " }) .. pick { "", " ",
      #parts > 0 and "," or "" } .. close
  end

  local function block_scalar(indent)
    local lines = {}
    for i = 1, math.random(1, 3) do lines[i] = indent .. pick { "text", "more text", "# no comment", "  deeper",
      "a: b" } .. "\n" end
    lines[1] = indent .. "first\n"
    return pick { "|", ">", "|-", ">-", "|+" } .. comment() .. "\n" .. table.concat(lines) .. pick { "", "", "\n" }
  end

  -- A value behind "key:" or "-", from the space on to the end of its last line.
  local function value(depth, indent, in_list)
    local roll = math.random()
    if depth > 0 and roll < 0.45 then
      local list = chance(0.45)
      local inner = indent .. (list and not in_list and pick { "", "  " } or pick { "  ", "  ", "    " })
      if in_list and not list and chance(0.7) then
        inner = indent .. "  "
        return " " .. block(depth - 1, inner, list):sub(#inner + 1)
      end
      local name, complete = anchor(list and "list" or "map")
      local text = name .. comment() .. "\n" .. between(inner) .. block(depth - 1, inner, list)
      complete()
      return text
    elseif roll < 0.6 then
      return " " .. anchored(flow(2), "flow") .. comment() .. "\n"
    elseif roll < 0.65 then
      return " " .. block_scalar(indent .. "  ")
    elseif roll < 0.7 then
      return comment() .. "\n"
    elseif roll < 0.75 then
      return " " .. (alias() or "b") .. comment() .. "\n"
    elseif roll < 0.78 then
      return " " .. pick { "!!str 12", "!x y", "!!int \"3\"", "!!map {a: 1}" } .. "\n"
    elseif roll < 0.81 then
      return " " .. pick { "two\n" .. indent .. "  lines", '"two\n' .. indent .. '  lines"' } .. comment() .. "\n"
    end
    return " " .. anchored(scalar(), "scalar") .. comment() .. "\n"
  end

  function block(depth, indent, list)
    local parts = {}
    if list then
      for i = 1, math.random(1, 4) do parts[i] = between(indent) .. indent .. "-" .. value(depth, indent, true) end
      parts[1] = parts[1]:gsub("^.-(" .. indent .. "%-)", "%1", 1)
      return table.concat(parts)
    end
    for i, k in ipairs(keys(math.random(1, 4))) do
      parts[i] = (i > 1 and between(indent) or "") .. indent .. k .. pick { ":", ":", ":", " :" } .. value(depth,
        indent, false)
    end
    local map = chance(0.15) and alias("map")
    if map then parts[#parts + 1] = indent .. "<<: " .. map .. "\n" end
    return table.concat(parts)
  end

  --- The text of a whole file.
  function yaml.file()
    anchors, named = {}, 0
    local text = chance(0.1) and flow(4) .. "\n" or block(4, "", chance(0.1))
    text = pick { "", "", "", "---\n", "# head\n", "\n", "%YAML 1.1\n---\n" } .. text .. pick { "", "", "", "...\n",
      "# tail\n" }
    if chance(0.1) then text = text:gsub("\n$", "") end
    if chance(0.15) then text = text:gsub("\n", "\r\n") end
    return (chance(0.05) and "\u{FEFF}" or "") .. text
  end

  --- A value to set.
  function yaml.string()
    return pick { "111111111111", "012", "a", "", "x y", "é", "\"q\"", "it's", "back\\slash", "a: b", "a #b", "#x",
      "true", "yes", "null", "~",
      "- x", "-", "{a}", "[b]", "1e3", ".5", "2001-12-14", "12:30", "<aws+x@example.com>", " lead", "trail ", "*a",
        "&b", "!t", "%x", "@", "`",
      "a,b", "a]b", "...", "---", "<<", "=", "a:", ":a", "?", "? x", "y", "0x1F", "1_000", "us-east-1",
        "172.18.0.0/20", "💡", "a\u{a0}b" }
  end

  --- A key to insert.
  function yaml.key()
    return pick { "id", "email", "new_key", "a b", "true", "12", "é", "<<", "a: b", "- x", "#", "", "null" }
  end

  return yaml
end
