/*
 * ini: see ini.h. This part reads a text into nodes, line by line, as Python's configparser does: a line indented
 * deeper than the key above it continues that key's value, whatever it looks like; blank lines and comments between
 * do not end it; CR, LF and CR LF end lines.
 */
#include "ini_doc.h"
#include "secret.h"

#include <stdlib.h>
#include <string.h>

struct reader {
  struct lev_ini *doc;
  struct lev_error *error;
  uint32_t section, key; /* LEV_INI_NONE before the first one (of a section) */
  uint32_t indent;       /* of the last key or header */
  uint32_t line;
};

/* Fails at an offset of the source, given as line and column (in characters). */
LEV_MUST_CHECK static enum lev_status broken(const struct lev_ini *doc, size_t offset, const char *reason,
                                             struct lev_error *error)
{
  const char *p = doc->source.data;
  const char *place = p + offset;
  size_t line = 1, column = 1;
  if (doc->bom && offset >= 3)
    p += 3;
  for (; p < place; p++) {
    if (*p == '\n' || (*p == '\r' && p[1] != '\n')) {
      line++;
      column = 1;
    } else if (((unsigned char)*p & 0xC0) != 0x80) {
      column++;
    }
  }
  return lev_fail(error, LEV_BROKEN_FILE, "%s:%zu:%zu: %s", doc->name, line, column, reason);
}

/* UTF-8 throughout and no NUL: Python fails on the first, nobody can show the second. */
LEV_MUST_CHECK static enum lev_status check_characters(const struct lev_ini *doc, struct lev_error *error)
{
  const char *nul = memchr(doc->source.data, '\0', doc->source.len);
  if (nul != NULL)
    return broken(doc, (size_t)(nul - doc->source.data), "a NUL byte: is this a text file?", error);
  size_t valid = lev_ini_utf8_prefix(doc->source.data, doc->source.len);
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

/* Takes the header's name apart; see the flags in ini_doc.h. */
struct header {
  const char *prefix; /* "" for none */
  const char *name, *end;
  uint8_t shape;
};

static bool is_quote(char c)
{
  return c == '"' || c == '\'';
}

static void read_prefixed_name(struct header *header, const char *prefix, size_t len)
{
  const char *space = header->name + len;
  header->prefix = prefix;
  header->name = space;
  for (size_t n; (n = lev_ini_space_at(header->name, header->end)) > 0;)
    header->name += n;
  bool plain = header->name == space + 1 && *space == ' ';
  char quote = *header->name;
  if (header->end - header->name > 2 && is_quote(quote) && header->end[-1] == quote) {
    header->name++;
    header->end--;
    header->shape |= LEV_INI_LOOSE;
  } else if (!plain) {
    header->shape |= LEV_INI_LOOSE;
  }
  bool quoted = header->name > space && is_quote(header->name[-1]);
  for (const char *p = header->name; p < header->end; p++)
    if (is_quote(*p) || *p == '\\' || (!quoted && lev_ini_space_at(p, header->end) > 0))
      header->shape |= LEV_INI_FOREIGN; /* botocore takes it apart as a shell would */
}

static struct header read_name(const char *inner, const char *end)
{
  static const char *const prefixes[] = { "profile", "sso-session", "services" };
  struct header header = { .prefix = "", .name = inner, .end = end };
  for (size_t n; (n = lev_ini_space_at(header.name, end)) > 0;) {
    header.name += n;
    header.shape |= LEV_INI_FOREIGN;
  }
  for (size_t n; header.end > header.name && (n = lev_ini_space_before(header.name, header.end)) > 0;) {
    header.end -= n;
    header.shape |= LEV_INI_LOOSE;
  }
  for (const char *p = inner; p < end; p++)
    if (*p != ' ' && *p != '\t' && lev_ini_space_at(p, end) > 0)
      header.shape |= LEV_INI_FOREIGN;
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t len = strlen(prefixes[i]);
    if ((size_t)(header.end - header.name) > len && memcmp(header.name, prefixes[i], len) == 0 &&
        lev_ini_space_at(header.name + len, header.end) > 0) {
      read_prefixed_name(&header, prefixes[i], len);
      break;
    }
  }
  bool unquoting = header.prefix[0] == 'p' || strcmp(header.prefix, "sso-session") == 0;
  if ((header.shape & LEV_INI_LOOSE) != 0 && !unquoting)
    header.shape |= LEV_INI_FOREIGN; /* botocore takes these names to the letter */
  return header;
}

