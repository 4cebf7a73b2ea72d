/* leverage: argv to a Lua state to leverage.main, and its status back. */
#include "config.h"
#include "environ.h"
#include "lev_lua.h"
#include "library.h"
#include "signals.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static lua_State *running;

static void l_stop(lua_State *L, lua_Debug *where)
{
  (void)where;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "interrupted");
}

/* In the handler: a script that computes for ever ends at its next instruction, as the stand-alone interpreter does it.
 */
static void stop_script(int signal)
{
  (void)signal;
  lua_sethook(running, l_stop, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

/* Calls leverage.main with the words of the command line; returns the exit status. Garbage is collected once a command
   runs (main.lua): what comes before, a page of help too, makes too little to be worth it. */
static int run(lua_State *L, int argc, char **argv)
{
  lua_gc(L, LUA_GCSTOP);
  lua_pushcfunction(L, lev_library_open);
  if (lua_pcall(L, 0, 0, 0) != LUA_OK) {
    fprintf(stderr, "leverage: %s\n", luaL_tolstring(L, -1, NULL));
    return 1;
  }
  lev_state_lock_globals(L);
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
  if (lev_signal_pending() != 0)
    return 128 + lev_signal_pending();
  fprintf(stderr, "leverage: %s\n", luaL_tolstring(L, -1, NULL));
  return 1;
}

/* A standard descriptor that the caller closed would go to the next file that is opened, a credentials file perhaps,
   and what is printed would go into it. Its place is taken by one that cannot be used: reading and writing fail as
   before. */
static bool keep_standard_descriptors(void)
{
  static const int unusable[] = { O_WRONLY, O_RDONLY, O_RDONLY };
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", unusable[fd]) != fd)
      return false;
  return true;
}

int main(int argc, char **argv)
{
  struct lev_error error;
  if (!keep_standard_descriptors())
    return 1;
  if (argc == 2 && strcmp(argv[1], "--version") == 0)
    return puts("leverage " LEV_VERSION) < 0 || fflush(stdout) != 0;
  lev_harden_process();
  running = lev_state_open();
  if (running == NULL) {
    fputs("leverage: not enough memory to start\n", stderr);
    return 1;
  }
  int status = 1;
  if (lev_environ_scrub(&error) != LEV_OK || lev_signals_install(stop_script, &error) != LEV_OK)
    fprintf(stderr, "leverage: %s\n", error.message);
  else
    status = run(running, argc, argv);
  lua_close(running);
  lev_environ_wipe();
  return status;
}
