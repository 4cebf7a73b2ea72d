--- Lists that AWS gives page by page, to their end.
--
-- A service that repeats a token, or never stops, must not hold us for ever: both end as "unreachable". Source of the
-- rules: the documentation of ListAccounts and ListMFADevices (a page may be empty and still name a next one).
local paging = {}

paging.MAX_PAGES = 5000

--- Calls `fetch` with each page's token until there is none; the first failure ends it.
---@param what string  the operation, for messages
---@param fetch fun(token: string?): items: table[]?, next_or_message: string?, code: string?, details: table?
---@param most integer?  most pages
---@return table[]? items, string? message, string? code, table? details
function paging.all(what, fetch, most)
  local all, seen, token = {}, {}, nil
  for _ = 1, most or paging.MAX_PAGES do
    local items, following, code, details = fetch(token)
    if not items then return nil, following, code, details end
    table.move(items, 1, #items, #all + 1, all)
    if not following then return all end
    if seen[following] then
      return nil, ("%s: AWS names the same next page twice; the list would never end"):format(what), "unreachable", {}
    end
    seen[following], token = true, following
  end
  return nil, ("%s: the list has more than %d pages"):format(what, most or paging.MAX_PAGES), "unreachable", {}
end

--- The text of a member, or nil when it is absent, empty or no text.
---@param value any
---@return string?
function paging.text(value)
  return type(value) == "string" and value ~= "" and value or nil
end

return paging
