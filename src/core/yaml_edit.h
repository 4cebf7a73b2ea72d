/*
 * yaml_edit: how a YAML document gets a new value or a new entry; the rules are in lev_yaml.h.
 */
#ifndef LEV_YAML_EDIT_H
#define LEV_YAML_EDIT_H

#include "document_tree.h"

/* The style of a map or list (a scalar's is libyaml's yaml_scalar_style_t). A pair is an entry that stands for a map in
   a `[ ]`, without braces. */
enum { LEV_YAML_BLOCK = 1, LEV_YAML_FLOW, LEV_YAML_PAIR };

LEV_MUST_CHECK enum lev_status lev_yaml_replace(struct lev_document *doc, uint32_t node, struct lev_span value,
                                                struct lev_error *error);
LEV_MUST_CHECK enum lev_status lev_yaml_insert(struct lev_document *doc, uint32_t map, uint32_t after,
                                               struct lev_span key, struct lev_span value, struct lev_error *error);

#endif
