/*
 * lev.http: sessions, tickets and what became of them. Requests run while a script waits in session:next (or a prompt
 * waits through session:waiter); no Lua runs inside a transfer.
 *
 * The session userdata must outlive whoever holds its waiter.
 */
#include "http.h"
#include "lev_lua.h"
#include "modules.h"
#include "wait.h"

#include <limits.h>
#include <poll.h>
#include <string.h>

#define SESSION_CLASS "lev.http.session"

struct session {
  struct lev_http *http; /* NULL once closed */
  struct lev_wait wait;
};

static struct session *check_session(lua_State *L)
{
  struct session *session = luaL_checkudata(L, 1, SESSION_CLASS);
  if (session->http == NULL)
    luaL_error(L, "the network session is closed");
  return session;
}

static enum lev_status wait_run(void *context, int fd, int timeout_ms, bool *ready, struct lev_error *error)
{
  struct session *session = context;
  return lev_http_wait(session->http, fd, timeout_ms, ready, error);
}

/* Raises for a field that is not one of `known` (ends with NULL): a misspelt option must not be lost. */
static void check_fields(lua_State *L, int table, const char *const *known)
{
  luaL_checktype(L, table, LUA_TTABLE);
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    const char *const *at = known;
    while (*at != NULL && strcmp(*at, name) != 0)
      at++;
    if (*at == NULL)
      luaL_error(L, "no such field: %s", luaL_tolstring(L, -2, NULL));
  }
}

/* The text of a field that is a string or a secret, without NUL inside; left on the stack, so it stays alive. NULL when
   the field is nil. A secret has no NUL at its end: it is copied into a buffer, also left on the stack. */
static const char *text_field(lua_State *L, int table, const char *field, size_t *len)
{
  if (lua_getfield(L, table, field) == LUA_TNIL)
    return NULL;
  if (lua_type(L, -1) != LUA_TSTRING && !lev_lua_is_secret(L, -1))
    luaL_error(L, "%s must be a string or a secret", field);
  struct lev_lua_bytes bytes = lev_lua_check_bytes(L, -1);
  if (len != NULL) {
    *len = bytes.len;
    return bytes.data == NULL ? "" : bytes.data;
  }
  if (bytes.len > 0 && memchr(bytes.data, '\0', bytes.len) != NULL)
    luaL_error(L, "%s must not hold a NUL character", field);
  if (!bytes.secret)
    return bytes.data;
  struct lev_buf *copy = lev_lua_new_buf(L, true);
  lev_buf_append(copy, bytes.data, bytes.len);
  lev_buf_putc(copy, '\0');
  if (copy->failed)
    luaL_error(L, "not enough memory");
  return copy->data;
}

static lua_Integer number_field(lua_State *L, int table, const char *field, lua_Integer most)
{
  lua_Integer number = 0;
  if (lua_getfield(L, table, field) != LUA_TNIL) {
    int is_integer;
    number = lua_tointegerx(L, -1, &is_integer);
    if (!is_integer || lua_type(L, -1) != LUA_TNUMBER || number < 1 || number > most)
      luaL_error(L, "%s must be a whole number from 1 to %I", field, most);
  }
  lua_pop(L, 1);
  return number;
}

