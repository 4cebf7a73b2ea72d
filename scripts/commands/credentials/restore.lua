-- leverage credentials restore: a backup put back, or the list of what there is.

local function tell_list(ctx, list)
  local json, paths, text = require "leverage.json", require "leverage.paths", require "leverage.text"
  local rows = {}
  if #list == 0 then ctx:print("There is no backup of this project.") end
  for index, generation in ipairs(list) do
    ctx:print("%s", generation.name)
    if generation.problem then ctx:print("  %s", text.plain(generation.problem)) end
    if generation.time then
      ctx:print("  %s, before: leverage %s", generation.time, text.plain((generation.command:gsub("-", " "))))
    end
    local files = {}
    for number, entry in ipairs(generation.files or {}) do
      local path = text.plain(paths.short(entry.path, ctx.paths.home))
      ctx:print("    %s%s", path, entry.is_new and "  (did not exist)" or "")
      files[number] = { path = entry.path, existed = not entry.is_new }
    end
    rows[index] = { name = generation.name, time = generation.time, command = generation.command,
      project = generation.project, problem = generation.problem, files = json.list(files) }
  end
  return { generations = json.list(rows) }
end

local function word_for(entry)
  if entry.after == nil then return " (goes: it did not exist then)" end
  return entry.exists and "" or " (comes back)"
end

-- Shows what would change; the rows for -o json.
local function tell_changes(ctx, preview)
  local difference, json = require "leverage.difference", require "leverage.json"
  local paths, text, rows = require "leverage.paths", require "leverage.text", {}
  for index, entry in ipairs(preview) do
    ctx:print("%s%s", text.plain(paths.short(entry.path, ctx.paths.home)), word_for(entry))
    local lines = difference.lines(entry.path, entry.before, entry.after)
    for _, line in ipairs(lines) do
      ctx:print("%s", ctx:paint(line.sign == "-" and "red" or "green", line.sign .. " " .. line.text))
    end
    if #lines == 0 and entry.exists and entry.after ~= nil then ctx:print("  differs in what is not shown here") end
    local action = entry.after == nil and "remove" or entry.exists and "replace" or "create"
    rows[index] = { path = entry.path, action = action }
  end
  return json.list(rows)
end

-- A backup's name, also as the path that commands print.
local function find(ctx, word)
  local backups, try = require "leverage.backups", require "leverage.try"
  if not word then
    return try(backups.newest(ctx.paths.state, require "leverage.project".root(ctx.cwd)))
  end
  return try(backups.read(ctx.paths.state, (word:gsub("/+$", ""):gsub("^.*/backups/", ""))))
end

return {
  api = 1,
  summary = "put a backup of the files back",
  description = [[
Every change keeps what was there before as a backup. This makes the files of one backup what they were then: old texts
come back, files that did not exist then are removed. It is one change by itself, all or nothing, with a backup of its
own: the same command once more takes it back.

Without GENERATION it is the newest backup of this project. What would change is shown first, secrets masked.]],
  arguments = {
    { "GENERATION", args = "?", help = "name of the backup, from --list" },
  },
  options = {
    { "--list", flag = true, help = "show the backups of this project: when, before which command, which files" },
    { "--keep-new", flag = true, help = "leave files where they are that did not exist then" },
    { "--dry-run", flag = true, help = "show what would change, with secrets masked, and stop" },
  },
  examples = {
    "leverage credentials restore --list",
    "leverage credentials restore --dry-run",
    "leverage credentials restore 20260131T120000.000000Z-credentials-configure",
  },
  run = function(ctx, args)
    local backups, json, paths = require "leverage.backups", require "leverage.json", require "leverage.paths"
    local try = require "leverage.try"
    if args.list then
      return tell_list(ctx, try(backups.list(ctx.paths.state, require "leverage.project".root(ctx.cwd))))
    end
    local generation = find(ctx, args.generation)
    local plan = try(backups.plan(generation, { command = ctx.name:gsub(" ", "-"), keep_new = args.keep_new }))
    local preview = try(plan:preview())
    local result = { generation = generation.name, files = tell_changes(ctx, preview), dry_run = args.dry_run == true }
    if #preview == 0 then
      ctx:print("Everything is as it was then: nothing is restored.")
      return result
    elseif args.dry_run then
      ctx:print("Nothing was written: this was a dry run.")
      return result
    end
    local sure = ctx.yes or ctx.prompt:confirm { default = false,
      label = "Make these files what they were at " .. generation.time .. "?",
      needs = "your word that files may be replaced and removed", flag = "--yes" }
    if not sure then
      ctx:print("Nothing is restored.")
      result.files = json.list {}
      return result
    end
    local applied = try(plan:apply { state_dir = ctx.paths.state, log = ctx.log, ends_run = true,
      keep = try(require "leverage.policy".keep(ctx.roots)) })
    for _, warning in ipairs(applied.warnings) do ctx.log:warn("%s", warning) end
    ctx:print("Restored. Backup of what was there: %s", paths.short(applied.generation or "none", ctx.paths.home))
    result.changed, result.backup = json.list(applied.changed), applied.generation
    return result
  end,
}
