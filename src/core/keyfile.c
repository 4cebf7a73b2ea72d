/*
 * keyfile: see keyfile.h. This part makes UTF-8 of the text, tells the formats apart, and checks what they found.
 */
#include "keyfile_parts.h"
#include "secret.h"
#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const field_names[] = { "user name", "profile", "access key id", "secret access key",
                                           "session token" };

const char *lev_keyfile_field_name(enum lev_keyfile_field field)
{
  return field_names[field];
}

enum lev_keyfile_field lev_keyfile_field_named(const char *name, size_t len)
{
  static const struct {
    const char *name;
    enum lev_keyfile_field field;
  } known[] = {
    { "username", LEV_KEYFILE_USER },
    { "accesskeyid", LEV_KEYFILE_ID },
    { "awsaccesskeyid", LEV_KEYFILE_ID },
    { "secretaccesskey", LEV_KEYFILE_SECRET },
    { "awssecretaccesskey", LEV_KEYFILE_SECRET },
    { "sessiontoken", LEV_KEYFILE_TOKEN },
    { "awssessiontoken", LEV_KEYFILE_TOKEN },
  };
  char plain[32];
  size_t used = 0;
  for (size_t i = 0; i < len; i++) {
    char c = name[i];
    if (c == ' ' || c == '_' || c == '-')
      continue;
    if (used == sizeof plain - 1)
      return LEV_KEYFILE_FIELDS;
    plain[used++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
  }
  enum lev_keyfile_field field = LEV_KEYFILE_FIELDS;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (used == strlen(known[i].name) && memcmp(plain, known[i].name, used) == 0)
      field = known[i].field;
  lev_wipe(plain, sizeof plain);
  return field;
}

struct lev_keyfile_value lev_keyfile_keep(struct lev_keyfile *keys, const char *bytes, size_t len)
{
  struct lev_keyfile_value value = { .at = keys->bytes.len, .len = len };
  lev_buf_append(&keys->bytes, bytes, len);
  return value;
}

static const char *bytes_of(const struct lev_keyfile *keys, struct lev_keyfile_value value)
{
  return value.len == 0 ? "" : keys->bytes.data + value.at;
}

static bool is_id(const char *bytes, size_t len)
{
  for (size_t i = 0; i < len; i++)
    if (!(bytes[i] >= 'A' && bytes[i] <= 'Z') && !(bytes[i] >= '0' && bytes[i] <= '9'))
      return false;
  return len >= 16 && len <= 128;
}

/* What is wrong with a secret access key or session token; NULL when it may be one. */
static const char *secret_fault(const char *bytes, size_t len)
{
  static const char *const words[] = { "(hidden)", "(unchanged)", "(secret)" };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (len == strlen(words[i]) && strncasecmp(bytes, words[i], len) == 0)
      return "is a placeholder";
  if (len > 1 && bytes[0] == '<' && bytes[len - 1] == '>')
    return "is a placeholder";
  for (size_t i = 0; i < len; i++) {
    if (bytes[i] == ' ' || (bytes[i] >= '\t' && bytes[i] <= '\r'))
      return "has white space in it";
    if (bytes[i] < '!' || bytes[i] > '~')
      return "has a character in it that no key has";
  }
  return NULL;
}

/* A name goes to screens and files. */
static const char *name_fault(const char *bytes, size_t len)
{
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c < ' ' || c == 0x7F || (c == 0xC2 && i + 1 < len && (unsigned char)bytes[i + 1] < 0xA0))
      return "has a control character in it";
  }
  return NULL;
}

LEV_MUST_CHECK static enum lev_status fail_at(struct lev_keyfile_reader *reader, size_t line,
                                              enum lev_keyfile_field field, const char *fault)
{
  return lev_fail(reader->error, LEV_BROKEN_FILE, "%s:%zu: the %s %s", reader->name, line, field_names[field], fault);
}

LEV_MUST_CHECK static enum lev_status check_entry(struct lev_keyfile_reader *reader,
                                                  const struct lev_keyfile_entry *entry, size_t line)
{
  const struct lev_keyfile_value *fields = entry->fields;
  for (int field = LEV_KEYFILE_ID; field <= LEV_KEYFILE_SECRET; field++)
    if (fields[field].len == 0)
      return fail_at(reader, line, (enum lev_keyfile_field)field, "is missing");
  for (int field = 0; field < LEV_KEYFILE_FIELDS; field++) {
    const char *bytes = bytes_of(reader->keys, fields[field]);
    bool is_name = field == LEV_KEYFILE_USER || field == LEV_KEYFILE_PROFILE;
    const char *fault = is_name ? name_fault(bytes, fields[field].len) : secret_fault(bytes, fields[field].len);
    if (fault != NULL)
      return fail_at(reader, line, (enum lev_keyfile_field)field, fault);
  }
  if (!is_id(bytes_of(reader->keys, fields[LEV_KEYFILE_ID]), fields[LEV_KEYFILE_ID].len))
    return lev_fail(reader->error, LEV_BROKEN_FILE,
                    "%s:%zu: the access key id has %zu characters, expected 16 to 128 capital letters and digits",
                    reader->name, line, fields[LEV_KEYFILE_ID].len);
  return LEV_OK;
}

