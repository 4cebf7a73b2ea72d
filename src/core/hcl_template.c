/* hcl_template: see hcl_parse.h. Strings and heredocs: literal text, escapes, and sequences with expressions inside. */
#include "hcl_parse.h"

#include <string.h>

/* What a string is read into: the open %{ if } and %{ for }, and whether it has any sequence at all. */
struct template
{
  char open[LEV_DOCUMENT_DEPTH_MAX]; /* 'i', 'e' (behind its else), 'f' */
  size_t depth;
  bool opaque;
};

/* The size of a text that stands for `${` or `%{`; 0 when there is none at this place. A longer run of $ ends in one.
 */
static size_t escaped_sequence(const struct lev_buf *text, size_t at)
{
  char c = text->data[at];
  return (c == '$' || c == '%') && text->len - at > 2 && text->data[at + 1] == c && text->data[at + 2] == '{' ? 3 : 0;
}

static bool is_sequence(const struct lev_buf *text, size_t at)
{
  return (text->data[at] == '$' || text->data[at] == '%') && text->len - at > 1 && text->data[at + 1] == '{';
}

static enum lev_status open_directive(struct lev_hcl_parser *parser, struct template *template, size_t at, char what)
{
  if (template->depth == sizeof template->open)
    return lev_document_fail(parser->doc, LEV_REFUSED, at, parser->error, "nested deeper than %d levels",
                             LEV_DOCUMENT_DEPTH_MAX);
  template->open[template->depth++] = what;
  return LEV_OK;
}

/* else, endif, endfor: they fit what is open, or the file is broken. */
static enum lev_status close_directive(struct lev_hcl_parser *parser, struct template *template,
                                       struct lev_hcl_token token)
{
  char *open = template->depth == 0 ? NULL : &template->open[template->depth - 1];
  if (lev_hcl_is_word(parser, token, "else") && open != NULL && *open == 'i') {
    *open = 'e';
    return LEV_OK;
  }
  bool is_for = lev_hcl_is_word(parser, token, "endfor");
  if (open == NULL || lev_hcl_is_word(parser, token, "else") || (*open == 'f') != is_for)
    return lev_hcl_unexpected(parser, token, "this directive has no beginning");
  template->depth--;
  return LEV_OK;
}

static enum lev_status directive(struct lev_hcl_parser *parser, struct template *template)
{
  struct lev_hcl_token token = lev_hcl_peek(parser);
  enum lev_status status = LEV_OK;
  if (token.type == LEV_HCL_IDENT)
    lev_hcl_read(parser);
  if (lev_hcl_is_word(parser, token, "if")) {
    status = lev_hcl_expression(parser, LEV_NO_NODE);
    return status == LEV_OK ? open_directive(parser, template, token.start, 'i') : status;
  }
  if (lev_hcl_is_word(parser, token, "for")) {
    status = lev_hcl_for_intro(parser);
    return status == LEV_OK ? open_directive(parser, template, token.start, 'f') : status;
  }
  if (lev_hcl_is_word(parser, token, "else") || lev_hcl_is_word(parser, token, "endif") ||
      lev_hcl_is_word(parser, token, "endfor"))
    return close_directive(parser, template, token);
  return lev_hcl_unexpected(parser, token, "if, else, endif, for or endfor is expected here");
}

/* `${ EXPRESSION }` or `%{ DIRECTIVE }`, from its first character on. */
static enum lev_status sequence(struct lev_hcl_parser *parser, struct template *template, size_t at)
{
  const struct lev_buf *text = &parser->doc->text;
  bool newlines = parser->newlines;
  template->opaque = true;
  parser->at = at + 2;
  if (parser->at < text->len && text->data[parser->at] == '~')
    parser->at++;
  parser->newlines = false;
  enum lev_status status =
      text->data[at] == '$' ? lev_hcl_expression(parser, LEV_NO_NODE) : directive(parser, template);
  if (status == LEV_OK && lev_hcl_peek(parser).type == LEV_HCL_TEMPLATE_END)
    lev_hcl_read(parser);
  else if (status == LEV_OK)
    status = lev_hcl_expect(parser, '}', "the closing brace of the template sequence is expected here");
  parser->newlines = newlines;
  return status;
}

