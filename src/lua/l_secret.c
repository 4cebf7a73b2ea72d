/*
 * lev.secret: opaque bytes for scripts. They print as "(secret)", compare in constant time, do not concatenate;
 * `expose` is the one way out.
 */
#include "lev_lua.h"
#include "modules.h"

/* secret.new(string) -> secret */
static int l_secret_new(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  size_t len;
  const char *bytes = luaL_checklstring(L, 1, &len);
  lev_lua_push_secret(L, bytes, len);
  return 1;
}

/* secret.is(value) -> boolean */
static int l_secret_is(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  lua_pushboolean(L, lev_lua_is_secret(L, 1));
  return 1;
}

/* secret:expose() -> string */
static int l_secret_expose(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  const struct lev_secret *secret = lev_lua_check_secret(L, 1);
  lua_pushlstring(L, secret->data == NULL ? "" : secret->data, secret->len);
  return 1;
}

static int l_secret_len(lua_State *L)
{
  lua_pushinteger(L, (lua_Integer)lev_lua_check_secret(L, 1)->len);
  return 1;
}

static int l_secret_eq(lua_State *L)
{
  const struct lev_secret *a = luaL_testudata(L, 1, "lev.secret");
  const struct lev_secret *b = luaL_testudata(L, 2, "lev.secret");
  lua_pushboolean(L, a != NULL && b != NULL && lev_secret_equal(a, b));
  return 1;
}

static int l_secret_tostring(lua_State *L)
{
  lev_lua_check_secret(L, 1);
  lua_pushliteral(L, "(secret)");
  return 1;
}

static int l_secret_destroy(lua_State *L)
{
  lev_secret_wipe(lev_lua_check_secret(L, 1));
  return 0;
}

int luaopen_lev_secret(lua_State *L)
{
  static const luaL_Reg methods[] = { { "expose", l_secret_expose }, { NULL, NULL } };
  static const luaL_Reg meta[] = {
    { "__len", l_secret_len }, { "__eq", l_secret_eq }, { "__tostring", l_secret_tostring }, { NULL, NULL }
  };
  static const luaL_Reg functions[] = { { "new", l_secret_new }, { "is", l_secret_is }, { NULL, NULL } };
  lev_lua_class(L, "lev.secret", methods, l_secret_destroy);
  luaL_getmetatable(L, "lev.secret");
  luaL_setfuncs(L, meta, 0);
  lua_pop(L, 1);
  luaL_newlib(L, functions);
  return 1;
}
