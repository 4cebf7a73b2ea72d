/*
 * ini_read: values, names and lines of a document as it is now. Values are what botocore reads.
 */
#include "ini_doc.h"

#include <string.h>
#include <strings.h>

enum lev_status lev_ini_check(const struct lev_ini *doc, struct lev_error *error)
{
  return doc->failed ? lev_fail(error, LEV_FAILED, "not enough memory") : LEV_OK;
}

bool lev_ini_has(const struct lev_ini *doc, struct lev_ini_span section)
{
  return lev_ini_find_section(doc, section) != NULL;
}

static struct lev_ini_key *find(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span name,
                                struct lev_ini_key **first)
{
  struct lev_ini_section *found = lev_ini_find_section(doc, section);
  return found == NULL ? NULL : lev_ini_find_key(doc, found, name, first);
}

/* The lines of a continued value, as configparser joins them: comments left out, blank lines kept between others. */
static void append_continued(const struct lev_ini *doc, const struct lev_ini_key *key, struct lev_buf *value)
{
  size_t blank = 0;
  struct lev_ini_line line = lev_ini_line_at(doc, key->start);
  while (line.end < key->last) {
    line = lev_ini_line_at(doc, line.next);
    if (line.first >= line.stop) {
      blank++;
    } else if (!lev_ini_is_quiet(doc, &line)) {
      for (; blank > 0; blank--)
        lev_buf_putc(value, '\n');
      lev_buf_putc(value, '\n');
      lev_buf_append(value, doc->source.data + line.first, line.stop - line.first);
    }
  }
}

bool lev_ini_get(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span name, struct lev_buf *value)
{
  struct lev_ini_key *first, *key = find(doc, section, name, &first);
  if (key == NULL || (key->shape & LEV_INI_NESTED) != 0)
    return false;
  if (key->edit != LEV_INI_NONE) {
    lev_buf_append(value, lev_ini_at(doc, key->edit), key->edit_len);
    return true;
  }
  lev_buf_append(value, lev_ini_at(doc, key->value), key->value_len);
  if ((key->shape & LEV_INI_CONTINUED) != 0)
    append_continued(doc, key, value);
  return true;
}

bool lev_ini_is_secret(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span name)
{
  static const char *const names[] = { "aws_secret_access_key", "aws_session_token", "aws_security_token" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (name.len == strlen(names[i]) && strncasecmp(name.data, names[i], name.len) == 0)
      return true;
  if (!doc->secret)
    return false;
  struct lev_ini_key *first, *key = find(doc, section, name, &first);
  if (key == NULL)
    return false;
  return key->edit != LEV_INI_NONE ? key->secret : (key->shape & LEV_INI_CONTINUED) != 0;
}

size_t lev_ini_line(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span name)
{
  struct lev_ini_key *first = NULL;
  if (name.data != NULL)
    return find(doc, section, name, &first) == NULL ? 0 : first->line;
  const struct lev_ini_section *found = lev_ini_find_section(doc, section);
  return found == NULL ? 0 : found->line;
}

bool lev_ini_next_section(const struct lev_ini *doc, size_t *cursor, struct lev_ini_span *name)
{
  while (*cursor < doc->section_count) {
    const struct lev_ini_section *section = &doc->sections[(*cursor)++];
    *name = (struct lev_ini_span){ lev_ini_at(doc, section->name), section->name_len };
    if (!section->dead && lev_ini_find_section(doc, *name) == section)
      return true;
  }
  return false;
}

/* The key after `number` in its section, dead or not: those of the source, then those that were added. */
static uint32_t key_after(const struct lev_ini *doc, const struct lev_ini_section *section, uint32_t number)
{
  if (doc->keys[number].line == 0)
    return doc->keys[number].next;
  return number + 1 < section->first + section->count ? number + 1 : section->added;
}

/* The first key of a section, dead or not. */
static uint32_t first_key(struct lev_ini *doc, struct lev_ini_section *section)
{
  lev_ini_load(doc, section);
  return section->count > 0 ? section->first : section->added;
}

bool lev_ini_next_key(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_cursor *cursor,
                      struct lev_ini_span *name)
{
  struct lev_ini_section *in = NULL;
  uint32_t number = LEV_INI_NONE;
  if (!cursor->started) {
    in = lev_ini_find_section(doc, section);
    number = in == NULL ? LEV_INI_NONE : first_key(doc, in);
    cursor->started = true;
  } else if (cursor->section != LEV_INI_NONE) {
    in = &doc->sections[cursor->section];
    number = key_after(doc, in, cursor->key);
  }
  while (in != NULL) {
    for (; number != LEV_INI_NONE; number = key_after(doc, in, number)) {
      const struct lev_ini_key *key = &doc->keys[number];
      if (!key->dead) {
        cursor->section = (uint32_t)(in - doc->sections);
        cursor->key = number;
        *name = (struct lev_ini_span){ lev_ini_at(doc, key->name), key->name_len };
        return true;
      }
    }
    in = lev_ini_twin(doc, in);
    number = in == NULL ? LEV_INI_NONE : first_key(doc, in);
  }
  cursor->section = LEV_INI_NONE;
  return false;
}
