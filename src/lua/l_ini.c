/*
 * lev.ini: the AWS shared config and credentials files as documents that are edited in place (ini.h has the rules).
 *
 *     ini.parse(text, name) -> doc                  text: string or secret; name: for messages
 *     doc:get(section, key) -> string|secret|nil    doc:has(section) -> boolean
 *     doc:sections() -> list                        doc:keys(section) -> list, lower case
 *     doc:line(section[, key]) -> integer|nil       doc:problems() -> list of { line, other, message }
 *     doc:set(section, key, value) -> true          doc:remove(section[, key]) -> boolean
 *     doc:text() -> string|secret                   a secret once the document has been given one
 *
 * Every one of them may give nil, message, code ("broken_file" from parse, "refused" from the edits).
 */
#include "ini.h"
#include "lev_lua.h"
#include "modules.h"

#include <string.h>

#define INI_CLASS "lev.ini"

static struct lev_ini *check_doc(lua_State *L)
{
  struct lev_ini *doc = luaL_checkudata(L, 1, INI_CLASS);
  luaL_argcheck(L, doc->name != NULL, 1, "the document is closed");
  return doc;
}

static struct lev_ini_span check_span(lua_State *L, int index)
{
  struct lev_ini_span span = { 0 };
  luaL_checktype(L, index, LUA_TSTRING);
  span.data = lua_tolstring(L, index, &span.len);
  return span;
}

static struct lev_ini_span optional_span(lua_State *L, int index)
{
  return lua_isnoneornil(L, index) ? (struct lev_ini_span){ 0 } : check_span(L, index);
}

static int l_ini_parse(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  struct lev_lua_bytes text = lev_lua_check_bytes(L, 1);
  const char *name = luaL_checkstring(L, 2);
  struct lev_ini *doc = lua_newuserdatauv(L, sizeof *doc, 1);
  memset(doc, 0, sizeof *doc);
  luaL_setmetatable(L, INI_CLASS);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1); /* a string is borrowed; a secret may be closed at any time, so it is copied */
  struct lev_error error;
  const struct lev_ini_span span = { text.data, text.len };
  if (lev_ini_parse(doc, name, span, text.secret, &error) != LEV_OK) {
    lev_ini_wipe(doc);
    return lev_lua_fail(L, &error);
  }
  return 1;
}

static int l_ini_get(lua_State *L)
{
  lev_lua_arity(L, 3, 3);
  struct lev_ini *doc = check_doc(L);
  struct lev_ini_span section = check_span(L, 2), key = check_span(L, 3);
  struct lev_error error;
  struct lev_buf *value = lev_lua_new_buf(L, lev_ini_is_secret(doc, section, key));
  bool found = lev_ini_get(doc, section, key, value);
  if (lev_buf_check(value, &error) != LEV_OK || lev_ini_check(doc, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  if (found)
    lev_lua_push_buf(L, value);
  else
    lua_pushnil(L);
  lev_buf_wipe(value);
  return 1;
}

static int l_ini_has(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  const struct lev_ini *doc = check_doc(L);
  lua_pushboolean(L, lev_ini_has(doc, check_span(L, 2)));
  return 1;
}

static int l_ini_sections(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  const struct lev_ini *doc = check_doc(L);
  size_t cursor = 0;
  struct lev_ini_span name;
  lua_newtable(L);
  for (lua_Integer i = 1; lev_ini_next_section(doc, &cursor, &name); i++) {
    lua_pushlstring(L, name.data, name.len);
    lua_rawseti(L, -2, i);
  }
  return 1;
}

/* Pushes the name in lower case (ASCII, as keys are compared). */
static void push_lower(lua_State *L, struct lev_ini_span name)
{
  luaL_Buffer buffer;
  char *to = luaL_buffinitsize(L, &buffer, name.len);
  for (size_t i = 0; i < name.len; i++)
    to[i] = (char)(name.data[i] | (name.data[i] >= 'A' && name.data[i] <= 'Z' ? 0x20 : 0));
  luaL_pushresultsize(&buffer, name.len);
}

static int l_ini_keys(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  struct lev_ini *doc = check_doc(L);
  struct lev_ini_span section = check_span(L, 2), name;
  struct lev_error error;
  struct lev_ini_cursor cursor = { 0 };
  lua_newtable(L); /* the list */
  lua_newtable(L); /* what is in it */
  for (lua_Integer i = 1; lev_ini_next_key(doc, section, &cursor, &name);) {
    push_lower(L, name);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) != LUA_TNIL) {
      lua_pop(L, 2);
      continue;
    }
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -4, i++);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
  }
  lua_pop(L, 1);
  return lev_ini_check(doc, &error) == LEV_OK ? 1 : lev_lua_fail(L, &error);
}

