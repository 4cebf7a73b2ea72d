/*
 * yaml_scalar: what a plain scalar means, and how text is written so that it means itself.
 */
#ifndef LEV_YAML_SCALAR_H
#define LEV_YAML_SCALAR_H

#include "document.h"

/* The type of a plain scalar (LEV_STRING, LEV_NUMBER, LEV_BOOLEAN or LEV_NULL) in YAML 1.2, or in 1.1. */
enum lev_kind lev_yaml_resolve(struct lev_span text, bool version_1_1);
/* The type that a tag gives: LEV_STRING for `!`, LEV_EXPRESSION for one outside the core schema. */
enum lev_kind lev_yaml_tagged(const char *tag);
/* True if the text, written plain, is read as this string by every version. Within `[ ]` and `{ }` less is allowed. */
bool lev_yaml_is_plain(struct lev_span text, bool flow);
/* Appends the text in the style of `quote`: '\'', '"', or 0 for plain if it can be. */
void lev_yaml_write(struct lev_buf *out, struct lev_span text, char quote, bool flow);

#endif
