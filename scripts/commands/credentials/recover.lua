-- leverage credentials recover: changes that a killed run left half done, shown and ended.

local WORDS = { old = "as it was before", new = "as it was to become", other = "neither: written by others since" }

local function tell(ctx, journal)
  local json, paths, text = require "leverage.json", require "leverage.paths", require "leverage.text"
  local time = require "leverage.recovery".time(journal)
  local what = journal.is_ours and "leverage " .. journal.command:gsub("-", " ") or "An unknown change"
  ctx:print("%s%s", text.plain(what), time and ", begun " .. time or "")
  ctx:print("  record: %s", text.plain(paths.short(journal.path, ctx.paths.home)))
  local files = {}
  for index, file in ipairs(journal.files) do
    ctx:print("  %s  %s", text.plain(paths.short(file.path, ctx.paths.home)), WORDS[file.state])
    files[index] = { path = file.path, state = file.state }
  end
  if journal.problem then
    ctx:print("  It cannot be completed: %s.", text.plain(journal.problem))
  else
    ctx:print("  It can be completed.")
  end
  return { path = journal.path, command = journal.command, project = journal.project, problem = journal.problem,
    files = json.list(files) }
end

-- What the user wants of a change that cannot be completed: "keep" or "put_back".
local function choose(ctx, args, journal)
  if args.keep_files then return "keep" end
  if args.put_back then return "put_back" end
  local choices = { { label = "Keep the files as they are now and forget the change.", key = "k" } }
  if journal.is_ours then choices[2] = { label = "Put the old files back. A backup will be made.", key = "p" } end
  local chosen = ctx.prompt:select { label = "The change cannot be completed", choices = choices, default = 1,
    needs = "what to do with a change that cannot be completed", flag = "--keep-files or --put-back" }
  return chosen == 1 and "keep" or "put_back"
end

return {
  api = 1,
  summary = "complete or undo changes that a killed run left half done",
  description = [[
A change that was decided and then cut short, by a kill or a power cut, is completed by the next run that writes. Where
that cannot be, because a file was changed by others since or the record is not this machine's, such a run stops and
this command shows what there is. It completes what can be completed, and asks about the rest.]],
  options = {
    { "--keep-files", flag = true, exclusive = "way",
      help = "where a change cannot be completed, keep the files as they are now and forget it" },
    { "--put-back", flag = true, exclusive = "way",
      help = "where a change cannot be completed, put the old files back (a backup is made)" },
    { "--dry-run", flag = true, help = "show what there is, and stop" },
  },
  examples = {
    "leverage credentials recover --dry-run",
    "leverage credentials recover --put-back",
  },
  run = function(ctx, args)
    local json, try = require "leverage.json", require "leverage.try"
    local pending <close> = try(require "leverage.recovery".open(ctx.paths.state, args.dry_run == true))
    local rows = {}
    local journals = pending:list()
    if #journals == 0 then ctx:print("Nothing is left half done.") end
    for number, journal in ipairs(journals) do
      rows[number] = tell(ctx, journal)
      if not args.dry_run then
        local way = not journal.problem and "complete" or choose(ctx, args, journal)
        if way == "complete" then
          try(pending:finish(number))
          ctx:print("  Completed.")
        elseif way == "keep" then
          try(pending:drop(number))
          ctx:print("  Forgotten: the files are as they were found.")
        else
          try(pending:put_back(number, try(require "leverage.policy".keep(ctx.roots))))
          ctx:print("  Put back.")
        end
        rows[number].done = way
      end
    end
    return { changes = json.list(rows), dry_run = args.dry_run == true }
  end,
}
