/*
 * keyfile_json: key files in JSON. Every object that has an access key id or a secret is an entry, wherever it stands;
 * the rest is read, strictly but for one comma before a closing bracket, and passed over.
 */
#include "keyfile_parts.h"
#include "text.h"

#include <string.h>

#define MAX_DEPTH 16
#define MAX_FIELDS 256

struct json {
  struct lev_keyfile_reader *reader;
  const char *p, *end;
  struct lev_buf names; /* of the fields of all open objects, to find doubled ones */
  int depth;
};

/* Where an object's names begin, and their number. */
struct names {
  size_t start[MAX_FIELDS], len[MAX_FIELDS];
  size_t count, from;
};

LEV_MUST_CHECK static enum lev_status fail_at(struct json *json, const char *p, const char *reason)
{
  struct lev_text_place place = lev_text_place(json->reader->text, (size_t)(p - json->reader->text));
  return lev_fail(json->reader->error, LEV_BROKEN_FILE, "%s:%zu:%zu: %s", json->reader->name, place.line, place.column,
                  reason);
}

static void skip_space(struct json *json)
{
  while (json->p < json->end && (*json->p == ' ' || *json->p == '\t' || *json->p == '\n' || *json->p == '\r'))
    json->p++;
}

/* Whether the next thing is this character. */
static bool is_next(struct json *json, char c)
{
  skip_space(json);
  return json->p < json->end && *json->p == c;
}

static bool skip(struct json *json, char c)
{
  bool there = is_next(json, c);
  json->p += there;
  return there;
}

/* Four hexadecimal digits at p, or -1. */
static long read_hex(const struct json *json, const char *p)
{
  long code = 0;
  for (int i = 0; i < 4; i++, p++) {
    const char *digits = "0123456789abcdef";
    const char *digit = p < json->end && *p != '\0' ? strchr(digits, *p >= 'A' && *p <= 'F' ? *p | 0x20 : *p) : NULL;
    if (digit == NULL)
      return -1;
    code = code << 4 | (digit - digits);
  }
  return code;
}

/* \uXXXX, p behind the u; two of them for a character beyond the first plane. */
LEV_MUST_CHECK static enum lev_status read_unicode(struct json *json, struct lev_buf *out)
{
  const char *start = json->p - 2;
  long code = read_hex(json, json->p);
  json->p += 4;
  if (code >= 0xD800 && code < 0xDC00) {
    bool more = json->end - json->p >= 6 && json->p[0] == '\\' && json->p[1] == 'u';
    long low = more ? read_hex(json, json->p + 2) : -1;
    json->p += 6;
    code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : -1;
  } else if (code >= 0xDC00 && code < 0xE000) {
    code = -1;
  }
  if (code < 0)
    return fail_at(json, start, "a broken \\u escape");
  char bytes[4];
  lev_buf_append(out, bytes, lev_text_encode((uint32_t)code, bytes));
  return LEV_OK;
}

LEV_MUST_CHECK static enum lev_status read_escape(struct json *json, struct lev_buf *out)
{
  static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
  json->p++;
  if (json->p == json->end)
    return fail_at(json, json->p, "a string that is not closed");
  char letter = *json->p++;
  if (letter == 'u')
    return read_unicode(json, out);
  const char *at = memchr(letters, letter, sizeof letters - 1);
  if (at == NULL)
    return fail_at(json, json->p - 2, "an unknown escape");
  lev_buf_putc(out, bytes[at - letters]);
  return LEV_OK;
}

/* Appends a string's bytes. */
LEV_MUST_CHECK static enum lev_status read_string(struct json *json, struct lev_buf *out)
{
  const char *start = json->p;
  if (!skip(json, '"'))
    return fail_at(json, json->p, "expected a string");
  while (json->p < json->end && *json->p != '"') {
    const char *from = json->p;
    if (*json->p == '\\') {
      enum lev_status status = read_escape(json, out);
      if (status != LEV_OK)
        return status;
      continue;
    }
    while (json->p < json->end && *json->p != '"' && *json->p != '\\' && (unsigned char)*json->p >= ' ')
      json->p++;
    if (json->p == from)
      return fail_at(json, json->p, "a line break or control character in a string");
    lev_buf_append(out, from, (size_t)(json->p - from));
  }
  if (json->p == json->end)
    return fail_at(json, start, "a string that is not closed");
  json->p++;
  return lev_buf_check(out, json->reader->error);
}

static size_t skip_digits(struct json *json)
{
  const char *from = json->p;
  while (json->p < json->end && *json->p >= '0' && *json->p <= '9')
    json->p++;
  return (size_t)(json->p - from);
}

/* true, false, null, or a number. */
LEV_MUST_CHECK static enum lev_status skip_plain(struct json *json)
{
  static const char *const words[] = { "true", "false", "null" };
  const char *start = json->p;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t len = strlen(words[i]);
    if ((size_t)(json->end - start) >= len && memcmp(start, words[i], len) == 0) {
      json->p += len;
      return LEV_OK;
    }
  }
  bool ok = true;
  json->p += json->p < json->end && *json->p == '-';
  bool zero = json->p < json->end && *json->p == '0';
  size_t digits = skip_digits(json);
  ok = digits > 0 && (!zero || digits == 1);
  if (ok && json->p < json->end && *json->p == '.') {
    json->p++;
    ok = skip_digits(json) > 0;
  }
  if (ok && json->p < json->end && (*json->p | 0x20) == 'e') {
    json->p++;
    json->p += json->p < json->end && (*json->p == '+' || *json->p == '-');
    ok = skip_digits(json) > 0;
  }
  return ok ? LEV_OK : fail_at(json, start, "expected a value");
}

