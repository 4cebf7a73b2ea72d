-- The busted runner, started inside leverage-spec: `leverage-spec spec/support/busted.lua [busted's options] [specs]`.
require "busted.runner" { standalone = false }
