/* hcl: see hcl.h. The body of a variables file: attributes, one a line. */
#include "hcl.h"
#include "hcl_edit.h"
#include "hcl_parse.h"

static enum lev_status attribute(struct lev_hcl_parser *parser)
{
  struct lev_document *doc = parser->doc;
  uint32_t node;
  struct lev_hcl_token name = lev_hcl_read(parser);
  struct lev_hcl_token next = lev_hcl_peek(parser);
  if (name.type == LEV_HCL_QUOTE)
    return lev_hcl_unexpected(parser, name, "the name of an argument has no quotes");
  if (name.type != LEV_HCL_IDENT)
    return lev_hcl_unexpected(parser, name, "the name of an argument is expected here");
  if (next.type == LEV_HCL_QUOTE || next.type == LEV_HCL_IDENT || lev_hcl_is(parser, '{')) {
    struct lev_span text = { doc->text.data + name.start, name.end - name.start };
    return lev_document_fail(doc, LEV_BROKEN_FILE, name.start, parser->error,
                             "\"%s\" is a block; a variables file holds only arguments (name = value)",
                             lev_quote(text).text);
  }
  if (next.type != LEV_HCL_EQUAL)
    return lev_hcl_unexpected(parser, next.type == LEV_HCL_INVALID ? next : name,
                              "\"=\" and a value are missing behind this name");
  lev_hcl_read(parser);
  enum lev_status status = lev_tree_add(doc, doc->root, true, &node, parser->error);
  if (status != LEV_OK)
    return status;
  doc->nodes[node].flags = LEV_NODE_KEYED;
  doc->nodes[node].key_start = (uint32_t)name.start;
  doc->nodes[node].key_end = (uint32_t)name.end;
  doc->nodes[node].key = lev_tree_keep(doc, doc->text.data + name.start, name.end - name.start);
  doc->nodes[node].key_len = (uint32_t)(name.end - name.start);
  status = lev_hcl_expression(parser, node);
  if (status != LEV_OK)
    return status;
  next = lev_hcl_peek(parser);
  if (next.type != LEV_HCL_NEWLINE && next.type != LEV_HCL_END)
    return lev_hcl_unexpected(parser, next, "a new line is expected here, behind the value");
  return LEV_OK;
}

static enum lev_status build(struct lev_document *doc, struct lev_error *error)
{
  struct lev_hcl_parser parser = { .doc = doc, .error = error, .newlines = true };
  uint32_t first, second;
  enum lev_status status = lev_tree_add(doc, LEV_NO_NODE, false, &doc->root, error);
  if (status != LEV_OK)
    return status;
  parser.at = lev_line_start(doc, 0);
  doc->nodes[doc->root].kind = LEV_MAP;
  doc->nodes[doc->root].start = doc->nodes[doc->root].end = (uint32_t)parser.at;
  while (status == LEV_OK && lev_hcl_peek(&parser).type != LEV_HCL_END) {
    if (lev_hcl_peek(&parser).type == LEV_HCL_NEWLINE)
      lev_hcl_read(&parser);
    else
      status = attribute(&parser);
  }
  if (status == LEV_OK)
    status = lev_tree_mark_twice(doc, doc->root, &first, &second, error);
  if (status != LEV_OK || second == LEV_NO_NODE)
    return status;
  size_t line, column;
  lev_document_locate(doc, doc->nodes[first].key_start, &line, &column);
  return lev_document_fail(doc, LEV_BROKEN_FILE, doc->nodes[second].key_start, error,
                           "the argument \"%s\" is there already, in line %zu",
                           lev_quote(lev_tree_key(doc, &doc->nodes[second])).text, line);
}

enum lev_status lev_hcl_parse(struct lev_document *doc, const char *text, size_t len, const char *name,
                              struct lev_error *error)
{
  static const struct lev_document_format format = { false, build, lev_hcl_replace, lev_hcl_insert };
  return lev_document_parse(doc, &format, text, len, name, error);
}
