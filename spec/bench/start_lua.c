/*
 * Peer of spec/bench/start.lua: the least that a C program with Lua can be. Opens a state with the standard libraries
 * and ends. Given command scripts, it loads each and prints every text of its head: what a `--help` cannot do without.
 *
 *     start_lua [SCRIPT…]
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>

/* Prints the strings in the table on top of the stack, and in tables inside it. */
static void print_texts(lua_State *L)
{
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    if (lua_type(L, -1) == LUA_TSTRING)
      puts(lua_tostring(L, -1));
    else if (lua_istable(L, -1))
      print_texts(L);
  }
}

int main(int argc, char **argv)
{
  lua_State *L = luaL_newstate();
  if (L == NULL)
    return 1;
  luaL_openlibs(L);
  for (int i = 1; i < argc; i++) {
    if (luaL_dofile(L, argv[i]) != LUA_OK || !lua_istable(L, -1)) {
      fprintf(stderr, "start_lua: %s\n", luaL_tolstring(L, -1, NULL));
      return 1;
    }
    print_texts(L);
    lua_settop(L, 0);
  }
  lua_close(L);
  return 0;
}
