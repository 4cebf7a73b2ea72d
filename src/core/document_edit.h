/*
 * document_edit: one edit of a document is one splice of its text; then the tree gets the spans that a parse would
 * give. Which bytes are written is the formats' matter.
 */
#ifndef LEV_DOCUMENT_EDIT_H
#define LEV_DOCUMENT_EDIT_H

#include "document_tree.h"

/* Replaces text[at, at+removed) and moves every span behind it. Spans inside the removed bytes are the caller's. */
LEV_MUST_CHECK enum lev_status lev_document_splice(struct lev_document *doc, size_t at, size_t removed,
                                                   struct lev_span by, struct lev_error *error);
/* The node is a string now, written at [start, end). */
void lev_document_set_string(struct lev_document *doc, uint32_t node, struct lev_span value, size_t start, size_t end,
                             uint8_t style);

/* A new entry: the text to splice in, and where in it key and value are. */
struct lev_entry {
  struct lev_buf text;
  size_t key_start, key_end, start, end;
  uint8_t style;
};

/* Splices the entry in over text[at, at+removed), where only blanks and comments are removed, and links its node behind
   `after`. Wipes the entry's text. */
LEV_MUST_CHECK enum lev_status lev_document_put_entry(struct lev_document *doc, uint32_t map, uint32_t after, size_t at,
                                                      size_t removed, struct lev_entry *entry, struct lev_span key,
                                                      struct lev_span value, struct lev_error *error);

#endif
