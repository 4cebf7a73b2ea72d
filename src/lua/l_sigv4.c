/*
 * lev.sigv4: AWS Signature Version 4 over plain tables.
 *
 *   sigv4.sign(request, credentials, scope) -> headers[, stages]
 *   sigv4.presign(request, credentials, scope) -> url[, stages]
 *   sigv4.encode_query(pairs) -> string
 *
 *   request      method, host, path ("/" when absent), scheme ("https" when absent, or "http": decides which port is
 *                left out of the host header), query (pairs {{name, value}, …}, encoded here, or encoded text), headers
 *                (name → string or secret), body (string or secret), payload_hash ("UNSIGNED-PAYLOAD" or a hash)
 *   credentials  access_key_id (string), secret_access_key (secret), session_token (secret or absent)
 *   scope        region, service, time (Unix seconds), s3 (boolean; absent: service is "s3"), expires (seconds, presign
 *                only), stages (boolean)
 *   headers      what to send, names in lower case: those given, host, x-amz-date, authorization, x-amz-content-sha256
 *                where it is sent, and x-amz-security-token, the very secret that was given
 *   url          a secret: whoever has it may use it
 *   stages       canonical_request (a secret when a token or another secret is in it), string_to_sign, signature
 *
 * The rules are sigv4.h's. What cannot be signed gives nil, message, "refused".
 *
 * All fields are pushed first and stay on the stack; only then are their bytes borrowed, and no Lua code can run until
 * core is done with them. From there to the last push the signer is marked as taken: a finalizer that Lua runs in
 * between and that signs, too, gets a signer of its own.
 */
#include "sigv4.h"
#include "lev_lua.h"
#include "modules.h"

#include <stddef.h>
#include <string.h>

#define SIGNER_CLASS "lev.sigv4.signer"

struct signer {
  struct lev_sigv4 *core;
  bool taken;
};

/* Where arguments and their fields are on the stack. The functions have the fields' names, and those of the headers
 * they give, as upvalues of the same numbers: strings that are there need not be looked up. */
enum {
  SIGNER = 1, /* upvalue only */
  REQUEST = 1,
  CREDENTIALS,
  SCOPE,
  QUERY,
  METHOD,
  HOST,
  PATH,
  SCHEME,
  BODY,
  PAYLOAD_HASH,
  HEADERS,
  ACCESS_KEY_ID,
  SECRET_ACCESS_KEY,
  SESSION_TOKEN,
  REGION,
  SERVICE,
  TIME,
  S3,
  STAGES,
  EXPIRES,              /* presign only */
  AUTHORIZATION_HEADER, /* upvalues only */
  DATE_HEADER,
  HOST_HEADER,
  TOKEN_HEADER,
  PAYLOAD_HASH_HEADER,
  LAST_NAME = PAYLOAD_HASH_HEADER
};

static const struct field {
  int table;
  const char *name;
} fields[] = {
  [QUERY] = { REQUEST, "query" },
  [METHOD] = { REQUEST, "method" },
  [HOST] = { REQUEST, "host" },
  [PATH] = { REQUEST, "path" },
  [SCHEME] = { REQUEST, "scheme" },
  [BODY] = { REQUEST, "body" },
  [PAYLOAD_HASH] = { REQUEST, "payload_hash" },
  [HEADERS] = { REQUEST, "headers" },
  [ACCESS_KEY_ID] = { CREDENTIALS, "access_key_id" },
  [SECRET_ACCESS_KEY] = { CREDENTIALS, "secret_access_key" },
  [SESSION_TOKEN] = { CREDENTIALS, "session_token" },
  [REGION] = { SCOPE, "region" },
  [SERVICE] = { SCOPE, "service" },
  [TIME] = { SCOPE, "time" },
  [S3] = { SCOPE, "s3" },
  [STAGES] = { SCOPE, "stages" },
  [EXPIRES] = { SCOPE, "expires" },
  [AUTHORIZATION_HEADER] = { 0, "authorization" },
  [DATE_HEADER] = { 0, "x-amz-date" },
  [HOST_HEADER] = { 0, "host" },
  [TOKEN_HEADER] = { 0, "x-amz-security-token" },
  [PAYLOAD_HASH_HEADER] = { 0, "x-amz-content-sha256" },
};

/* All that a call borrows from its arguments. */
struct arguments {
  struct lev_sigv4_request request;
  struct lev_sigv4_credentials credentials;
  struct lev_sigv4_scope scope;
  bool stages, secret; /* stages are wanted; a secret goes into the canonical request */
  struct lev_sigv4_pair headers[LEV_SIGV4_HEADERS];
};

