/*
 * lev.yaml and lev.hcl: lossless documents. One binding for both, because they are one idea (document.h): the modules
 * differ in `parse` only.
 */
#include "lev_lua.h"
#include "modules.h"

#include "document.h"
#include "hcl.h"
#include "lev_yaml.h"

#include <string.h>

#define CLASS "lev.document"

typedef enum lev_status parse_function(struct lev_document *doc, const char *text, size_t len, const char *name,
                                       struct lev_error *error);

static int parse_with(lua_State *L, parse_function *parse)
{
  struct lev_error error;
  size_t len;
  lev_lua_arity(L, 2, 2);
  const char *text = luaL_checklstring(L, 1, &len);
  const char *name = luaL_checkstring(L, 2);
  struct lev_document *doc = lua_newuserdatauv(L, sizeof *doc, 0);
  memset(doc, 0, sizeof *doc);
  luaL_setmetatable(L, CLASS);
  if (parse(doc, text, len, name, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  return 1;
}

/* yaml.parse(text, name) -> document | nil, message, code */
static int l_yaml_parse(lua_State *L)
{
  return parse_with(L, lev_yaml_parse);
}

/* hcl.parse(text, name) -> document | nil, message, code */
static int l_hcl_parse(lua_State *L)
{
  return parse_with(L, lev_hcl_parse);
}

static struct lev_document *check_document(lua_State *L)
{
  struct lev_document *doc = luaL_checkudata(L, 1, CLASS);
  luaL_argcheck(L, doc->format != NULL, 1, "the document is closed");
  return doc;
}

/* The path at index 2 as an array in a userdata, which is pushed. Keys borrow from the table's strings. */
static const struct lev_step *check_path(lua_State *L, size_t *steps)
{
  luaL_checktype(L, 2, LUA_TTABLE);
  *steps = lua_rawlen(L, 2);
  luaL_argcheck(L, *steps <= LEV_DOCUMENT_DEPTH_MAX + 1, 2, "the path is too long");
  struct lev_step *path = lua_newuserdatauv(L, (*steps + 1) * sizeof *path, 0);
  for (size_t i = 0; i < *steps; i++) {
    path[i] = (struct lev_step){ 0 };
    int type = lua_rawgeti(L, 2, (lua_Integer)i + 1);
    if (type == LUA_TSTRING)
      path[i].key = lua_tolstring(L, -1, &path[i].len);
    else if (lua_isinteger(L, -1) && lua_tointeger(L, -1) > 0)
      path[i].item = (size_t)lua_tointeger(L, -1);
    else
      luaL_argerror(L, 2, "a path is a list of keys (strings) and positions (integers from 1)");
    lua_pop(L, 1);
  }
  return path;
}

static uint32_t check_node(lua_State *L, const struct lev_document *doc)
{
  size_t steps;
  lev_lua_arity(L, 2, 2);
  const struct lev_step *path = check_path(L, &steps);
  return lev_document_find(doc, path, steps);
}

/* document:kind(path) -> string | nil */
static int l_document_kind(lua_State *L)
{
  const struct lev_document *doc = check_document(L);
  lua_pushstring(L, lev_kind_name(lev_document_kind(doc, check_node(L, doc))));
  return 1;
}

/* document:get(path) -> string | nil */
static int l_document_get(lua_State *L)
{
  const struct lev_document *doc = check_document(L);
  struct lev_span value;
  if (!lev_document_get(doc, check_node(L, doc), &value))
    return 0;
  lua_pushlstring(L, value.data, value.len);
  return 1;
}

/* document:length(path) -> integer | nil */
static int l_document_length(lua_State *L)
{
  const struct lev_document *doc = check_document(L);
  size_t length;
  if (!lev_document_length(doc, check_node(L, doc), &length))
    return 0;
  lua_pushinteger(L, (lua_Integer)length);
  return 1;
}

static bool push_key(void *ud, struct lev_span key)
{
  lua_State *L = ud;
  lua_pushlstring(L, key.data, key.len);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  return true;
}

/* document:keys(path) -> list of strings | nil */
static int l_document_keys(lua_State *L)
{
  const struct lev_document *doc = check_document(L);
  uint32_t node = check_node(L, doc);
  lua_newtable(L);
  return lev_document_keys(doc, node, push_key, L) ? 1 : 0;
}

/* document:position(path) -> line, column | nil */
static int l_document_position(lua_State *L)
{
  const struct lev_document *doc = check_document(L);
  size_t line, column;
  if (!lev_document_position(doc, check_node(L, doc), &line, &column))
    return 0;
  lua_pushinteger(L, (lua_Integer)line);
  lua_pushinteger(L, (lua_Integer)column);
  return 2;
}

/* document:set(path, value [, {after = key}]) -> true | nil, message, code */
static int l_document_set(lua_State *L)
{
  struct lev_document *doc = check_document(L);
  struct lev_span value, after = { 0 };
  struct lev_error error;
  size_t steps;
  lev_lua_arity(L, 3, 4);
  luaL_checktype(L, 3, LUA_TSTRING);
  value.data = lua_tolstring(L, 3, &value.len);
  if (!lua_isnoneornil(L, 4)) {
    luaL_checktype(L, 4, LUA_TTABLE);
    lua_pushliteral(L, "after");
    int type = lua_rawget(L, 4);
    luaL_argcheck(L, type == LUA_TSTRING || type == LUA_TNIL, 4, "`after` is a key");
    after.data = lua_tolstring(L, -1, &after.len); /* the table keeps it */
  }
  const struct lev_step *path = check_path(L, &steps);
  if (lev_document_set(doc, path, steps, value, after, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushboolean(L, 1);
  return 1;
}

/* document:text() -> string | nil, message, code */
static int l_document_text(lua_State *L)
{
  const struct lev_document *doc = check_document(L);
  struct lev_error error;
  lev_lua_arity(L, 1, 1);
  struct lev_buf *text = lev_lua_new_buf(L, false);
  if (lev_document_text(doc, text, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lev_lua_push_buf(L, text);
  lev_buf_wipe(text);
  return 1;
}

static int l_document_destroy(lua_State *L)
{
  lev_document_wipe(luaL_checkudata(L, 1, CLASS));
  return 0;
}

static int open_module(lua_State *L, lua_CFunction parse)
{
  static const luaL_Reg methods[] = { { "kind", l_document_kind },         { "get", l_document_get },
                                      { "length", l_document_length },     { "keys", l_document_keys },
                                      { "position", l_document_position }, { "set", l_document_set },
                                      { "text", l_document_text },         { NULL, NULL } };
  lev_lua_class(L, CLASS, methods, l_document_destroy);
  lua_newtable(L);
  lua_pushcfunction(L, parse);
  lua_setfield(L, -2, "parse");
  return 1;
}

int luaopen_lev_yaml(lua_State *L)
{
  return open_module(L, l_yaml_parse);
}

int luaopen_lev_hcl(lua_State *L)
{
  return open_module(L, l_hcl_parse);
}
