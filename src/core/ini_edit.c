/*
 * ini_edit: setting, removing, and putting the text together again.
 *
 * An edit only marks nodes; lev_ini_text copies the source between the marks in one pass, so that many edits cost no
 * more than one. Python takes a line that is indented deeper than the key above it for a part of that key's value: no
 * edit may bring a header into that position (next_indent).
 */
#include "ini_doc.h"

#include <string.h>

LEV_MUST_CHECK static enum lev_status refuse(const struct lev_ini *doc, struct lev_error *error, const char *reason)
{
  return lev_fail(error, LEV_REFUSED, "%s: %s", doc->name, reason);
}

LEV_MUST_CHECK static enum lev_status no_memory(struct lev_error *error)
{
  return lev_fail(error, LEV_FAILED, "not enough memory");
}

static bool is_span(struct lev_ini_span a, struct lev_ini_span b)
{
  return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

LEV_MUST_CHECK static enum lev_status check_not_doubled(const struct lev_ini *doc,
                                                        const struct lev_ini_section *section, struct lev_error *error)
{
  const struct lev_ini_section *twin = lev_ini_twin(doc, section);
  if (twin != NULL)
    return lev_fail(error, LEV_REFUSED,
                    "%s: lines %u and %u start the same section: AWS tools read that differently, join them first",
                    doc->name, section->line, twin->line);
  return LEV_OK;
}

/* A section that may be changed: there once, and read by AWS tools as the section we take it for. */
LEV_MUST_CHECK static enum lev_status check_section(const struct lev_ini *doc, const struct lev_ini_section *section,
                                                    struct lev_ini_span name, struct lev_error *error)
{
  if ((section->shape & LEV_INI_FOREIGN) != 0)
    return lev_fail(error, LEV_REFUSED, "%s: line %u: AWS tools do not read this header as [%.*s]: write it so",
                    doc->name, section->line, (int)name.len, name.data);
  return check_not_doubled(doc, section, error);
}

/* [default] and [profile default] are one profile, and AWS tools disagree which of the two counts. */
LEV_MUST_CHECK static enum lev_status check_rival(const struct lev_ini *doc, struct lev_ini_span name,
                                                  struct lev_error *error)
{
  static const struct lev_ini_span bare = { "default", 7 }, prefixed = { "profile default", 15 };
  const struct lev_ini_section *rival = NULL;
  if (is_span(name, bare))
    rival = lev_ini_find_section(doc, prefixed);
  else if (is_span(name, prefixed))
    rival = lev_ini_find_section(doc, bare);
  if (rival != NULL && rival->line > 0)
    return lev_fail(error, LEV_REFUSED, "%s: line %u: AWS tools disagree whether [default] or [profile default] counts",
                    doc->name, rival->line);
  return rival == NULL ? LEV_OK
                       : refuse(doc, error, "AWS tools disagree whether [default] or [profile default] counts");
}

LEV_MUST_CHECK static enum lev_status check_key_once(const struct lev_ini *doc, const struct lev_ini_key *key,
                                                     const struct lev_ini_key *first, struct lev_error *error)
{
  if (key != first)
    return lev_fail(error, LEV_REFUSED,
                    "%s: lines %u and %u set the same key: AWS tools read that differently, remove one first",
                    doc->name, first->line, key->line);
  return LEV_OK;
}

/* The last key of a section, whether of the source or added; NULL for none. */
static const struct lev_ini_key *last_key(const struct lev_ini *doc, const struct lev_ini_section *section)
{
  const struct lev_ini_key *last = NULL;
  for (uint32_t i = section->count; i > 0 && last == NULL; i--)
    if (!doc->keys[section->first + i - 1].dead)
      last = &doc->keys[section->first + i - 1];
  for (uint32_t i = section->added; i != LEV_INI_NONE; i = doc->keys[i].next)
    if (!doc->keys[i].dead)
      last = &doc->keys[i];
  return last;
}

/* The next header in the source that stays; NULL for none, and when no header is indented: then none matters. */
static const struct lev_ini_section *next_header(const struct lev_ini *doc, const struct lev_ini_section *section)
{
  const struct lev_ini_section *end = doc->sections + doc->file_sections;
  if (section->line == 0 || !doc->indented)
    return NULL; /* nearly always: no walk */
  while (++section < end)
    if (!section->dead)
      return section;
  return NULL;
}

/* Space as it is around the `=` of the section's last key, or else of the document's first. */
static uint8_t style_in(const struct lev_ini *doc, const struct lev_ini_section *section)
{
  for (uint32_t i = section->count; i > 0; i--)
    if (doc->keys[section->first + i - 1].value_len > 0)
      return doc->keys[section->first + i - 1].style;
  return doc->style;
}

static bool has_block(const struct lev_ini *doc, const struct lev_ini_section *section)
{
  for (uint32_t i = 0; i < section->count; i++)
    if (doc->keys[section->first + i].value_len == 0)
      return true;
  return false;
}

LEV_MUST_CHECK static enum lev_status add_key(struct lev_ini *doc, struct lev_ini_section *section,
                                              struct lev_ini_span name, struct lev_ini_span value, bool secret,
                                              struct lev_error *error)
{
  const struct lev_ini_section *next = next_header(doc, section);
  uint32_t indent = next == NULL ? 0 : next->indent;
  if (indent > 0 && has_block(doc, section))
    return lev_fail(error, LEV_REFUSED, "%s: line %u: an indented header below a nested block: remove the space first",
                    doc->name, next->line);
  uint32_t value_at = lev_ini_add_bytes(doc, value.data, value.len);
  struct lev_ini_key *key = value_at == LEV_INI_NONE ? NULL : lev_ini_add_key(doc, section, name);
  if (key == NULL)
    return no_memory(error);
  for (size_t i = 0; i < name.len; i++) {
    char *c = &doc->added.data[key->name - doc->source.len - 1 + i];
    *c |= *c >= 'A' && *c <= 'Z' ? 0x20 : 0;
  }
  key->edit = value_at;
  key->secret = secret;
  key->edit_len = (uint32_t)value.len;
  key->indent = indent;
  key->style = style_in(doc, section);
  section->touched = true;
  return LEV_OK;
}

static bool is_set_to(const struct lev_ini *doc, const struct lev_ini_key *key, struct lev_ini_span value)
{
  bool edited = key->edit != LEV_INI_NONE;
  if (!edited && (key->shape & LEV_INI_CONTINUED) != 0)
    return false;
  size_t len = edited ? key->edit_len : key->value_len;
  return len == value.len && memcmp(lev_ini_at(doc, edited ? key->edit : key->value), value.data, len) == 0;
}

LEV_MUST_CHECK static enum lev_status change_key(struct lev_ini *doc, struct lev_ini_section *section,
                                                 struct lev_ini_key *key, struct lev_ini_span value, bool secret,
                                                 struct lev_error *error)
{
  if ((key->shape & LEV_INI_NESTED) != 0)
    return lev_fail(error, LEV_REFUSED, "%s: line %u: the key holds a nested block", doc->name, key->line);
  if (is_set_to(doc, key, value))
    return LEV_OK;
  uint32_t at = LEV_INI_NONE;
  bool back = key->line > 0 && (key->shape & LEV_INI_CONTINUED) == 0 && key->value_len == value.len &&
              memcmp(lev_ini_at(doc, key->value), value.data, value.len) == 0;
  if (!back) {
    at = lev_ini_add_bytes(doc, value.data, value.len);
    if (at == LEV_INI_NONE)
      return no_memory(error);
  }
  key->edit = at;
  key->secret = secret;
  key->edit_len = (uint32_t)value.len;
  section->touched = true;
  return LEV_OK;
}

LEV_MUST_CHECK static enum lev_status check_set(const struct lev_ini *doc, struct lev_ini_span section,
                                                struct lev_ini_span key, struct lev_ini_span value,
                                                struct lev_error *error)
{
  enum lev_status status = lev_ini_check_names(doc, section, key, error);
  if (status == LEV_OK)
    status = lev_ini_check_value(doc, section, key, value, error);
  if (status == LEV_OK && section.len + key.len + value.len + 64 > LEV_INI_MAX_SIZE - doc->source.len)
    status = refuse(doc, error, "the file would become too large");
  return status == LEV_OK ? check_rival(doc, section, error) : status;
}

LEV_MUST_CHECK static enum lev_status set(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key,
                                          struct lev_ini_span value, bool secret, struct lev_error *error)
{
  struct lev_ini_section *in = lev_ini_find_section(doc, section);
  if (in == NULL) {
    uint32_t name = lev_ini_add_bytes(doc, section.data, section.len);
    in = name == LEV_INI_NONE ? NULL : lev_ini_add_section(doc, name, section.len);
    return in == NULL ? no_memory(error) : add_key(doc, in, key, value, secret, error);
  }
  enum lev_status status = check_section(doc, in, section, error);
  if (status != LEV_OK)
    return status;
  struct lev_ini_key *first, *found = lev_ini_find_key(doc, in, key, &first);
  if (found == NULL) {
    status = lev_ini_check(doc, error);
    return status == LEV_OK ? add_key(doc, in, key, value, secret, error) : status;
  }
  status = check_key_once(doc, found, first, error);
  return status == LEV_OK ? change_key(doc, in, found, value, secret, error) : status;
}

enum lev_status lev_ini_set(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key,
                            struct lev_ini_span value, bool secret, struct lev_error *error)
{
  enum lev_status status = check_set(doc, section, key, value, error);
  if (status == LEV_OK)
    status = set(doc, section, key, value, secret, error);
  doc->secret |= secret && status == LEV_OK;
  return status;
}

/* Where the source goes on when a section is gone: at the next header, or the comments directly above it. */
static uint32_t cut_end(const struct lev_ini *doc, const struct lev_ini_section *section)
{
  const struct lev_ini_section *next = section + 1;
  bool last = next == doc->sections + doc->file_sections;
  uint32_t end = last ? (uint32_t)doc->source.len : next->start;
  uint32_t cut = end;
  struct lev_ini_line line = lev_ini_line_at(doc, section->tail);
  for (uint32_t start = line.next; !last && start < end; start = line.next) {
    line = lev_ini_line_at(doc, start);
    if (line.first >= line.stop)
      cut = end;
    else if (cut == end)
      cut = start;
  }
  return cut;
}

/* Whether Python would take the header below a section for a part of the value above that section. */
static bool swallows(struct lev_ini *doc, struct lev_ini_section *section, const struct lev_ini_section *below)
{
  if (below == NULL || below->indent == 0)
    return false;
  while (section > doc->sections && (--section)->dead)
    ;
  lev_ini_load(doc, section);
  const struct lev_ini_key *key = section->dead ? NULL : last_key(doc, section);
  return key != NULL && below->indent > key->indent;
}

LEV_MUST_CHECK static enum lev_status remove_section(struct lev_ini *doc, struct lev_ini_section *section,
                                                     struct lev_error *error)
{
  const struct lev_ini_section *below = next_header(doc, section);
  section->dead = true;
  if (swallows(doc, section, below)) {
    section->dead = false;
    return lev_fail(error, LEV_REFUSED, "%s: line %u: this indented header would become a part of the value above it",
                    doc->name, below->line);
  }
  if (section->line > 0)
    section->cut = cut_end(doc, section);
  return LEV_OK;
}

enum lev_status lev_ini_remove(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span name,
                               bool *removed, struct lev_error *error)
{
  *removed = false;
  struct lev_ini_section *in = lev_ini_find_section(doc, section);
  struct lev_ini_key *first, *key = in == NULL || name.data == NULL ? NULL : lev_ini_find_key(doc, in, name, &first);
  if (in == NULL || (name.data != NULL && key == NULL))
    return lev_ini_check(doc, error);
  enum lev_status status = check_section(doc, in, section, error);
  if (status == LEV_OK && key != NULL)
    status = check_key_once(doc, key, first, error);
  if (status == LEV_OK && key == NULL)
    status = remove_section(doc, in, error);
  if (status != LEV_OK)
    return status;
  if (key != NULL) {
    key->dead = true;
    in->touched = true;
  }
  *removed = true;
  return LEV_OK;
}
