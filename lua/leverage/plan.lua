-- plan: what a command wants to change, as edits to named files. Making one does no I/O. `preview` shows what it would
-- change, with secrets masked; `apply` does it in one transaction. Both read the files as they are at that moment and
-- edit what they find there, so a plan never carries a file's text, but for a restore: its edit is the whole old text.

local file = require "lev.file"
local secret = require "lev.secret"

local plan = {}
plan.__index = plan

local TEXT_MAX = 64 << 20
local LOCK_WAIT_MS = 10000
local MODULES = { ini = "lev.ini", yaml = "lev.yaml", hcl = "lev.hcl" }

---@class leverage.Edit
---@field op "set"|"remove"|"remove_section"
---@field at (string|integer)[]  section and key of an ini file, the path into a document otherwise
---@field value string|secret|nil
---@field only_if_absent boolean?
---@field after string?  the key behind which a new one goes

---@class leverage.FileEdits
---@field path string  absolute
---@field kind "ini"|"yaml"|"hcl"
---@field protection "private"|"shared"|nil  see txn.h
---@field must_exist boolean?
---@field internal boolean?  our own records, not shown
---@field edits leverage.Edit[]

--- An empty plan.
---@param options { command: string, project: string } words for the backup's name; the project it is counted to
function plan.new(options)
  return setmetatable({ command = options.command, project = options.project, files = {}, by_path = {} }, plan)
end

