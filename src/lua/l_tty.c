/*
 * lev.tty: questions for scripts. A terminal is asked one question at a time; `validate` functions run between two
 * questions of core, with the terminal restored, so they may raise, ask or print as they like.
 */
#include "tty.h"
#include "lev_lua.h"
#include "modules.h"

#include <string.h>

#define CLASS "lev.terminal"
#define OPTIONS 2 /* the table of a question */

static struct lev_tty *check_terminal(lua_State *L)
{
  struct lev_tty *tty = luaL_checkudata(L, 1, CLASS);
  if (!tty->is_open)
    luaL_error(L, "the terminal is closed");
  return tty;
}

/* Pushes a field of the options: a string without NUL, or nil when it may be missing. */
static const char *push_text(lua_State *L, int table, const char *name, bool needed)
{
  size_t len;
  lua_getfield(L, table, name);
  if (lua_isnil(L, -1) && !needed)
    return NULL;
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "'%s' must be a string, not %s", name, luaL_typename(L, -1));
  const char *text = lua_tolstring(L, -1, &len);
  if (strlen(text) != len)
    luaL_error(L, "'%s' holds a zero byte", name);
  return text;
}

static struct lev_tty *check_question(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  struct lev_tty *tty = check_terminal(L);
  luaL_checktype(L, OPTIONS, LUA_TTABLE);
  return tty;
}

/* Pushes the validate function, or nil. */
static bool push_validate(lua_State *L)
{
  int type = lua_getfield(L, OPTIONS, "validate");
  if (type != LUA_TNIL && type != LUA_TFUNCTION)
    luaL_error(L, "'validate' must be a function, not %s", luaL_typename(L, -1));
  return type == LUA_TFUNCTION;
}

/* Calls the function at `validate` with the value at `answer`. Pushes nil when it is taken, else the reason. */
static const char *refusal(lua_State *L, int validate, int answer)
{
  lua_pushvalue(L, validate);
  lua_pushvalue(L, answer);
  lua_call(L, 1, 2);
  if (lua_toboolean(L, -2)) {
    lua_pop(L, 2);
    lua_pushnil(L);
    return NULL;
  }
  if (lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 1);
    lua_pushliteral(L, "this cannot be taken, please try again");
  }
  lua_remove(L, -2);
  return lua_tostring(L, -1);
}

/* Replaces the answer on top of the stack: an empty one by the default, a path's ~ by the home folder. */
static void finish_answer(lua_State *L, const struct lev_tty_question *question, int preset)
{
  size_t len;
  if (lua_rawlen(L, -1) == 0 && question->preset != NULL) {
    lua_pop(L, 1);
    lua_pushvalue(L, preset);
  }
  if (question->path) {
    struct lev_buf *path = lev_lua_new_buf(L, false);
    const char *text = lua_tolstring(L, -2, &len);
    lev_tty_expand_home(path, text, len);
    lev_lua_push_buf(L, path);
    lua_replace(L, -3);
    lua_pop(L, 1);
  }
}

static int ask_text(lua_State *L, bool path)
{
  enum { LABEL = 3, PRESET, VALIDATE, TEXT, TYPED, ANSWER, REASON };
  struct lev_error error;
  struct lev_tty_question question = { .path = path };
  check_question(L);
  question.label = push_text(L, OPTIONS, "label", true);
  question.preset = push_text(L, OPTIONS, "default", false);
  if (question.preset != NULL && question.preset[0] == '\0')
    question.preset = NULL;
  bool validates = push_validate(L);
  struct lev_buf *text = lev_lua_new_buf(L, false);
  for (;;) {
    struct lev_tty *tty = check_terminal(L);
    lev_buf_clear(text);
    if (lev_tty_text(tty, &question, text, &error) != LEV_OK)
      return lev_lua_fail(L, &error);
    lua_settop(L, TEXT);
    lev_lua_push_buf(L, text);
    lua_pushvalue(L, TYPED);
    finish_answer(L, &question, PRESET);
    question.reason = validates ? refusal(L, VALIDATE, ANSWER) : NULL;
    if (question.reason == NULL) {
      lua_settop(L, ANSWER);
      return 1;
    }
    question.typed = lua_tostring(L, TYPED);
  }
}

/* terminal:text{ label=, default=, validate= } -> string */
static int l_tty_text(lua_State *L)
{
  return ask_text(L, false);
}

/* terminal:path{ label=, default=, validate= } -> string */
static int l_tty_path(lua_State *L)
{
  return ask_text(L, true);
}

/* terminal:secret{ label=, validate= } -> secret */
static int l_tty_secret(lua_State *L)
{
  enum { LABEL = 3, VALIDATE, BYTES, ANSWER, REASON };
  struct lev_error error;
  struct lev_tty_question question = { 0 };
  check_question(L);
  question.label = push_text(L, OPTIONS, "label", true);
  bool validates = push_validate(L);
  struct lev_buf *bytes = lev_lua_new_buf(L, true);
  for (;;) {
    struct lev_tty *tty = check_terminal(L);
    if (lev_tty_secret(tty, &question, bytes, &error) != LEV_OK)
      return lev_lua_fail(L, &error);
    lua_settop(L, BYTES);
    lev_lua_push_buf(L, bytes);
    lev_buf_wipe(bytes);
    question.reason = validates ? refusal(L, VALIDATE, ANSWER) : NULL;
    if (question.reason == NULL) {
      lua_settop(L, ANSWER);
      return 1;
    }
  }
}