static enum lev_status check_closed(struct lev_hcl_parser *parser, const struct template *template, size_t at)
{
  if (template->depth == 0)
    return LEV_OK;
  return lev_document_fail(parser->doc, LEV_BROKEN_FILE, at, parser->error, "the string ends before %s does",
                           template->open[template->depth - 1] == 'f' ? "%{ for }" : "%{ if }");
}

/* The character of a \u or \U escape; false when it is none. */
static bool unicode_escape(const struct lev_buf *text, size_t at, size_t digits, uint32_t *code)
{
  *code = 0;
  for (size_t i = 0; i < digits; i++) {
    char c = at + 2 + i < text->len ? text->data[at + 2 + i] : '\0';
    const char *hex = "0123456789abcdef0123456789ABCDEF";
    const char *found = c == '\0' ? NULL : strchr(hex, c);
    if (found == NULL)
      return false;
    *code = *code << 4 | (uint32_t)((found - hex) % 16);
  }
  return *code <= 0x10FFFF && (*code < 0xD800 || *code > 0xDFFF);
}

/* A backslash and what it escapes: its size, 0 when it escapes nothing. */
static size_t escape(const struct lev_buf *text, size_t at, uint32_t *code)
{
  static const char from[] = "nrt\"\\", to[] = "\n\r\t\"\\";
  char c = at + 1 < text->len ? text->data[at + 1] : '\0';
  size_t digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (digits > 0)
    return unicode_escape(text, at, digits, code) ? 2 + digits : 0;
  const char *found = c == '\0' ? NULL : strchr(from, c);
  if (found == NULL)
    return 0;
  *code = (uint32_t)to[found - from];
  return 2;
}

/* One piece of a quoted string into doc->strings, or away. Stops parser->at at the closing quote. */
static enum lev_status string_piece(struct lev_hcl_parser *parser, struct template *template)
{
  struct lev_document *doc = parser->doc;
  const struct lev_buf *text = &doc->text;
  size_t at = parser->at, size = 0;
  uint32_t code = 0;
  if (is_sequence(text, at))
    return sequence(parser, template, at);
  if (text->data[at] == '\n' || text->data[at] == '\r')
    return lev_document_fail(doc, LEV_BROKEN_FILE, at, parser->error, "a quoted string cannot hold a line break");
  if (text->data[at] == '\\') {
    size = escape(text, at, &code);
    if (size == 0)
      return lev_document_fail(doc, LEV_BROKEN_FILE, at, parser->error, "this is no escape that HCL knows");
    lev_utf8_append(&doc->strings, code);
  } else if ((size = escaped_sequence(text, at)) > 0) {
    lev_buf_append(&doc->strings, text->data + at + 1, 2);
  } else {
    size = lev_utf8_decode(text->data + at, text->len - at, &code);
    lev_buf_append(&doc->strings, text->data + at, size);
  }
  parser->at += size;
  return LEV_OK;
}

/* Gives the node what was decoded into doc->strings from `mark` on, unless it is opaque. */
static void finish(struct lev_hcl_parser *parser, const struct template *template, size_t mark, uint32_t node,
                   uint8_t style)
{
  struct lev_document *doc = parser->doc;
  if (node == LEV_NO_NODE || template->opaque) {
    if (!doc->strings.failed)
      doc->strings.len = mark;
  }
  if (node == LEV_NO_NODE)
    return;
  struct lev_node *at = &doc->nodes[node];
  at->kind = template->opaque ? LEV_EXPRESSION : LEV_STRING;
  at->style = style;
  at->value = (uint32_t)mark;
  at->value_len = (uint32_t)(doc->strings.len - mark);
}

enum lev_status lev_hcl_string(struct lev_hcl_parser *parser, uint32_t node)
{
  const struct lev_buf *text = &parser->doc->text;
  struct template template = { 0 };
  size_t mark = parser->doc->strings.len;
  enum lev_status status = lev_hcl_enter(parser);
  if (status != LEV_OK)
    return status;
  while (status == LEV_OK && parser->at < text->len && text->data[parser->at] != '"')
    status = string_piece(parser, &template);
  if (status == LEV_OK && parser->at == text->len)
    status = lev_document_fail(parser->doc, LEV_BROKEN_FILE, parser->at, parser->error, "the string has no end");
  if (status == LEV_OK)
    status = check_closed(parser, &template, parser->at);
  if (status != LEV_OK)
    return status;
  parser->at++;
  parser->depth--;
  finish(parser, &template, mark, node, 0);
  return LEV_OK;
}

