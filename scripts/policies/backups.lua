-- How many backups are kept. Copy this file to ~/.config/leverage/policies/backups.lua to change it.

return {
  api = 1,
  summary = "the newest ten backups of each project are kept",
  backups = function()
    return { keep = 10 }
  end,
}
