/*
 * ini: see ini.h. This part goes over a text once, line by line, as Python's configparser does: a line indented deeper
 * than the key above it continues that key's value, whatever it looks like; blank lines and comments between do not
 * end it; CR, LF and CR LF end lines. It checks every line, and makes nodes of the headers only.
 */
#include "ini_doc.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

struct reader {
  struct lev_ini *doc;
  struct lev_error *error;
  struct lev_ini_section *section; /* NULL before the first */
  struct lev_ini_line key;         /* the last key's own line */
  bool in_key, continued, nested;  /* there is such a key; lines go on with it; they are a block */
  bool styled;                     /* doc->style is known */
  uint32_t indent;                 /* of the last key or header */
  uint32_t line;
};

LEV_MUST_CHECK static enum lev_status broken(const struct lev_ini *doc, size_t offset, const char *reason,
                                             struct lev_error *error)
{
  struct lev_text_place place = lev_text_place(doc->source.data, offset);
  return lev_fail(error, LEV_BROKEN_FILE, "%s:%zu:%zu: %s", doc->name, place.line, place.column, reason);
}

/* UTF-8 throughout and no NUL: Python fails on the first, nobody can show the second. */
LEV_MUST_CHECK static enum lev_status check_characters(const struct lev_ini *doc, struct lev_error *error)
{
  const char *nul = memchr(doc->source.data, '\0', doc->source.len);
  if (nul != NULL)
    return broken(doc, (size_t)(nul - doc->source.data), "a NUL byte: is this a text file?", error);
  size_t valid = lev_text_utf8(doc->source.data, doc->source.len);
  return valid == doc->source.len ? LEV_OK : broken(doc, valid, "not UTF-8", error);
}

static void note_line_ends(struct lev_ini *doc)
{
  const char *text = doc->source.data;
  const char *end = text + doc->source.len;
  const char *newline = memchr(text, '\n', doc->source.len);
  doc->crlf = newline != NULL && newline > text && newline[-1] == '\r';
  for (const char *p = text; (p = memchr(p, '\r', (size_t)(end - p))) != NULL; p++) {
    if (p + 1 == end || p[1] != '\n') {
      doc->lone_cr = true;
      return;
    }
  }
}

struct lev_ini_line lev_ini_line_at(const struct lev_ini *doc, uint32_t start)
{
  const char *text = doc->source.data;
  const char *p = text + start;
  const char *limit = text + doc->source.len;
  const char *end = memchr(p, '\n', (size_t)(limit - p));
  const char *next = end == NULL ? limit : end + 1;
  end = end == NULL ? limit : end;
  if (doc->lone_cr) {
    const char *cr = memchr(p, '\r', (size_t)(end - p));
    if (cr != NULL) {
      next = cr + 1 < limit && cr[1] == '\n' ? cr + 2 : cr + 1;
      end = cr;
    }
  } else if (end > p && end[-1] == '\r') {
    end--;
  }
  struct lev_ini_line line = { .start = start, .end = (uint32_t)(end - text), .next = (uint32_t)(next - text) };
  for (size_t len; (len = lev_ini_space_at(p, end)) > 0; p += len)
    line.indent++;
  for (size_t len; end > p && (len = lev_ini_space_before(p, end)) > 0;)
    end -= len;
  line.first = (uint32_t)(p - text);
  line.stop = (uint32_t)(end - text);
  return line;
}

bool lev_ini_is_quiet(const struct lev_ini *doc, const struct lev_ini_line *line)
{
  const char *first = doc->source.data + line->first;
  return line->first >= line->stop || *first == '#' || *first == ';';
}

LEV_MUST_CHECK static enum lev_status scan_header(struct reader *reader, const struct lev_ini_line *line)
{
  struct lev_ini *doc = reader->doc;
  if (!lev_ini_read_header(doc, line, &reader->section))
    return broken(doc, line->first, "a section header without a name and ]", reader->error);
  if (reader->section == NULL)
    return lev_fail(reader->error, LEV_FAILED, "not enough memory");
  reader->section->line = reader->line;
  reader->in_key = false;
  doc->indented |= line->indent > 0;
  return LEV_OK;
}

/* Only whether it is one: keys become nodes when their section is asked for. */
LEV_MUST_CHECK static enum lev_status scan_key(struct reader *reader, const struct lev_ini_line *line)
{
  struct lev_ini *doc = reader->doc;
  const char *p = doc->source.data + line->first;
  size_t len = line->stop - line->first;
  if (*p == '=' || *p == ':')
    return broken(doc, line->first, "no key before the sign", reader->error);
  if (memchr(p, '=', len) == NULL && memchr(p, ':', len) == NULL)
    return broken(doc, line->first, "neither a section header nor `key = value`", reader->error);
  reader->key = *line;
  reader->in_key = true;
  reader->continued = false;
  reader->section->tail = line->end;
  if (!reader->styled) {
    struct lev_ini_key key = lev_ini_read_key(doc, line);
    reader->styled = key.value_len > 0;
    if (reader->styled)
      doc->style = key.style;
  }
  return LEV_OK;
}

