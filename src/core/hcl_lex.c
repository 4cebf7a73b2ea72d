/* hcl_lex: see hcl_lex.h. */
#include "hcl_lex.h"

#include <string.h>

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Punctuation and symbols beyond ASCII, which no identifier has; the rest is taken for letters. */
static bool is_symbol(uint32_t code)
{
  static const struct {
    uint32_t from, to;
  } ranges[] = { { 0x80, 0xA9 },     { 0xAB, 0xB4 },     { 0xB6, 0xB6 },      { 0xB8, 0xB9 },     { 0xBB, 0xBF },
                 { 0xD7, 0xD7 },     { 0xF7, 0xF7 },     { 0x2000, 0x203E },  { 0x2041, 0x2053 }, { 0x2055, 0x2070 },
                 { 0x207A, 0x207E }, { 0x208A, 0x208F }, { 0x20A0, 0x20CF },  { 0x2190, 0x2BFF }, { 0x2E00, 0x2E7F },
                 { 0x3000, 0x3004 }, { 0x3008, 0x3020 }, { 0xE000, 0xF8FF },  { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF },
                 { 0xFF00, 0xFF0F }, { 0xFFF0, 0xFFFF }, { 0x1F000, 0x1FAFF } };
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (code >= ranges[i].from && code <= ranges[i].to)
      return true;
  return false;
}

size_t lev_hcl_ident_char(const char *bytes, size_t len, bool first)
{
  uint32_t code;
  size_t size = lev_utf8_decode(bytes, len, &code);
  if (size == 0)
    return 0;
  if (code >= 0x80)
    return is_symbol(code) ? 0 : size;
  bool letter = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_';
  return letter || (!first && (is_digit((char)code) || code == '-')) ? 1 : 0;
}

static size_t ident_end(const struct lev_buf *text, size_t at)
{
  size_t size = lev_hcl_ident_char(text->data + at, text->len - at, true);
  while (size > 0) {
    at += size;
    size = lev_hcl_ident_char(text->data + at, text->len - at, false);
  }
  return at;
}

/* Digits, points and exponents as they come; whether that is a number is for the parser. Never ends in a point. */
static size_t number_end(const struct lev_buf *text, size_t at)
{
  size_t end = at;
  while (at < text->len) {
    char c = text->data[at];
    size_t sign = at + 1 < text->len && (text->data[at + 1] == '+' || text->data[at + 1] == '-') ? 1 : 0;
    if (is_digit(c))
      end = ++at;
    else if (c == '.')
      at++;
    else if ((c == 'e' || c == 'E') && at + 1 + sign < text->len && is_digit(text->data[at + 1 + sign]))
      end = at += 2 + sign;
    else
      break;
  }
  return end;
}

/* `<<EOF` or `<<-EOF` and a line break; 0 when it is something else. */
static size_t heredoc_end(const struct lev_buf *text, size_t at)
{
  at += 2;
  if (at < text->len && text->data[at] == '-')
    at++;
  size_t end = ident_end(text, at);
  if (end == at)
    return 0;
  if (end < text->len && text->data[end] == '\r')
    end++;
  return end < text->len && text->data[end] == '\n' ? end + 1 : 0;
}

static bool starts(const struct lev_buf *text, size_t at, const char *with)
{
  size_t len = strlen(with);
  return text->len - at >= len && memcmp(text->data + at, with, len) == 0;
}

static bool starts_line_comment(const struct lev_buf *text, size_t at)
{
  return starts(text, at, "#") || starts(text, at, "//");
}

/* Skips blanks and enclosed comments. */
static size_t skip(const struct lev_buf *text, size_t at)
{
  for (;;) {
    const char *end = NULL;
    if (starts(text, at, " ") || starts(text, at, "\t"))
      at++;
    else if (starts(text, at, "/*") && (end = memmem(text->data + at + 2, text->len - at - 2, "*/", 2)) != NULL)
      at = (size_t)(end - text->data) + 2;
    else
      return at;
  }
}

/* A comment to the end of its line stands for the line break there. */
static struct lev_hcl_token line_comment(const struct lev_buf *text, size_t at)
{
  const char *end = memchr(text->data + at, '\n', text->len - at);
  if (end == NULL)
    return (struct lev_hcl_token){ LEV_HCL_END, text->len, text->len };
  return (struct lev_hcl_token){ LEV_HCL_NEWLINE, at, (size_t)(end - text->data) + 1 };
}

