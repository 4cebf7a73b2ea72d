/*
 * Fuzz target: shared config files. The input is a document, then after a 0x01 byte each, edits:
 * "section\x02key\x02value" sets, with two parts or one it removes. Whatever the bytes are: an unedited text is the
 * source; after an edit the document reads as before but for that key; after it was written and parsed again, too; what
 * is refused changes nothing.
 */
#include "ini.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
  if (!holds)
    abort();
}

static struct lev_ini_span span_of(const struct lev_buf *buf)
{
  return (struct lev_ini_span){ buf->data == NULL ? "" : buf->data, buf->len };
}

static int same_bytes(struct lev_ini_span a, struct lev_ini_span b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Appends "section\1key\2value\n" for every value, leaving one key out (a whole section with key.data NULL). */
static void describe(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key, struct lev_buf *out)
{
  size_t at = 0;
  struct lev_ini_span in, name;
  while (lev_ini_next_section(doc, &at, &in)) {
    struct lev_ini_cursor cursor = { 0 };
    while (lev_ini_next_key(doc, in, &cursor, &name)) {
      bool named = key.data == NULL || (name.len == key.len && strncasecmp(name.data, key.data, key.len) == 0);
      if (same_bytes(in, section) && named)
        continue;
      lev_buf_append(out, in.data, in.len);
      lev_buf_putc(out, 1);
      lev_buf_append(out, name.data, name.len);
      lev_buf_putc(out, 2);
      if (!lev_ini_get(doc, in, name, out))
        lev_buf_putc(out, 3);
      lev_buf_putc(out, '\n');
    }
  }
}

static void write_text(const struct lev_ini *doc, struct lev_buf *text)
{
  struct lev_error error;
  require(lev_ini_text(doc, text, &error) == LEV_OK);
}

/* What was written reads as the document that wrote it. */
static void check_again(struct lev_ini *doc, const struct lev_buf *text)
{
  static const struct lev_ini_span none = { "]", 1 };
  struct lev_ini again = { 0 };
  struct lev_error error;
  struct lev_buf ours = { 0 }, theirs = { 0 };
  require(lev_ini_parse(&again, "fuzz", span_of(text), true, &error) == LEV_OK);
  describe(doc, none, none, &ours);
  describe(&again, none, none, &theirs);
  require(same_bytes(span_of(&ours), span_of(&theirs)));
  lev_buf_wipe(&ours);
  lev_buf_wipe(&theirs);
  lev_ini_wipe(&again);
}

static bool change(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key, struct lev_ini_span value)
{
  struct lev_error error;
  bool removed = true;
  enum lev_status status = value.data != NULL ? lev_ini_set(doc, section, key, value, false, &error)
                                              : lev_ini_remove(doc, section, key, &removed, &error);
  require(status == LEV_OK || status == LEV_REFUSED);
  return status == LEV_OK && removed;
}

static void check_edit(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key,
                       struct lev_ini_span value)
{
  struct lev_buf before = { 0 }, after = { 0 }, text = { 0 }, new_text = { 0 }, now = { 0 };
  describe(doc, section, key, &before);
  write_text(doc, &text);
  bool changed = change(doc, section, key, value);
  describe(doc, section, key, &after);
  require(same_bytes(span_of(&before), span_of(&after)));
  write_text(doc, &new_text);
  if (!changed)
    require(same_bytes(span_of(&text), span_of(&new_text)));
  else if (value.data != NULL)
    require(lev_ini_get(doc, section, key, &now) && same_bytes(span_of(&now), value));
  else
    require(key.data == NULL ? !lev_ini_has(doc, section) : !lev_ini_get(doc, section, key, &now));
  check_again(doc, &new_text);
  lev_buf_wipe(&before);
  lev_buf_wipe(&after);
  lev_buf_wipe(&text);
  lev_buf_wipe(&new_text);
  lev_buf_wipe(&now);
}

/* Cuts the part up to `byte` off the front of *rest; false (and data NULL) when nothing is left. */
static bool next_part(struct lev_ini_span *rest, char byte, struct lev_ini_span *part)
{
  *part = (struct lev_ini_span){ 0 };
  if (rest->data == NULL)
    return false;
  const char *end = memchr(rest->data, byte, rest->len);
  *part = (struct lev_ini_span){ rest->data, end == NULL ? rest->len : (size_t)(end - rest->data) };
  size_t used = part->len + 1;
  *rest = end == NULL ? (struct lev_ini_span){ 0 } : (struct lev_ini_span){ rest->data + used, rest->len - used };
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct lev_ini_span rest = { size == 0 ? "" : (const char *)data, size }, source, edit;
  struct lev_ini doc = { 0 };
  struct lev_error error;
  struct lev_buf text = { 0 }, problems = { 0 };
  next_part(&rest, 1, &source);
  enum lev_status status = lev_ini_parse(&doc, "fuzz", source, false, &error);
  if (status == LEV_OK) {
    write_text(&doc, &text);
    require(same_bytes(span_of(&text), source));
    while (next_part(&rest, 1, &edit)) {
      struct lev_ini_span section, key, value;
      next_part(&edit, 2, &section);
      next_part(&edit, 2, &key);
      next_part(&edit, 2, &value);
      check_edit(&doc, section, key, value);
    }
    require(lev_ini_problems(&doc, &problems, &error) == LEV_OK);
  } else {
    require(status == LEV_BROKEN_FILE && strncmp(error.message, "fuzz:", 5) == 0);
  }
  lev_buf_wipe(&text);
  lev_buf_wipe(&problems);
  lev_ini_wipe(&doc);
  return 0;
}