static int l_signer_destroy(lua_State *L)
{
  struct signer *signer = luaL_checkudata(L, 1, SIGNER_CLASS);
  lev_sigv4_free(signer->core);
  signer->core = NULL;
  return 0;
}

static struct signer *push_signer(lua_State *L)
{
  struct lev_error error;
  struct signer *signer = lua_newuserdatauv(L, sizeof *signer, 0);
  memset(signer, 0, sizeof *signer);
  luaL_setmetatable(L, SIGNER_CLASS);
  if (lev_sigv4_new(&signer->core, &error) != LEV_OK)
    luaL_error(L, "%s", error.message);
  return signer;
}

static int field_error(lua_State *L, int field, const char *wanted)
{
  static const char *const tables[] = { [REQUEST] = "request", [CREDENTIALS] = "credentials", [SCOPE] = "scope" };
  return luaL_error(L, "%s.%s: %s expected, got %s", tables[fields[field].table], fields[field].name, wanted,
                    luaL_typename(L, field));
}

/* The bytes of a string field; data is NULL when it is absent and may be. */
static struct lev_sigv4_text text_of(lua_State *L, int field, bool required)
{
  struct lev_sigv4_text text = { 0 };
  int type = lua_type(L, field);
  if (type == LUA_TSTRING)
    text.data = lua_tolstring(L, field, &text.len);
  else if (type != LUA_TNIL || required)
    field_error(L, field, "string");
  return text;
}

/* The same for a secret; an empty one counts as absent. */
static struct lev_sigv4_text secret_of(lua_State *L, int field, bool required)
{
  struct lev_sigv4_text text = { 0 };
  const struct lev_secret *secret = lua_isuserdata(L, field) ? luaL_testudata(L, field, "lev.secret") : NULL;
  if (secret != NULL)
    text = (struct lev_sigv4_text){ secret->len == 0 ? NULL : secret->data, secret->len };
  else if (!lua_isnil(L, field) || required)
    field_error(L, field, "secret");
  return text;
}

static bool boolean_of(lua_State *L, int field, bool otherwise)
{
  int type = lua_type(L, field);
  if (type != LUA_TBOOLEAN && type != LUA_TNIL)
    field_error(L, field, "boolean");
  return type == LUA_TNIL ? otherwise : lua_toboolean(L, field);
}

static lua_Integer integer_of(lua_State *L, int field)
{
  int is_integer;
  lua_Integer value = lua_tointegerx(L, field, &is_integer);
  if (!is_integer || lua_type(L, field) != LUA_TNUMBER)
    field_error(L, field, "integer");
  return value;
}

static bool is_text(struct lev_sigv4_text text, const char *literal)
{
  return text.data != NULL && text.len == strlen(literal) && memcmp(text.data, literal, text.len) == 0;
}

/* Appends the pairs {{name, value}, …} at `index`, encoded. */
static void encode_pairs(lua_State *L, int index, struct lev_buf *out)
{
  lua_Integer count = luaL_len(L, index);
  for (lua_Integer i = 1; i <= count; i++) {
    if (lua_geti(L, index, i) != LUA_TTABLE)
      luaL_error(L, "query: pair %d is no table", (int)i);
    if (lua_geti(L, -1, 1) != LUA_TSTRING || lua_geti(L, -2, 2) != LUA_TSTRING)
      luaL_error(L, "query: pair %d is not made of two strings", (int)i);
    for (int part = -2; part <= -1; part++) {
      size_t len;
      const char *bytes = lua_tolstring(L, part, &len);
      if (part == -1)
        lev_buf_putc(out, '=');
      else if (i > 1)
        lev_buf_putc(out, '&');
      lev_sigv4_encode(out, bytes, len);
    }
    lua_pop(L, 3);
  }
}

/* Replaces the pairs at `index` by their text. */
static void replace_pairs(lua_State *L, int index)
{
  struct lev_error error;
  struct lev_buf *out = lev_lua_new_buf(L, false);
  encode_pairs(L, index, out);
  if (lev_buf_check(out, &error) != LEV_OK)
    luaL_error(L, "%s", error.message);
  lev_lua_push_buf(L, out);
  lua_replace(L, index);
  lev_buf_wipe(out);
  lua_pop(L, 1);
}

