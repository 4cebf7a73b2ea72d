/* state: see state.h. */
#include "state.h"
#include "config.h"
#include "lev_lua.h"
#include "modules.h"

#include <dlfcn.h>
#include <limits.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *lev_state_alloc(void *ud, void *block, size_t old_size, size_t new_size)
{
  (void)ud;
  if (block == NULL)
    return new_size == 0 ? NULL : malloc(new_size);
  void *moved = NULL;
  if (new_size > 0) {
    moved = malloc(new_size);
    if (moved == NULL && new_size > old_size)
      return NULL;
    if (moved == NULL) {
      lev_wipe((char *)block + new_size, old_size - new_size);
      return block; /* Lua counts on shrinking to succeed */
    }
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
  }
  lev_wipe(block, old_size);
  free(block);
  return moved;
}

/* The folder of the running binary, "" when the kernel does not tell. */
static const char *binary_dir(void)
{
  static char dir[PATH_MAX];
  if (dir[0] == '\0') {
    ssize_t len = readlink("/proc/self/exe", dir, sizeof dir - 1);
    dir[len < 0 ? 0 : len] = '\0';
    char *slash = strrchr(dir, '/');
    if (slash != NULL)
      *slash = '\0';
  }
  return dir;
}

static const char *beside_binary(char *path, const char *relative)
{
  char joined[2 * PATH_MAX];
  if (path[0] == '\0') {
    snprintf(joined, sizeof joined, "%s/%s", binary_dir(), relative);
    if (realpath(joined, path) == NULL)
      path[0] = '\0';
  }
  return path;
}

const char *lev_lua_data_dir(void)
{
  static char path[PATH_MAX];
  return beside_binary(path, LEV_REL_DATA);
}

const char *lev_lua_module_dir(void)
{
  static char path[PATH_MAX];
  return beside_binary(path, LEV_REL_LIB);
}

/* Opens a shared object of ours, for the life of the program, and finds a function in it. */
static lua_CFunction find_in_object(lua_State *L, const char *object, const char *symbol)
{
  char path[PATH_MAX + 32];
  snprintf(path, sizeof path, "%s/%s", lev_lua_module_dir(), object);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == NULL)
    luaL_error(L, "a part of leverage cannot be loaded: %s", dlerror());
  lua_CFunction function;
  *(void **)&function = dlsym(library, symbol);
  if (function == NULL)
    luaL_error(L, "a part of leverage is not of this version: %s", dlerror());
  return function;
}

/* Loader of a module in a shared object; upvalues: the object's file name, the luaopen function's name. */
static int l_open_in_object(lua_State *L)
{
  const char *object = lua_tostring(L, lua_upvalueindex(1));
  const char *symbol = lua_tostring(L, lua_upvalueindex(2));
  lua_pushcfunction(L, find_in_object(L, object, symbol));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

/* With package.preload on top of the stack. */
static void preload_from_object(lua_State *L, const char *object, const char *module, const char *symbol)
{
  lua_pushstring(L, object);
  lua_pushstring(L, symbol);
  lua_pushcclosure(L, l_open_in_object, 2);
  lua_setfield(L, -2, module);
}

static void preload_modules(lua_State *L)
{
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
#define LEV_PRELOAD(name) lua_pushcfunction(L, luaopen_lev_##name), lua_setfield(L, -2, "lev." #name);
  LEV_CORE_MODULES(LEV_PRELOAD)
#undef LEV_PRELOAD
#define LEV_PRELOAD(name) preload_from_object(L, "lev_files.so", "lev." #name, "luaopen_lev_" #name);
  LEV_FILES_MODULES(LEV_PRELOAD)
#undef LEV_PRELOAD
#define LEV_PRELOAD(name) preload_from_object(L, "lev_txn.so", "lev." #name, "luaopen_lev_" #name);
  LEV_TXN_MODULES(LEV_PRELOAD)
#undef LEV_PRELOAD
#define LEV_PRELOAD(name) preload_from_object(L, "lev_net.so", "lev." #name, "luaopen_lev_" #name);
  LEV_NET_MODULES(LEV_PRELOAD)
#undef LEV_PRELOAD
#define LEV_PRELOAD(name) preload_from_object(L, "lev_tty.so", "lev." #name, "luaopen_lev_" #name);
  LEV_TTY_MODULES(LEV_PRELOAD)
#undef LEV_PRELOAD
  lua_pop(L, 1);
}

static void set_search_path(lua_State *L)
{
  lua_getglobal(L, "package");
  lua_pushfstring(L, "%s/lua/?.lua;%s/?.lua", lev_lua_data_dir(), LEV_ARGPARSE_DIR);
  lua_setfield(L, -2, "path");
  lua_pushfstring(L, "%s/?.so", LEV_CJSON_DIR);
  lua_setfield(L, -2, "cpath");
  lua_pop(L, 1);
}

static int open_all(lua_State *L)
{
  luaL_openlibs(L);
  preload_modules(L);
  luaL_requiref(L, "lev.secret", luaopen_lev_secret, 0); /* every binding may push secrets */
  lua_pop(L, 1);
  set_search_path(L);
  return 0;
}

lua_State *lev_state_open(void)
{
  lua_State *L = lua_newstate(lev_state_alloc, NULL);
  if (L == NULL)
    return NULL;
  lua_gc(L, LUA_GCGEN, 0, 0);
  lua_pushcfunction(L, open_all);
  if (lua_pcall(L, 0, 0, 0) != LUA_OK) {
    lua_close(L);
    return NULL;
  }
  return L;
}

static int l_no_new_global(lua_State *L)
{
  return luaL_error(L, "assignment to undeclared global '%s' (is a `local` missing?)", luaL_tolstring(L, 2, NULL));
}

static int l_no_such_global(lua_State *L)
{
  return luaL_error(L, "there is no global '%s'", luaL_tolstring(L, 2, NULL));
}

void lev_state_lock_globals(lua_State *L)
{
  lua_pushglobaltable(L);
  lua_createtable(L, 0, 3);
  lua_pushcfunction(L, l_no_new_global);
  lua_setfield(L, -2, "__newindex");
  lua_pushcfunction(L, l_no_such_global);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}
