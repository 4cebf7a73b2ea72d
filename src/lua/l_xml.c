/*
 * lev.xml: an answer of AWS's query services as plain tables.
 *
 *   xml.parse(bytes[, options]) -> { name = …, value = … } | nil, message, "unreachable"
 *
 *   bytes    string or secret
 *   options  sensitive: list of element names whose text is to be secret (below them, too)
 *
 * The value of an element without children is its text: a string, or a secret when sensitive; "" when it is empty, so
 * that an empty list reads as "". The value of an element with children is a table from child name to value. A name
 * that occurs more than once there, and `member` always, has the list of its values. What text and elements are read,
 * dropped and refused, xml.h says.
 */
#include "xml.h"
#include "lev_lua.h"
#include "modules.h"

#include <string.h>

#define DOCUMENT_CLASS "lev.xml.document"
#define SENSITIVE_MAX 16

static int l_document_destroy(lua_State *L)
{
  lev_xml_wipe(luaL_checkudata(L, 1, DOCUMENT_CLASS));
  return 0;
}

static struct lev_xml *push_document(lua_State *L)
{
  struct lev_xml *document = lua_newuserdatauv(L, sizeof *document, 0);
  memset(document, 0, sizeof *document);
  luaL_setmetatable(L, DOCUMENT_CLASS);
  return document;
}

/* Reads options.sensitive; the names stay on the stack. */
static void read_options(lua_State *L, struct lev_xml_options *options, const char *names[SENSITIVE_MAX])
{
  options->sensitive = names;
  if (lua_isnoneornil(L, 2))
    return;
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checkstack(L, SENSITIVE_MAX + 2, NULL);
  if (lua_getfield(L, 2, "sensitive") == LUA_TNIL)
    return;
  int list = lua_gettop(L);
  luaL_argcheck(L, lua_istable(L, list), 2, "sensitive is no list of names");
  lua_Unsigned count = lua_rawlen(L, list);
  luaL_argcheck(L, count <= SENSITIVE_MAX, 2, "too many sensitive names");
  for (lua_Unsigned i = 0; i < count; i++) {
    if (lua_rawgeti(L, list, (lua_Integer)i + 1) != LUA_TSTRING)
      luaL_argerror(L, 2, "a sensitive name is no string");
    names[i] = lua_tostring(L, -1);
  }
  options->sensitive_count = (size_t)count;
}

static void push_name(lua_State *L, const struct lev_xml *document, const struct lev_xml_node *node)
{
  lua_pushlstring(L, document->text.data + node->name, node->name_len);
}

static void push_text(lua_State *L, const struct lev_xml *document, const struct lev_xml_node *node)
{
  if (node->sensitive)
    lev_lua_push_secret(L, document->text.data + node->text, node->text_len);
  else
    lua_pushlstring(L, document->text.data + node->text, node->text_len);
}

static bool is_member(const struct lev_xml *document, const struct lev_xml_node *node)
{
  return node->name_len == 6 && memcmp(document->text.data + node->name, "member", 6) == 0;
}

/* With name and value on top, adds the value to the table at `parent`, and pops both. `lists`, another place on the
 * stack, has the names that have a list already; nil as long as none has. */
static void add_child(lua_State *L, int parent, int lists, bool always_list)
{
  int name = lua_gettop(L) - 1;
  lua_pushvalue(L, name);
  bool is_first = lua_rawget(L, parent) == LUA_TNIL;
  if (is_first && !always_list) {
    lua_pop(L, 1);
    lua_rawset(L, parent);
    return;
  }
  if (lua_isnil(L, lists)) {
    lua_newtable(L);
    lua_replace(L, lists);
  }
  lua_pushvalue(L, name);
  if (lua_rawget(L, lists) == LUA_TNIL) { /* a list from now on, with what was there */
    lua_newtable(L);
    lua_pushvalue(L, name);
    lua_pushvalue(L, -2);
    lua_rawset(L, lists);
    lua_pushvalue(L, name);
    lua_pushvalue(L, -2);
    lua_rawset(L, parent);
    if (!is_first) {
      lua_pushvalue(L, name + 2);
      lua_rawseti(L, -2, 1);
    }
  }
  lua_pushvalue(L, name + 1);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_settop(L, name - 1);
}

/* Pushes the value of a node; as deep as the document, which core bounds. */
static void push_value(lua_State *L, const struct lev_xml *document, uint32_t index)
{
  const struct lev_xml_node *nodes = lev_xml_nodes(document);
  luaL_checkstack(L, 12, NULL);
  if (nodes[index].end == index + 1) {
    push_text(L, document, &nodes[index]);
    return;
  }
  lua_newtable(L);
  lua_pushnil(L);
  int parent = lua_gettop(L) - 1;
  for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end) {
    push_name(L, document, &nodes[child]);
    push_value(L, document, child);
    add_child(L, parent, parent + 1, is_member(document, &nodes[child]));
  }
  lua_settop(L, parent);
}

static int l_xml_parse(lua_State *L)
{
  const char *names[SENSITIVE_MAX];
  struct lev_xml_options options = { 0 };
  struct lev_error error;
  lev_lua_arity(L, 1, 2);
  lev_lua_check_bytes(L, 1);
  read_options(L, &options, names);
  struct lev_xml *document = push_document(L);
  struct lev_lua_bytes bytes = lev_lua_check_bytes(L, 1);
  options.secret = bytes.secret;
  enum lev_status status = lev_xml_parse(document, bytes.data, bytes.len, &options, &error);
  if (status != LEV_OK) {
    lev_xml_wipe(document);
    return lev_lua_fail(L, &error);
  }
  lua_createtable(L, 0, 2);
  push_name(L, document, lev_xml_nodes(document));
  lua_setfield(L, -2, "name");
  push_value(L, document, 0);
  lua_setfield(L, -2, "value");
  lev_xml_wipe(document);
  return 1;
}

int luaopen_lev_xml(lua_State *L)
{
  static const luaL_Reg none[] = { { NULL, NULL } };
  static const luaL_Reg functions[] = { { "parse", l_xml_parse }, { NULL, NULL } };
  lev_lua_class(L, DOCUMENT_CLASS, none, l_document_destroy);
  luaL_newlib(L, functions);
  return 1;
}