/* Where the header's bracket closes: the last `]` as botocore has it, but for one in a comment, which only botocore
   takes so. */
static const char *closing_bracket(const char *open, const char *stop, uint8_t *shape)
{
  const char *close = memchr(open, ']', (size_t)(stop - open));
  const char *last = memrchr(open, ']', (size_t)(stop - open));
  if (close == NULL || last == open + 1)
    return NULL;
  const char *comment = lev_ini_inline_comment(open, stop);
  if (comment != NULL && close < comment && last > comment) {
    last = memrchr(open, ']', (size_t)(comment - open));
    *shape |= LEV_INI_FOREIGN;
  }
  const char *rest = last + 1;
  if (rest != stop && (comment == NULL || comment < rest))
    *shape |= LEV_INI_FOREIGN; /* JavaScript sees no header there */
  for (size_t n; rest < stop && rest != comment; rest += n) {
    n = lev_ini_space_at(rest, stop);
    if (n == 0) {
      *shape |= LEV_INI_FOREIGN;
      break;
    }
  }
  return last;
}

LEV_MUST_CHECK static enum lev_status read_header(struct reader *reader, const struct lev_ini_line *line)
{
  struct lev_ini *doc = reader->doc;
  const char *open = doc->source.data + line->first;
  uint8_t shape = 0;
  const char *close = closing_bracket(open, doc->source.data + line->stop, &shape);
  if (close == NULL)
    return broken(doc, line->first, "a section header without a name and ]", reader->error);
  struct header header = read_name(open + 1, close);
  size_t len = (size_t)(header.end - header.name);
  bool plain = lev_ini_is_plain(header.name, len);
  uint32_t name = (uint32_t)(header.name - doc->source.data);
  size_t prefix = strlen(header.prefix);
  if (prefix > 0 && header.name == open + 1 + prefix + 1 && header.name[-1] == ' ') {
    name -= (uint32_t)prefix + 1;
    len += prefix + 1;
  } else if (prefix > 0) {
    name = lev_ini_add_bytes(doc, header.prefix, prefix);
    uint32_t rest = lev_ini_add_bytes(doc, " ", 1);
    rest = rest == LEV_INI_NONE ? rest : lev_ini_add_bytes(doc, header.name, len);
    name = rest == LEV_INI_NONE ? rest : name;
    len += prefix + 1;
  }
  struct lev_ini_section *section = name == LEV_INI_NONE ? NULL : lev_ini_add_section(doc, name, len);
  if (section == NULL)
    return lev_fail(reader->error, LEV_FAILED, "not enough memory");
  section->line = reader->line;
  section->start = line->start;
  section->end = line->end;
  section->indent = line->indent;
  doc->indented |= line->indent > 0;
  section->shape = shape | header.shape | (plain ? 0 : LEV_INI_STRANGE);
  section->first = (uint32_t)doc->key_count;
  reader->section = (uint32_t)(section - doc->sections);
  reader->key = LEV_INI_NONE;
  return LEV_OK;
}

LEV_MUST_CHECK static enum lev_status read_key(struct reader *reader, const struct lev_ini_line *line)
{
  struct lev_ini *doc = reader->doc;
  const char *text = doc->source.data;
  const char *p = text + line->first;
  const char *stop = text + line->stop;
  const char *delimiter = p;
  while (delimiter < stop && *delimiter != '=' && *delimiter != ':')
    delimiter++;
  if (delimiter == stop)
    return broken(doc, line->first, "neither a section header nor `key = value`", reader->error);
  if (delimiter == p)
    return broken(doc, line->first, "no key before the sign", reader->error);
  struct lev_ini_key *key = lev_ini_add_key(doc);
  if (key == NULL)
    return lev_fail(reader->error, LEV_FAILED, "not enough memory");
  const char *name_end = delimiter;
  for (size_t n; (n = lev_ini_space_before(p, name_end)) > 0;)
    name_end -= n;
  const char *value = delimiter + 1;
  for (size_t n; (n = lev_ini_space_at(value, stop)) > 0;)
    value += n;
  key->line = reader->line;
  key->start = line->start;
  key->end = key->last = line->end;
  key->indent = line->indent;
  key->name = line->first;
  key->name_len = (uint32_t)(name_end - p);
  key->value = value < stop ? (uint32_t)(value - text) : line->end;
  key->value_len = (uint32_t)(stop - value);
  key->section = reader->section;
  key->shape = *delimiter == ':' ? LEV_INI_COLON : 0;
  key->style = (name_end < delimiter ? LEV_INI_SPACE_BEFORE : 0) | (value > delimiter + 1 ? LEV_INI_SPACE_AFTER : 0);
  doc->sections[reader->section].count++;
  reader->key = (uint32_t)(key - doc->keys);
  return LEV_OK;
}

