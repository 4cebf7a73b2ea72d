/* leverage: argv to a Lua state to leverage.main, and its status back. */
#include "config.h"
#include "lev_lua.h"
#include "state.h"

#include <stdio.h>
#include <string.h>

/* Calls leverage.main with the words of the command line; returns the exit status. */
static int run(lua_State *L, int argc, char **argv)
{
  lua_getglobal(L, "require");
  lua_pushliteral(L, "leverage.main");
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) {
    lua_createtable(L, argc, 0);
    for (int i = 0; i < argc; i++) {
      lua_pushstring(L, argv[i]);
      lua_rawseti(L, -2, i);
    }
    if (lua_pcall(L, 1, 1, 0) == LUA_OK)
      return (int)lua_tointeger(L, -1);
  }
  fprintf(stderr, "leverage: %s\n", luaL_tolstring(L, -1, NULL));
  return 1;
}

int main(int argc, char **argv)
{
  if (argc == 2 && strcmp(argv[1], "--version") == 0)
    return puts("leverage " LEV_VERSION) < 0 || fflush(stdout) != 0;
  lev_harden_process();
  lua_State *L = lev_state_open();
  if (L == NULL) {
    fputs("leverage: not enough memory to start\n", stderr);
    return 1;
  }
  int status = run(L, argc, argv);
  lua_close(L);
  return status;
}
