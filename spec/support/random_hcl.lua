-- Random variables files: everything that HCL's native syntax allows in them, in every layout we know of.
return function(random)
  local pick, chance = random.pick, random.chance
  local value
  local hcl = {}

  local function spaces() return (" "):rep(pick { 0, 1, 1, 1, 2, 4 }) end
  local function name() return pick { "a", "b", "id", "email", "accounts", "apps-devstg", "x1", "_y", "éa", "for_each",
    "management" } end

  local function string_text()
    local parts = {}
    for i = 1, math.random(0, 3) do
      parts[i] = pick { "a", "us-east-1", "é", "\\n", "\\\"", "\\\\", "\\u00e9", "\\U0001F600", "$", "%", "$$", "$${",
        "%%{",
        "$$${", "111111111111", " ", "#", "//", "}", "{", "]", ",", "=", "<<EOF", "\\t" }
    end
    return table.concat(parts)
  end
  local function quoted() return '"' .. string_text():gsub("[$%%]+$", "") .. '"' end

  local function expression(depth)
    return pick {
      "var.x", "local.a[0]", "data.a.b.*.c", "x[*].y", "f(1, \"a\")", "merge({ a = 1 }, var.b)", "f(x...)", "(1)",
        "(\n1 +\n2)",
      "1 + 2 * 3", "!x", "a == b ? c : d", "x.0", "[for x in y : x if x != null]", "{ for k, v in m : k => v... }",
      "\"${x}\"", "\"a${f(\"}\")}b\"", "\"${~ x ~}\"", "\"%{ if x }a%{ else }b%{ endif }\"",
        "\"%{ for a in b }${a}%{ endfor }\"",
      "- 1", "-x", "provider::a::b(1)", "\"a${\"b${c}\"}\"", "{}[\"x\"]", "[1][0]", "f(<<EOF\nx\nEOF\n)",
        "a && b || !c",
      "<<EOF\na ${x}\nEOF" }
  end

  local function comment() return pick { "", "", "", " # c", " // c = {", " /* c */" } end
  local function blank_lines(indent) return pick { "", "", "", "\n", "\n" .. indent .. "# between\n", "\n\n" } end

  local function heredoc(indent)
    local body = {}
    for i = 1, math.random(0, 3) do body[i] = pick { "x", "  y", "", "\t$${z}", "$", "EOFX", "a \\n \"q\"",
      "    deep" } .. "\n" end
    return pick { "<<EOF\n", "<<-EOF\n" } .. table.concat(body) .. pick { "", indent } .. "EOF"
  end

  local function key()
    return pick { name, name, name, function() return '"' .. name() .. '"' end, function() return "(var.k)" end,
      function() return '"a b"' end, function() return tostring(math.random(9)) end }()
  end

  local function object(depth, indent)
    local count, inner = math.random(0, 4), indent .. pick { "  ", "  ", "\t" }
    local style, sign = pick { "lines", "lines", "aligned", "commas", "inline" }, pick { "=", "=", ":" }
    local seen, parts = {}, {}
    local width = style == "aligned" and 8 or 0
    for _ = 1, count do
      local k = key()
      if not seen[k:gsub('"', "")] or chance(0.1) then
        seen[k:gsub('"', "")] = true
        local v = value(depth - 1, inner, style == "inline")
        parts[#parts + 1] = k .. (" "):rep(math.max(width - #k, #spaces())) .. sign .. spaces() .. v
      end
    end
    if #parts == 0 then return pick { "{}", "{ }", "{\n" .. indent .. "}",
      "{\n" .. inner .. "# empty\n" .. indent .. "}", "{ # c\n}" } end
    if style == "inline" then
      local text = table.concat(parts, pick { ", ", "," })
      local ends_in_heredoc = text:match("EOF$")
      return "{" .. spaces() .. text .. (ends_in_heredoc and "\n" or pick { "", " ", ", " }) .. "}"
    end
    local lines = { "{\n" }
    for i, part in ipairs(parts) do
      local wanted = style == "commas" or chance(0.1)
      local comma = wanted and not part:match("EOF$") and (i < #parts or chance(0.5)) and "," or ""
      local behind = part:match("EOF$") and "" or comment()
      lines[#lines + 1] = blank_lines(inner) .. inner .. part .. comma .. behind .. "\n"
    end
    return table.concat(lines) .. indent .. "}"
  end

  local function list(depth, indent)
    local items = {}
    for i = 1, math.random(0, 3) do items[i] = value(depth - 1, indent .. "  ", true) end
    local between = pick { ", ", ",", ",\n" .. indent .. "  ", " , # c\n" }
    local text = "[" .. pick { "", " ", "\n" } .. table.concat(items, between)
    if #items > 0 and chance(0.2) and not text:match("EOF$") then text = text .. "," end
    return text .. (text:match("EOF$") and "\n" or pick { "", "\n" .. indent }) .. "]"
  end

  function value(depth, indent, one_line)
    local kinds = { quoted, quoted, quoted, quoted,
      function() return pick { "1", "012", "1.5", "-3", "111111111111", "1e3", "0", "true", "false", "null" } end,
      function() local e = expression(depth) return one_line and e:match("EOF$") and "x" or e end }
    if not one_line then kinds[#kinds + 1] = function() return heredoc(indent) end end
    if depth > 0 then
      kinds[#kinds + 1] = function() return object(depth, indent) end
      kinds[#kinds + 1] = function() return object(depth, indent) end
      kinds[#kinds + 1] = function() return list(depth, indent) end
    end
    return pick(kinds)()
  end

  --- The text of a whole file.
  function hcl.file()
    local seen, parts = {}, { chance(0.05) and "\u{FEFF}" or "" }
    local aligned = chance(0.3)
    for _ = 1, math.random(0, 6) do
      local n = name()
      if not seen[n] then
        seen[n] = true
        local v = value(3, "", false)
        parts[#parts + 1] = pick { "", "", "\n", "# comment\n", "/* block\n comment */\n" } .. n
          .. (aligned and (" "):rep(12 - #n) or spaces()) .. "=" .. spaces() .. v
          .. (v:match("EOF$") and "" or comment()) .. "\n"
      end
    end
    local text = table.concat(parts)
    if chance(0.1) and not text:match("EOF\n$") then text = text:gsub("\n$", "") end
    if chance(0.1) then text = text:gsub("\n", "\r\n") end
    return text
  end

  --- A value to set.
  function hcl.string()
    return pick { "111111111111", "012", "a", "", "x y", "é", "\"q\"", "back\\slash", "${x}", "$${x}", "%{if}", "$",
      "%%{", "a$",
      "true", "#", "// x", "<aws+x@example.com>", "$$$${", "{}", "<<EOF" }
  end

  --- A key to insert.
  function hcl.key()
    return pick { "id", "email", "new_key", "a b", "for", "longer_than_the_others", "é", "null", "1", "aws_account_id",
      "x$y" }
  end

  return hcl
end
