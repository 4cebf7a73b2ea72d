-- main: from the words of the command line to an exit status. The only place that knows exit statuses, prints
-- errors, and turns a bug into one line (the traceback is for -v).

local cli = require "leverage.cli"
local command = require "leverage.command"
local exit = require "leverage.exit"
local host = require "lev.host"
local log = require "leverage.log"
local paths = require "leverage.paths"
local text = require "leverage.text"
local try = require "leverage.try"

local HELP_WIDTH_MAX = 100

local function colour_wanted(fd)
  return host.is_terminal(fd) and (os.getenv("NO_COLOR") or "") == "" and os.getenv("TERM") ~= "dumb"
end

local function width_of(fd)
  local columns = math.tointeger(tonumber(os.getenv("COLUMNS"))) or host.columns(fd) or 80
  return math.max(40, math.min(columns, HELP_WIDTH_MAX))
end

local function write_out(words)
  local ok, reason = io.stdout:write(words)
  if ok then ok, reason = io.stdout:flush() end
  if not ok then try.fail("standard output cannot be written: " .. reason, "io") end
end

local function unknown_command(roots, found, words)
  local word = words[found.taken + 1]
  local names = command.list(roots, found.name)
  for index, name in ipairs(names) do names[index] = name:gsub("/$", "") end
  local nearest = text.nearest(word, names)
  local prefix = ("leverage " .. found.name):gsub("%s+$", "")
  try.fail(("`%s` has no command `%s`"):format(prefix, text.plain(word)), "usage",
    { next = nearest and ("%s %s"):format(prefix, nearest) or prefix .. " --help" })
end

-- Runs the place'th script of a chain; `ctx.shipped` is the one it replaced.
local function run_place(ctx, places, index, args)
  local head = try(command.load(places[index]))
  local inner = setmetatable({ shipped = function(again)
    if not places[index + 1] then try.fail(ctx.name .. " replaces no other command", "failed") end
    return run_place(ctx, places, index + 1, again or args)
  end }, { __index = ctx })
  return head.run(inner, args)
end

local function run(argv, talk)
  local where = try(paths.of_user(os.getenv))
  local roots = command.roots(where, host.data_dir)
  local words = cli.words_first(argv)
  local found = command.find(roots, words)
  local asks_help = cli.has(argv, "-h", "--help")
  if not found.places then
    local next_word = words[found.taken + 1]
    if next_word and next_word:sub(1, 1) ~= "-" then unknown_command(roots, found, words) end
    if asks_help or #argv == 0 then
      write_out(require "leverage.help".of_folder(roots, found.name, width_of(1)))
      return true
    end
    try.fail("a command is missing", "usage", { next = ("leverage %s --help"):format(found.name):gsub("  ", " ") })
  end
  local head = try(command.load(found.places[1]))
  if asks_help then
    write_out(require "leverage.help".of_command(found.name, head, width_of(1)))
    return true
  end
  collectgarbage "restart" -- see main.c
  local args = try(cli.parse(found.name, head, table.move(words, found.taken + 1, #words, 1, {})))
  local ctx = require "leverage.context".new {
    name = found.name, args = args, paths = where, roots = roots, log = talk, colour = colour_wanted,
  }
  ctx:finish(try(run_place(ctx, found.places, 1, args)))
  return true
end

local function report(talk, json, message, code, details)
  local next_step = details and details.next
  if json then
    local object = { ok = false, error = { code = code, message = text.plain(message), next = next_step } }
    io.stdout:write(require "leverage.json".encode(object), "\n")
  end
  talk:error("%s", message)
  if next_step then talk:hint("%s", next_step) end
end

--- Runs one command line.
---@param argv table the words; argv[0] is the program's name
---@return integer status
return function(argv)
  local verbose = cli.has(argv, "-v", "-vv", "--verbose")
  local level = cli.has(argv, "-q", "--quiet") and 0 or verbose and 2 or 1
  local talk = log.new { stream = io.stderr, level = level, colour = colour_wanted(2) }
  local json = cli.wants_json(argv)
  local ok, done, message, code, details = pcall(try.catch, run, argv, talk)
  if ok and done then return 0 end
  if host.signal() or code == "interrupted" then
    if host.signal() == 2 then io.stderr:write("\n") end
    return 128 + (host.signal() or 2)
  end
  if not ok then
    local traceback = tostring(done)
    message = "this is a bug in leverage or in a script: " .. (verbose and traceback or traceback:match("^[^\n]*"))
    code, details = "failed", not verbose and { next = "the same with -v, for the traceback" } or nil
  end
  report(talk, json, message, code, details)
  return exit[code] or 1
end
