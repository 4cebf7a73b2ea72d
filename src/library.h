/*
 * library: the library's own Lua (lua/leverage), compiled by the build and part of the binary: a start neither reads nor
 * parses it. Only what ships comes this way; scripts are found and read at run time, as text.
 */
#ifndef LEV_LIBRARY_H
#define LEV_LIBRARY_H

#include <lua.h>
#include <stddef.h>

struct lev_library_module {
  const char *name; /* NULL ends the list */
  const char *code;
  size_t len;
};

/* Written by the build (embed.c). */
extern const struct lev_library_module lev_library_modules[];

/* Called by lua_pcall: makes `require` look here before it looks for files. The files of the same modules are installed
   too, to be read; they are run only by a Lua that does not take this build's bytecode. */
int lev_library_open(lua_State *L);

#endif
