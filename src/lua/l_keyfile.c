/*
 * lev.keyfile: access keys out of CSV, JSON and INI files (keyfile.h).
 *
 *     keyfile.parse(text, name) -> list of { user, profile, access_key_id, secret_access_key, session_token }
 *
 * text is a string or a secret; secret_access_key and session_token are secrets; user, profile and session_token may be
 * nil. Failure is nil, message, "broken_file", and the message holds nothing of the file.
 */
#include "keyfile.h"
#include "lev_lua.h"
#include "modules.h"

#include <string.h>

#define KEYFILE_CLASS "lev.keyfile"

static void push_entry(lua_State *L, const struct lev_keyfile *keys, const struct lev_keyfile_entry *entry)
{
  static const char *const names[] = { "user", "profile", "access_key_id", "secret_access_key", "session_token" };
  lua_createtable(L, 0, LEV_KEYFILE_FIELDS);
  for (int field = 0; field < LEV_KEYFILE_FIELDS; field++) {
    struct lev_keyfile_value value = entry->fields[field];
    if (value.len == 0)
      continue;
    if (field == LEV_KEYFILE_SECRET || field == LEV_KEYFILE_TOKEN)
      lev_lua_push_secret(L, keys->bytes.data + value.at, value.len);
    else
      lua_pushlstring(L, keys->bytes.data + value.at, value.len);
    lua_setfield(L, -2, names[field]);
  }
}

static int l_keyfile_parse(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  struct lev_lua_bytes text = lev_lua_check_bytes(L, 1);
  const char *name = luaL_checkstring(L, 2);
  struct lev_keyfile *keys = lua_newuserdatauv(L, sizeof *keys, 0);
  memset(keys, 0, sizeof *keys);
  luaL_setmetatable(L, KEYFILE_CLASS);
  struct lev_error error;
  enum lev_status status = lev_keyfile_parse(keys, name, text.data, text.len, &error);
  if (status == LEV_OK) {
    lua_createtable(L, (int)keys->count, 0);
    for (size_t i = 0; i < keys->count; i++) {
      push_entry(L, keys, &keys->entries[i]);
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
  }
  lev_keyfile_wipe(keys);
  return status == LEV_OK ? 1 : lev_lua_fail(L, &error);
}

static int l_keyfile_destroy(lua_State *L)
{
  lev_keyfile_wipe(luaL_checkudata(L, 1, KEYFILE_CLASS));
  return 0;
}

int luaopen_lev_keyfile(lua_State *L)
{
  static const luaL_Reg methods[] = { { NULL, NULL } };
  static const luaL_Reg functions[] = { { "parse", l_keyfile_parse }, { NULL, NULL } };
  lev_lua_class(L, KEYFILE_CLASS, methods, l_keyfile_destroy);
  luaL_newlib(L, functions);
  return 1;
}
