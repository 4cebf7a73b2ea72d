/* document_text: see document_text.h. */
#include "document_text.h"
#include "document_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t lev_utf8_decode(const char *bytes, size_t len, uint32_t *code)
{
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  const unsigned char *b = (const unsigned char *)bytes;
  if (len == 0)
    return 0;
  if (b[0] < 0x80) {
    *code = b[0];
    return 1;
  }
  size_t size = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
  if (b[0] < 0xC2 || b[0] > 0xF4 || len < size)
    return 0;
  uint32_t value = b[0] & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if ((b[i] & 0xC0) != 0x80)
      return 0;
    value = value << 6 | (b[i] & 0x3Fu);
  }
  if (value < least[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
    return 0;
  *code = value;
  return size;
}

void lev_utf8_append(struct lev_buf *buf, uint32_t code)
{
  if (code < 0x80) {
    lev_buf_putc(buf, (char)code);
    return;
  }
  int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  lev_buf_putc(buf, (char)((0xFF00u >> (more + 1) & 0xFF) | code >> (6 * more)));
  while (more-- > 0)
    lev_buf_putc(buf, (char)(0x80 | (code >> (6 * more) & 0x3F)));
}

struct lev_quoted lev_quote(struct lev_span text)
{
  struct lev_quoted quoted = { .text = "" };
  size_t used = 0;
  for (size_t at = 0, size; at < text.len; at += size) {
    uint32_t code = 0;
    size = lev_utf8_decode(text.data + at, text.len - at, &code);
    bool shown = size > 0 && code >= 0x20 && (code < 0x7F || code >= 0xA0) && code != 0x2028 && code != 0x2029;
    if (size == 0)
      size = 1;
    if (used + 8 > sizeof quoted.text) {
      memcpy(quoted.text + used, "...", 4);
      break;
    }
    memcpy(quoted.text + used, shown ? text.data + at : "?", shown ? size : 1);
    used += shown ? size : 1;
  }
  return quoted;
}

size_t lev_break_at(const struct lev_document *doc, size_t offset)
{
  const char *at = doc->text.data + offset;
  size_t left = doc->text.len - offset;
  if (left == 0)
    return 0;
  if (*at == '\n')
    return 1;
  if (*at == '\r' && left > 1 && at[1] == '\n')
    return 2;
  if (!doc->format->unicode_breaks)
    return 0;
  if (*at == '\r')
    return 1;
  if (left > 1 && memcmp(at, "\xC2\x85", 2) == 0)
    return 2;
  return left > 2 && (memcmp(at, "\xE2\x80\xA8", 3) == 0 || memcmp(at, "\xE2\x80\xA9", 3) == 0) ? 3 : 0;
}

/* The offset where the text starts, behind a BOM. */
static size_t text_start(const struct lev_document *doc)
{
  return doc->text.len >= 3 && memcmp(doc->text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

size_t lev_line_start(const struct lev_document *doc, size_t offset)
{
  size_t start = text_start(doc);
  while (offset > start) {
    size_t before = offset - 1;
    while (before > start && ((unsigned char)doc->text.data[before] & 0xC0) == 0x80)
      before--;
    size_t size = lev_break_at(doc, before);
    if (size > 0 && before + size <= offset)
      return offset;
    offset = before;
  }
  return start;
}

size_t lev_line_end(const struct lev_document *doc, size_t offset)
{
  while (offset < doc->text.len && lev_break_at(doc, offset) == 0)
    offset++;
  return offset;
}

size_t lev_next_line(const struct lev_document *doc, size_t offset)
{
  size_t end = lev_line_end(doc, offset);
  return end + lev_break_at(doc, end);
}

const char *lev_line_break(const struct lev_document *doc, size_t offset)
{
  size_t end = lev_line_end(doc, offset);
  size_t size = lev_break_at(doc, end);
  if (size == 0) {
    end = lev_line_end(doc, 0);
    size = lev_break_at(doc, end);
  }
  if (size == 2 && doc->text.data[end] == '\r')
    return "\r\n";
  return size == 1 && doc->text.data[end] == '\r' ? "\r" : "\n";
}

size_t lev_skip_blanks(const struct lev_document *doc, size_t offset)
{
  while (offset < doc->text.len && lev_is_blank(doc->text.data[offset]))
    offset++;
  return offset;
}

size_t lev_blanks_before(const struct lev_document *doc, size_t offset)
{
  size_t start = offset;
  while (start > 0 && lev_is_blank(doc->text.data[start - 1]))
    start--;
  return offset - start;
}

bool lev_is_blank(char c)
{
  return c == ' ' || c == '\t';
}

bool lev_is_first_in_line(const struct lev_document *doc, size_t offset)
{
  return offset - lev_blanks_before(doc, offset) == lev_line_start(doc, offset);
}

size_t lev_characters(const char *bytes, size_t len)
{
  size_t count = 0;
  for (size_t i = 0; i < len; i++)
    count += ((unsigned char)bytes[i] & 0xC0) != 0x80;
  return count;
}

void lev_document_locate(const struct lev_document *doc, size_t offset, size_t *line, size_t *column)
{
  size_t at = text_start(doc);
  *line = *column = 1;
  while (at < offset) {
    uint32_t code;
    size_t size = lev_break_at(doc, at);
    if (size > 0) {
      ++*line;
      *column = 1;
    } else {
      size = lev_utf8_decode(doc->text.data + at, doc->text.len - at, &code);
      ++*column;
    }
    at += size > 0 ? size : 1;
  }
}

enum lev_status lev_document_fail(const struct lev_document *doc, enum lev_status status, size_t offset,
                                  struct lev_error *error, const char *format, ...)
{
  char reason[512];
  size_t line, column;
  va_list args;
  va_start(args, format);
  vsnprintf(reason, sizeof reason, format, args);
  va_end(args);
  lev_document_locate(doc, offset, &line, &column);
  return lev_fail(error, status, "%.*s:%zu:%zu: %s", (int)doc->name.len, doc->name.data == NULL ? "" : doc->name.data,
                  line, column, reason);
}