/* Pushes a table that keeps the strings alive, then a userdata: the choices. */
static struct lev_tty_choice *push_choices(lua_State *L, size_t *count)
{
  if (lua_getfield(L, OPTIONS, "choices") != LUA_TTABLE || (*count = (size_t)luaL_len(L, -1)) == 0)
    luaL_error(L, "'choices' must be a list that is not empty");
  int list = lua_gettop(L);
  lua_newtable(L);
  struct lev_tty_choice *choices = lua_newuserdatauv(L, *count * sizeof *choices, 0);
  for (size_t i = 0; i < *count; i++) {
    if (lua_geti(L, list, (lua_Integer)i + 1) != LUA_TTABLE)
      luaL_error(L, "choice %d must be a table", (int)i + 1);
    const char *key = push_text(L, list + 3, "key", false);
    choices[i].key = key == NULL ? '\0' : key[0];
    if (key != NULL && (strlen(key) != 1 || key[0] <= ' ' || key[0] > '~'))
      luaL_error(L, "the key of choice %d must be one printable character", (int)i + 1);
    choices[i].label = push_text(L, list + 3, "label", true);
    lua_rawseti(L, list + 1, (lua_Integer)i + 1);
    lua_settop(L, list + 2);
  }
  return choices;
}

/* terminal:select{ label=, choices={ {label=, key=}, … }, default= } -> index */
static int l_tty_select(lua_State *L)
{
  struct lev_error error;
  size_t count = 0, index = 0;
  struct lev_tty *tty = check_question(L);
  const char *label = push_text(L, OPTIONS, "label", true);
  struct lev_tty_choice *choices = push_choices(L, &count);
  if (lua_getfield(L, OPTIONS, "default") != LUA_TNIL) {
    lua_Integer start = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
    if (start < 1 || (size_t)start > count)
      luaL_error(L, "'default' must be the number of a choice");
    index = (size_t)start - 1;
  }
  if (lev_tty_select(tty, label, choices, count, &index, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushinteger(L, (lua_Integer)index + 1);
  return 1;
}

/* terminal:confirm{ label=, default= } -> boolean */
static int l_tty_confirm(lua_State *L)
{
  struct lev_error error;
  bool yes = false;
  struct lev_tty *tty = check_question(L);
  const char *label = push_text(L, OPTIONS, "label", true);
  int type = lua_getfield(L, OPTIONS, "default");
  if (type != LUA_TNIL && type != LUA_TBOOLEAN)
    luaL_error(L, "'default' must be a boolean, not %s", luaL_typename(L, -1));
  enum lev_tty_preset preset = type == LUA_TNIL ? LEV_TTY_NO_PRESET : lua_toboolean(L, -1) ? LEV_TTY_YES : LEV_TTY_NO;
  if (lev_tty_confirm(tty, label, preset, &yes, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushboolean(L, yes);
  return 1;
}

/* terminal:background(waiter): `waiter` is a light userdata (struct lev_wait *) that outlives the questions, or nil */
static int l_tty_background(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  struct lev_tty *tty = check_terminal(L);
  if (!lua_isnil(L, 2))
    luaL_checktype(L, 2, LUA_TLIGHTUSERDATA);
  lev_tty_background(tty, lua_touserdata(L, 2));
  return 0;
}

/* terminal:width() -> columns */
static int l_tty_width(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  lua_pushinteger(L, lev_tty_width(check_terminal(L)));
  return 1;
}

/* terminal:close() */
static int l_tty_close(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  lev_tty_close(luaL_checkudata(L, 1, CLASS));
  return 0;
}

static int l_tty_destroy(lua_State *L)
{
  lev_tty_close(luaL_checkudata(L, 1, CLASS));
  return 0;
}

/* tty.open{ colour=boolean } -> terminal */
static int l_tty_open(lua_State *L)
{
  struct lev_error error;
  lev_lua_arity(L, 0, 1);
  bool colour = false;
  if (!lua_isnoneornil(L, 1)) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_getfield(L, 1, "colour");
    colour = lua_toboolean(L, -1);
  }
  struct lev_tty *tty = lua_newuserdatauv(L, sizeof *tty, 0);
  memset(tty, 0, sizeof *tty);
  luaL_setmetatable(L, CLASS);
  if (lev_tty_open(tty, colour, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  return 1;
}

int luaopen_lev_tty(lua_State *L)
{
  static const luaL_Reg methods[] = {
    { "text", l_tty_text },       { "secret", l_tty_secret }, { "select", l_tty_select },
    { "confirm", l_tty_confirm }, { "path", l_tty_path },     { "background", l_tty_background },
    { "width", l_tty_width },     { "close", l_tty_close },   { NULL, NULL },
  };
  static const luaL_Reg functions[] = { { "open", l_tty_open }, { NULL, NULL } };
  lev_lua_class(L, CLASS, methods, l_tty_destroy);
  luaL_newlib(L, functions);
  return 1;
}