/* Ends a line for Python's splitlines, not for its reading of files; `space` is lev_ini_space_at(p). */
static bool ends_line(const char *p, size_t space)
{
  if (space == 1)
    return *p == '\v' || *p == '\f' || (*p >= 0x1C && *p <= 0x1E);
  return (space == 2 && p[1] == '\x85') || (space == 3 && memcmp(p, "\xE2\x80\xA8", 3) == 0) ||
         (space == 3 && memcmp(p, "\xE2\x80\xA9", 3) == 0);
}

/* Whether botocore takes a line of a nested block: it splits it once more, and each piece needs a `=`. */
static bool is_nested(const char *p, const char *end)
{
  bool blank = true, sign = false;
  for (size_t len; p < end; p += len) {
    size_t space = lev_ini_space_at(p, end);
    len = space == 0 ? 1 : space;
    if (!ends_line(p, space)) {
      blank = blank && space > 0;
      sign = sign || *p == '=';
    } else if (!blank && !sign) {
      return false;
    } else {
      blank = true;
      sign = false;
    }
  }
  return blank || sign;
}

LEV_MUST_CHECK static enum lev_status scan_continuation(struct reader *reader, const struct lev_ini_line *line)
{
  const struct lev_ini *doc = reader->doc;
  if (!reader->continued)
    reader->nested = lev_ini_read_key(doc, &reader->key).value_len == 0;
  reader->continued = true;
  reader->section->tail = line->end;
  if (reader->nested && !is_nested(doc->source.data + line->first, doc->source.data + line->stop))
    return broken(doc, line->first, "a line without `=` in a nested block", reader->error);
  return LEV_OK;
}

LEV_MUST_CHECK static enum lev_status scan_line(struct reader *reader, const struct lev_ini_line *line)
{
  if (reader->in_key && line->indent > reader->indent)
    return scan_continuation(reader, line);
  reader->indent = line->indent;
  if (reader->doc->source.data[line->first] == '[')
    return scan_header(reader, line);
  if (reader->section == NULL)
    return broken(reader->doc, line->first, "text before the first section header", reader->error);
  return scan_key(reader, line);
}

LEV_MUST_CHECK static enum lev_status scan_lines(struct lev_ini *doc, struct lev_error *error)
{
  struct reader reader = { .doc = doc, .error = error };
  uint32_t next = doc->bom ? 3 : 0;
  while (next < doc->source.len) {
    struct lev_ini_line line = lev_ini_line_at(doc, next);
    if (++reader.line > LEV_INI_MAX_LINES)
      return lev_fail(error, LEV_BROKEN_FILE, "%s: more than %d lines", doc->name, LEV_INI_MAX_LINES);
    enum lev_status status = lev_ini_is_quiet(doc, &line) ? LEV_OK : scan_line(&reader, &line);
    if (status != LEV_OK)
      return status;
    next = line.next;
  }
  doc->file_sections = doc->section_count;
  return LEV_OK;
}

enum lev_status lev_ini_parse(struct lev_ini *doc, const char *name, struct lev_ini_span text, bool secret,
                              struct lev_error *error)
{
  if (text.len > LEV_INI_MAX_SIZE)
    return lev_fail(error, LEV_BROKEN_FILE, "%s: larger than %zu MiB", name, LEV_INI_MAX_SIZE >> 20);
  doc->secret = doc->copy.secret = secret;
  doc->added.secret = true; /* an edit may bring a secret into any document */
  doc->style = LEV_INI_SPACE_BEFORE | LEV_INI_SPACE_AFTER;
  doc->name = strdup(name);
  if (secret)
    lev_buf_append(&doc->copy, text.data, text.len);
  if (doc->name == NULL || doc->copy.failed)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  doc->source = text.len == 0 ? (struct lev_ini_span){ "", 0 } : text;
  if (secret && text.len > 0)
    doc->source.data = doc->copy.data;
  doc->bom = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0;
  enum lev_status status = check_characters(doc, error);
  if (status != LEV_OK)
    return status;
  note_line_ends(doc);
  if (!lev_ini_make_index(&doc->section_index, text.len / 128)) /* a guess that spares growing */
    return lev_fail(error, LEV_FAILED, "not enough memory");
  return scan_lines(doc, error);
}

void lev_ini_wipe(struct lev_ini *doc)
{
  if (doc == NULL)
    return;
  free(doc->name);
  lev_buf_wipe(&doc->copy);
  lev_buf_wipe(&doc->added);
  free(doc->sections);
  free(doc->keys);
  free(doc->section_index.slots);
  free(doc->key_index.slots);
  memset(doc, 0, sizeof *doc);
}
