/* hcl_edit: see hcl_edit.h. Each edit is one splice; then the tree gets the spans that a parse would give. */
#include "hcl_edit.h"
#include "document_edit.h"
#include "document_text.h"
#include "hcl_parse.h"

#include <string.h>

/* The end of the line where an entry's line really ends, as an enclosed comment there may span lines. *alone: nothing
   but comments follow the entry in its line, and they end in it. */
static size_t end_of_rest(const struct lev_document *doc, size_t at, bool *alone)
{
  const char *text = doc->text.data, *close;
  size_t len = doc->text.len, line_end = lev_line_end(doc, at);
  for (;;) {
    at = lev_skip_blanks(doc, at);
    close = len - at > 3 && memcmp(text + at, "/*", 2) == 0 ? memmem(text + at + 2, len - at - 2, "*/", 2) : NULL;
    if (close == NULL)
      break;
    at = (size_t)(close - text) + 2;
  }
  size_t end = lev_line_end(doc, at);
  bool comment = end > at && (text[at] == '#' || (end - at > 1 && memcmp(text + at, "//", 2) == 0));
  *alone = end == line_end && (at == end || comment);
  return end;
}

static void write_string(struct lev_buf *out, struct lev_span value)
{
  lev_buf_putc(out, '"');
  for (size_t i = 0; i < value.len; i++) {
    char c = value.data[i];
    bool introduces = (c == '$' || c == '%') && i + 1 < value.len && value.data[i + 1] == '{';
    if (c == '"' || c == '\\')
      lev_buf_putc(out, '\\');
    else if (introduces)
      lev_buf_putc(out, c);
    lev_buf_putc(out, c);
  }
  lev_buf_putc(out, '"');
}

enum lev_status lev_hcl_replace(struct lev_document *doc, uint32_t node, struct lev_span value, struct lev_error *error)
{
  struct lev_buf text = { 0 };
  size_t start = doc->nodes[node].start, end = doc->nodes[node].end;
  write_string(&text, value);
  enum lev_status status = lev_buf_check(&text, error);
  if (status == LEV_OK)
    status = lev_document_splice(doc, start, end - start, (struct lev_span){ text.data, text.len }, error);
  if (status == LEV_OK)
    lev_document_set_string(doc, node, value, start, start + text.len, 0);
  lev_buf_wipe(&text);
  return status;
}

static bool is_identifier(struct lev_span key)
{
  size_t at = 0, size = lev_hcl_ident_char(key.data, key.len, true);
  while (size > 0) {
    at += size;
    size = lev_hcl_ident_char(key.data + at, key.len - at, false);
  }
  return at > 0 && at == key.len;
}

/* Words that mean something else as the key of an object (`for` begins an expression). */
static bool is_reserved(struct lev_span key)
{
  static const char *const words[] = { "for", "true", "false", "null" };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (key.len == strlen(words[i]) && memcmp(key.data, words[i], key.len) == 0)
      return true;
  return false;
}

/* What stands between key and value of an entry: blanks, `=` or `:`, blanks. */
struct separator {
  size_t sign; /* its offset; 0 when something else (a comment) stands there */
  size_t before, behind;
};

static struct separator separator_of(const struct lev_document *doc, const struct lev_node *entry)
{
  size_t sign = lev_skip_blanks(doc, entry->key_end), value;
  if (doc->text.data[sign] != '=' && doc->text.data[sign] != ':')
    return (struct separator){ 0 };
  value = lev_skip_blanks(doc, sign + 1);
  return (struct separator){ sign, sign - entry->key_end, value == entry->start ? value - sign - 1 : 1 };
}

/* How many characters from the key's start on the sign stands. */
static size_t sign_column(const struct lev_document *doc, const struct lev_node *entry)
{
  struct separator separator = separator_of(doc, entry);
  return lev_characters(doc->text.data + entry->key_start, separator.sign - entry->key_start);
}

static bool is_one_line(const struct lev_document *doc, const struct lev_node *entry)
{
  return separator_of(doc, entry).sign > 0 && lev_line_end(doc, entry->key_start) >= entry->end;
}

static uint32_t previous_of(const struct lev_document *doc, uint32_t node)
{
  uint32_t previous = LEV_NO_NODE;
  for (uint32_t i = doc->nodes[doc->nodes[node].parent].first; i != node; i = doc->nodes[i].next)
    previous = i;
  return previous;
}

