/*
 * hcl_parse: the recursive parser of HCL expressions, shared by its files: hcl.c (the body), hcl_expr.c
 * (expressions), hcl_collection.c (tuples and objects) and hcl_template.c (strings and heredocs).
 *
 * Every function takes the node that the expression shall fill, or LEV_NO_NODE where it is only checked: inside of what
 * is opaque. It reads exactly the expression's tokens.
 */
#ifndef LEV_HCL_PARSE_H
#define LEV_HCL_PARSE_H

#include "hcl_lex.h"

/* How a node is written: what an edit and a key need to know beyond its kind. */
enum { LEV_HCL_BARE = 1, LEV_HCL_HEREDOC_STYLE };

LEV_MUST_CHECK enum lev_status lev_hcl_expression(struct lev_hcl_parser *parser, uint32_t node);
/* From the opening bracket on: a tuple, an object, or a for expression. */
LEV_MUST_CHECK enum lev_status lev_hcl_collection(struct lev_hcl_parser *parser, bool is_object, uint32_t node);
/* Behind the opening quote, or behind `<<EOF` and its line break. */
LEV_MUST_CHECK enum lev_status lev_hcl_string(struct lev_hcl_parser *parser, uint32_t node);
LEV_MUST_CHECK enum lev_status lev_hcl_heredoc(struct lev_hcl_parser *parser, struct lev_hcl_token token,
                                               uint32_t node);
/* `for` has been seen: IDENT, IDENT in EXPRESSION, for templates and for-expressions alike. */
LEV_MUST_CHECK enum lev_status lev_hcl_for_intro(struct lev_hcl_parser *parser);

/* The node holds what cannot be told without evaluating; nodes from `count` on, found inside it, are forgotten. */
void lev_hcl_make_expression(struct lev_hcl_parser *parser, uint32_t node, uint32_t count);
/* A level of nesting more; every enter that succeeds has its `parser->depth--`. */
LEV_MUST_CHECK enum lev_status lev_hcl_enter(struct lev_hcl_parser *parser);
/* Reads this punctuation or fails with "reason" at what is there instead. */
LEV_MUST_CHECK enum lev_status lev_hcl_expect(struct lev_hcl_parser *parser, char punctuation, const char *reason);
/* LEV_BROKEN_FILE at the token; a character that HCL does not know is named instead of the reason. */
LEV_MUST_CHECK enum lev_status lev_hcl_unexpected(struct lev_hcl_parser *parser, struct lev_hcl_token token,
                                                  const char *reason);

#endif