/* Pushes the fields up to `last`; whatever Lua code that can run (metamethods, finalizers) runs here. */
static void push_fields(lua_State *L, int last)
{
  lev_lua_arity(L, 3, 3);
  for (int i = REQUEST; i <= SCOPE; i++)
    luaL_checktype(L, i, LUA_TTABLE);
  luaL_checkstack(L, last + LUA_MINSTACK, NULL);
  for (int i = SCOPE + 1; i <= last; i++) {
    lua_pushvalue(L, lua_upvalueindex(i));
    lua_gettable(L, fields[i].table);
  }
  if (lua_istable(L, QUERY))
    replace_pairs(L, QUERY);
}

/* The module's signer, or one for this call when that is in the middle of another. */
static struct signer *take_signer(lua_State *L)
{
  struct signer *signer = lua_touserdata(L, lua_upvalueindex(SIGNER));
  return signer->taken ? push_signer(L) : signer;
}

/* One header too many is left to core to refuse. */
static void borrow_headers(lua_State *L, struct arguments *args)
{
  args->request.headers = args->headers;
  if (lua_isnil(L, HEADERS))
    return;
  if (!lua_istable(L, HEADERS))
    field_error(L, HEADERS, "table");
  for (lua_pushnil(L); lua_next(L, HEADERS); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      luaL_error(L, "request.headers: a name is no string");
    if (args->request.header_count++ >= LEV_SIGV4_HEADERS)
      continue;
    struct lev_sigv4_pair *header = &args->headers[args->request.header_count - 1];
    struct lev_lua_bytes value = lev_lua_check_bytes(L, lua_gettop(L));
    header->name.data = lua_tolstring(L, -2, &header->name.len);
    header->value = (struct lev_sigv4_text){ value.data, value.len };
    args->secret = args->secret || value.secret;
  }
}

static void borrow_request(lua_State *L, struct arguments *args)
{
  struct lev_sigv4_request *request = &args->request;
  if (!lua_isnil(L, QUERY) && lua_type(L, QUERY) != LUA_TSTRING)
    field_error(L, QUERY, "string or table");
  request->query = text_of(L, QUERY, false);
  request->method = text_of(L, METHOD, true);
  request->host = text_of(L, HOST, true);
  request->path = text_of(L, PATH, false);
  if (request->path.data == NULL)
    request->path = (struct lev_sigv4_text){ "/", 1 };
  struct lev_sigv4_text scheme = text_of(L, SCHEME, false);
  request->plain_http = is_text(scheme, "http");
  if (scheme.data != NULL && !request->plain_http && !is_text(scheme, "https"))
    luaL_error(L, "request.scheme: neither \"https\" nor \"http\"");
  if (!lua_isnil(L, BODY)) {
    struct lev_lua_bytes body = lev_lua_check_bytes(L, BODY);
    request->body = (struct lev_sigv4_text){ body.data, body.len };
  }
  request->payload_hash = text_of(L, PAYLOAD_HASH, false);
  borrow_headers(L, args);
}

static void borrow(lua_State *L, struct arguments *args)
{
  memset(args, 0, offsetof(struct arguments, headers));
  borrow_request(L, args);
  args->credentials.access_key_id = text_of(L, ACCESS_KEY_ID, true);
  args->credentials.secret_access_key = secret_of(L, SECRET_ACCESS_KEY, true);
  args->credentials.session_token = secret_of(L, SESSION_TOKEN, false);
  args->secret = args->secret || args->credentials.session_token.data != NULL;
  args->scope.region = text_of(L, REGION, true);
  args->scope.service = text_of(L, SERVICE, true);
  args->scope.time = integer_of(L, TIME);
  args->scope.s3 = boolean_of(L, S3, is_text(args->scope.service, "s3"));
  args->stages = boolean_of(L, STAGES, false);
}

static void push_stages(lua_State *L, const struct arguments *args, const struct lev_sigv4_signed *result)
{
  lua_createtable(L, 0, 3);
  if (args->secret)
    lev_lua_push_secret(L, result->canonical_request.data, result->canonical_request.len);
  else
    lua_pushlstring(L, result->canonical_request.data, result->canonical_request.len);
  lua_setfield(L, -2, "canonical_request");
  lua_pushlstring(L, result->string_to_sign.data, result->string_to_sign.len);
  lua_setfield(L, -2, "string_to_sign");
  lua_pushstring(L, result->signature);
  lua_setfield(L, -2, "signature");
}

