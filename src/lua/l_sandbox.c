/*
 * lev.sandbox: a Lua state of its own for policies. In it are string, table, math, utf8 and the harmless basic
 * functions, nothing else: no require, load, pcall, io, os, debug, no metatables. Data goes in and comes out by copy:
 * nil, booleans, numbers, strings, and tables of them, no deeper than 32 tables. A value that is a function comes out
 * as nil.
 *
 * Several sources can have one name; they are loaded from the one that is replaced to the one that replaces, and each
 * sees what it replaces by `policy.inherit(name)`.
 */
#include "lev_lua.h"
#include "modules.h"
#include "state.h"

#include <lualib.h>
#include <string.h>

#define SANDBOX_CLASS "lev.sandbox"
#define DEPTH_MAX 32
#define LOADED                                                                                                         \
  "lev.sandbox.loaded" /* registry of the inner state: name -> the table that its newest source returned  \
                                     */

struct sandbox {
  lua_State *inner;
};

static struct sandbox *check_open(lua_State *L)
{
  struct sandbox *sandbox = luaL_checkudata(L, 1, SANDBOX_CLASS);
  luaL_argcheck(L, sandbox->inner != NULL, 1, "the sandbox is closed");
  return sandbox;
}

/* Everything that touches both states runs under lua_pcall of the inner one; what can raise in the outer one is done
   while the inner stack needs no unwinding (it is reset before each call). */

static bool copy(lua_State *from, int index, lua_State *to, int depth);

static bool copy_table(lua_State *from, int index, lua_State *to, int depth)
{
  if (depth == DEPTH_MAX || !lua_checkstack(from, 4) || !lua_checkstack(to, 4))
    return false;
  index = lua_absindex(from, index);
  lua_newtable(to);
  lua_pushnil(from);
  while (lua_next(from, index) != 0) {
    int key = lua_type(from, -2);
    if (key != LUA_TSTRING && key != LUA_TNUMBER && key != LUA_TBOOLEAN)
      return false;
    if (!copy(from, -2, to, depth + 1) || !copy(from, -1, to, depth + 1))
      return false;
    lua_rawset(to, -3);
    lua_pop(from, 1);
  }
  return true;
}

/* Pushes a copy on `to`; false for what cannot be copied, with the stacks left as they are. */
static bool copy(lua_State *from, int index, lua_State *to, int depth)
{
  size_t len;
  const char *text;
  switch (lua_type(from, index)) {
  case LUA_TNONE:
  case LUA_TNIL:
  case LUA_TFUNCTION: lua_pushnil(to); return true;
  case LUA_TBOOLEAN: lua_pushboolean(to, lua_toboolean(from, index)); return true;
  case LUA_TNUMBER:
    if (lua_isinteger(from, index))
      lua_pushinteger(to, lua_tointeger(from, index));
    else
      lua_pushnumber(to, lua_tonumber(from, index));
    return true;
  case LUA_TSTRING:
    text = lua_tolstring(from, index, &len);
    lua_pushlstring(to, text, len);
    return true;
  case LUA_TTABLE: return copy_table(from, index, to, depth);
  default: return false;
  }
}

/* policy.inherit(name): what the source that is being loaded replaces, or another policy that was loaded before. */
static int l_inherit(lua_State *inner)
{
  const char *name = luaL_checkstring(inner, 1);
  lua_getfield(inner, LUA_REGISTRYINDEX, LOADED);
  if (lua_getfield(inner, -1, name) != LUA_TTABLE)
    return luaL_error(inner, "there is no policy '%s' to inherit from", name);
  return 1;
}

