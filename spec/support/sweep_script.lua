-- What the sweeps kill and disturb: one plan over four files in two folders below the folder given, three of them there
-- already; over the first of them only with the word `one`. `BEGIN` and `END` are looked for around apply, to be found
-- in a trace.
local plan = require "leverage.plan"
local root, only = ...

local change = plan.new { command = "sweep", project = root }
local function edit(path, protection, section)
  plan.set(change:file(root .. "/" .. path, { kind = "ini", protection = protection }), { section, "region" }, "new")
end
edit("a/credentials", "private", "one")
if only ~= "one" then
  edit("a/config", nil, "profile one")
  edit("b/config", nil, "profile one")
  edit("b/fresh", nil, "profile one")
end

-- Everything that is loaded on first use is loaded now, so that the trace holds apply alone.
require "lev.txn"
require "lev.ini"
local log = { info = function(_, ...) io.stderr:write(string.format(...), "\n") end }

io.open(root .. "/BEGIN")
local result, message, code = change:apply { state_dir = root .. "/state", keep = 3, log = log }
io.open(root .. "/END")
for _, warning in ipairs(result and result.warnings or {}) do io.stderr:write("warning: ", warning, "\n") end
if not result then error(code .. ": " .. message, 0) end
