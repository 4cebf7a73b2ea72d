/* lev.host: what scripts may know of the machine they run on, and the keys that came by the environment. */
#include "environ.h"
#include "lev_lua.h"
#include "modules.h"
#include "signals.h"
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* host.cwd() -> absolute path | nil, message, code */
static int l_host_cwd(lua_State *L)
{
  char path[PATH_MAX];
  lev_lua_arity(L, 0, 0);
  if (getcwd(path, sizeof path) == NULL) {
    struct lev_error error;
    (void)!lev_fail_errno(&error, errno, "the working directory cannot be told");
    return lev_lua_fail(L, &error);
  }
  lua_pushstring(L, path);
  return 1;
}

/* host.name() -> string */
static int l_host_name(lua_State *L)
{
  char name[HOST_NAME_MAX + 1] = "";
  lev_lua_arity(L, 0, 0);
  (void)!gethostname(name, sizeof name - 1);
  lua_pushstring(L, name);
  return 1;
}

/* host.user() -> login name (or the uid in digits), home folder by the user database (or nil) */
static int l_host_user(lua_State *L)
{
  lev_lua_arity(L, 0, 0);
  const struct passwd *user = getpwuid(geteuid());
  if (user == NULL) {
    lua_pushfstring(L, "%d", (int)geteuid());
    return 1;
  }
  lua_pushstring(L, user->pw_name);
  lua_pushstring(L, user->pw_dir);
  return 2;
}

/* host.is_terminal(fd) -> boolean */
static int l_host_is_terminal(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* host.columns(fd) -> integer, nil when fd is no terminal */
static int l_host_columns(lua_State *L)
{
  struct winsize size = { 0 };
  lev_lua_arity(L, 1, 1);
  if (ioctl((int)luaL_checkinteger(L, 1), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    lua_pushinteger(L, size.ws_col);
  else
    lua_pushnil(L);
  return 1;
}

/* host.clock() -> monotonic seconds, a float */
static int l_host_clock(lua_State *L)
{
  struct timespec now;
  lev_lua_arity(L, 0, 0);
  clock_gettime(CLOCK_MONOTONIC, &now);
  lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
  return 1;
}

/* host.credential(name) -> secret | nil: a key that came by the environment */
static int l_host_credential(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  const struct lev_secret *value = lev_environ_get(luaL_checkstring(L, 1));
  if (value == NULL)
    lua_pushnil(L);
  else
    lev_lua_push_secret(L, value->data, value->len);
  return 1;
}

/* host.signal() -> the number of the signal that ends this run, nil for none */
static int l_host_signal(lua_State *L)
{
  lev_lua_arity(L, 0, 0);
  if (lev_signal_pending() == 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, lev_signal_pending());
  return 1;
}

int luaopen_lev_host(lua_State *L)
{
  static const luaL_Reg functions[] = {
    { "cwd", l_host_cwd },
    { "name", l_host_name },
    { "user", l_host_user },
    { "is_terminal", l_host_is_terminal },
    { "columns", l_host_columns },
    { "clock", l_host_clock },
    { "credential", l_host_credential },
    { "signal", l_host_signal },
    { NULL, NULL },
  };
  luaL_newlib(L, functions);
  lua_pushliteral(L, LEV_VERSION);
  lua_setfield(L, -2, "version");
  lua_pushstring(L, lev_lua_data_dir());
  lua_setfield(L, -2, "data_dir");
  return 1;
}
