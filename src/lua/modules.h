/*
 * modules: the Lua modules made of C, one binding each. Those of the first list live in the binary; those of the second
 * in the network module, which is opened when the first of them is required.
 */
#ifndef LEV_MODULES_H
#define LEV_MODULES_H

#include <lua.h>

#define LEV_CORE_MODULES(X) X(secret)

#define LEV_NET_MODULES(X)

#define LEV_DECLARE(name) int luaopen_lev_##name(lua_State *L);
LEV_CORE_MODULES(LEV_DECLARE)
LEV_NET_MODULES(LEV_DECLARE)
#undef LEV_DECLARE

#endif
