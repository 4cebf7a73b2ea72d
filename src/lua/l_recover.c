/*
 * lev.recover: changes that earlier runs left half done; see recover.h.
 *
 *     recover.open(state_dir, wait_ms[, only_look]) -> pending
 *                       the folders concerned stay locked until it is closed; with only_look nothing is written
 *     pending:list() -> list of { path, problem?, is_ours, command, project, files = { { path, state } … } }
 *                       state: "old", "new" or "other"
 *     pending:finish(number) -> true       pending:put_back(number, keep) -> true       pending:drop(number) -> true
 *
 * Every one of them may give nil, message, code.
 */
#include "lev_lua.h"
#include "modules.h"
#include "recover.h"

#define RECOVER_CLASS "lev.recover"

struct holder {
  struct lev_recover *recover;
};

static struct lev_recover *check_open(lua_State *L)
{
  struct holder *holder = luaL_checkudata(L, 1, RECOVER_CLASS);
  luaL_argcheck(L, holder->recover != NULL, 1, "it is closed");
  return holder->recover;
}

/* The journal's index in C, from its place in the list. */
static size_t check_index(lua_State *L, const struct lev_recover *recover)
{
  lua_Integer number = luaL_checkinteger(L, 2);
  luaL_argcheck(L, number >= 1 && (size_t)number <= lev_recover_count(recover), 2, "no such journal");
  return (size_t)number - 1;
}

static int done(lua_State *L, enum lev_status status, const struct lev_error *error)
{
  if (status != LEV_OK)
    return lev_lua_fail(L, error);
  lua_pushboolean(L, 1);
  return 1;
}

static int l_recover_open(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 2, 3);
  const char *state_dir = luaL_checkstring(L, 1);
  int wait_ms = (int)luaL_checkinteger(L, 2);
  bool only_look = lua_toboolean(L, 3);
  struct holder *holder = lua_newuserdatauv(L, sizeof *holder, 0);
  holder->recover = NULL;
  luaL_setmetatable(L, RECOVER_CLASS);
  if (lev_recover_open(&holder->recover, state_dir, wait_ms, only_look, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  return 1;
}

static void push_files(lua_State *L, const struct lev_recover *recover, size_t index, size_t count)
{
  static const char *const names[] = { "old", "new", "other" };
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    enum lev_recover_state state;
    lua_createtable(L, 0, 2);
    lua_pushstring(L, lev_recover_file(recover, index, i, &state));
    lua_setfield(L, -2, "path");
    lua_pushstring(L, names[state]);
    lua_setfield(L, -2, "state");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static int l_recover_list(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  const struct lev_recover *recover = check_open(L);
  lua_newtable(L);
  for (size_t i = 0; i < lev_recover_count(recover); i++) {
    const struct lev_recover_journal journal = lev_recover_journal(recover, i);
    lua_createtable(L, 0, 6);
    lua_pushstring(L, journal.path);
    lua_setfield(L, -2, "path");
    lua_pushstring(L, journal.problem);
    lua_setfield(L, -2, "problem");
    lua_pushboolean(L, journal.is_ours);
    lua_setfield(L, -2, "is_ours");
    lua_pushstring(L, journal.command);
    lua_setfield(L, -2, "command");
    lua_pushstring(L, journal.project);
    lua_setfield(L, -2, "project");
    push_files(L, recover, i, journal.file_count);
    lua_setfield(L, -2, "files");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static int l_recover_finish(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 2, 2);
  struct lev_recover *recover = check_open(L);
  return done(L, lev_recover_finish(recover, check_index(L, recover), &error), &error);
}

static int l_recover_put_back(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 3, 3);
  struct lev_recover *recover = check_open(L);
  size_t index = check_index(L, recover);
  int keep = (int)luaL_checkinteger(L, 3);
  return done(L, lev_recover_put_back(recover, index, keep, &error), &error);
}

static int l_recover_drop(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 2, 2);
  struct lev_recover *recover = check_open(L);
  return done(L, lev_recover_drop(recover, check_index(L, recover), &error), &error);
}

static int l_recover_destroy(lua_State *L)
{
  struct holder *holder = luaL_checkudata(L, 1, RECOVER_CLASS);
  lev_recover_close(holder->recover);
  holder->recover = NULL;
  return 0;
}

int luaopen_lev_recover(lua_State *L)
{
  static const luaL_Reg methods[] = {
    { "list", l_recover_list },
    { "finish", l_recover_finish },
    { "put_back", l_recover_put_back },
    { "drop", l_recover_drop },
    { NULL, NULL },
  };
  static const luaL_Reg functions[] = { { "open", l_recover_open }, { NULL, NULL } };
  lev_lua_class(L, RECOVER_CLASS, methods, l_recover_destroy);
  luaL_newlib(L, functions);
  return 1;
}
