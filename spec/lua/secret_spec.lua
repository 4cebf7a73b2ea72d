-- lev.secret: opaque to scripts, with one way out.
local secret = require "lev.secret"

describe("a secret", function()
  it("gives its bytes by expose only", function()
    local s = secret.new("wJalr\0tail")
    assert.equal("wJalr\0tail", s:expose())
    assert.equal("(secret)", tostring(s))
    assert.equal(10, #s)
    assert.has_error(function() return s .. "" end)
    assert.has_error(function() return ("%d"):format(s) end)
  end)

  it("is equal to a secret of the same bytes, and to nothing else", function()
    assert.is_true(secret.new("abc") == secret.new("abc"))
    assert.is_false(secret.new("abc") == secret.new("abd"))
    assert.is_false(secret.new("abc") == secret.new("abcd"))
    assert.is_true(secret.new("") == secret.new(""))
    assert.is_true(secret.is(secret.new("x")))
    assert.is_false(secret.is("x"))
  end)

  it("keeps its metatable and its destructor to itself", function()
    local s = secret.new("abc")
    assert.is_false(getmetatable(s))
    assert.is_nil(s.__gc)
    assert.has_error(function() secret.new() end)
    assert.has_error(function() secret.new("a", "b") end)
  end)

  it("is empty after it was closed", function()
    local kept
    do
      local s <close> = secret.new("abc")
      kept = s
    end
    assert.equal(0, #kept)
    assert.equal("", kept:expose())
  end)
end)
