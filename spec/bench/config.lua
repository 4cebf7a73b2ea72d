-- Config files: the 25 keys of five account profiles set in files of 10, 1,000 and 10,000 profiles, through the
-- document and the transaction with its backup, beside plain C that reads, writes, syncs and renames the same bytes.
local bench = require "spec.bench.bench"
local home = require "spec.support.home"
local host = require "lev.host"
local ini = require "lev.ini"
local txn = require "lev.txn"

local quote = home.quote

local function profile(number)
  return ([[
[profile other-%05d]
output = json
region = us-east-1
role_arn = arn:aws:iam::%012d:role/DevOps   # everyday work
source_profile = other

]]):format(number, number)
end

local function config(profiles)
  local list = {}
  for number = 1, profiles do list[number] = profile(number) end
  return table.concat(list)
end

local function set_keys(document)
  for account = 1, 5 do
    local section = "profile ac-account" .. account .. "-devops"
    for key, value in pairs {
      output = "json", region = "us-east-1", source_profile = "ac-security",
      role_arn = ("arn:aws:iam::%012d:role/DevOps"):format(account),
      mfa_serial = "arn:aws:iam::111122223333:mfa/ana",
    } do
      assert(document:set(section, key, value))
    end
  end
end

-- What plan.apply does; milliseconds.
local function change(folder, paths, protection)
  local start = host.clock()
  do
    local transaction <close> = assert(txn.open {
      state_dir = folder:at "state", command = "bench", project = folder.path, keep = 10,
    })
    for _, path in ipairs(paths) do assert(transaction:add(path, protection)) end
    assert(transaction:lock(0))
    for number, path in ipairs(paths) do
      local document = assert(ini.parse(assert(transaction:read(number)), path))
      set_keys(document)
      assert(transaction:put(number, document:text()))
    end
    assert(transaction:commit())
  end
  return (host.clock() - start) * 1000
end

-- The files as they were, on the disk, so that no sync pays for what happened before.
local function restore(paths, original)
  for _, path in ipairs(paths) do
    assert(os.execute(("rm -f %s && cp %s %s && chmod 600 %s && sync %s %s"):format(quote(path), quote(original), quote(path),
      quote(path), quote(path), quote(path:match "^(.*)/"))))
  end
end

-- Median milliseconds of ours and of the peer, turn by turn.
local function measure(folder, peer, rounds, given)
  local original, changed = folder:write("original", config(given.profiles)), folder:at "changed"
  local paths = {}
  for index = 1, given.files or 1 do paths[index] = folder:write(("files/%d/config"):format(index), "") end
  local ours, theirs = {}, {}
  local command = { quote(peer) }
  for _, path in ipairs(paths) do command[#command + 1] = quote(path) .. " " .. quote(changed) end
  for round = 0, rounds do -- the first does not count
    restore(paths, original)
    collectgarbage()
    ours[round] = change(folder, paths, given.protection)
    if round == 0 then assert(os.execute(("cp %s %s"):format(quote(paths[1]), quote(changed)))) end
    restore(paths, original)
    theirs[round] = tonumber((bench.output(table.concat(command, " "))))
  end
  return bench.median(ours), bench.median(theirs)
end

return function(options)
  local rounds = options.quick and 1 or 31
  return bench.with_folder(function(folder)
    local peer = bench.compile(folder, "config_io")
    local rows, times = {}, {}
    for _, size in ipairs(options.quick and { 10, 20, 30 } or { 10, 1000, 10000 }) do
      local ours, theirs = measure(folder, peer, rounds, { profiles = size })
      times[#times + 1] = ours
      rows[#rows + 1] = bench.at_most(("25 keys set in a config of %d profiles, beside plain C I/O"):format(size), ours, theirs, 2)
    end
    rows[#rows + 1] = bench.at_most("the largest, beside linear growth", times[3], 10 * times[2], 1)
    rows[#rows + 1] = bench.beside("25 keys set in 1000 profiles on locked pages (credentials)",
      measure(folder, peer, rounds, { profiles = 1000, protection = "private" }))
    rows[#rows + 1] = bench.beside("25 keys set in each of 4 files of 10 profiles, one transaction",
      measure(folder, peer, rounds, { profiles = 10, files = 4 }))
    return rows
  end)
end
