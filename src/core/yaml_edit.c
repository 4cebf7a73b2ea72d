/* yaml_edit: see yaml_edit.h. Each edit is one splice; then the tree gets the spans that a parse would give. */
#include "yaml_edit.h"
#include "document_edit.h"
#include "document_text.h"
#include "yaml_scalar.h"

#include <string.h>
#include <yaml.h>

/* libyaml takes a key for one only while its colon is no farther than 1024 characters. */
#define KEY_MAX 1000

static bool in_flow(const struct lev_document *doc, uint32_t node)
{
  const struct lev_node *at = &doc->nodes[node];
  if (at->kind != LEV_MAP && at->kind != LEV_LIST)
    at = &doc->nodes[at->parent];
  return at->style != LEV_YAML_BLOCK;
}

/* True if nothing but a comment follows in the line. */
static bool is_last_in_line(const struct lev_document *doc, size_t at)
{
  size_t next = lev_skip_blanks(doc, at);
  return next == lev_line_end(doc, next) || (doc->text.data[next] == '#' && next > at);
}

static bool is_block_scalar(const struct lev_node *node)
{
  return node->style == YAML_LITERAL_SCALAR_STYLE || node->style == YAML_FOLDED_SCALAR_STYLE;
}

/* The style in which a value is written next to (or over) this one. */
static char quote_of(const struct lev_node *node)
{
  bool scalar = node->kind != LEV_MAP && node->kind != LEV_LIST && node->target == LEV_NO_NODE;
  if (scalar && node->style == YAML_SINGLE_QUOTED_SCALAR_STYLE)
    return '\'';
  return scalar && node->style == YAML_DOUBLE_QUOTED_SCALAR_STYLE ? '"' : 0;
}

static uint8_t style_of(char first)
{
  return first == '"'    ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
         : first == '\'' ? YAML_SINGLE_QUOTED_SCALAR_STYLE
                         : YAML_PLAIN_SCALAR_STYLE;
}

/* The parts of a block scalar: `|- # comment` up to header_end, then lines up to end, without empty ones behind. */
struct block {
  size_t indicator_end, header_end; /* behind `|-`, before the header's line break */
  size_t content;                   /* the first character of content, 0 when there is none */
  size_t end;                       /* before the last line break */
  bool strips, has_digit;
};

static struct block block_of(const struct lev_document *doc, const struct lev_node *node)
{
  struct block block = { 0 };
  const char *text = doc->text.data;
  size_t at = node->start + 1, indent = 0;
  while (at < node->end && strchr("+-123456789", text[at]) != NULL) {
    block.strips |= text[at] == '-';
    block.has_digit |= text[at] >= '1' && text[at] <= '9';
    at++;
  }
  block.indicator_end = at;
  block.header_end = block.end = lev_line_end(doc, at);
  for (size_t line = lev_next_line(doc, at); line < node->end; line = lev_next_line(doc, line)) {
    size_t end = lev_line_end(doc, line);
    for (at = line; at < end && text[at] == ' ';)
      at++;
    if (block.content == 0 && at < end) {
      block.content = at;
      indent = at - line;
    }
    if (block.content > 0 && end - line > indent)
      block.end = end;
  }
  return block;
}

/* An entry of a `{ }` without value, whose key can simply get a colon. */
static bool takes_colon(const struct lev_document *doc, const struct lev_node *node)
{
  const char *text = doc->text.data;
  size_t before = node->key_start;
  if (doc->nodes[node->parent].style != LEV_YAML_FLOW)
    return false;
  while (strchr(" \t\r\n", text[before - 1]) != NULL)
    before--;
  return (text[before - 1] == '{' || text[before - 1] == ',') && node->key_end > node->key_start &&
         strchr("&*!", text[node->key_start]) == NULL && lev_line_end(doc, node->key_start) >= node->key_end;
}

static enum lev_status no_value(const struct lev_document *doc, const struct lev_node *node, struct lev_error *error)
{
  return lev_document_fail(doc, LEV_REFUSED, node->key_start, error,
                           "there is a key without a value here; edit it by hand");
}

/* How many characters stand before an offset in its line. */
static size_t column_of(const struct lev_document *doc, size_t at)
{
  size_t start = lev_line_start(doc, at);
  return lev_characters(doc->text.data + start, at - start);
}

/* A block scalar stays one where that can hold the value; else the value takes the indicator's place, quoted, and the
   lines go. A comment behind the indicator stays. */