static int l_ini_line(lua_State *L)
{
  lev_lua_arity(L, 2, 3);
  struct lev_ini *doc = check_doc(L);
  size_t line = lev_ini_line(doc, check_span(L, 2), optional_span(L, 3));
  if (line == 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, (lua_Integer)line);
  return 1;
}

static int l_ini_set(lua_State *L)
{
  lev_lua_arity(L, 4, 4);
  struct lev_ini *doc = check_doc(L);
  struct lev_ini_span section = check_span(L, 2), key = check_span(L, 3);
  struct lev_lua_bytes bytes = lev_lua_check_bytes(L, 4);
  struct lev_error error;
  if (lev_ini_set(doc, section, key, (struct lev_ini_span){ bytes.data, bytes.len }, bytes.secret, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushboolean(L, 1);
  return 1;
}

static int l_ini_remove(lua_State *L)
{
  lev_lua_arity(L, 2, 3);
  struct lev_ini *doc = check_doc(L);
  struct lev_error error;
  bool removed;
  if (lev_ini_remove(doc, check_span(L, 2), optional_span(L, 3), &removed, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushboolean(L, removed);
  return 1;
}

static int l_ini_text(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  const struct lev_ini *doc = check_doc(L);
  struct lev_error error;
  struct lev_buf *text = lev_lua_new_buf(L, doc->secret);
  if (lev_ini_text(doc, text, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lev_lua_push_buf(L, text);
  lev_buf_wipe(text);
  return 1;
}

static void push_problem(lua_State *L, const struct lev_ini_problem *problem)
{
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, problem->line);
  lua_setfield(L, -2, "line");
  lua_pushstring(L, problem->message);
  lua_setfield(L, -2, "message");
  if (problem->other > 0) {
    lua_pushinteger(L, problem->other);
    lua_setfield(L, -2, "other");
  }
}

static int l_ini_problems(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  struct lev_ini *doc = check_doc(L);
  struct lev_error error;
  struct lev_buf *list = lev_lua_new_buf(L, false);
  if (lev_ini_problems(doc, list, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_newtable(L);
  const struct lev_ini_problem *problems = (const struct lev_ini_problem *)(const void *)list->data;
  for (size_t i = 0; i < list->len / sizeof *problems; i++) {
    push_problem(L, &problems[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static int l_ini_destroy(lua_State *L)
{
  lev_ini_wipe(luaL_checkudata(L, 1, INI_CLASS));
  return 0;
}

int luaopen_lev_ini(lua_State *L)
{
  static const luaL_Reg methods[] = {
    { "get", l_ini_get },           { "has", l_ini_has }, { "sections", l_ini_sections }, { "keys", l_ini_keys },
    { "line", l_ini_line },         { "set", l_ini_set }, { "remove", l_ini_remove },     { "text", l_ini_text },
    { "problems", l_ini_problems }, { NULL, NULL },
  };
  static const luaL_Reg functions[] = { { "parse", l_ini_parse }, { NULL, NULL } };
  lev_lua_class(L, INI_CLASS, methods, l_ini_destroy);
  luaL_newlib(L, functions);
  return 1;
}
