/*
 * ini_text: puts a document together again: one pass that copies the source between the marks that edits made.
 */
#include "ini_doc.h"

#include <string.h>

/* The text as it comes out: the source is copied up to `at`. */
struct writer {
  const struct lev_ini *doc;
  struct lev_buf *out;
  uint32_t at;
};

static void copy_to(struct writer *writer, uint32_t end)
{
  lev_buf_append(writer->out, writer->doc->source.data + writer->at, end - writer->at);
  writer->at = end;
}

static void write_line_end(struct writer *writer, uint32_t end)
{
  const struct lev_ini *doc = writer->doc;
  const char *text = doc->source.data;
  bool crlf =
      end < doc->source.len ? text[end] == '\r' && end + 1 < doc->source.len && text[end + 1] == '\n' : doc->crlf;
  lev_buf_puts(writer->out, crlf ? "\r\n" : "\n");
}

static void write_key(struct writer *writer, const struct lev_ini_key *key)
{
  for (uint32_t i = 0; i < key->indent; i++)
    lev_buf_putc(writer->out, ' ');
  lev_buf_append(writer->out, lev_ini_at(writer->doc, key->name), key->name_len);
  if ((key->style & LEV_INI_SPACE_BEFORE) != 0)
    lev_buf_putc(writer->out, ' ');
  lev_buf_putc(writer->out, '=');
  if ((key->style & LEV_INI_SPACE_AFTER) != 0)
    lev_buf_putc(writer->out, ' ');
  lev_buf_append(writer->out, lev_ini_at(writer->doc, key->edit), key->edit_len);
}

/* Drops the continuation lines of a key, not the comments and blank lines between them; `whole`: with their ends, else
   with the line end before each, so that a file keeps its final newline or none. */
static void drop_continuation(struct writer *writer, const struct lev_ini_key *key, bool whole)
{
  struct lev_ini_line line = lev_ini_line_at(writer->doc, key->start);
  while (line.end < key->last) {
    struct lev_ini_line above = line;
    line = lev_ini_line_at(writer->doc, line.next);
    if (!lev_ini_is_quiet(writer->doc, &line)) {
      copy_to(writer, whole ? line.start : above.end);
      writer->at = whole ? line.next : line.end;
    }
  }
}

static void drop_key(struct writer *writer, const struct lev_ini_key *key)
{
  copy_to(writer, key->start);
  writer->at = lev_ini_line_at(writer->doc, key->start).next;
  drop_continuation(writer, key, true);
}

static void write_value(struct writer *writer, const struct lev_ini_key *key)
{
  if ((key->shape & LEV_INI_COLON) != 0) {
    const char *text = writer->doc->source.data;
    copy_to(writer, (uint32_t)((const char *)memchr(text + key->name, ':', key->end - key->name) - text));
    lev_buf_putc(writer->out, '=');
    writer->at++;
  }
  copy_to(writer, key->value);
  char before = writer->doc->source.data[key->value - 1];
  if (key->value_len == 0 && (key->style & LEV_INI_SPACE_BEFORE) != 0 && (before == '=' || before == ':'))
    lev_buf_putc(writer->out, ' ');
  lev_buf_append(writer->out, lev_ini_at(writer->doc, key->edit), key->edit_len);
  writer->at += key->value_len;
  drop_continuation(writer, key, false);
}

static void write_added(struct writer *writer, const struct lev_ini_section *section, uint32_t end)
{
  copy_to(writer, end);
  for (uint32_t i = section->added; i != LEV_INI_NONE; i = writer->doc->keys[i].next) {
    if (!writer->doc->keys[i].dead) {
      write_line_end(writer, end);
      write_key(writer, &writer->doc->keys[i]);
    }
  }
}

static void write_touched(struct writer *writer, const struct lev_ini_section *section)
{
  const struct lev_ini_key *keys = writer->doc->keys + section->first;
  uint32_t last = section->count;
  while (last > 0 && keys[last - 1].dead)
    last--;
  if (last == 0)
    write_added(writer, section, section->end);
  for (uint32_t i = 0; i < section->count; i++) {
    if (keys[i].dead)
      drop_key(writer, &keys[i]);
    else if (keys[i].edit != LEV_INI_NONE)
      write_value(writer, &keys[i]);
    if (i + 1 == last)
      write_added(writer, section, keys[i].last);
  }
}

static bool ends_with(const struct lev_buf *out, size_t from, const char *tail)
{
  size_t len = strlen(tail);
  return out->len - from >= len && memcmp(out->data + out->len - len, tail, len) == 0;
}

/* A new section: one blank line before it, and a line end behind it unless the source had none. */
static void write_section(struct writer *writer, const struct lev_ini_section *section, size_t from, bool final_newline)
{
  struct lev_buf *out = writer->out;
  const char *newline = writer->doc->crlf ? "\r\n" : "\n";
  size_t bom = writer->doc->bom ? 3 : 0;
  if (out->len > from + bom) {
    if (!ends_with(out, from, "\n"))
      lev_buf_puts(out, newline);
    if (!ends_with(out, from, "\n\n") && !ends_with(out, from, "\n\r\n"))
      lev_buf_puts(out, newline);
  }
  lev_buf_putc(out, '[');
  lev_buf_append(out, lev_ini_at(writer->doc, section->name), section->name_len);
  lev_buf_putc(out, ']');
  for (uint32_t i = section->added; i != LEV_INI_NONE; i = writer->doc->keys[i].next) {
    if (!writer->doc->keys[i].dead) {
      lev_buf_puts(out, newline);
      write_key(writer, &writer->doc->keys[i]);
    }
  }
  if (final_newline)
    lev_buf_puts(out, newline);
}

enum lev_status lev_ini_text(const struct lev_ini *doc, struct lev_buf *text, struct lev_error *error)
{
  struct writer writer = { .doc = doc, .out = text };
  size_t from = text->len;
  if (lev_buf_reserve(text, doc->source.len + doc->added.len + 1) == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  for (size_t i = 0; i < doc->file_sections; i++) {
    const struct lev_ini_section *section = &doc->sections[i];
    if (section->dead) {
      copy_to(&writer, section->start);
      writer.at = section->cut;
    } else if (section->touched) {
      write_touched(&writer, section);
    }
  }
  copy_to(&writer, (uint32_t)doc->source.len);
  bool final_newline = doc->source.len == 0 || doc->source.data[doc->source.len - 1] == '\n';
  for (size_t i = doc->file_sections; i < doc->section_count; i++)
    if (!doc->sections[i].dead)
      write_section(&writer, &doc->sections[i], from, final_newline);
  enum lev_status status = lev_buf_check(text, error);
  if (status == LEV_OK && text->len - from > LEV_INI_MAX_SIZE)
    return lev_fail(error, LEV_REFUSED, "%s: the file would become too large", doc->name);
  return status;
}
