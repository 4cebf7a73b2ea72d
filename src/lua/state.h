/*
 * state: the Lua that scripts run in.
 *
 * Its allocator wipes whatever it frees (growth included), the C modules of modules.h wait in package.preload, the
 * search path holds the library's own folder and the two packages it uses, nothing from the environment and nothing
 * relative.
 */
#ifndef LEV_STATE_H
#define LEV_STATE_H

#include <lua.h>

/* A state with the standard libraries; NULL for want of memory. The caller closes it. */
lua_State *lev_state_open(void);
/* From here on a new global, or the reading of one that does not exist, is an error. */
void lev_state_lock_globals(lua_State *L);
/* The allocator, for states that are made elsewhere (policies). `ud` is not used. */
void *lev_state_alloc(void *ud, void *block, size_t old_size, size_t new_size);

#endif
