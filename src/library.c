/* library: see library.h. */
#include "library.h"

#include <lauxlib.h>
#include <string.h>

/* A searcher of `require`: loader, module name | message | nothing */
static int l_search(lua_State *L)
{
  const char *name = luaL_checkstring(L, 1);
  const struct lev_library_module *module = lev_library_modules;
  while (module->name != NULL && strcmp(module->name, name) != 0)
    module++;
  if (module->name == NULL)
    return 0;
  if (luaL_loadbufferx(L, module->code, module->len, name, "b") != LUA_OK) {
    lua_pushfstring(L, "\n\tin the binary: %s", lua_tostring(L, -1));
    return 1;
  }
  lua_pushvalue(L, 1);
  return 2;
}

int lev_library_open(lua_State *L)
{
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "searchers");
  for (lua_Integer i = luaL_len(L, -1); i > 1; i--) { /* behind the first, package.preload */
    lua_geti(L, -1, i);
    lua_seti(L, -2, i + 1);
  }
  lua_pushcfunction(L, l_search);
  lua_seti(L, -2, 2);
  return 0;
}