/* http.session{ca_bundle?, proxy?, no_proxy?, connect_timeout_ms?, timeout_ms?, max_body?} -> session */
static int l_http_session(lua_State *L)
{
  static const char *const known[] = { "ca_bundle",  "proxy",    "no_proxy", "connect_timeout_ms",
                                       "timeout_ms", "max_body", NULL };
  lev_lua_arity(L, 1, 1);
  check_fields(L, 1, known);
  struct lev_http_options options = {
    .ca_bundle = text_field(L, 1, "ca_bundle", NULL),
    .proxy = text_field(L, 1, "proxy", NULL),
    .no_proxy = text_field(L, 1, "no_proxy", NULL),
    .connect_timeout_ms = (long)number_field(L, 1, "connect_timeout_ms", INT_MAX),
    .timeout_ms = (long)number_field(L, 1, "timeout_ms", INT_MAX),
    .max_body = (size_t)number_field(L, 1, "max_body", INT_MAX),
  };
  struct session *session = lua_newuserdatauv(L, sizeof *session, 0);
  memset(session, 0, sizeof *session);
  session->wait = (struct lev_wait){ .wait = wait_run, .context = session };
  luaL_setmetatable(L, SESSION_CLASS);
  struct lev_error error;
  if (lev_http_open(&session->http, &options, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  return 1;
}

/* Fills request->headers from the table at `index`; pushes the userdata that holds them. The values stay alive in the
   table. */
static void check_headers(lua_State *L, int index, struct lev_http_request *request)
{
  luaL_checktype(L, index, LUA_TTABLE);
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || (lua_type(L, -1) != LUA_TSTRING && !lev_lua_is_secret(L, -1)))
      luaL_error(L, "headers must map names to strings or secrets");
    if (lua_rawlen(L, -2) != strlen(lua_tostring(L, -2)))
      luaL_error(L, "a header's name must not hold a NUL character");
    count++;
  }
  struct lev_http_header *headers = lua_newuserdatauv(L, (count + 1) * sizeof *headers, 0);
  size_t at = 0;
  for (lua_pushnil(L); lua_next(L, index) != 0 && at < count; lua_pop(L, 1)) {
    struct lev_lua_bytes value = lev_lua_check_bytes(L, -1);
    headers[at++] = (struct lev_http_header){ lua_tostring(L, -2), value.data, value.len };
  }
  request->headers = headers;
  request->header_count = at;
}

