/* text: see text.h. */
#include "text.h"

#include <stdbool.h>
#include <string.h>

/* Bytes of the UTF-8 character at p, 0 when it is none. */
static size_t character_at(const unsigned char *p, const unsigned char *end)
{
  size_t left = (size_t)(end - p);
  if (p[0] < 0x80)
    return 1;
  if (p[0] >= 0xC2 && p[0] <= 0xDF)
    return left > 1 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
  if ((p[0] & 0xF0) == 0xE0) {
    bool ok = left > 2 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 && (p[0] != 0xE0 || p[1] >= 0xA0) &&
              (p[0] != 0xED || p[1] < 0xA0);
    return ok ? 3 : 0;
  }
  if (p[0] >= 0xF0 && p[0] <= 0xF4) {
    bool ok = left > 3 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 && (p[3] & 0xC0) == 0x80 &&
              (p[0] != 0xF0 || p[1] >= 0x90) && (p[0] != 0xF4 || p[1] < 0x90);
    return ok ? 4 : 0;
  }
  return 0;
}

size_t lev_text_utf8(const char *text, size_t len)
{
  const unsigned char *start = (const unsigned char *)text;
  const unsigned char *end = start + len;
  const unsigned char *p = start;
  while (p < end) {
    uint64_t eight;
    while (end - p >= 8 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0))
      p += 8;
    size_t bytes = p == end ? 0 : character_at(p, end);
    if (bytes == 0)
      break;
    p += bytes;
  }
  return (size_t)(p - start);
}

size_t lev_text_encode(uint32_t code, char bytes[4])
{
  static const unsigned char marks[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
  size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = len; i-- > 1; code >>= 6)
    bytes[i] = (char)(0x80 | (code & 0x3F));
  bytes[0] = (char)(marks[len] | code);
  return len;
}

struct lev_text_place lev_text_place(const char *text, size_t offset)
{
  struct lev_text_place place = { 1, 1 };
  size_t at = offset >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  bool after_cr = false;
  for (; at < offset; at++) {
    bool newline = text[at] == '\n', cr = text[at] == '\r';
    if (cr || (newline && !after_cr)) {
      place.line++;
      place.column = 1;
    } else if (!newline && ((unsigned char)text[at] & 0xC0) != 0x80) {
      place.column++;
    }
    after_cr = cr;
  }
  return place;
}