LEV_MUST_CHECK static enum lev_status read_continuation(struct reader *reader, const struct lev_ini_line *line)
{
  struct lev_ini *doc = reader->doc;
  struct lev_ini_key *key = &doc->keys[reader->key];
  key->last = line->end;
  key->shape |= LEV_INI_CONTINUED | (key->value_len == 0 ? LEV_INI_NESTED : 0);
  const char *text = doc->source.data + line->first;
  if ((key->shape & LEV_INI_NESTED) != 0 && memchr(text, '=', line->stop - line->first) == NULL)
    return broken(doc, line->first, "a line without `=` in a nested block", reader->error);
  return LEV_OK;
}

LEV_MUST_CHECK static enum lev_status read_line(struct reader *reader, const struct lev_ini_line *line)
{
  if (reader->key != LEV_INI_NONE && line->indent > reader->indent)
    return read_continuation(reader, line);
  reader->indent = line->indent;
  if (reader->doc->source.data[line->first] == '[')
    return read_header(reader, line);
  if (reader->section == LEV_INI_NONE)
    return broken(reader->doc, line->first, "text before the first section header", reader->error);
  return read_key(reader, line);
}

/* The `=` spacing of the first key that has a value. */
static uint8_t common_style(const struct lev_ini *doc)
{
  for (size_t i = 0; i < doc->key_count; i++)
    if (doc->keys[i].value_len > 0)
      return doc->keys[i].style;
  return LEV_INI_SPACE_BEFORE | LEV_INI_SPACE_AFTER;
}

LEV_MUST_CHECK static enum lev_status read_lines(struct lev_ini *doc, struct lev_error *error)
{
  struct reader reader = { .doc = doc, .error = error, .section = LEV_INI_NONE, .key = LEV_INI_NONE };
  uint32_t next = doc->bom ? 3 : 0;
  while (next < doc->source.len) {
    struct lev_ini_line line = lev_ini_line_at(doc, next);
    if (++reader.line > LEV_INI_MAX_LINES)
      return lev_fail(error, LEV_BROKEN_FILE, "%s: more than %d lines", doc->name, LEV_INI_MAX_LINES);
    enum lev_status status = lev_ini_is_quiet(doc, &line) ? LEV_OK : read_line(&reader, &line);
    if (status != LEV_OK)
      return status;
    next = line.next;
  }
  doc->file_sections = doc->section_count;
  doc->style = common_style(doc);
  return LEV_OK;
}

enum lev_status lev_ini_parse(struct lev_ini *doc, const char *name, struct lev_ini_span text, bool secret,
                              struct lev_error *error)
{
  if (text.len > LEV_INI_MAX_SIZE)
    return lev_fail(error, LEV_BROKEN_FILE, "%s: larger than %zu MiB", name, LEV_INI_MAX_SIZE >> 20);
  doc->secret = doc->source.secret = secret;
  doc->added.secret = true; /* an edit may bring a secret into any document */
  doc->name = strdup(name);
  if (doc->name == NULL || lev_buf_reserve(&doc->source, text.len + 1) == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  lev_buf_append(&doc->source, text.data, text.len);
  doc->bom = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0;
  enum lev_status status = check_characters(doc, error);
  if (status != LEV_OK)
    return status;
  note_line_ends(doc);
  return read_lines(doc, error);
}

void lev_ini_wipe(struct lev_ini *doc)
{
  if (doc == NULL)
    return;
  free(doc->name);
  lev_buf_wipe(&doc->source);
  lev_buf_wipe(&doc->added);
  free(doc->sections);
  free(doc->keys);
  free(doc->section_index.slots);
  free(doc->key_index.slots);
  memset(doc, 0, sizeof *doc);
}