/* Pushes the name at `index` in lower case; core has checked its characters and length. */
static void push_lower(lua_State *L, int index)
{
  char lower[LEV_SIGV4_NAME_MAX];
  size_t len;
  bool changed = false;
  const char *name = lua_tolstring(L, index, &len);
  for (size_t i = 0; i < len && i < sizeof lower; i++) {
    lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + ('a' - 'A')) : name[i];
    changed = changed || lower[i] != name[i];
  }
  if (changed)
    lua_pushlstring(L, lower, len < sizeof lower ? len : sizeof lower);
  else
    lua_pushvalue(L, index);
}

static void set_header(lua_State *L, int headers, int name, struct lev_sigv4_text value)
{
  lua_pushvalue(L, lua_upvalueindex(name));
  lua_pushlstring(L, value.data, value.len);
  lua_rawset(L, headers);
}

static void push_headers(lua_State *L, const struct arguments *args, const struct lev_sigv4_signed *result)
{
  lua_createtable(L, 0, (int)args->request.header_count + 5);
  int headers = lua_gettop(L);
  if (!lua_isnil(L, HEADERS)) {
    for (lua_pushnil(L); lua_next(L, HEADERS);) {
      push_lower(L, headers + 1);
      lua_insert(L, -2);
      lua_rawset(L, headers);
    }
  }
  set_header(L, headers, AUTHORIZATION_HEADER, result->authorization);
  if (result->host.data != NULL)
    set_header(L, headers, HOST_HEADER, result->host);
  set_header(L, headers, DATE_HEADER, (struct lev_sigv4_text){ result->date, sizeof result->date - 1 });
  if (result->send_payload_hash)
    set_header(L, headers, PAYLOAD_HASH_HEADER, result->payload_hash);
  if (args->credentials.session_token.data != NULL) {
    lua_pushvalue(L, lua_upvalueindex(TOKEN_HEADER));
    lua_pushvalue(L, SESSION_TOKEN);
    lua_rawset(L, headers);
  }
}

static int finish(lua_State *L, struct signer *signer, const struct arguments *args,
                  const struct lev_sigv4_signed *result, bool presign)
{
  signer->taken = true;
  if (presign)
    lev_lua_push_secret(L, result->url.data, result->url.len);
  else
    push_headers(L, args, result);
  if (args->stages)
    push_stages(L, args, result);
  lev_sigv4_forget(signer->core);
  signer->taken = false;
  return args->stages ? 2 : 1;
}

static int l_sigv4_sign(lua_State *L)
{
  struct arguments args;
  struct lev_sigv4_signed result;
  struct lev_error error;
  push_fields(L, STAGES);
  struct signer *signer = take_signer(L);
  borrow(L, &args);
  if (lev_sigv4_sign(signer->core, &args.request, &args.credentials, &args.scope, &result, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  return finish(L, signer, &args, &result, false);
}

static int l_sigv4_presign(lua_State *L)
{
  struct arguments args;
  struct lev_sigv4_signed result;
  struct lev_error error;
  push_fields(L, EXPIRES);
  struct signer *signer = take_signer(L);
  borrow(L, &args);
  lua_Integer expires = integer_of(L, EXPIRES);
  luaL_argcheck(L, expires >= 1 && expires <= LEV_SIGV4_EXPIRES_MAX, SCOPE, "expires is not within 1 to 604800");
  luaL_argcheck(L, args.request.body.data == NULL, REQUEST, "a presigned URL has no body; use the query");
  args.scope.expires = (unsigned)expires;
  if (lev_sigv4_presign(signer->core, &args.request, &args.credentials, &args.scope, &result, &error) != LEV_OK)
    return lev_lua_fail(L, &error);
  return finish(L, signer, &args, &result, true);
}

static int l_sigv4_encode_query(lua_State *L)
{
  lev_lua_arity(L, 1, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  replace_pairs(L, 1);
  return 1;
}

int luaopen_lev_sigv4(lua_State *L)
{
  static const luaL_Reg none[] = { { NULL, NULL } };
  static const luaL_Reg functions[] = {
    { "sign", l_sigv4_sign }, { "presign", l_sigv4_presign }, { "encode_query", l_sigv4_encode_query }, { NULL, NULL }
  };
  lev_lua_class(L, SIGNER_CLASS, none, l_signer_destroy);
  luaL_newlibtable(L, functions);
  luaL_checkstack(L, 2 * LAST_NAME, NULL);
  push_signer(L);
  for (int i = SIGNER + 1; i <= LAST_NAME; i++)
    lua_pushstring(L, fields[i].name); /* nil where there is none */
  luaL_setfuncs(L, functions, LAST_NAME);
  return 1;
}
