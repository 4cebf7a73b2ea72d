/*
 * leverage-spec: runs a Lua script inside the state that ships (allocator, C modules, network module), with the search
 * path widened by the system's Lua folders, so that specs exercise the very code that users run. Not installed.
 *
 *     leverage-spec SCRIPT [ARGS…]
 */
#include "config.h"
#include "lev_lua.h"
#include "state.h"

#include <stdio.h>

static void widen_path(lua_State *L)
{
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "path");
  lua_pushfstring(L, "%s;./?.lua;%s/?.lua;%s/?/init.lua", lua_tostring(L, -1), LEV_ARGPARSE_DIR, LEV_ARGPARSE_DIR);
  lua_setfield(L, -3, "path");
  lua_pop(L, 2);
}

int main(int argc, char **argv)
{
  if (argc < 2) {
    fputs("usage: leverage-spec SCRIPT [ARGS…]\n", stderr);
    return 2;
  }
  lua_State *L = lev_state_open();
  if (L == NULL)
    return 1;
  widen_path(L);
  lua_createtable(L, argc, 0);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - 1);
  }
  lua_setglobal(L, "arg");
  int status = luaL_loadfilex(L, argv[1], "t");
  for (int i = 2; status == LUA_OK && i < argc; i++)
    lua_pushstring(L, argv[i]);
  if (status == LUA_OK)
    status = lua_pcall(L, argc - 2, 0, 0);
  if (status != LUA_OK)
    fprintf(stderr, "leverage-spec: %s\n", lua_tostring(L, -1));
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
