/*
 * modules: the Lua modules made of C, one binding each, `require "lev.<name>"`. The first list lives in the binary. The
 * others live in shared objects that are opened when the first of their modules is required: documents in
 * lev_files.so, the transaction (which hashes with libcrypto) in lev_txn.so, what else needs libcurl, libcrypto or expat in lev_net.so, what needs line editing in lev_tty.so.
 */
#ifndef LEV_MODULES_H
#define LEV_MODULES_H

#include <lua.h>

#define LEV_CORE_MODULES(X) X(file) X(host) X(sandbox) X(secret)

#define LEV_FILES_MODULES(X) X(hcl) X(ini) X(keyfile) X(yaml)

#define LEV_TXN_MODULES(X) X(recover) X(txn)

#define LEV_NET_MODULES(X) X(http) X(sigv4) X(xml)

#define LEV_TTY_MODULES(X) X(tty)

#define LEV_DECLARE(name) int luaopen_lev_##name(lua_State *L);
LEV_CORE_MODULES(LEV_DECLARE)
LEV_FILES_MODULES(LEV_DECLARE)
LEV_TXN_MODULES(LEV_DECLARE)
LEV_NET_MODULES(LEV_DECLARE)
LEV_TTY_MODULES(LEV_DECLARE)
#undef LEV_DECLARE

#endif