enum lev_status lev_keyfile_add(struct lev_keyfile_reader *reader, const struct lev_keyfile_entry *entry, size_t line)
{
  struct lev_keyfile *keys = reader->keys;
  enum lev_status status = lev_buf_check(&keys->bytes, reader->error);
  if (status == LEV_OK)
    status = check_entry(reader, entry, line);
  if (status != LEV_OK)
    return status;
  if (keys->count == LEV_KEYFILE_MAX_KEYS)
    return lev_fail(reader->error, LEV_BROKEN_FILE, "%s: more than %d keys", reader->name, LEV_KEYFILE_MAX_KEYS);
  if (keys->count == keys->room) {
    size_t room = keys->room == 0 ? 4 : keys->room * 2;
    void *entries = reallocarray(keys->entries, room, sizeof *keys->entries);
    if (entries == NULL)
      return lev_fail(reader->error, LEV_FAILED, "not enough memory");
    keys->entries = entries;
    keys->room = room;
  }
  keys->entries[keys->count++] = *entry;
  return LEV_OK;
}

/* UTF-16 as its byte order mark has it; false for what is none. */
static bool decode_utf16(const unsigned char *bytes, size_t len, struct lev_buf *out)
{
  int high = bytes[0] == 0xFF ? 1 : 0;
  uint32_t lead = 0;
  for (size_t i = 2; i + 1 < len; i += 2) {
    uint32_t unit = (uint32_t)bytes[i + (size_t)high] << 8 | bytes[i + 1 - (size_t)high];
    bool trail = (unit & 0xFC00) == 0xDC00;
    if (trail != (lead != 0))
      return false;
    if ((unit & 0xFC00) == 0xD800) {
      lead = unit;
      continue;
    }
    char utf8[4];
    size_t used = lev_text_encode(trail ? 0x10000 + ((lead & 0x3FF) << 10) + (unit & 0x3FF) : unit, utf8);
    lev_buf_append(out, utf8, used);
    lead = 0;
  }
  return lead == 0 && len % 2 == 0;
}

static const char *skip_blank_and_comments(const char *p, const char *end)
{
  while (p < end && (memchr(" \t\r\n\v\f", *p, 6) != NULL || *p == '#' || *p == ';')) {
    if (*p == '#' || *p == ';')
      while (p < end && *p != '\n' && *p != '\r')
        p++;
    else
      p++;
  }
  return p;
}

/* INI starts with a section, or with one of AWS's keys when the section was forgotten: the message is better then. */
static bool is_ini(const char *p, const char *end)
{
  return p < end &&
         (*p == '[' || (end - p >= 4 && strncasecmp(p, "aws_", 4) == 0 && memchr(p, ',', (size_t)(end - p)) == NULL));
}

LEV_MUST_CHECK static enum lev_status read_format(struct lev_keyfile_reader *reader)
{
  const char *end = reader->text + reader->len;
  const char *p = skip_blank_and_comments(reader->text, end);
  if (p == end)
    return lev_fail(reader->error, LEV_BROKEN_FILE, "%s: nothing in it", reader->name);
  bool list = *p == '[';
  for (const char *next = p + 1; list && next < end; next++) {
    if (memchr(" \t\r\n", *next, 4) != NULL)
      continue;
    list = *next == '{' || *next == ']' || *next == '[';
    break;
  }
  if (*p == '{' || list)
    return lev_keyfile_json(reader);
  return is_ini(p, end) ? lev_keyfile_ini(reader) : lev_keyfile_csv(reader);
}

LEV_MUST_CHECK static enum lev_status read_text(struct lev_keyfile_reader *reader)
{
  if (reader->len >= 3 && memcmp(reader->text, "\xEF\xBB\xBF", 3) == 0) {
    reader->text += 3;
    reader->len -= 3;
  }
  size_t valid = lev_text_utf8(reader->text, reader->len);
  const char *nul = memchr(reader->text, '\0', valid);
  const char *fault =
      nul != NULL ? "a NUL byte: is this a text file?" : "neither UTF-8 nor, with a byte order mark, UTF-16";
  if (nul != NULL || valid < reader->len) {
    struct lev_text_place place = lev_text_place(reader->text, nul != NULL ? (size_t)(nul - reader->text) : valid);
    return lev_fail(reader->error, LEV_BROKEN_FILE, "%s:%zu:%zu: %s", reader->name, place.line, place.column, fault);
  }
  enum lev_status status = read_format(reader);
  if (status == LEV_OK && reader->keys->count == 0)
    return lev_fail(reader->error, LEV_BROKEN_FILE, "%s: no access keys in it", reader->name);
  return status;
}

enum lev_status lev_keyfile_parse(struct lev_keyfile *keys, const char *name, const char *text, size_t len,
                                  struct lev_error *error)
{
  struct lev_keyfile_reader reader = { .keys = keys, .error = error, .name = name };
  struct lev_buf decoded = { .secret = true };
  keys->bytes.secret = true;
  if (len > LEV_KEYFILE_MAX_SIZE)
    return lev_fail(error, LEV_BROKEN_FILE, "%s: larger than %zu MiB", name, LEV_KEYFILE_MAX_SIZE >> 20);
  reader.text = len == 0 ? "" : text;
  reader.len = len;
  enum lev_status status = LEV_OK;
  if (len >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0)) {
    if (!decode_utf16((const unsigned char *)text, len, &decoded))
      status = lev_fail(error, LEV_BROKEN_FILE, "%s: broken UTF-16", name);
    else
      status = lev_buf_check(&decoded, error);
    reader.text = decoded.len == 0 ? "" : decoded.data;
    reader.len = decoded.len;
  }
  if (status == LEV_OK)
    status = read_text(&reader);
  lev_buf_wipe(&decoded);
  return status;
}

void lev_keyfile_wipe(struct lev_keyfile *keys)
{
  if (keys == NULL)
    return;
  lev_buf_wipe(&keys->bytes);
  free(keys->entries);
  memset(keys, 0, sizeof *keys);
}