/* The entry lies in the line before or behind the other one. */
static bool is_next_line(const struct lev_document *doc, uint32_t a, uint32_t b)
{
  size_t end = lev_line_end(doc, doc->nodes[a].end);
  return lev_line_start(doc, doc->nodes[b].key_start) - end <= 2 && lev_is_first_in_line(doc, doc->nodes[b].key_start);
}

/* The column of the sign that a new entry behind `neighbour` keeps to, in characters from the key on; 0 for none: the
   neighbour's value has several lines, or the entry beside it does not keep to its column. */
static size_t aligned_column(const struct lev_document *doc, uint32_t neighbour)
{
  const struct lev_node *at = &doc->nodes[neighbour];
  uint32_t other = previous_of(doc, neighbour);
  if (!is_one_line(doc, at))
    return 0;
  if (other == LEV_NO_NODE || !is_next_line(doc, other, neighbour) || !is_one_line(doc, &doc->nodes[other])) {
    other = at->next;
    if (other != LEV_NO_NODE && (!is_next_line(doc, neighbour, other) || !is_one_line(doc, &doc->nodes[other])))
      other = LEV_NO_NODE;
  }
  size_t column = sign_column(doc, at);
  return other == LEV_NO_NODE || sign_column(doc, &doc->nodes[other]) == column ? column : 0;
}

/* KEY = VALUE as the neighbour (LEV_NO_NODE: none) has it; `aligned` keeps to its column. */
static void write_entry(struct lev_document *doc, struct lev_entry *entry, uint32_t map, uint32_t neighbour,
                        bool aligned, struct lev_span key, struct lev_span value)
{
  const struct lev_node *at = neighbour == LEV_NO_NODE ? NULL : &doc->nodes[neighbour];
  struct separator like = at == NULL ? (struct separator){ 0 } : separator_of(doc, at);
  bool quoted = map != doc->root &&
                ((at != NULL && doc->text.data[at->key_start] == '"') || !is_identifier(key) || is_reserved(key));
  struct lev_buf *text = &entry->text;
  entry->key_start = text->len;
  if (quoted)
    write_string(text, key);
  else
    lev_buf_append(text, key.data, key.len);
  entry->key_end = text->len;
  size_t column = aligned && neighbour != LEV_NO_NODE ? aligned_column(doc, neighbour) : 0;
  size_t width = lev_characters(text->data + entry->key_start, text->len - entry->key_start);
  size_t blanks = column > width ? column - width : like.sign == 0 || like.before > 0 ? 1 : 0;
  for (size_t i = 0; i < blanks; i++)
    lev_buf_putc(text, ' ');
  lev_buf_putc(text, like.sign == 0 ? '=' : doc->text.data[like.sign]);
  if (like.sign == 0)
    lev_buf_putc(text, ' ');
  else
    lev_buf_append(text, doc->text.data + like.sign + 1, lev_is_blank(doc->text.data[like.sign + 1]) ? like.behind : 0);
  entry->start = text->len;
  write_string(text, value);
  entry->end = text->len;
}

static bool is_comma(const struct lev_document *doc, size_t at)
{
  return at < doc->text.len && doc->text.data[at] == ',';
}

static bool has_comma(const struct lev_document *doc, uint32_t entry)
{
  return is_comma(doc, lev_skip_blanks(doc, doc->nodes[entry].end));
}

/* A line of its own behind the line where `after` ends. */
static enum lev_status insert_line(struct lev_document *doc, uint32_t map, uint32_t after, struct lev_span key,
                                   struct lev_span value, struct lev_error *error)
{
  struct lev_entry entry = { 0 };
  const struct lev_node *sibling = &doc->nodes[after];
  bool alone;
  size_t at = sibling->end, line_end = end_of_rest(doc, at, &alone);
  size_t line_start = lev_line_start(doc, sibling->key_start), indent = lev_skip_blanks(doc, line_start) - line_start;
  uint32_t previous = previous_of(doc, after);
  bool comma = has_comma(doc, after);
  bool adds_comma = !comma && map != doc->root && sibling->style != LEV_HCL_HEREDOC_STYLE &&
                    sibling->next == LEV_NO_NODE && previous != LEV_NO_NODE && has_comma(doc, previous);
  if (adds_comma)
    lev_buf_putc(&entry.text, ',');
  lev_buf_append(&entry.text, doc->text.data + at, line_end - at);
  lev_buf_puts(&entry.text, lev_line_break(doc, at));
  lev_buf_append(&entry.text, doc->text.data + line_start, indent);
  write_entry(doc, &entry, map, after, true, key, value);
  if (comma)
    lev_buf_putc(&entry.text, ',');
  return lev_document_put_entry(doc, map, after, at, line_end - at, &entry, key, value, error);
}

