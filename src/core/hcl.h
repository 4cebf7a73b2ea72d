/*
 * hcl: common.tfvars as a lossless document (document.h): the body of HCL's native syntax with attributes only, which
 * is what a variables file may hold; a block is a broken file.
 *
 * The whole expression grammar is checked as HashiCorp's parser does, but nothing is evaluated: strings (quoted and
 * heredoc) without templates, numbers, booleans, null, tuples and objects are values, everything else is an
 * "expression", and what is inside it has no path. `-1` is a number, `(1)` an expression. Keys of objects are
 * identifiers, strings and whole numbers; a computed key (`(x) = 1`, `"${x}" = 1`) has no path. An attribute that is
 * there twice is a broken file; of an object's keys the later one wins, as in terraform, but is not edited.
 *
 * Differences to HashiCorp's parser: columns count characters, not grapheme clusters; strings are not brought to NFC;
 * any letter-like character beyond ASCII may be in an identifier.
 *
 * Writing: always a quoted string. A new entry goes on a line of its own where the others do, with their indentation,
 * separator, commas, and their `=` column where they are aligned and the key is short enough.
 */
#ifndef LEV_HCL_H
#define LEV_HCL_H

#include "document.h"

/* *doc is zeroed. LEV_BROKEN_FILE with "name:line:column: reason"; LEV_REFUSED for UTF-16 and beyond the limits. */
LEV_MUST_CHECK enum lev_status lev_hcl_parse(struct lev_document *doc, const char *text, size_t len, const char *name,
                                             struct lev_error *error);

#endif
