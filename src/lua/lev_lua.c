/* lev_lua: see lev_lua.h. */
#include "lev_lua.h"

#include <string.h>

#define BUF_CLASS "lev.buf"

int lev_lua_fail(lua_State *L, const struct lev_error *error)
{
  lua_pushnil(L);
  lua_pushstring(L, error->message);
  lua_pushstring(L, lev_status_code(error->status));
  return 3;
}

void lev_lua_arity(lua_State *L, int least, int most)
{
  int given = lua_gettop(L);
  if (given < least || given > most)
    luaL_error(L, "wrong number of arguments (%d given)", given);
}

void lev_lua_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction destroy)
{
  if (luaL_newmetatable(L, name)) {
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, destroy);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__gc");
    lua_setfield(L, -2, "__close");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
}

bool lev_lua_is_secret(lua_State *L, int index)
{
  return luaL_testudata(L, index, "lev.secret") != NULL;
}

struct lev_lua_bytes lev_lua_check_bytes(lua_State *L, int index)
{
  struct lev_lua_bytes bytes = { 0 };
  const struct lev_secret *secret = luaL_testudata(L, index, "lev.secret");
  if (secret != NULL) {
    bytes.data = secret->data;
    bytes.len = secret->len;
    bytes.secret = true;
  } else if (lua_type(L, index) == LUA_TSTRING) {
    bytes.data = lua_tolstring(L, index, &bytes.len);
  } else {
    luaL_typeerror(L, index, "string or secret");
  }
  return bytes;
}

struct lev_secret *lev_lua_new_secret(lua_State *L)
{
  struct lev_secret *secret = lua_newuserdatauv(L, sizeof *secret, 0);
  memset(secret, 0, sizeof *secret);
  luaL_setmetatable(L, "lev.secret");
  return secret;
}

struct lev_secret *lev_lua_check_secret(lua_State *L, int index)
{
  return luaL_checkudata(L, index, "lev.secret");
}

void lev_lua_push_secret(lua_State *L, const char *bytes, size_t len)
{
  struct lev_error error;
  struct lev_secret *secret = lev_lua_new_secret(L);
  if (lev_secret_init(secret, bytes, len, &error) != LEV_OK)
    luaL_error(L, "%s", error.message);
}

void lev_lua_push_buf(lua_State *L, const struct lev_buf *buf)
{
  if (buf->secret)
    lev_lua_push_secret(L, buf->data, buf->len);
  else
    lua_pushlstring(L, buf->data == NULL ? "" : buf->data, buf->len);
}

static int l_buf_destroy(lua_State *L)
{
  lev_buf_wipe(luaL_checkudata(L, 1, BUF_CLASS));
  return 0;
}

struct lev_buf *lev_lua_new_buf(lua_State *L, bool secret)
{
  static const luaL_Reg none[] = { { NULL, NULL } };
  lev_lua_class(L, BUF_CLASS, none, l_buf_destroy);
  struct lev_buf *buf = lua_newuserdatauv(L, sizeof *buf, 0);
  memset(buf, 0, sizeof *buf);
  buf->secret = secret;
  luaL_setmetatable(L, BUF_CLASS);
  return buf;
}