static struct lev_hcl_token symbol(const struct lev_buf *text, size_t at)
{
  static const struct {
    const char *text;
    enum lev_hcl_type type;
  } symbols[] = {
    { "...", LEV_HCL_ELLIPSIS }, { "\r\n", LEV_HCL_NEWLINE },    { "\n", LEV_HCL_NEWLINE },
    { "==", LEV_HCL_OPERATOR },  { "!=", LEV_HCL_OPERATOR },     { ">=", LEV_HCL_OPERATOR },
    { "<=", LEV_HCL_OPERATOR },  { "&&", LEV_HCL_OPERATOR },     { "||", LEV_HCL_OPERATOR },
    { "=>", LEV_HCL_ARROW },     { "::", LEV_HCL_DOUBLE_COLON }, { "~}", LEV_HCL_TEMPLATE_END },
    { "=", LEV_HCL_EQUAL },      { "<", LEV_HCL_OPERATOR },      { ">", LEV_HCL_OPERATOR },
    { "+", LEV_HCL_OPERATOR },   { "/", LEV_HCL_OPERATOR },      { "%", LEV_HCL_OPERATOR },
    { "*", LEV_HCL_STAR },       { "-", LEV_HCL_MINUS },         { "!", LEV_HCL_NOT },
    { "\"", LEV_HCL_QUOTE },
  };
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
    if (starts(text, at, symbols[i].text))
      return (struct lev_hcl_token){ symbols[i].type, at, at + strlen(symbols[i].text) };
  bool known = text->data[at] != '\0' && strchr("()[]{},.:?", text->data[at]) != NULL;
  return (struct lev_hcl_token){ known ? LEV_HCL_PUNCTUATION : LEV_HCL_INVALID, at, at + 1 };
}

static struct lev_hcl_token next_token(const struct lev_buf *text, size_t at)
{
  size_t end;
  at = skip(text, at);
  if (at >= text->len)
    return (struct lev_hcl_token){ LEV_HCL_END, text->len, text->len };
  if (starts_line_comment(text, at))
    return line_comment(text, at);
  if ((end = ident_end(text, at)) > at)
    return (struct lev_hcl_token){ LEV_HCL_IDENT, at, end };
  if (is_digit(text->data[at]))
    return (struct lev_hcl_token){ LEV_HCL_NUMBER, at, number_end(text, at) };
  if (starts(text, at, "<<") && (end = heredoc_end(text, at)) > 0)
    return (struct lev_hcl_token){ LEV_HCL_HEREDOC, at, end };
  if (starts(text, at, "/*"))
    return (struct lev_hcl_token){ LEV_HCL_INVALID, at, at + 2 };
  return symbol(text, at);
}

struct lev_hcl_token lev_hcl_peek(struct lev_hcl_parser *parser)
{
  if (parser->has_peeked && parser->peeked_at == parser->at && parser->peeked_newlines == parser->newlines)
    return parser->peeked;
  parser->peeked = next_token(&parser->doc->text, parser->at);
  while (!parser->newlines && parser->peeked.type == LEV_HCL_NEWLINE)
    parser->peeked = next_token(&parser->doc->text, parser->peeked.end);
  parser->peeked_at = parser->at;
  parser->peeked_newlines = parser->newlines;
  parser->has_peeked = true;
  return parser->peeked;
}

struct lev_hcl_token lev_hcl_read(struct lev_hcl_parser *parser)
{
  struct lev_hcl_token token = lev_hcl_peek(parser);
  parser->at = token.end;
  return token;
}

bool lev_hcl_is(struct lev_hcl_parser *parser, char punctuation)
{
  struct lev_hcl_token token = lev_hcl_peek(parser);
  return token.type == LEV_HCL_PUNCTUATION && parser->doc->text.data[token.start] == punctuation;
}

bool lev_hcl_is_word(const struct lev_hcl_parser *parser, struct lev_hcl_token token, const char *word)
{
  return token.type == LEV_HCL_IDENT && token.end - token.start == strlen(word) &&
         memcmp(parser->doc->text.data + token.start, word, token.end - token.start) == 0;
}
