/*
 * hcl_lex: the tokens of HCL, one at a time, as a recursive parser wants them: whether a line break counts depends on
 * what is open, and strings are templates with expressions inside, so the parser reads those itself (hcl_template.c).
 */
#ifndef LEV_HCL_LEX_H
#define LEV_HCL_LEX_H

#include "document_text.h"
#include "document_tree.h"

enum lev_hcl_type {
  LEV_HCL_END,
  LEV_HCL_NEWLINE, /* also a one-line comment with its line break */
  LEV_HCL_IDENT,
  LEV_HCL_NUMBER,
  LEV_HCL_QUOTE,    /* the quote that opens a string */
  LEV_HCL_HEREDOC,  /* `<<EOF` with its line break */
  LEV_HCL_OPERATOR, /* a binary one; `-` and `!` are types of their own */
  LEV_HCL_MINUS,
  LEV_HCL_NOT,
  LEV_HCL_STAR,
  LEV_HCL_EQUAL,
  LEV_HCL_ARROW,
  LEV_HCL_ELLIPSIS,
  LEV_HCL_DOUBLE_COLON,
  LEV_HCL_TEMPLATE_END, /* ~} */
  LEV_HCL_PUNCTUATION,  /* one of ( ) [ ] { } , . : ?, in `text[start]` */
  LEV_HCL_INVALID,
};

struct lev_hcl_token {
  enum lev_hcl_type type;
  size_t start, end;
};

struct lev_hcl_parser {
  struct lev_document *doc;
  struct lev_error *error;
  size_t at;     /* behind the last token read */
  bool newlines; /* line breaks count here */
  unsigned depth;
  struct lev_hcl_token peeked; /* valid while peeked_at == at and peeked_newlines == newlines */
  size_t peeked_at;
  bool peeked_newlines, has_peeked;
};

/* The token at parser->at, not read; lev_hcl_read moves behind it. */
struct lev_hcl_token lev_hcl_peek(struct lev_hcl_parser *parser);
struct lev_hcl_token lev_hcl_read(struct lev_hcl_parser *parser);
/* The next token is this punctuation. */
bool lev_hcl_is(struct lev_hcl_parser *parser, char punctuation);
/* The token is this identifier. */
bool lev_hcl_is_word(const struct lev_hcl_parser *parser, struct lev_hcl_token token, const char *word);
/* The size of the character if it may be in an identifier, else 0. */
size_t lev_hcl_ident_char(const char *bytes, size_t len, bool first);

#endif
