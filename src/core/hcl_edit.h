/*
 * hcl_edit: how an HCL document gets a new value or a new entry; the rules are in hcl.h.
 */
#ifndef LEV_HCL_EDIT_H
#define LEV_HCL_EDIT_H

#include "document_tree.h"

LEV_MUST_CHECK enum lev_status lev_hcl_replace(struct lev_document *doc, uint32_t node, struct lev_span value,
                                               struct lev_error *error);
LEV_MUST_CHECK enum lev_status lev_hcl_insert(struct lev_document *doc, uint32_t map, uint32_t after,
                                              struct lev_span key, struct lev_span value, struct lev_error *error);

#endif
