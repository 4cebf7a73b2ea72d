/*
 * document: what project.yaml and common.tfvars have in common.
 *
 * A document is its source bytes plus a tree of spans over them. Reading gives values; an edit replaces or inserts one
 * span; whatever is not edited stays byte for byte: comments, order, alignment, quotes, line ends, BOM, final newline
 * or none. lev_yaml.h and hcl.h say what each format reads and how it writes; this header is the rest of the contract.
 *
 * Values are written as strings only: a value reads back as a string of exactly the characters that were set. What
 * would change the meaning of anything else is refused, and lev_document_text proves it: after edits it parses the new
 * text once and compares it with the tree that the edits made.
 */
#ifndef LEV_DOCUMENT_H
#define LEV_DOCUMENT_H

#include "buf.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Beyond these a file is refused by name. Depth counts maps and lists (in hcl also parentheses and templates). */
#define LEV_DOCUMENT_SIZE_MAX (4u << 20)
#define LEV_DOCUMENT_DEPTH_MAX 100

/* What a value is; LEV_EXPRESSION is what only the reading program can tell (hcl: templates, references, calls,
   operators; yaml: a scalar with a tag outside the core schema). */
enum lev_kind {
  LEV_NOTHING,
  LEV_MAP,
  LEV_LIST,
  LEV_STRING,
  LEV_NUMBER,
  LEV_BOOLEAN,
  LEV_NULL,
  LEV_EXPRESSION,
};

/* A place in the tree: the key of a map entry, or with key == NULL the 1-based item of a list. */
struct lev_step {
  const char *key;
  size_t len;
  size_t item;
};

/* Borrowed bytes, not terminated. */
struct lev_span {
  const char *data;
  size_t len;
};

struct lev_node;
struct lev_document_format;

/* Zeroed is valid: empty, answers nothing. The members belong to document.c and the formats (document_tree.h). */
struct lev_document {
  const struct lev_document_format *format;
  struct lev_buf name;
  struct lev_buf text;    /* the source as it is now */
  struct lev_buf strings; /* decoded keys and values */
  struct lev_node *nodes;
  uint32_t count, cap;
  uint32_t root;
  bool version_1_1; /* yaml: the file says %YAML 1.1 */
  bool edited;
};

/* No such place. */
#define LEV_NO_NODE UINT32_MAX

/* Frees what a parse made; the struct is zeroed. Idempotent. */
void lev_document_wipe(struct lev_document *doc);

/* The node at a path (none: the root), LEV_NO_NODE when there is none. yaml: aliases are followed, keys of merged maps
   are found. A node is valid until the next set. */
uint32_t lev_document_find(const struct lev_document *doc, const struct lev_step *path, size_t steps);
/* "map", "list", …; NULL for LEV_NOTHING. */
const char *lev_kind_name(enum lev_kind kind);
/* LEV_NOTHING for LEV_NO_NODE. */
enum lev_kind lev_document_kind(const struct lev_document *doc, uint32_t node);
/* The scalar as text: a string decoded, a number or boolean as written. False for anything else. Borrowed until the
   next set. */
bool lev_document_get(const struct lev_document *doc, uint32_t node, struct lev_span *value);
/* The number of items. False unless the node is a list. */
bool lev_document_length(const struct lev_document *doc, uint32_t node, size_t *length);
/* The keys of a map, one per call, in file order, those of merged maps last: `each` returns false to stop. Keys that
   are no scalars are left out. False unless the node is a map. */
bool lev_document_keys(const struct lev_document *doc, uint32_t node, bool (*each)(void *ud, struct lev_span key),
                       void *ud);
/* Where the value starts; both from 1, the column in characters. False for LEV_NO_NODE. */
bool lev_document_position(const struct lev_document *doc, uint32_t node, size_t *line, size_t *column);

/*
 * Replaces the scalar at the path, or inserts a key into the map that must exist there: after the entry `after` when
 * the map has it (after->data may be NULL), else after its last one. A string that is there already, or a number
 * written with the same characters, changes no byte, whoever shares it.
 * LEV_CONFLICT: no map to insert into, or a map or list in the value's place. LEV_REFUSED: control characters, line
 * breaks or invalid UTF-8 in key or value; a place that something else shares (yaml: anchors that are used, aliases,
 * merged maps, tags; hcl: a key that is there twice); an expression. After a failure the document is as before.
 */
LEV_MUST_CHECK enum lev_status lev_document_set(struct lev_document *doc, const struct lev_step *path, size_t steps,
                                                struct lev_span value, struct lev_span after, struct lev_error *error);

/* The text as it is now, appended to out. After edits it is parsed once more and compared with the tree; LEV_FAILED
   when they disagree, and then nothing of it may be written. */
LEV_MUST_CHECK enum lev_status lev_document_text(const struct lev_document *doc, struct lev_buf *out,
                                                 struct lev_error *error);

#endif
