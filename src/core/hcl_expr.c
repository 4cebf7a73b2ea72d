/* hcl_expr: see hcl_parse.h. Follows the order of decisions of HashiCorp's parser, so that errors show at one place. */
#include "hcl_parse.h"

#include <string.h>

enum lev_status lev_hcl_enter(struct lev_hcl_parser *parser)
{
  if (parser->depth == LEV_DOCUMENT_DEPTH_MAX)
    return lev_document_fail(parser->doc, LEV_REFUSED, parser->at, parser->error, "nested deeper than %d levels",
                             LEV_DOCUMENT_DEPTH_MAX);
  parser->depth++;
  return LEV_OK;
}

enum lev_status lev_hcl_unexpected(struct lev_hcl_parser *parser, struct lev_hcl_token token, const char *reason)
{
  const struct lev_buf *text = &parser->doc->text;
  uint32_t code = 0;
  if (token.type != LEV_HCL_INVALID)
    return lev_document_fail(parser->doc, LEV_BROKEN_FILE, token.start, parser->error, "%s", reason);
  if (token.end - token.start == 2)
    return lev_document_fail(parser->doc, LEV_BROKEN_FILE, token.start, parser->error, "this comment has no end");
  size_t size = lev_utf8_decode(text->data + token.start, text->len - token.start, &code);
  return lev_document_fail(parser->doc, LEV_BROKEN_FILE, token.start, parser->error, "\"%s\" (U+%04X) cannot be here%s",
                           lev_quote((struct lev_span){ text->data + token.start, size }).text, code,
                           code == '\'' || code == 0x201C || code == 0x201D ? "; strings have straight double quotes"
                                                                            : "");
}

enum lev_status lev_hcl_expect(struct lev_hcl_parser *parser, char punctuation, const char *reason)
{
  if (!lev_hcl_is(parser, punctuation))
    return lev_hcl_unexpected(parser, lev_hcl_peek(parser), reason);
  lev_hcl_read(parser);
  return LEV_OK;
}

void lev_hcl_make_expression(struct lev_hcl_parser *parser, uint32_t node, uint32_t count)
{
  if (node == LEV_NO_NODE)
    return;
  struct lev_node *at = &parser->doc->nodes[node];
  at->kind = LEV_EXPRESSION;
  at->style = 0;
  at->first = at->last = LEV_NO_NODE;
  at->items = at->value_len = 0;
  parser->doc->count = count;
}

static void set_literal(struct lev_hcl_parser *parser, uint32_t node, enum lev_kind kind, size_t start, size_t end)
{
  if (node == LEV_NO_NODE)
    return;
  struct lev_node *at = &parser->doc->nodes[node];
  at->kind = (uint8_t)kind;
  at->value = lev_tree_keep(parser->doc, parser->doc->text.data + start, end - start);
  at->value_len = (uint32_t)(end - start);
}

/* An expression in brackets, where line breaks do not count. */
static enum lev_status enclosed(struct lev_hcl_parser *parser, char close, const char *reason)
{
  bool newlines = parser->newlines;
  parser->newlines = false;
  enum lev_status status = lev_hcl_expression(parser, LEV_NO_NODE);
  if (status == LEV_OK)
    status = lev_hcl_expect(parser, close, reason);
  parser->newlines = newlines;
  return status;
}

static enum lev_status number(struct lev_hcl_parser *parser, uint32_t node)
{
  struct lev_hcl_token token = lev_hcl_read(parser);
  const char *text = parser->doc->text.data;
  size_t points = 0, exponents = 0;
  for (size_t i = token.start; i < token.end; i++) {
    points += text[i] == '.';
    exponents += text[i] == 'e' || text[i] == 'E';
    if (points > 1 || exponents > 1 || (text[i] == '.' && exponents > 0))
      return lev_hcl_unexpected(parser, token, "this is not a number");
  }
  set_literal(parser, node, LEV_NUMBER, token.start, token.end);
  return LEV_OK;
}