static enum lev_status replace_block(struct lev_document *doc, uint32_t node, struct lev_span value,
                                     struct lev_error *error)
{
  struct lev_buf text = { 0 };
  const struct lev_node *at = &doc->nodes[node];
  struct block block = block_of(doc, at);
  size_t start = at->start;
  uint8_t style = at->style;
  size_t end_moves = at->end - block.end; /* the line breaks behind belong to a block scalar, not to a quoted one */
  bool stays = block.strips && !block.has_digit && block.content > 0 && value.len > 0 && value.data[0] != ' ' &&
               value.data[value.len - 1] != ' ';
  if (!stays && lev_is_first_in_line(doc, start) &&
      column_of(doc, start) <= column_of(doc, doc->nodes[at->parent].start))
    return lev_document_fail(doc, LEV_REFUSED, start, error,
                             "only a block scalar may stand at this margin; edit it by hand");
  if (stays) {
    size_t first = lev_next_line(doc, start), line = lev_line_start(doc, block.content);
    lev_buf_append(&text, doc->text.data + start, first - start); /* empty lines at its start would be content */
    lev_buf_append(&text, doc->text.data + line, block.content - line);
    lev_buf_append(&text, value.data, value.len);
  } else {
    lev_yaml_write(&text, value, '"', false);
    end_moves = 0;
  }
  size_t value_end = start + text.len;
  if (!stays)
    lev_buf_append(&text, doc->text.data + block.indicator_end, block.header_end - block.indicator_end);
  enum lev_status status = lev_buf_check(&text, error);
  if (status == LEV_OK)
    status = lev_document_splice(doc, start, block.end - start, (struct lev_span){ text.data, text.len }, error);
  if (status == LEV_OK)
    lev_document_set_string(doc, node, value, start, value_end + end_moves,
                            stays ? style : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
  lev_buf_wipe(&text);
  return status;
}

enum lev_status lev_yaml_replace(struct lev_document *doc, uint32_t node, struct lev_span value,
                                 struct lev_error *error)
{
  struct lev_buf text = { 0 };
  const struct lev_node *at = &doc->nodes[node];
  size_t start = at->start, removed = at->end - at->start, before = 0;
  if (is_block_scalar(at))
    return replace_block(doc, node, value, error);
  if (removed == 0) { /* a value that is not written: behind its colon, dash or key */
    bool no_colon = at->flags & LEV_NODE_NO_COLON;
    if (no_colon && !takes_colon(doc, at))
      return no_value(doc, at, error);
    lev_buf_puts(&text, no_colon ? ": " : " ");
    before = text.len;
  }
  lev_yaml_write(&text, value, quote_of(at), in_flow(doc, node));
  size_t end = start + text.len;
  enum lev_status status = lev_buf_check(&text, error);
  if (status == LEV_OK)
    status = lev_document_splice(doc, start, removed, (struct lev_span){ text.data, text.len }, error);
  if (status == LEV_OK)
    lev_document_set_string(doc, node, value, start + before, end, style_of(doc->text.data[start + before]));
  lev_buf_wipe(&text);
  return status;
}

/* The node whose text ends a value: the last leaf of block collections. */
static uint32_t last_leaf(const struct lev_document *doc, uint32_t node)
{
  while (doc->nodes[node].target == LEV_NO_NODE &&
         (doc->nodes[node].kind == LEV_MAP || doc->nodes[node].kind == LEV_LIST) &&
         doc->nodes[node].style == LEV_YAML_BLOCK)
    node = doc->nodes[node].last;
  return node;
}

/* Quotes are those of the entry that the new one follows. */
static void write_entry(struct lev_document *doc, struct lev_entry *entry, uint32_t neighbour, struct lev_span key,
                        struct lev_span value, bool flow)
{
  const struct lev_node *at = neighbour == LEV_NO_NODE ? NULL : &doc->nodes[neighbour];
  char first = at == NULL || at->key_start == at->key_end ? 0 : doc->text.data[at->key_start];
  entry->key_start = entry->text.len;
  lev_yaml_write(&entry->text, key, first == '"' || first == '\'' ? first : 0, flow);
  entry->key_end = entry->text.len;
  lev_buf_puts(&entry->text, ": ");
  entry->start = entry->text.len;
  lev_yaml_write(&entry->text, value, at == NULL ? 0 : quote_of(at), flow);
  entry->end = entry->text.len;
  entry->style = entry->text.failed ? 0 : style_of(entry->text.data[entry->start]);
}

/* The column of a block map's keys: the map starts at its first key or the question mark before that; or at its anchor,
   then the key tells. */
static size_t block_column(const struct lev_document *doc, uint32_t map)
{
  const struct lev_node *at = &doc->nodes[map];
  size_t key_start = doc->nodes[at->first].key_start, mark = key_start - lev_blanks_before(doc, key_start);
  if (!(at->flags & LEV_NODE_ANCHORED))
    return column_of(doc, at->start);
  return column_of(doc, doc->text.data[mark - 1] == '?' ? mark - 1 : key_start);
}

/* A new line behind the entry `after`, whatever comment ends that line. */
static enum lev_status insert_block(struct lev_document *doc, uint32_t map, uint32_t after, struct lev_span key,
                                    struct lev_span value, struct lev_error *error)
{
  struct lev_entry entry = { 0 };
  uint32_t last = last_leaf(doc, after);
  const struct lev_node *leaf = &doc->nodes[last];
  const char *line_break = lev_line_break(doc, leaf->start);
  size_t at = lev_line_end(doc, leaf->end);
  /* A block scalar has the line break at its end, unless the file ends there. */
  bool is_block = is_block_scalar(leaf), at_line_start = is_block && lev_line_start(doc, leaf->end) == leaf->end;
  if (is_block && !at_line_start && !block_of(doc, leaf).strips)
    return lev_document_fail(doc, LEV_REFUSED, leaf->start, error,
                             "the file ends within this value, without a line break; add one");
  if (at_line_start)
    at = leaf->end;
  else
    lev_buf_puts(&entry.text, line_break);
  for (size_t i = block_column(doc, map); i > 0; i--)
    lev_buf_putc(&entry.text, ' ');
  write_entry(doc, &entry, after, key, value, false);
  if (at_line_start)
    lev_buf_puts(&entry.text, line_break);
  enum lev_status status = lev_document_put_entry(doc, map, after, at, 0, &entry, key, value, error);
  if (status == LEV_OK && is_block && !at_line_start)
    doc->nodes[last].end = (uint32_t)(at + strlen(line_break));
  return status;
}

/* Entries on lines of their own: the new one, too. The comma goes right behind the entry before, the comment there
   stays in its line. */
static enum lev_status insert_flow_line(struct lev_document *doc, uint32_t map, uint32_t after, struct lev_span key,
                                        struct lev_span value, struct lev_error *error)
{
  struct lev_entry entry = { 0 };
  const struct lev_node *sibling = &doc->nodes[after];
  size_t at = sibling->end, next = lev_skip_blanks(doc, at);
  bool has_comma = next < doc->text.len && doc->text.data[next] == ',';
  size_t line_end = lev_line_end(doc, at);
  size_t blanks = lev_blanks_before(doc, sibling->key_start);
  if (!has_comma)
    lev_buf_puts(&entry.text, sibling->start == sibling->end ? " ," : ",");
  lev_buf_append(&entry.text, doc->text.data + at, line_end - at);
  lev_buf_puts(&entry.text, lev_line_break(doc, at));
  lev_buf_append(&entry.text, doc->text.data + sibling->key_start - blanks, blanks);
  write_entry(doc, &entry, after, key, value, true);
  if (has_comma)
    lev_buf_putc(&entry.text, ',');
  return lev_document_put_entry(doc, map, after, at, line_end - at, &entry, key, value, error);
}

static enum lev_status insert_flow_inline(struct lev_document *doc, uint32_t map, uint32_t after, struct lev_span key,
                                          struct lev_span value, struct lev_error *error)
{
  struct lev_entry entry = { 0 };
  size_t at = doc->nodes[map].end;
  if (after != LEV_NO_NODE) {
    const struct lev_node *sibling = &doc->nodes[after];
    at = sibling->end;
    lev_buf_puts(&entry.text, sibling->start == sibling->end ? " , " : ", ");
  } else { /* `{ }` becomes `{ key: value }` */
    at = doc->nodes[map].start;
    while (doc->text.data[at] != '{')
      at++;
    at++;
    if (lev_is_blank(doc->text.data[at]))
      lev_buf_putc(&entry.text, ' ');
  }
  write_entry(doc, &entry, after, key, value, true);
  return lev_document_put_entry(doc, map, after, at, 0, &entry, key, value, error);
}

static enum lev_status insert_flow(struct lev_document *doc, uint32_t map, uint32_t after, struct lev_span key,
                                   struct lev_span value, struct lev_error *error)
{
  if (doc->nodes[map].style == LEV_YAML_PAIR)
    return lev_document_fail(doc, LEV_REFUSED, doc->nodes[map].start, error,
                             "this pair stands in a list without braces; edit it by hand");
  if (after != LEV_NO_NODE && lev_is_first_in_line(doc, doc->nodes[after].key_start)) {
    size_t next = lev_skip_blanks(doc, doc->nodes[after].end);
    if (is_last_in_line(doc, next < doc->text.len && doc->text.data[next] == ',' ? next + 1 : doc->nodes[after].end))
      return insert_flow_line(doc, map, after, key, value, error);
  }
  return insert_flow_inline(doc, map, after, key, value, error);
}

enum lev_status lev_yaml_insert(struct lev_document *doc, uint32_t map, uint32_t after, struct lev_span key,
                                struct lev_span value, struct lev_error *error)
{
  if (key.len > KEY_MAX)
    return lev_fail(error, LEV_REFUSED, "a key may have up to %d bytes", KEY_MAX);
  if (after == LEV_NO_NODE)
    after = doc->nodes[map].last;
  const struct lev_node *leaf = after == LEV_NO_NODE ? NULL : &doc->nodes[last_leaf(doc, after)];
  if (leaf != NULL && (leaf->flags & LEV_NODE_NO_COLON) && !takes_colon(doc, leaf))
    return no_value(doc, leaf, error);
  return doc->nodes[map].style == LEV_YAML_BLOCK ? insert_block(doc, map, after, key, value, error)
                                                 : insert_flow(doc, map, after, key, value, error);
}
