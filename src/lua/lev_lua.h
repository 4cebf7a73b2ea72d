/*
 * lev_lua: what the bindings share.
 *
 * A binding is thin: it checks all its arguments and their number, makes its zeroed userdata, calls core, pushes the
 * result. Nothing that core allocated is held across a call that can raise. Expected failures are `nil, message, code`
 * (lev_lua_fail); misuse raises.
 */
#ifndef LEV_LUA_H
#define LEV_LUA_H

#include "buf.h"
#include "error.h"
#include "secret.h"

#include <lauxlib.h>
#include <lua.h>

/* Pushes nil, message, code for *error; returns 3. */
int lev_lua_fail(lua_State *L, const struct lev_error *error);
/* Raises unless the call has between `least` and `most` arguments. */
void lev_lua_arity(lua_State *L, int least, int most);
/* Makes a class: methods in __index, `destroy` as both __gc and __close, `__name`, `__metatable` false. Pops nothing.
 */
void lev_lua_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction destroy);

/* Bytes given by a script: a Lua string or a secret; borrowed, valid while the value stays on the stack. */
struct lev_lua_bytes {
  const char *data;
  size_t len;
  bool secret;
};
struct lev_lua_bytes lev_lua_check_bytes(lua_State *L, int index);
/* Raises an argument error unless the value is a string or a secret. True if it is a secret. */
bool lev_lua_is_secret(lua_State *L, int index);

/* Pushes a zeroed secret userdata for the caller to fill: core puts the bytes in afterwards, so nothing can leak. */
struct lev_secret *lev_lua_new_secret(lua_State *L);
struct lev_secret *lev_lua_check_secret(lua_State *L, int index);
/* Pushes a copy of the bytes as a secret, or raises for want of memory (nothing is held by then). */
void lev_lua_push_secret(lua_State *L, const char *bytes, size_t len);
/* Pushes the buffer's bytes: as a secret when buf->secret, else as a string. The caller wipes the buffer; to be safe
   from memory errors the buffer must live in a userdata (lev_lua_new_buf). */
void lev_lua_push_buf(lua_State *L, const struct lev_buf *buf);
/* Pushes a userdata that owns a zeroed buffer and wipes it when collected or closed. */
struct lev_buf *lev_lua_new_buf(lua_State *L, bool secret);

/* Where the running binary's files are: "<prefix>/bin/../" + relative, made absolute. Empty when it cannot be told. */
const char *lev_lua_data_dir(void);
const char *lev_lua_module_dir(void);

#endif