static void keep_globals(lua_State *inner, const char *const *names)
{
  lua_pushglobaltable(inner);
  lua_newtable(inner);
  for (; *names != NULL; names++) {
    lua_getfield(inner, -2, *names);
    lua_setfield(inner, -2, *names);
  }
  lua_rawseti(inner, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pop(inner, 1);
}

static int open_inner(lua_State *inner)
{
  static const char *const basics[] = { "assert", "error",    "ipairs", "next",     "pairs",
                                        "select", "tonumber", "type",   "tostring", "_VERSION",
                                        "string", "table",    "math",   "utf8",     NULL };
  luaL_requiref(inner, LUA_GNAME, luaopen_base, 1);
  luaL_requiref(inner, LUA_STRLIBNAME, luaopen_string, 1);
  luaL_requiref(inner, LUA_TABLIBNAME, luaopen_table, 1);
  luaL_requiref(inner, LUA_MATHLIBNAME, luaopen_math, 1);
  luaL_requiref(inner, LUA_UTF8LIBNAME, luaopen_utf8, 1);
  lua_settop(inner, 0);
  keep_globals(inner, basics);
  lua_getglobal(inner, "string");
  lua_pushnil(inner);
  lua_setfield(inner, -2, "dump");
  lua_newtable(inner);
  lua_setfield(inner, LUA_REGISTRYINDEX, LOADED);
  lua_createtable(inner, 0, 1);
  lua_pushcfunction(inner, l_inherit);
  lua_setfield(inner, -2, "inherit");
  lua_setglobal(inner, "policy");
  return 0;
}

/* sandbox.open() -> sandbox */
static int l_sandbox_open(lua_State *L)
{
  lev_lua_arity(L, 0, 0);
  struct sandbox *sandbox = lua_newuserdatauv(L, sizeof *sandbox, 0);
  memset(sandbox, 0, sizeof *sandbox);
  luaL_setmetatable(L, SANDBOX_CLASS);
  sandbox->inner = lua_newstate(lev_state_alloc, NULL);
  if (sandbox->inner == NULL)
    return luaL_error(L, "not enough memory");
  lua_pushcfunction(sandbox->inner, open_inner);
  if (lua_pcall(sandbox->inner, 0, 0, 0) != LUA_OK)
    return luaL_error(L, "not enough memory");
  return 1;
}

/* Pushes nil and the inner state's error on the outer one. */
static int inner_error(lua_State *L, lua_State *inner)
{
  size_t len;
  const char *message = lua_tolstring(inner, -1, &len);
  lua_pushnil(L);
  if (message != NULL)
    lua_pushlstring(L, message, len);
  else
    lua_pushfstring(L, "(an error that is a %s)", luaL_typename(inner, -1));
  lua_pushliteral(L, "failed");
  return 3;
}

/* Runs in the inner state: (chunk, name) -> records what the chunk returns. */
static int load_inner(lua_State *inner)
{
  lua_pushvalue(inner, 1);
  lua_call(inner, 0, 1);
  if (!lua_istable(inner, -1))
    return luaL_error(inner, "%s: a policy must return a table, not a %s", lua_tostring(inner, 3),
                      luaL_typename(inner, -1));
  lua_getfield(inner, LUA_REGISTRYINDEX, LOADED);
  lua_pushvalue(inner, -2);
  lua_setfield(inner, -2, lua_tostring(inner, 2));
  return 0;
}

/* sandbox:load(name, source, path) -> true | nil, message, code */
static int l_sandbox_load(lua_State *L)
{
  lev_lua_arity(L, 4, 4);
  struct sandbox *sandbox = check_open(L);
  size_t name_len, source_len, path_len;
  const char *name = luaL_checklstring(L, 2, &name_len);
  const char *source = luaL_checklstring(L, 3, &source_len);
  const char *path = luaL_checklstring(L, 4, &path_len);
  const char *chunk_name = lua_pushfstring(L, "@%s", path);
  lua_State *inner = sandbox->inner;
  lua_settop(inner, 0);
  lua_pushcfunction(inner, load_inner);
  int status = luaL_loadbufferx(inner, source, source_len, chunk_name, "t");
  if (status == LUA_OK) {
    lua_pushlstring(inner, name, name_len);
    lua_pushlstring(inner, path, path_len);
    status = lua_pcall(inner, 3, 0, 0);
  }
  if (status != LUA_OK)
    return inner_error(L, inner);
  lua_pushboolean(L, 1);
  return 1;
}

/* sandbox:get(name) -> a copy of what the policy returned, functions left out | nil */
static int l_sandbox_get(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  lua_State *inner = check_open(L)->inner;
  lua_settop(inner, 0);
  lua_getfield(inner, LUA_REGISTRYINDEX, LOADED);
  lua_getfield(inner, -1, luaL_checkstring(L, 2));
  if (!copy(inner, -1, L, 0))
    return luaL_error(L, "policy '%s' holds what cannot be copied", lua_tostring(L, 2));
  return 1;
}

/* sandbox:has(name, field) -> whether the policy has that function */
static int l_sandbox_has(lua_State *L)
{
  lev_lua_arity(L, 3, 3);
  lua_State *inner = check_open(L)->inner;
  const char *name = luaL_checkstring(L, 2);
  const char *field = luaL_checkstring(L, 3);
  lua_settop(inner, 0);
  lua_getfield(inner, LUA_REGISTRYINDEX, LOADED);
  bool has = lua_getfield(inner, -1, name) == LUA_TTABLE && lua_getfield(inner, -1, field) == LUA_TFUNCTION;
  lua_pushboolean(L, has);
  return 1;
}

/* sandbox:call(name, function, args…) -> a copy of its result | nil, message, code */
static int l_sandbox_call(lua_State *L)
{
  struct sandbox *sandbox = check_open(L);
  const char *name = luaL_checkstring(L, 2);
  const char *field = luaL_checkstring(L, 3);
  int count = lua_gettop(L) - 3;
  lua_State *inner = sandbox->inner;
  lua_settop(inner, 0);
  lua_getfield(inner, LUA_REGISTRYINDEX, LOADED);
  if (lua_getfield(inner, -1, name) != LUA_TTABLE || lua_getfield(inner, -1, field) != LUA_TFUNCTION)
    return luaL_error(L, "policy '%s' has no function '%s'", name, field);
  luaL_checkstack(inner, count + 1, "too many arguments");
  for (int i = 4; i <= count + 3; i++)
    if (!copy(L, i, inner, 0))
      return luaL_error(L, "argument %d cannot be handed to a policy", i - 3);
  if (lua_pcall(inner, count, 1, 0) != LUA_OK)
    return inner_error(L, inner);
  if (!copy(inner, -1, L, 0)) {
    lua_settop(L, 3);
    lua_pushnil(L);
    lua_pushfstring(L, "the function '%s' of policy '%s' returned what is not plain data", field, name);
    lua_pushliteral(L, "failed");
    return 3;
  }
  return 1;
}

static int l_sandbox_destroy(lua_State *L)
{
  struct sandbox *sandbox = luaL_checkudata(L, 1, SANDBOX_CLASS);
  if (sandbox->inner != NULL)
    lua_close(sandbox->inner);
  sandbox->inner = NULL;
  return 0;
}

int luaopen_lev_sandbox(lua_State *L)
{
  static const luaL_Reg methods[] = {
    { "load", l_sandbox_load }, { "get", l_sandbox_get }, { "has", l_sandbox_has },
    { "call", l_sandbox_call }, { NULL, NULL },
  };
  static const luaL_Reg functions[] = { { "open", l_sandbox_open }, { NULL, NULL } };
  lev_lua_class(L, SANDBOX_CLASS, methods, l_sandbox_destroy);
  luaL_newlib(L, functions);
  return 1;
}