/* Behind the name: `::more` and the arguments. */
static enum lev_status call(struct lev_hcl_parser *parser)
{
  bool newlines = parser->newlines;
  enum lev_status status = LEV_OK;
  while (lev_hcl_peek(parser).type == LEV_HCL_DOUBLE_COLON) {
    lev_hcl_read(parser);
    if (lev_hcl_peek(parser).type != LEV_HCL_IDENT)
      return lev_hcl_unexpected(parser, lev_hcl_peek(parser), "a function's name is expected here");
    lev_hcl_read(parser);
  }
  status = lev_hcl_expect(parser, '(', "an opening parenthesis is expected here");
  parser->newlines = false;
  while (status == LEV_OK && !lev_hcl_is(parser, ')')) {
    status = lev_hcl_expression(parser, LEV_NO_NODE);
    if (status != LEV_OK || lev_hcl_is(parser, ')'))
      break;
    if (lev_hcl_peek(parser).type == LEV_HCL_ELLIPSIS) {
      lev_hcl_read(parser);
      break;
    }
    status = lev_hcl_expect(parser, ',', "a comma or a closing parenthesis is expected here");
  }
  if (status == LEV_OK)
    status = lev_hcl_expect(parser, ')', "a closing parenthesis is expected here");
  parser->newlines = newlines;
  return status;
}

static enum lev_status word(struct lev_hcl_parser *parser, uint32_t node)
{
  struct lev_hcl_token token = lev_hcl_read(parser);
  if (lev_hcl_is(parser, '(') || lev_hcl_peek(parser).type == LEV_HCL_DOUBLE_COLON) {
    lev_hcl_make_expression(parser, node, parser->doc->count);
    return call(parser);
  }
  enum lev_kind kind = lev_hcl_is_word(parser, token, "true") || lev_hcl_is_word(parser, token, "false") ? LEV_BOOLEAN
                       : lev_hcl_is_word(parser, token, "null")                                          ? LEV_NULL
                                                                : LEV_EXPRESSION;
  set_literal(parser, node, kind, token.start, token.end);
  if (node != LEV_NO_NODE)
    parser->doc->nodes[node].style = LEV_HCL_BARE;
  return LEV_OK;
}

static enum lev_status term(struct lev_hcl_parser *parser, uint32_t node)
{
  struct lev_hcl_token token = lev_hcl_peek(parser);
  switch (token.type) {
  case LEV_HCL_NUMBER: return number(parser, node);
  case LEV_HCL_IDENT: return word(parser, node);
  case LEV_HCL_QUOTE: lev_hcl_read(parser); return lev_hcl_string(parser, node);
  case LEV_HCL_HEREDOC: lev_hcl_read(parser); return lev_hcl_heredoc(parser, token, node);
  default: break;
  }
  if (lev_hcl_is(parser, '[') || lev_hcl_is(parser, '{'))
    return lev_hcl_collection(parser, lev_hcl_is(parser, '{'), node);
  if (lev_hcl_is(parser, '(')) {
    lev_hcl_read(parser);
    lev_hcl_make_expression(parser, node, parser->doc->count);
    return enclosed(parser, ')', "a closing parenthesis is expected here");
  }
  return lev_hcl_unexpected(parser, token, "a value is expected here");
}

/* `.name`, `.0`, `.*` */
static enum lev_status attribute(struct lev_hcl_parser *parser, bool *splat)
{
  lev_hcl_read(parser);
  struct lev_hcl_token token = lev_hcl_peek(parser);
  bool star = token.type == LEV_HCL_STAR;
  if (token.type == LEV_HCL_NUMBER &&
      memchr(parser->doc->text.data + token.start, '.', token.end - token.start) != NULL)
    return lev_hcl_unexpected(parser, token, "two indexes cannot follow each other with points; write [0][1]");
  if ((star && *splat) || (!star && token.type != LEV_HCL_NUMBER && token.type != LEV_HCL_IDENT))
    return lev_hcl_unexpected(parser, token, "an attribute's name is expected here");
  *splat |= star;
  lev_hcl_read(parser);
  return LEV_OK;
}

