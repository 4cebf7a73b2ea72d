--- Several things at once over one network session.
--
-- Functions given to `all` run as coroutines; each runs until it waits for a ticket of the session, then the others go
-- on. Code that waits does not know whether it runs alone or beside others: `await` is the one place that does. Nothing
-- here is a thread: between two waits a function has the program to itself.
local loop = {}

local groups = setmetatable({}, { __mode = "k" }) -- task (coroutine) → the group it belongs to
local arrived = setmetatable({}, { __mode = "k" }) -- session → ticket → what came for a ticket before anybody asked
local waiting = {} -- session → ticket → task

local resume

-- Starts functions of the group until `limit` of them run.
local function start(group)
  if group.starting then return end -- one that ended at once: the loop below goes on
  group.starting = true
  while group.started < #group.functions and group.started - group.finished < group.limit do
    group.started = group.started + 1
    local index = group.started
    local task = coroutine.create(group.functions[index])
    groups[task] = { group = group, index = index }
    resume(task)
  end
  group.starting = false
end

-- Lets a task go on to its next wait or its end; at the group's end its parent goes on.
function resume(task, ...)
  local results = table.pack(coroutine.resume(task, ...))
  if coroutine.status(task) ~= "dead" then return end
  local group, index = groups[task].group, groups[task].index
  group.finished = group.finished + 1
  if results[1] then
    group.results[index] = table.pack(table.unpack(results, 2, results.n))
  else
    group.raised = group.raised or debug.traceback(task, tostring(results[2]))
  end
  start(group)
  if group.finished == #group.functions and group.parent then
    local parent = group.parent
    group.parent = nil
    resume(parent)
  end
end

local function take(map, session, ticket)
  local tickets = map[session]
  local value = tickets and tickets[ticket]
  if value ~= nil then
    tickets[ticket] = nil
    if next(tickets) == nil then map[session] = nil end
  end
  return value
end

local function put(map, session, ticket, value)
  map[session] = map[session] or {}
  map[session][ticket] = value
end

-- Waits for the next ticket of the session that is over and hands it to whoever waits for it.
local function deliver(session)
  local got = table.pack(session:next())
  if got[1] == nil then return nil, got[2], got[3] end
  local task = take(waiting, session, got[1])
  if task then
    resume(task, table.unpack(got, 2, got.n))
  else
    put(arrived, session, got[1], got)
  end
  return true
end

-- The wait itself failed (a signal): everybody who waits hears of it.
local function fail_all(session, message, code)
  local tickets = waiting[session]
  waiting[session] = nil
  for ticket, task in pairs(tickets) do
    session:cancel(ticket)
    resume(task, nil, message, code)
  end
end

--- Waits for a ticket of `session:start` or `session:timer`; other tasks run meanwhile.
---@param session table
---@param ticket integer
---@return table|boolean|nil response, string? message, string? code, string? kind
function loop.await(session, ticket)
  local kept = take(arrived, session, ticket)
  if not kept and groups[coroutine.running()] then
    put(waiting, session, ticket, (coroutine.running()))
    return coroutine.yield()
  end
  while not kept do
    local ok, message, code = deliver(session)
    if not ok then
      session:cancel(ticket)
      return nil, message, code
    end
    kept = take(arrived, session, ticket)
  end
  return table.unpack(kept, 2, kept.n)
end

--- Waits for some milliseconds; other tasks run meanwhile.
---@param session table
---@param ms integer
---@return true|nil done, string? message, string? code
function loop.sleep(session, ms)
  local ticket, message, code = session:timer(ms)
  if not ticket then return nil, message, code end
  return loop.await(session, ticket)
end

--- Runs functions beside each other and waits for all of them. They share one session. A failure of one (its results
--- are nil, message, code) leaves the others alone; one that raises is raised again when all have ended.
---@param functions (fun(): ...)[]
---@param limit integer?  how many run at once; all by default
---@return table[] results  of each function in order, as by table.pack
function loop.all(functions, limit)
  local group = { functions = functions, results = {}, started = 0, finished = 0, limit = limit or #functions }
  start(group)
  local task = coroutine.running()
  if groups[task] and group.finished < #functions then
    group.parent = task
    coroutine.yield()
  end
  while group.finished < #functions do
    local session = next(waiting)
    if not session then error("a task waits for something else than the network", 2) end
    local ok, message, code = deliver(session)
    if not ok then fail_all(session, message, code) end
  end
  if group.raised then error(group.raised, 0) end
  return group.results
end

return loop
