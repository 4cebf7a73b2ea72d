/*
 * waiter: a `struct lev_wait` for specs, which says on standard error that it is waiting and then polls. Compiled by
 * the spec that uses it.
 */
#include "wait.h"

#include <lua.h>
#include <poll.h>
#include <unistd.h>

static enum lev_status say_and_wait(void *context, int fd, int timeout_ms, bool *ready, struct lev_error *error)
{
  static const char said[] = "(waiting)";
  struct pollfd polled = { fd, POLLIN, 0 };
  (void)context;
  (void)error;
  if (timeout_ms < 0)
    (void)!write(STDERR_FILENO, said, sizeof said - 1);
  *ready = poll(&polled, 1, timeout_ms) > 0;
  return LEV_OK;
}

int luaopen_waiter(lua_State *L)
{
  static struct lev_wait waiter = { say_and_wait, NULL };
  lua_pushlightuserdata(L, &waiter);
  return 1;
}
