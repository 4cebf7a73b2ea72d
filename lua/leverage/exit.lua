-- exit: the exit status of each failure code. The codes are what scripts return as third value and what `-o json`
-- shows.

return {
  failed = 1,
  io = 1,
  not_found = 1,
  broken_file = 1,
  usage = 2,
  missing = 2,
  rejected = 3,
  unreachable = 4,
  refused = 5,
  conflict = 5,
  busy = 5,
  untrusted = 5,
  not_configured = 5,
  wrong_account = 5,
}
