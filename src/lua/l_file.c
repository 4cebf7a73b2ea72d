/* lev.file: files and folders for scripts; what is written goes through lev.txn. */
#include "file.h"
#include "lev_lua.h"
#include "modules.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_DEFAULT ((lua_Integer)16 << 20)

static bool option(lua_State *L, int index, const char *name)
{
  if (lua_isnoneornil(L, index))
    return false;
  lua_getfield(L, index, name);
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

static lua_Integer limit_option(lua_State *L, int index)
{
  if (lua_isnoneornil(L, index))
    return LIMIT_DEFAULT;
  lua_getfield(L, index, "limit");
  lua_Integer limit = luaL_optinteger(L, -1, LIMIT_DEFAULT);
  lua_pop(L, 1);
  luaL_argcheck(L, limit > 0, index, "limit must be positive");
  return limit;
}

/* file.read(path, {secret=, regular=, trusted=, limit=}) -> string | secret | nil, message, code */
static int l_file_read(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 1, 2);
  const char *path = luaL_checkstring(L, 1);
  if (!lua_isnoneornil(L, 2))
    luaL_checktype(L, 2, LUA_TTABLE);
  unsigned flags = (option(L, 2, "regular") ? LEV_FILE_REGULAR : 0) | (option(L, 2, "trusted") ? LEV_FILE_TRUSTED : 0);
  size_t limit = (size_t)limit_option(L, 2);
  struct lev_buf *text = lev_lua_new_buf(L, option(L, 2, "secret"));
  if (lev_file_read(text, path, flags, limit, &error) != LEV_OK) {
    lev_buf_wipe(text);
    return lev_lua_fail(L, &error);
  }
  lev_lua_push_buf(L, text);
  lev_buf_wipe(text);
  return 1;
}

/* file.kind(path) -> "file" | "directory" | "other" | nil when there is nothing | nil, message, code when it cannot be
   told, or when there is a link to nothing */
static int l_file_kind(lua_State *L)
{
  struct lev_error error;
  struct stat st;
  lev_lua_arity(L, 1, 1);
  const char *path = luaL_checkstring(L, 1);
  if (stat(path, &st) == 0) {
    lua_pushstring(L, S_ISREG(st.st_mode) ? "file" : S_ISDIR(st.st_mode) ? "directory" : "other");
    return 1;
  }
  int number = errno;
  bool is_doubtful = (number != ENOENT && number != ENOTDIR) || lstat(path, &st) == 0;
  if (is_doubtful && lev_fail_errno(&error, number, "%s cannot be examined", path) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushnil(L);
  return 1;
}

/* file.list(path) -> sorted names | nil, message, code */
static int l_file_list(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 1, 1);
  const char *path = luaL_checkstring(L, 1);
  struct dirent **entries = NULL;
  struct lev_buf *names = lev_lua_new_buf(L, false);
  int count = scandir(path, &entries, NULL, alphasort);
  if (count < 0) {
    enum lev_status status = lev_fail_errno(&error, errno, "%s cannot be listed", path);
    if (status == LEV_IO && (errno == ENOENT || errno == ENOTDIR))
      error.status = LEV_NOT_FOUND;
    return lev_lua_fail(L, &error);
  }
  for (int i = 0; i < count; i++) {
    if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0)
      lev_buf_append(names, entries[i]->d_name, strlen(entries[i]->d_name) + 1);
    free(entries[i]);
  }
  free(entries);
  lua_newtable(L);
  lua_Integer number = 0;
  for (size_t at = 0; at < names->len; at += strlen(names->data + at) + 1) {
    lua_pushstring(L, names->data + at);
    lua_rawseti(L, -2, ++number);
  }
  lev_buf_wipe(names);
  return 1;
}

/* file.real(path) -> absolute path without links | nil, message, code */
static int l_file_real(lua_State *L)
{
  struct lev_error error;
  char real[PATH_MAX];
  lev_lua_arity(L, 1, 1);
  const char *path = luaL_checkstring(L, 1);
  if (realpath(path, real) == NULL) {
    if (lev_fail_errno(&error, errno, "%s cannot be resolved", path) == LEV_IO && errno == ENOENT)
      error.status = LEV_NOT_FOUND;
    return lev_lua_fail(L, &error);
  }
  lua_pushstring(L, real);
  return 1;
}

int luaopen_lev_file(lua_State *L)
{
  static const luaL_Reg functions[] = {
    { "read", l_file_read }, { "kind", l_file_kind }, { "list", l_file_list }, { "real", l_file_real }, { NULL, NULL },
  };
  luaL_newlib(L, functions);
  return 1;
}
