/*
 * ini_chars: what characters are to the readers of shared config files: white space as Python's str.strip and
 * JavaScript's \s have it (Unicode's included), comments behind values, plain names.
 */
#include "ini_doc.h"

#include <string.h>

static size_t wide_space_at(const unsigned char *p, size_t left)
{
  if (left >= 2 && p[0] == 0xC2)
    return p[1] == 0x85 || p[1] == 0xA0 ? 2 : 0;
  if (left < 3)
    return 0;
  uint32_t code = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
  if ((p[0] & 0xF0) != 0xE0)
    return 0;
  bool space = code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 ||
               code == 0x202F || code == 0x205F || code == 0x3000;
  return space ? 3 : 0;
}

size_t lev_ini_rare_space_at(const char *p, const char *end)
{
  unsigned char c = (unsigned char)*p;
  if (c < 0x80)
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
  return wide_space_at((const unsigned char *)p, (size_t)(end - p));
}

size_t lev_ini_rare_space_before(const char *start, const char *p)
{
  if ((unsigned char)p[-1] < 0x80)
    return lev_ini_space_at(p - 1, p);
  for (size_t len = 2; len <= 3 && (size_t)(p - start) >= len; len++)
    if (lev_ini_space_at(p - len, p) == len)
      return len;
  return 0;
}

const char *lev_ini_inline_comment(const char *p, const char *end)
{
  for (const char *at = p + 1; at < end; at++)
    if ((*at == '#' || *at == ';') && lev_ini_space_before(p, at) > 0)
      return at;
  return NULL;
}

bool lev_ini_is_plain(const char *name, size_t len)
{
  static const bool plain[256] = {
    ['-'] = 1, ['.'] = 1, ['/'] = 1, ['_'] = 1, ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1,
    ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1,
    ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1,
    ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1,
    ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1,
    ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1,
    ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1,
  };
  for (size_t i = 0; i < len; i++)
    if (!plain[(unsigned char)name[i]])
      return false;
  return true;
}
