/*
 * waiter: a `struct lev_wait` for specs, that polls and counts. Compiled by the spec that uses it.
 */
#include "wait.h"

#include <lua.h>
#include <lauxlib.h>
#include <poll.h>

static int calls;

static enum lev_status wait_and_count(void *context, int fd, int timeout_ms, bool *ready, struct lev_error *error)
{
  struct pollfd polled = { fd, POLLIN, 0 };
  (void)error;
  ++*(int *)context;
  *ready = poll(&polled, 1, timeout_ms) > 0;
  return LEV_OK;
}

static int l_count(lua_State *L)
{
  lua_pushinteger(L, calls);
  return 1;
}

int luaopen_waiter(lua_State *L)
{
  static struct lev_wait waiter = { wait_and_count, &calls };
  lua_newtable(L);
  lua_pushlightuserdata(L, &waiter);
  lua_setfield(L, -2, "waiter");
  lua_pushcfunction(L, l_count);
  lua_setfield(L, -2, "count");
  return 1;
}