/* session:start{method, url, headers?, body?, sensitive?, timeout_ms?} -> ticket */
static int l_http_start(lua_State *L)
{
  static const char *const known[] = { "method", "url", "headers", "body", "sensitive", "timeout_ms", NULL };
  lev_lua_arity(L, 2, 2);
  struct session *session = check_session(L);
  check_fields(L, 2, known);
  struct lev_http_request request = {
    .method = text_field(L, 2, "method", NULL),
    .url = text_field(L, 2, "url", NULL),
    .timeout_ms = (long)number_field(L, 2, "timeout_ms", INT_MAX),
  };
  if (request.method == NULL || request.url == NULL)
    return luaL_error(L, "a request needs method and url");
  request.body = text_field(L, 2, "body", &request.body_len);
  lua_getfield(L, 2, "sensitive");
  request.sensitive = lua_toboolean(L, -1);
  if (lua_getfield(L, 2, "headers") != LUA_TNIL)
    check_headers(L, lua_gettop(L), &request);
  uint64_t ticket;
  struct lev_error error;
  if (lev_http_start(session->http, &request, &ticket, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushinteger(L, (lua_Integer)ticket);
  return 1;
}

/* session:timer(ms) -> ticket */
static int l_http_timer(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  struct session *session = check_session(L);
  lua_Integer ms = luaL_checkinteger(L, 2);
  luaL_argcheck(L, ms >= 0 && ms <= INT_MAX, 2, "milliseconds expected");
  uint64_t ticket;
  struct lev_error error;
  if (lev_http_timer(session->http, (long)ms, &ticket, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushinteger(L, (lua_Integer)ticket);
  return 1;
}

static void push_headers(lua_State *L, const struct lev_buf *headers)
{
  lua_newtable(L);
  for (size_t at = 0; at < headers->len;) {
    const char *name = headers->data + at;
    const char *value = name + strlen(name) + 1;
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
    at = (size_t)(value + strlen(value) + 1 - headers->data);
  }
}

static void push_response(lua_State *L, const struct lev_http_result *result)
{
  lua_createtable(L, 0, 6);
  lua_pushinteger(L, result->http_status);
  lua_setfield(L, -2, "status");
  push_headers(L, &result->headers);
  lua_setfield(L, -2, "headers");
  lev_lua_push_buf(L, &result->body);
  lua_setfield(L, -2, "body");
  lua_pushboolean(L, result->reused);
  lua_setfield(L, -2, "reused");
  lua_pushstring(L, result->ip);
  lua_setfield(L, -2, "ip");
  lua_pushinteger(L, (lua_Integer)result->time_ms);
  lua_setfield(L, -2, "time_ms");
}

static int push_failure(lua_State *L, const struct lev_http_result *result)
{
  static const char *const kinds[] = { "connect", "lost", "barred" };
  int pushed = lev_lua_fail(L, &result->error);
  lua_pushstring(L, kinds[result->failure]);
  return pushed + 1;
}

/* session:next([timeout_ms]) -> ticket, response | ticket, true (a timer) | ticket, nil, message, code, kind |
   nil (time is up) | nil, message, code */
static int l_http_next(lua_State *L)
{
  lev_lua_arity(L, 1, 2);
  struct session *session = check_session(L);
  lua_Integer timeout = luaL_optinteger(L, 2, -1);
  luaL_argcheck(L, timeout >= -1 && timeout <= INT_MAX, 2, "milliseconds expected");
  if (timeout < 0 && lev_http_pending(session->http) == 0)
    return luaL_error(L, "nothing was started: this wait would never end");
  struct lev_http_result *result;
  struct lev_error error;
  if (lev_http_next(session->http, (int)timeout, &result, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  if (result == NULL) {
    lua_pushnil(L);
    return 1;
  }
  int pushed = 2;
  lua_pushinteger(L, (lua_Integer)result->ticket);
  if (result->timer)
    lua_pushboolean(L, 1);
  else if (result->status != LEV_OK)
    pushed = 1 + push_failure(L, result);
  else
    push_response(L, result);
  lev_http_release(session->http);
  return pushed;
}

/* session:cancel(ticket) -> boolean */
static int l_http_cancel(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  struct session *session = check_session(L);
  lua_pushboolean(L, lev_http_cancel(session->http, (uint64_t)luaL_checkinteger(L, 2)));
  return 1;
}

/* session:warm(url) -> true */
static int l_http_warm(lua_State *L)
{
  lev_lua_arity(L, 2, 2);
  struct session *session = check_session(L);
  struct lev_error error;
  if (lev_http_warm(session->http, luaL_checkstring(L, 2), &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  lua_pushboolean(L, 1);
  return 1;
}

/* session:waiter() -> light userdata, a struct lev_wait that lives as long as the session's userdata */
static int l_http_waiter(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  lua_pushlightuserdata(L, &check_session(L)->wait);
  return 1;
}

/* session:close(); again is fine. */
static int l_http_close(lua_State *L)
{
  struct session *session = luaL_checkudata(L, 1, SESSION_CLASS);
  lev_http_close(session->http);
  session->http = NULL;
  return 0;
}

/* http.now() -> milliseconds of the monotonic clock */
static int l_http_now(lua_State *L)
{
  lev_lua_arity(L, 0, 0);
  lua_pushinteger(L, (lua_Integer)lev_http_now());
  return 1;
}

int luaopen_lev_http(lua_State *L)
{
  static const luaL_Reg methods[] = { { "start", l_http_start }, { "timer", l_http_timer },
                                      { "next", l_http_next },   { "cancel", l_http_cancel },
                                      { "warm", l_http_warm },   { "waiter", l_http_waiter },
                                      { "close", l_http_close }, { NULL, NULL } };
  static const luaL_Reg functions[] = { { "session", l_http_session }, { "now", l_http_now }, { NULL, NULL } };
  lev_lua_class(L, SESSION_CLASS, methods, l_http_close);
  luaL_newlib(L, functions);
  return 1;
}
