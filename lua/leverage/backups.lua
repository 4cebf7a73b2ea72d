-- backups: the generations that transactions keep, read back: which there are, what each holds, and the plan that puts
-- one back. A kept text is used only when its hash is the one in the manifest.

local file = require "lev.file"
local plan = require "leverage.plan"
local text = require "leverage.text"
local txn = require "lev.txn"

local backups = {}

local TEXT_MAX = 64 << 20
local NAME = "^(%d%d%d%d)(%d%d)(%d%d)T(%d%d)(%d%d)(%d%d)%.%d+Z%-[%w._-]+$"

---@alias leverage.Kept { path: string, is_new: boolean?, mode: integer?, hash: string?, kept: string? }
---@class leverage.Generation
---@field name string
---@field path string its folder
---@field time string
---@field command string before which it was made
---@field project string
---@field files leverage.Kept[]

local function damaged(name, reason)
  return nil, ("the backup %s is damaged: %s"):format(text.plain(name), reason), "broken_file"
end

-- One line of a manifest below its head.
local function parse_file(line)
  local mode, hash, kept, path = line:match("^file (%d+) (%x+) ([%w._-]+) (/.+)$")
  if mode and #hash == 64 and #mode <= 5 and not kept:match("^%.") and tonumber(mode, 8) then
    return { path = path, mode = tonumber(mode, 8), hash = hash, kept = kept }
  end
  path = line:match("^new (/.+)$")
  return path and { path = path, is_new = true }
end

local function parse_manifest(source)
  local command, project, rest = source:match("^leverage backup 1\ncommand ([^\n]+)\nproject (/[^\n]*)\n(.*)$")
  if not command then return nil, "its manifest is not one that this leverage knows" end
  local found, seen = { command = command, project = project, files = {} }, {}
  for line in rest:gmatch("([^\n]*)\n") do
    local entry = parse_file(line)
    if not entry or seen[entry.path] then return nil, "its manifest is malformed" end
    seen[entry.path] = true
    found.files[#found.files + 1] = entry
  end
  if #found.files == 0 or source:sub(-1) ~= "\n" then return nil, "its manifest is cut short" end
  return found
end

--- One generation: its manifest, not yet its texts.
---@param state_dir string
---@param name string
---@return leverage.Generation?
---@return string? message, string? code, { next: string }? details
function backups.read(state_dir, name)
  local year, month, day, hour, minute, second = name:match(NAME)
  local path = ("%s/backups/%s"):format(state_dir, name)
  if not year or file.kind(path) ~= "directory" then
    return nil, ("there is no backup '%s'"):format(text.plain(name)), "not_found",
      { next = "leverage credentials restore --list" }
  end
  local source, message, code = file.read(path .. "/manifest", { regular = true, limit = 1 << 20 })
  if not source then return damaged(name, code == "not_found" and "it has no manifest" or message) end
  local found
  found, message = parse_manifest(source)
  if not found then return damaged(name, message) end
  found.name, found.path = name, path
  found.time = ("%s-%s-%s %s:%s:%s UTC"):format(year, month, day, hour, minute, second)
  return found
end

--- All generations of a project, the newest first; of every project without one. What cannot be read has a `problem`
--- and, for want of its project, belongs to all.
---@param state_dir string
---@param project string?
---@return (leverage.Generation | { name: string, path: string, problem: string })[]?
---@return string? message, string? code
function backups.list(state_dir, project)
  local names, message, code = file.list(state_dir .. "/backups")
  if not names and code ~= "not_found" then return nil, message, code end
  local found = {}
  for index = #(names or {}), 1, -1 do
    local name = names[index]
    if name:match(NAME) then
      local generation, reason = backups.read(state_dir, name)
      generation = generation or { name = name, path = ("%s/backups/%s"):format(state_dir, name), problem = reason }
      if generation.problem or not project or generation.project == project then found[#found + 1] = generation end
    end
  end
  return found
end

--- The newest generation of a project.
---@return leverage.Generation?
---@return string? message, string? code
function backups.newest(state_dir, project)
  local list, message, code = backups.list(state_dir, project)
  if not list then return nil, message, code end
  for _, generation in ipairs(list) do
    if not generation.problem then return generation end
  end
  return nil, ("there is no backup of the project %s"):format(project), "not_found"
end

-- project.yaml and the like belong to a team; anything else that was ours alone is read as a secret.
local function protection_of(entry)
  if entry.path:match("%.ya?ml$") or entry.path:match("%.tfvars$") then return "shared" end
  return (not entry.mode or entry.mode & 63 == 0) and "private" or nil
end

local function kept_text(generation, entry)
  local path = ("%s/%s"):format(generation.path, entry.kept)
  local source, message, code =
    file.read(path, { secret = protection_of(entry) == "private", regular = true, limit = TEXT_MAX })
  if not source then
    return damaged(generation.name, code == "not_found" and ("the text of %s is missing"):format(entry.path) or message)
  end
  if txn.sha256(source) ~= entry.hash then
    return damaged(generation.name, ("the text of %s is not the one that was kept"):format(entry.path))
  end
  return source
end

--- The plan that makes the files what they were: old texts come back, files that did not exist then go.
---@param generation leverage.Generation
---@param options { command: string, keep_new: boolean? } keep_new: what did not exist then stays
---@return table? plan
---@return string? message, string? code
function backups.plan(generation, options)
  local made = plan.new { command = options.command, project = generation.project }
  for _, entry in ipairs(generation.files) do
    local edits = { kind = "whole", protection = protection_of(entry) }
    if not entry.is_new then
      local source, message, code = kept_text(generation, entry)
      if not source then return nil, message, code end
      plan.replace(made:file(entry.path, edits), source)
    elseif not options.keep_new then
      plan.remove_file(made:file(entry.path, edits))
    end
  end
  return made
end

return backups