static enum lev_status insert_inline(struct lev_document *doc, uint32_t map, uint32_t after, struct lev_span key,
                                     struct lev_span value, struct lev_error *error)
{
  struct lev_entry entry = { 0 };
  lev_buf_puts(&entry.text, ", ");
  write_entry(doc, &entry, map, after, false, key, value);
  return lev_document_put_entry(doc, map, after, doc->nodes[after].end, 0, &entry, key, value, error);
}

/* An object without entries: `{}` becomes `{ key = "value" }`; where the closing brace begins a line, the entry gets a
   line before it, indented by two more. */
static enum lev_status insert_first(struct lev_document *doc, uint32_t map, struct lev_span key, struct lev_span value,
                                    struct lev_error *error)
{
  struct lev_entry entry = { 0 };
  size_t brace = doc->nodes[map].end - 1, blanks = lev_blanks_before(doc, brace);
  if (lev_is_first_in_line(doc, brace) && lev_line_start(doc, brace) > doc->nodes[map].start) {
    size_t line = brace - blanks;
    lev_buf_append(&entry.text, doc->text.data + line, blanks);
    lev_buf_puts(&entry.text, "  ");
    write_entry(doc, &entry, map, LEV_NO_NODE, false, key, value);
    lev_buf_puts(&entry.text, lev_line_break(doc, doc->nodes[map].start));
    return lev_document_put_entry(doc, map, LEV_NO_NODE, line, 0, &entry, key, value, error);
  }
  lev_buf_putc(&entry.text, ' ');
  write_entry(doc, &entry, map, LEV_NO_NODE, false, key, value);
  lev_buf_putc(&entry.text, ' ');
  return lev_document_put_entry(doc, map, LEV_NO_NODE, brace - blanks, blanks, &entry, key, value, error);
}

/* A file without arguments: a line at its end. */
static enum lev_status insert_at_end(struct lev_document *doc, uint32_t map, struct lev_span key, struct lev_span value,
                                     struct lev_error *error)
{
  struct lev_entry entry = { 0 };
  size_t end = doc->text.len;
  if (lev_line_start(doc, end) != end)
    lev_buf_puts(&entry.text, lev_line_break(doc, 0));
  write_entry(doc, &entry, map, LEV_NO_NODE, false, key, value);
  lev_buf_puts(&entry.text, lev_line_break(doc, 0));
  return lev_document_put_entry(doc, map, LEV_NO_NODE, end, 0, &entry, key, value, error);
}

enum lev_status lev_hcl_insert(struct lev_document *doc, uint32_t map, uint32_t after, struct lev_span key,
                               struct lev_span value, struct lev_error *error)
{
  const struct lev_node *at = &doc->nodes[map];
  if (map == doc->root && !is_identifier(key))
    return lev_fail(error, LEV_REFUSED, "\"%s\" cannot be the name of an argument", lev_quote(key).text);
  if (after == LEV_NO_NODE)
    after = at->last;
  if (after == LEV_NO_NODE)
    return map == doc->root ? insert_at_end(doc, map, key, value, error) : insert_first(doc, map, key, value, error);
  const struct lev_node *sibling = &doc->nodes[after];
  size_t behind = lev_skip_blanks(doc, sibling->end);
  bool alone;
  end_of_rest(doc, is_comma(doc, behind) ? behind + 1 : sibling->end, &alone);
  if (map == doc->root ||
      (alone && (lev_is_first_in_line(doc, sibling->key_start) || sibling->style == LEV_HCL_HEREDOC_STYLE)))
    return insert_line(doc, map, after, key, value, error);
  return insert_inline(doc, map, after, key, value, error);
}