static enum lev_status read_value(struct json *json) LEV_MUST_CHECK;

/* Reads a name and finds out whether the object had it; it stays in json->names. */
LEV_MUST_CHECK static enum lev_status read_name(struct json *json, struct names *names, enum lev_keyfile_field *field)
{
  skip_space(json);
  const char *place = json->p;
  size_t at = json->names.len;
  enum lev_status status = read_string(json, &json->names);
  if (status != LEV_OK)
    return status;
  if (names->count == MAX_FIELDS)
    return fail_at(json, place, "more than 256 fields in an object");
  size_t len = json->names.len - at;
  const char *name = len == 0 ? "" : json->names.data + at;
  for (size_t i = 0; i < names->count; i++)
    if (names->len[i] == len && (len == 0 || memcmp(json->names.data + names->start[i], name, len) == 0))
      return fail_at(json, place, "a field that stands twice");
  names->start[names->count] = at;
  names->len[names->count++] = len;
  *field = lev_keyfile_field_named(name, len);
  return skip(json, ':') ? LEV_OK : fail_at(json, json->p, "expected `:`");
}

/* A field that we know: a string, or null, which is none. */
LEV_MUST_CHECK static enum lev_status read_known(struct json *json, enum lev_keyfile_field field,
                                                 struct lev_keyfile_entry *entry)
{
  struct lev_buf *bytes = &json->reader->keys->bytes;
  skip_space(json);
  if (json->end - json->p >= 4 && memcmp(json->p, "null", 4) == 0)
    return skip_plain(json);
  bool string = is_next(json, '"');
  if (!string || entry->fields[field].len > 0) {
    struct lev_text_place place = lev_text_place(json->reader->text, (size_t)(json->p - json->reader->text));
    return lev_fail(json->reader->error, LEV_BROKEN_FILE, "%s:%zu:%zu: the %s %s", json->reader->name, place.line,
                    place.column, lev_keyfile_field_name(field), string ? "stands twice" : "is not a string");
  }
  entry->fields[field].at = bytes->len;
  enum lev_status status = read_string(json, bytes);
  entry->fields[field].len = bytes->len - entry->fields[field].at;
  return status;
}

/* Adds what an object held, if it had to do with keys. */
LEV_MUST_CHECK static enum lev_status close_object(struct json *json, const char *start, bool keyed,
                                                   const struct lev_keyfile_entry *entry)
{
  if (!keyed)
    return LEV_OK;
  struct lev_text_place place = lev_text_place(json->reader->text, (size_t)(start - json->reader->text));
  return lev_keyfile_add(json->reader, entry, place.line);
}

LEV_MUST_CHECK static enum lev_status read_object(struct json *json)
{
  struct lev_keyfile_entry entry = { 0 };
  struct names names = { .from = json->names.len };
  const char *start = json->p++;
  bool keyed = false;
  enum lev_status status = LEV_OK;
  for (bool more = !is_next(json, '}'); status == LEV_OK && more;) {
    enum lev_keyfile_field field = LEV_KEYFILE_FIELDS;
    status = read_name(json, &names, &field);
    if (status == LEV_OK)
      status = field == LEV_KEYFILE_FIELDS ? read_value(json) : read_known(json, field, &entry);
    keyed = keyed || (status == LEV_OK && (field == LEV_KEYFILE_ID || field == LEV_KEYFILE_SECRET));
    more = status == LEV_OK && skip(json, ',') && !is_next(json, '}');
  }
  if (status == LEV_OK && !skip(json, '}'))
    status = fail_at(json, json->p, "expected `,` or `}`");
  json->names.len = names.from;
  return status == LEV_OK ? close_object(json, start, keyed, &entry) : status;
}

LEV_MUST_CHECK static enum lev_status read_list(struct json *json)
{
  json->p++;
  enum lev_status status = LEV_OK;
  for (bool more = !is_next(json, ']'); status == LEV_OK && more;) {
    status = read_value(json);
    more = status == LEV_OK && skip(json, ',') && !is_next(json, ']');
  }
  if (status == LEV_OK && !skip(json, ']'))
    status = fail_at(json, json->p, "expected `,` or `]`");
  return status;
}

static enum lev_status read_value(struct json *json)
{
  enum lev_status status;
  if (json->depth == MAX_DEPTH)
    return fail_at(json, json->p, "nested too deeply");
  json->depth++;
  if (is_next(json, '{')) {
    status = read_object(json);
  } else if (is_next(json, '[')) {
    status = read_list(json);
  } else if (is_next(json, '"')) {
    size_t at = json->names.len; /* a passing place: guarded pages */
    status = read_string(json, &json->names);
    json->names.len = at;
  } else {
    status = skip_plain(json);
  }
  json->depth--;
  return status;
}

enum lev_status lev_keyfile_json(struct lev_keyfile_reader *reader)
{
  struct json json = { .reader = reader, .p = reader->text, .end = reader->text + reader->len };
  json.names.secret = true;
  enum lev_status status = read_value(&json);
  skip_space(&json);
  if (status == LEV_OK && json.p < json.end)
    status = fail_at(&json, json.p, "text behind the end");
  lev_buf_wipe(&json.names);
  return status;
}
