/* hcl_collection: see hcl_parse.h. Tuples, objects, and the for expressions that look like them. */
#include "document_text.h"
#include "hcl_parse.h"

#include <string.h>

static enum lev_status variable(struct lev_hcl_parser *parser)
{
  struct lev_hcl_token token = lev_hcl_peek(parser);
  if (token.type != LEV_HCL_IDENT)
    return lev_hcl_unexpected(parser, token, "a variable's name is expected here");
  lev_hcl_read(parser);
  return LEV_OK;
}

enum lev_status lev_hcl_for_intro(struct lev_hcl_parser *parser)
{
  enum lev_status status = variable(parser);
  if (status == LEV_OK && lev_hcl_is(parser, ',')) {
    lev_hcl_read(parser);
    status = variable(parser);
  }
  if (status != LEV_OK)
    return status;
  if (!lev_hcl_is_word(parser, lev_hcl_peek(parser), "in"))
    return lev_hcl_unexpected(parser, lev_hcl_peek(parser), "the word \"in\" is expected here");
  lev_hcl_read(parser);
  return lev_hcl_expression(parser, LEV_NO_NODE);
}

/* Behind `[for` or `{for`, up to the closing bracket. */
static enum lev_status for_expression(struct lev_hcl_parser *parser, bool object)
{
  bool newlines = parser->newlines;
  struct lev_hcl_token value = { 0 };
  bool arrow = false, ellipsis = false;
  parser->newlines = false;
  lev_hcl_read(parser);
  enum lev_status status = lev_hcl_for_intro(parser);
  if (status == LEV_OK)
    status = lev_hcl_expect(parser, ':', "a colon is expected here");
  value = lev_hcl_peek(parser);
  if (status == LEV_OK)
    status = lev_hcl_expression(parser, LEV_NO_NODE);
  if (status == LEV_OK && lev_hcl_peek(parser).type == LEV_HCL_ARROW) {
    lev_hcl_read(parser);
    arrow = true;
    status = lev_hcl_expression(parser, LEV_NO_NODE);
  }
  if (status == LEV_OK && lev_hcl_peek(parser).type == LEV_HCL_ELLIPSIS) {
    lev_hcl_read(parser);
    ellipsis = true;
  }
  if (status == LEV_OK && lev_hcl_is_word(parser, lev_hcl_peek(parser), "if")) {
    lev_hcl_read(parser);
    status = lev_hcl_expression(parser, LEV_NO_NODE);
  }
  if (status == LEV_OK)
    status = lev_hcl_expect(parser, object ? '}' : ']', "the end of the for expression is expected here");
  if (status == LEV_OK && (arrow != object || (ellipsis && !object)))
    status = lev_hcl_unexpected(parser, value,
                                object ? "a for expression in { } needs a key and \"=>\""
                                       : "a for expression in [ ] takes no key");
  parser->newlines = newlines;
  return status;
}

static enum lev_status tuple(struct lev_hcl_parser *parser, uint32_t node)
{
  bool newlines = parser->newlines;
  enum lev_status status = LEV_OK;
  parser->newlines = false;
  while (status == LEV_OK && !lev_hcl_is(parser, ']')) {
    uint32_t item = LEV_NO_NODE;
    if (node != LEV_NO_NODE)
      status = lev_tree_add(parser->doc, node, true, &item, parser->error);
    if (status == LEV_OK)
      status = lev_hcl_expression(parser, item);
    if (status == LEV_OK && !lev_hcl_is(parser, ']'))
      status = lev_hcl_expect(parser, ',', "a comma or a closing bracket is expected here");
  }
  if (status == LEV_OK)
    lev_hcl_read(parser);
  parser->newlines = newlines;
  return status;
}

/* The text of a key, when it has one without evaluation, into `entry`. */
static void take_key(struct lev_document *doc, const struct lev_node *key, struct lev_node *entry)
{
  struct lev_span text = lev_tree_value(doc, key);
  bool leading_zero = text.len > 1 && text.data[0] == '0';
  bool whole =
      key->kind == LEV_NUMBER && !leading_zero && strspn(doc->text.data + key->start, "0123456789") == text.len;
  entry->key_start = key->start;
  entry->key_end = key->end;
  if (key->kind != LEV_STRING && key->style != LEV_HCL_BARE && !whole)
    return;
  entry->key = key->value;
  entry->key_len = key->value_len;
  entry->flags |= LEV_NODE_KEYED;
}

/* KEY = VALUE or KEY : VALUE in an object. */
static enum lev_status object_entry(struct lev_hcl_parser *parser, uint32_t map)
{
  struct lev_document *doc = parser->doc;
  uint32_t node = LEV_NO_NODE, scratch = LEV_NO_NODE;
  struct lev_node key = { 0 };
  enum lev_status status = LEV_OK;
  if (map != LEV_NO_NODE)
    status = lev_tree_add(doc, map, false, &scratch, parser->error);
  if (status == LEV_OK)
    status = lev_hcl_expression(parser, scratch);
  if (status != LEV_OK)
    return status;
  struct lev_hcl_token token = lev_hcl_peek(parser);
  if (token.type != LEV_HCL_EQUAL && !lev_hcl_is(parser, ':'))
    return lev_hcl_unexpected(parser, token, "\"=\" or \":\" and a value are expected here");
  lev_hcl_read(parser);
  if (map != LEV_NO_NODE) {
    key = doc->nodes[scratch];
    doc->count = scratch;
    status = lev_tree_add(doc, map, true, &node, parser->error);
    if (status != LEV_OK)
      return status;
    take_key(doc, &key, &doc->nodes[node]);
  }
  return lev_hcl_expression(parser, node);
}

static enum lev_status object(struct lev_hcl_parser *parser, uint32_t node)
{
  bool newlines = parser->newlines;
  uint32_t first, second;
  enum lev_status status = LEV_OK;
  parser->newlines = true;
  while (status == LEV_OK && !lev_hcl_is(parser, '}')) {
    if (lev_hcl_peek(parser).type == LEV_HCL_NEWLINE) {
      lev_hcl_read(parser);
      continue;
    }
    status = object_entry(parser, node);
    if (status != LEV_OK || lev_hcl_is(parser, '}') || lev_hcl_peek(parser).type == LEV_HCL_NEWLINE)
      continue;
    status = lev_hcl_expect(parser, ',', "a comma, a new line or a closing brace is expected here");
  }
  if (status == LEV_OK)
    lev_hcl_read(parser);
  parser->newlines = newlines;
  if (status == LEV_OK && node != LEV_NO_NODE)
    status = lev_tree_mark_twice(parser->doc, node, &first, &second, parser->error);
  return status;
}

enum lev_status lev_hcl_collection(struct lev_hcl_parser *parser, bool is_object, uint32_t node)
{
  bool newlines = parser->newlines;
  lev_hcl_read(parser);
  parser->newlines = false;
  bool is_for = lev_hcl_is_word(parser, lev_hcl_peek(parser), "for");
  parser->newlines = newlines;
  if (is_for) {
    lev_hcl_make_expression(parser, node, parser->doc->count);
    return for_expression(parser, is_object);
  }
  if (node != LEV_NO_NODE)
    parser->doc->nodes[node].kind = is_object ? LEV_MAP : LEV_LIST;
  return is_object ? object(parser, node) : tuple(parser, node);
}
