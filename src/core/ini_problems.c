/*
 * ini_problems: the shapes in a source that AWS tools read differently. They are found in the source as it was parsed;
 * edits make none.
 */
#include "ini_doc.h"

#include <stdlib.h>
#include <string.h>

static void report(struct lev_buf *list, uint32_t line, uint32_t other, const char *message)
{
  struct lev_ini_problem problem = { .line = line, .other = other, .message = message };
  lev_buf_append(list, &problem, sizeof problem);
}

static bool is_named(const struct lev_ini *doc, const struct lev_ini_section *section, const char *name)
{
  return section->name_len == strlen(name) && memcmp(lev_ini_at(doc, section->name), name, section->name_len) == 0;
}

static void report_section(const struct lev_ini *doc, const struct lev_ini_section *section, struct lev_buf *list)
{
  const struct lev_ini_span name = { lev_ini_at(doc, section->name), section->name_len };
  const struct lev_ini_section *first = lev_ini_find_section(doc, name);
  if (first != NULL && first != section)
    report(list, section->line, first->line,
           "a section of the same name: Python cannot read the file, others join them");
  if (is_named(doc, section, "profile default")) {
    const struct lev_ini_section *bare = lev_ini_find_section(doc, (struct lev_ini_span){ "default", 7 });
    if (bare != NULL)
      report(list, section->line, bare->line, "[default] and [profile default]: AWS tools disagree which one counts");
  }
  if (is_named(doc, section, "DEFAULT"))
    report(list, section->line, 0, "[DEFAULT]: Python gives its keys to every section");
  if (is_named(doc, section, "__proto__") || is_named(doc, section, "profile __proto__"))
    report(list, section->line, 0, "a section named __proto__: JavaScript cannot read the file");
  if ((section->shape & LEV_INI_FOREIGN) != 0)
    report(list, section->line, 0, "a header that most AWS tools read as another section, or not at all");
  else if ((section->shape & LEV_INI_LOOSE) != 0)
    report(list, section->line, 0, "space, TAB or quotes in a header: some AWS tools miss the section");
  if ((section->shape & LEV_INI_STRANGE) != 0)
    report(list, section->line, 0, "a name with characters other than A-Z a-z 0-9 . _ / -: some AWS tools miss it");
  if (section->indent > 0)
    report(list, section->line, 0, "an indented header: some AWS tools miss the section");
}

static bool has_upper_case(struct lev_ini_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if (text.data[i] >= 'A' && text.data[i] <= 'Z')
      return true;
  return false;
}

static void report_value(const struct lev_ini *doc, const struct lev_ini_key *key, struct lev_buf *list)
{
  const char *value = lev_ini_at(doc, key->value);
  const char *end = value + key->value_len;
  if (key->value_len == 0) {
    if ((key->shape & LEV_INI_NESTED) == 0)
      report(list, key->line, 0, "a key without a value: empty for Python, not there for JavaScript");
    return;
  }
  if (*value == '#' || *value == ';')
    report(list, key->line, 0, "a value that starts with # or ;: a comment for some AWS tools");
  else if (lev_ini_inline_comment(lev_ini_at(doc, key->name), end) != NULL)
    report(list, key->line, 0, "a comment after a value: Python takes it as a part of the value, others do not");
  if (*value == '"' || *value == '\'')
    report(list, key->line, 0, "a quoted value: Go removes the quotes, others keep them");
}

static void report_key(const struct lev_ini *doc, const struct lev_ini_key *key, struct lev_buf *list)
{
  const struct lev_ini_span name = { lev_ini_at(doc, key->name), key->name_len };
  if (key->next != LEV_INI_NONE)
    report(list, key->line, doc->keys[key->next].line, "a key that stands twice: Python cannot read the file");
  if (key->indent > 0)
    report(list, key->line, 0, "an indented key: Go misses it, and below a nested block JavaScript puts it there");
  if (has_upper_case(name))
    report(list, key->line, 0, "upper case in a key: JavaScript misses it");
  if ((key->shape & LEV_INI_COLON) != 0)
    report(list, key->line, 0, "a colon after a key: JavaScript misses it");
  if ((key->shape & (LEV_INI_CONTINUED | LEV_INI_NESTED)) == LEV_INI_CONTINUED)
    report(list, key->line, 0, "indented lines after a value: Python adds them to it, JavaScript reads keys");
  report_value(doc, key, list);
}

/* What the eye does not see: lone CRs and control characters, the first of each. */
static void report_bytes(const struct lev_ini *doc, struct lev_buf *list)
{
  if (doc->bom)
    report(list, 1, 0, "a byte order mark: Python and Go cannot read the file");
  bool controls = false, returns = !doc->lone_cr;
  uint32_t line = 1;
  const char *text = doc->source.data;
  for (size_t i = 0; i < doc->source.len && !(controls && returns); i++) {
    unsigned char c = (unsigned char)text[i];
    bool lone = c == '\r' && (i + 1 == doc->source.len || text[i + 1] != '\n');
    if (lone && !returns)
      report(list, line, 0, "a line that ends with CR alone: only Python sees the end");
    if (!controls && (c == 0x7F || (c < ' ' && c != '\t' && c != '\r' && c != '\n'))) {
      report(list, line, 0, "a control character");
      controls = true;
    }
    returns |= lone;
    line += c == '\n' || lone;
  }
}

static int by_line(const void *a, const void *b)
{
  const struct lev_ini_problem *left = a, *right = b;
  if (left->line != right->line)
    return left->line < right->line ? -1 : 1;
  return strcmp(left->message, right->message);
}

enum lev_status lev_ini_problems(struct lev_ini *doc, struct lev_buf *list, struct lev_error *error)
{
  lev_ini_index_all(doc);
  report_bytes(doc, list);
  for (size_t i = 0; i < doc->file_sections; i++)
    if (!doc->sections[i].dead)
      report_section(doc, &doc->sections[i], list);
  for (size_t i = 0; i < doc->key_count; i++)
    if (doc->keys[i].line > 0 && !doc->keys[i].dead)
      report_key(doc, &doc->keys[i], list);
  if (list->len > 0)
    qsort(list->data, list->len / sizeof(struct lev_ini_problem), sizeof(struct lev_ini_problem), by_line);
  enum lev_status status = lev_ini_check(doc, error);
  return status == LEV_OK ? lev_buf_check(list, error) : status;
}
