std = "lua54"
max_line_length = 120
exclude_files = { "spec/support/node_modules" }
files["spec"] = { std = "+busted", max_line_length = false }
files["scripts/policies"] = { read_globals = { "policy" } }