static bool is_space(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t indent_of(const char *line, size_t len)
{
  size_t blanks = 0;
  while (blanks < len && is_space(line[blanks]))
    blanks++;
  return blanks;
}

/* The line is the marker, but for spaces around it and its line break. */
static bool is_marker(const char *line, size_t len, struct lev_span marker)
{
  size_t blanks = indent_of(line, len);
  len -= len > 1 && line[len - 2] == '\r' ? 2 : 1;
  while (len > blanks && is_space(line[len - 1]) && line[len - 1] != '\r')
    len--;
  return len >= blanks && len - blanks == marker.len && memcmp(line + blanks, marker.data, marker.len) == 0 &&
         memchr(line, '\r', blanks) == NULL;
}

static size_t line_length(const struct lev_buf *text, size_t at, size_t end)
{
  const char *newline = memchr(text->data + at, '\n', end - at);
  return newline == NULL ? end - at : (size_t)(newline - (text->data + at)) + 1;
}

/* The literal lines in [at, end), without the indentation that all but blank lines share when `flush`. */
static void decode_lines(struct lev_document *doc, size_t at, size_t end, bool flush)
{
  const struct lev_buf *text = &doc->text;
  size_t shared = flush ? SIZE_MAX : 0;
  for (size_t line = at, len; flush && line < end; line += len) {
    len = line_length(text, line, end);
    size_t blanks = indent_of(text->data + line, len);
    if (blanks < len && blanks < shared)
      shared = blanks;
  }
  for (size_t line = at, len; line < end; line += len) {
    len = line_length(text, line, end);
    size_t i = indent_of(text->data + line, len) < len ? shared : 0;
    while (i < len) {
      size_t size = escaped_sequence(text, line + i);
      lev_buf_append(&doc->strings, text->data + line + i + (size > 0), size > 0 ? 2 : 1);
      i += size > 0 ? size : 1;
    }
  }
}

enum lev_status lev_hcl_heredoc(struct lev_hcl_parser *parser, struct lev_hcl_token token, uint32_t node)
{
  struct lev_document *doc = parser->doc;
  const struct lev_buf *text = &doc->text;
  struct template template = { 0 };
  size_t body = token.end, mark = doc->strings.len, marker_at = token.start + 2;
  bool flush = text->data[marker_at] == '-';
  marker_at += flush;
  struct lev_span marker = { text->data + marker_at, 0 };
  while (!is_space(marker.data[marker.len]))
    marker.len++;
  enum lev_status status = lev_hcl_enter(parser);
  for (size_t line_end = body; status == LEV_OK;) {
    if (parser->at >= line_end) { /* a sequence may have led beyond its line */
      bool line_start = text->data[parser->at - 1] == '\n';
      line_end = parser->at + line_length(text, parser->at, text->len);
      if (line_end == parser->at || text->data[line_end - 1] != '\n')
        return lev_document_fail(doc, LEV_BROKEN_FILE, text->len, parser->error,
                                 "the heredoc has no line \"%s\" at its end", lev_quote(marker).text);
      if (line_start && is_marker(text->data + parser->at, line_end - parser->at, marker))
        break;
    }
    size_t size = escaped_sequence(text, parser->at);
    if (text->data[parser->at] == '\r' && text->data[parser->at + 1] != '\n')
      status = lev_document_fail(doc, LEV_BROKEN_FILE, parser->at, parser->error, "a carriage return within a line");
    else if (size == 0 && is_sequence(text, parser->at))
      status = sequence(parser, &template, parser->at);
    else
      parser->at += size > 0 ? size : 1;
  }
  if (status == LEV_OK)
    status = check_closed(parser, &template, parser->at);
  if (status != LEV_OK)
    return status;
  if (!template.opaque && node != LEV_NO_NODE)
    decode_lines(doc, body, parser->at, flush);
  parser->at = lev_line_end(doc, parser->at); /* before the line break: it ends the argument */
  parser->depth--;
  finish(parser, &template, mark, node, LEV_HCL_HEREDOC_STYLE);
  return LEV_OK;
}
