/* lev.txn: a change to several files, whole or not at all; see txn.h for the order of calls. */
#include "file.h"
#include "lev_lua.h"
#include "modules.h"
#include "txn.h"

#include <string.h>

#define TXN_CLASS "lev.txn"

struct holder {
  struct lev_txn *txn;
  lua_Integer count;
};

static struct holder *check_open(lua_State *L)
{
  struct holder *holder = luaL_checkudata(L, 1, TXN_CLASS);
  luaL_argcheck(L, holder->txn != NULL, 1, "the transaction is closed");
  return holder;
}

/* The file's index in C, from the number that add gave. */
static size_t check_index(lua_State *L, const struct holder *holder)
{
  lua_Integer index = luaL_checkinteger(L, 2);
  luaL_argcheck(L, index >= 1 && index <= holder->count, 2, "no such file in this transaction");
  return (size_t)index - 1;
}

static int done(lua_State *L, enum lev_status status, const struct lev_error *error)
{
  if (status != LEV_OK)
    return lev_lua_fail(L, error);
  lua_pushboolean(L, 1);
  return 1;
}

static const char *string_field(lua_State *L, const char *name)
{
  lua_getfield(L, 1, name);
  return luaL_checkstring(L, -1);
}

/* txn.open{state_dir=, command=, project=, keep=, hold_signals=} -> txn | nil, message, code */
static int l_txn_open(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 1, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  struct lev_txn_options options = {
    .state_dir = string_field(L, "state_dir"),
    .command = string_field(L, "command"),
    .project = string_field(L, "project"),
  };
  lua_getfield(L, 1, "keep");
  options.keep = (int)luaL_checkinteger(L, -1);
  lua_getfield(L, 1, "hold_signals");
  options.hold_signals = lua_toboolean(L, -1);
  struct holder *holder = lua_newuserdatauv(L, sizeof *holder, 0);
  memset(holder, 0, sizeof *holder);
  luaL_setmetatable(L, TXN_CLASS);
  if (lev_txn_open(&holder->txn, &options, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  return 1;
}

/* txn:add(path, "private" | "shared" | nil) -> number | nil, message, code */
static int l_txn_add(lua_State *L)
{
  static const char *const names[] = { "", "private", "shared", NULL };
  static const unsigned flags[] = { 0, LEV_TXN_PRIVATE, LEV_TXN_SHARED };
  struct lev_error error;
  lev_lua_arity(L, 2, 3);
  struct holder *holder = check_open(L);
  const char *path = luaL_checkstring(L, 2);
  unsigned flag = flags[luaL_checkoption(L, 3, "", names)];
  if (lev_txn_add(holder->txn, path, flag, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushinteger(L, ++holder->count);
  return 1;
}

/* txn:lock(wait_ms) -> true | nil, message, code */
static int l_txn_lock(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 2, 2);
  struct holder *holder = check_open(L);
  int wait_ms = (int)luaL_checkinteger(L, 2);
  return done(L, lev_txn_lock(holder->txn, wait_ms, &error), &error);
}

/* txn:read(number) -> text (a secret for a private file), exists | nil, message, code */
static int l_txn_read(lua_State *L)
{
  struct lev_error error;
  const struct lev_buf *text;
  bool exists;
  lev_lua_arity(L, 2, 2);
  struct holder *holder = check_open(L);
  if (lev_txn_read(holder->txn, check_index(L, holder), &text, &exists, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lev_lua_push_buf(L, text);
  lua_pushboolean(L, exists);
  return 2;
}

/* txn:put(number, text) -> true | nil, message, code */
static int l_txn_put(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 3, 3);
  struct holder *holder = check_open(L);
  size_t index = check_index(L, holder);
  struct lev_lua_bytes text = lev_lua_check_bytes(L, 3);
  return done(L, lev_txn_put(holder->txn, index, text.data, text.len, &error), &error);
}

/* txn:remove(number) -> true | nil, message, code */
static int l_txn_remove(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 2, 2);
  struct holder *holder = check_open(L);
  return done(L, lev_txn_remove(holder->txn, check_index(L, holder), &error), &error);
}

/* txn:commit() -> true | nil, message, code */
static int l_txn_commit(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 1, 1);
  return done(L, lev_txn_commit(check_open(L)->txn, &error), &error);
}

/* txn:changed(number) -> boolean */
static int l_txn_changed(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  struct holder *holder = check_open(L);
  lua_pushboolean(L, lev_txn_changed(holder->txn, check_index(L, holder)));
  return 1;
}

/* txn:generation() -> the backup's folder | nil */
static int l_txn_generation(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  lua_pushstring(L, lev_txn_generation(check_open(L)->txn));
  return 1;
}

/* txn:warnings() -> list of lines */
static int l_txn_warnings(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  const struct lev_buf *lines = lev_txn_warnings(check_open(L)->txn);
  lua_newtable(L);
  lua_Integer number = 0;
  for (size_t at = 0; at < lines->len; at += strlen(lines->data + at) + 1) {
    lua_pushstring(L, lines->data + at);
    lua_rawseti(L, -2, ++number);
  }
  return 1;
}

/* txn.sha256(string | secret) -> 64 hexadecimal digits, as manifests have them */
static int l_txn_sha256(lua_State *L)
{
  char hex[65];
  lev_lua_arity(L, 1, 1);
  struct lev_lua_bytes bytes = lev_lua_check_bytes(L, 1);
  lev_file_sha256(bytes.data, bytes.len, hex);
  lua_pushstring(L, hex);
  return 1;
}

static int l_txn_destroy(lua_State *L)
{
  struct holder *holder = luaL_checkudata(L, 1, TXN_CLASS);
  lev_txn_close(holder->txn);
  holder->txn = NULL;
  return 0;
}

int luaopen_lev_txn(lua_State *L)
{
  static const luaL_Reg methods[] = {
    { "add", l_txn_add },           { "lock", l_txn_lock },
    { "read", l_txn_read },         { "put", l_txn_put },
    { "remove", l_txn_remove },     { "commit", l_txn_commit },
    { "changed", l_txn_changed },   { "generation", l_txn_generation },
    { "warnings", l_txn_warnings }, { NULL, NULL },
  };
  static const luaL_Reg functions[] = { { "open", l_txn_open }, { "sha256", l_txn_sha256 }, { NULL, NULL } };
  lev_lua_class(L, TXN_CLASS, methods, l_txn_destroy);
  luaL_newlib(L, functions);
  return 1;
}