/* `[0]`, `[*]` */
static enum lev_status subscript(struct lev_hcl_parser *parser)
{
  static const char reason[] = "a closing bracket is expected here";
  bool newlines = parser->newlines;
  lev_hcl_read(parser);
  parser->newlines = false;
  if (lev_hcl_peek(parser).type == LEV_HCL_STAR) {
    lev_hcl_read(parser);
    enum lev_status status = lev_hcl_expect(parser, ']', reason);
    parser->newlines = newlines;
    return status;
  }
  parser->newlines = newlines;
  return enclosed(parser, ']', reason);
}

/* Signs, a term and what is selected from it. */
static enum lev_status operand(struct lev_hcl_parser *parser, uint32_t node)
{
  uint32_t count = parser->doc->count;
  struct lev_hcl_token sign = lev_hcl_peek(parser), token = sign;
  size_t signs = 0;
  bool splat = false, selects = false;
  for (; token.type == LEV_HCL_MINUS || token.type == LEV_HCL_NOT; token = lev_hcl_peek(parser), signs++)
    lev_hcl_read(parser);
  enum lev_status status = term(parser, node);
  while (status == LEV_OK && (lev_hcl_is(parser, '.') || lev_hcl_is(parser, '['))) {
    selects = true;
    if (lev_hcl_is(parser, '[')) {
      splat = false;
      status = subscript(parser);
    } else {
      status = attribute(parser, &splat);
    }
  }
  if (status != LEV_OK || node == LEV_NO_NODE || (signs == 0 && !selects))
    return status;
  bool negative =
      signs == 1 && !selects && sign.type == LEV_HCL_MINUS && sign.end == token.start && token.type == LEV_HCL_NUMBER;
  if (negative)
    set_literal(parser, node, LEV_NUMBER, sign.start, token.end);
  else
    lev_hcl_make_expression(parser, node, count);
  return LEV_OK;
}

static bool is_operator(enum lev_hcl_type type)
{
  return type == LEV_HCL_OPERATOR || type == LEV_HCL_MINUS || type == LEV_HCL_STAR;
}

/* Operands with operators between them. Which binds closer does not matter: nothing is evaluated. */
static enum lev_status operation(struct lev_hcl_parser *parser, uint32_t node, bool *composite)
{
  enum lev_status status = operand(parser, node);
  while (status == LEV_OK && is_operator(lev_hcl_peek(parser).type)) {
    lev_hcl_read(parser);
    *composite = true;
    status = operand(parser, LEV_NO_NODE);
  }
  return status;
}

enum lev_status lev_hcl_expression(struct lev_hcl_parser *parser, uint32_t node)
{
  uint32_t count = parser->doc->count;
  size_t start = lev_hcl_peek(parser).start;
  bool composite = false;
  enum lev_status status = lev_hcl_enter(parser);
  if (status != LEV_OK)
    return status;
  status = operation(parser, node, &composite);
  while (status == LEV_OK && lev_hcl_is(parser, '?')) {
    lev_hcl_read(parser);
    composite = true;
    status = lev_hcl_expression(parser, LEV_NO_NODE);
    if (status == LEV_OK)
      status = lev_hcl_expect(parser, ':', "a colon and the other value are expected here");
    if (status == LEV_OK)
      status = operation(parser, LEV_NO_NODE, &composite);
  }
  parser->depth--;
  if (status != LEV_OK || node == LEV_NO_NODE)
    return status;
  if (composite)
    lev_hcl_make_expression(parser, node, count);
  parser->doc->nodes[node].start = (uint32_t)start;
  parser->doc->nodes[node].end = (uint32_t)parser->at;
  return lev_buf_check(&parser->doc->strings, parser->error);
}