--- Names a file of the plan; a second call with the same path gives the same entry.
---@param path string absolute
---@param options { kind: string, protection: string?, must_exist: boolean?, internal: boolean? }
---@return leverage.FileEdits
function plan:file(path, options)
  local entry = self.by_path[path]
  if not entry then
    entry = { path = path, kind = options.kind, protection = options.protection, must_exist = options.must_exist,
      internal = options.internal, edits = {} }
    self.by_path[path] = entry
    self.files[#self.files + 1] = entry
  end
  return entry
end

--- Sets a value: `at` is section and key of an ini file, the path into a document otherwise.
---@param entry leverage.FileEdits
---@param at (string|integer)[]
---@param value string|secret
---@param options? { only_if_absent: boolean?, after: string? }
function plan.set(entry, at, value, options)
  options = options or {}
  entry.edits[#entry.edits + 1] = { op = "set", at = at, value = value, only_if_absent = options.only_if_absent,
    after = options.after }
end

--- Removes a key of an ini file, if it is there.
function plan.remove(entry, section, key)
  entry.edits[#entry.edits + 1] = { op = "remove", at = { section, key } }
end

--- Removes a section of an ini file, if it is there.
function plan.remove_section(entry, section)
  entry.edits[#entry.edits + 1] = { op = "remove_section", at = { section } }
end

--- Gives a file of kind "whole" this text.
---@param entry leverage.FileEdits
---@param text string|secret
function plan.replace(entry, text)
  entry.text = text
end

--- Removes a file of kind "whole", if it is there.
---@param entry leverage.FileEdits
function plan.remove_file(entry)
  entry.text = nil
end

local function get(document, kind, at)
  if kind == "ini" then return document:get(at[1], at[2]) end
  return document:get(at)
end

local function put(document, kind, edit)
  if kind == "ini" then return document:set(edit.at[1], edit.at[2], edit.value) end
  return document:set(edit.at, edit.value, edit.after and { after = edit.after } or nil)
end

-- One edit on a document: true and, when something changed, what it was and what it is.
local function apply_edit(document, kind, edit)
  if edit.op == "remove_section" then
    if not document:has(edit.at[1]) then return true end
    local ok, message, code = document:remove(edit.at[1])
    if message then return nil, message, code end
    return true, { at = edit.at, removed = ok }
  end
  local before = get(document, kind, edit.at)
  if edit.op == "remove" then
    if before == nil then return true end
    local ok, message, code = document:remove(edit.at[1], edit.at[2])
    if message then return nil, message, code end
    return true, { at = edit.at, before = before, removed = ok }
  end
  if before == edit.value or (edit.only_if_absent and before ~= nil) then return true end
  local ok, message, code = put(document, kind, edit)
  if not ok then return nil, message, code end
  return true, { at = edit.at, before = before, after = edit.value }
end

-- All edits of a file on its text: the document, and the list of what changed.
local function edit_text(entry, source)
  local document, message, code = require(MODULES[entry.kind]).parse(source, entry.path)
  if not document then return nil, message, code end
  local changes = {}
  for _, edit in ipairs(entry.edits) do
    local ok, change, reason = apply_edit(document, entry.kind, edit)
    if not ok then return nil, ("%s: %s"):format(entry.path, change), reason end
    if change then changes[#changes + 1] = change end
  end
  return document, changes
end

local function empty(entry)
  return entry.protection == "private" and secret.new("") or ""
end

-- A whole file: its text before and after, when they differ; nil stands for no file.
local function preview_whole(entry, source)
  if source == entry.text then return nil end
  return { path = entry.path, exists = source ~= nil, before = source, after = entry.text, changes = {} }
end

--- What would change, file by file; nothing is written. A whole file has its texts as `before` and `after`.
---@return { path: string, exists: boolean, changes: { at: table, before: any, after: any, removed: boolean? }[] }[]?
---@return string? message, string? code
function plan:preview()
  local list = {}
  for _, entry in ipairs(self.files) do
    local source, message, code =
      file.read(entry.path, { secret = entry.protection == "private", regular = true, limit = TEXT_MAX })
    if not source and code ~= "not_found" then return nil, message, code end
    if entry.kind == "whole" then
      list[#list + 1] = preview_whole(entry, source)
    else
      local document, changes, reason = edit_text(entry, source or empty(entry))
      if not document then return nil, changes, reason end
      if #changes > 0 and not entry.internal then
        list[#list + 1] = { path = entry.path, exists = source ~= nil, changes = changes }
      end
    end
  end
  return list
end

-- Takes the locks; what earlier runs left half done is completed by that, or refused.
local function lock(transaction, log)
  local ok, message, code = transaction:lock(0)
  if code == "busy" then
    log:info("waiting: %s", message)
    ok, message, code = transaction:lock(LOCK_WAIT_MS)
    if code == "busy" then message = message .. ", for longer than 10 seconds; run again when it is done" end
  end
  return ok, message, code, code == "refused" and { next = "leverage credentials recover" } or nil
end

local function edit_file(transaction, number, entry)
  local source, exists, code = transaction:read(number)
  if not source then return nil, exists, code end
  if not exists and entry.must_exist then
    return nil, ("%s is gone since it was read; run again"):format(entry.path), "conflict"
  end
  if entry.kind == "whole" then
    if entry.text == nil then return transaction:remove(number) end
    return transaction:put(number, entry.text)
  end
  local document, changes, reason = edit_text(entry, source)
  if not document then return nil, changes, reason == "broken_file" and "conflict" or reason end
  if #changes == 0 then return true end
  local text, message, why = document:text()
  if not text then return nil, message, why end
  return transaction:put(number, text)
end

--- Does it: all files, or none.
---@param options { state_dir: string, keep: integer, log: table, ends_run: boolean? }  ends_run: signals that come once
--- it is decided are held to the end, so that a run which did its work also ends as done
---@return { changed: string[], generation: string?, warnings: string[] }?
---@return string? message, string? code, { next: string }? details
function plan:apply(options)
  local transaction <close>, message, code = require "lev.txn".open {
    state_dir = options.state_dir, command = self.command, project = self.project, keep = options.keep,
    hold_signals = options.ends_run,
  }
  if not transaction then return nil, message, code end
  local numbers = {}
  for index, entry in ipairs(self.files) do
    numbers[index], message, code = transaction:add(entry.path, entry.protection)
    if not numbers[index] then return nil, message, code end
  end
  local ok, details
  ok, message, code, details = lock(transaction, options.log)
  if not ok then return nil, message, code, details end
  for index, entry in ipairs(self.files) do
    ok, message, code = edit_file(transaction, numbers[index], entry)
    if not ok then return nil, message, code end
  end
  ok, message, code = transaction:commit()
  if not ok then return nil, message, code end
  local result = { changed = {}, generation = transaction:generation(), warnings = transaction:warnings() }
  for index, entry in ipairs(self.files) do
    local shown = transaction:changed(numbers[index]) and not entry.internal
    if shown then result.changed[#result.changed + 1] = entry.path end
  end
  return result
end

return plan
