/*
 * document_tree: the inside of a document, for the formats. A format builds the tree once, from the text; an edit
 * splices the text and moves the spans behind it, so that many edits cost no second parse.
 *
 * Children are linked in file order. Nodes refer to each other by index (the array moves); spans are offsets into
 * doc->text; keys and values are offsets into doc->strings.
 */
#ifndef LEV_DOCUMENT_TREE_H
#define LEV_DOCUMENT_TREE_H

#include "document.h"

enum {
  LEV_NODE_KEYED = 1,     /* an entry of a map whose key is a scalar: key, key_len are set */
  LEV_NODE_TWICE = 2,     /* its key is in the map more than once */
  LEV_NODE_SHADOWED = 4,  /* and a later entry wins */
  LEV_NODE_ANCHORED = 8,  /* yaml: &x */
  LEV_NODE_USED = 16,     /* yaml: and some *x refers to it */
  LEV_NODE_TAGGED = 32,   /* yaml: !x */
  LEV_NODE_MERGE = 64,    /* yaml: the value of a plain << key */
  LEV_NODE_NO_COLON = 128 /* yaml: an entry without value, `{a}` or `? a` */
};

struct lev_node {
  uint8_t kind;  /* enum lev_kind */
  uint8_t style; /* the format's own */
  uint8_t flags;
  uint32_t start, end;         /* the value; the end of a yaml block collection is not kept */
  uint32_t key_start, key_end; /* the key with its quotes */
  uint32_t key, key_len;
  uint32_t value, value_len;
  uint32_t parent, first, last, next;
  uint32_t items;
  uint32_t target; /* yaml: the node an alias means */
};

struct lev_document_format {
  bool unicode_breaks; /* a line ends at CR, NEL, LS and PS too, not only at LF */
  /* Builds doc->nodes and doc->root from doc->text, which is valid UTF-8. */
  enum lev_status (*build)(struct lev_document *doc, struct lev_error *error);
  /* The scalar `node` becomes a string. */
  enum lev_status (*replace)(struct lev_document *doc, uint32_t node, struct lev_span value, struct lev_error *error);
  /* The map gets a new entry after its entry `after` (LEV_NO_NODE: after the last). */
  enum lev_status (*insert)(struct lev_document *doc, uint32_t map, uint32_t after, struct lev_span key,
                            struct lev_span value, struct lev_error *error);
};

/* Copies text and name, checks size and encoding, builds. On failure the document is wiped. */
LEV_MUST_CHECK enum lev_status lev_document_parse(struct lev_document *doc, const struct lev_document_format *format,
                                                  const char *text, size_t len, const char *name,
                                                  struct lev_error *error);

/* A new node, linked behind the parent's last child when `linked` (LEV_NO_NODE for the root). */
LEV_MUST_CHECK enum lev_status lev_tree_add(struct lev_document *doc, uint32_t parent, bool linked, uint32_t *node,
                                            struct lev_error *error);
/* Links a node that is not linked yet behind its sibling `after`. */
void lev_tree_link_after(struct lev_document *doc, uint32_t node, uint32_t after);
/* Copies bytes into doc->strings; returns their offset. */
uint32_t lev_tree_keep(struct lev_document *doc, const char *bytes, size_t len);
struct lev_span lev_tree_key(const struct lev_document *doc, const struct lev_node *node);
struct lev_span lev_tree_value(const struct lev_document *doc, const struct lev_node *node);
/* Sets TWICE and SHADOWED among the map's children; *first and *second (LEV_NO_NODE: none) are the first such pair. */
LEV_MUST_CHECK enum lev_status lev_tree_mark_twice(struct lev_document *doc, uint32_t map, uint32_t *first,
                                                   uint32_t *second, struct lev_error *error);
#endif
