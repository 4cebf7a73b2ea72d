/*
 * embed: run by the build. Compiles the library's Lua and writes it as a C file for library.c, so that a start reads and
 * parses none of it. Line numbers and names stay in, for tracebacks.
 *
 *     embed OUT FOLDER FILE…     FILE is relative to FOLDER: leverage/aws/sts.lua is the module leverage.aws.sts
 */
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int write_bytes(lua_State *L, const void *bytes, size_t len, void *user)
{
  (void)L;
  FILE *out = user;
  for (size_t i = 0; i < len; i++)
    if (fprintf(out, "%u,", ((const unsigned char *)bytes)[i]) < 0)
      return 1;
  return 0;
}

/* Pushes "leverage.aws.sts" for "leverage/aws/sts.lua". */
static const char *push_module_name(lua_State *L, const char *file)
{
  lua_pushlstring(L, file, strlen(file) - strlen(".lua"));
  return luaL_gsub(L, lua_tostring(L, -1), "/", ".");
}

/* The chunk's name is relative, so that the same source gives the same bytes wherever it is built. */
static int load_file(lua_State *L, const char *folder, const char *file)
{
  const char *path = lua_pushfstring(L, "%s/%s", folder, file);
  luaL_Buffer text;
  char piece[4096];
  size_t got;
  FILE *in = fopen(path, "rb");
  if (in == NULL)
    return luaL_error(L, "%s cannot be opened", path);
  luaL_buffinit(L, &text);
  while ((got = fread(piece, 1, sizeof piece, in)) > 0)
    luaL_addlstring(&text, piece, got);
  fclose(in);
  luaL_pushresult(&text);
  size_t len;
  const char *source = lua_tolstring(L, -1, &len);
  if (luaL_loadbufferx(L, source, len, lua_pushfstring(L, "@lua/%s", file), "t") != LUA_OK)
    return lua_error(L);
  return 1;
}

/* embed(OUT, FOLDER, FILE…) */
static int l_embed(lua_State *L)
{
  int count = lua_gettop(L);
  FILE *out = fopen(luaL_checkstring(L, 1), "w");
  if (out == NULL)
    return luaL_error(L, "%s cannot be written", lua_tostring(L, 1));
  fputs("#include \"library.h\"\n", out);
  for (int i = 3; i <= count; i++) {
    fprintf(out, "static const char module_%d[] = {", i);
    load_file(L, luaL_checkstring(L, 2), luaL_checkstring(L, i));
    if (lua_dump(L, write_bytes, out, 0) != 0)
      return luaL_error(L, "%s cannot be written", lua_tostring(L, 1));
    fputs("};\n", out);
    lua_settop(L, count);
  }
  fputs("const struct lev_library_module lev_library_modules[] = {\n", out);
  for (int i = 3; i <= count; i++) {
    fprintf(out, "  { \"%s\", module_%d, sizeof module_%d },\n", push_module_name(L, lua_tostring(L, i)), i, i);
    lua_settop(L, count);
  }
  fputs("  { 0 },\n};\n", out);
  if (fclose(out) != 0)
    return luaL_error(L, "%s cannot be written", lua_tostring(L, 1));
  return 0;
}

int main(int argc, char **argv)
{
  lua_State *L = luaL_newstate();
  if (L == NULL || argc < 4) {
    fputs("usage: embed OUT FOLDER FILE...\n", stderr);
    return 2;
  }
  luaL_checkstack(L, argc + 20, NULL);
  lua_pushcfunction(L, l_embed);
  for (int i = 1; i < argc; i++)
    lua_pushstring(L, argv[i]);
  int status = lua_pcall(L, argc - 1, 0, 0);
  if (status != LUA_OK)
    fprintf(stderr, "embed: %s\n", lua_tostring(L, -1));
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
