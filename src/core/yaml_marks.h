/*
 * yaml_marks: from libyaml's marks, which count characters, to bytes.
 */
#ifndef LEV_YAML_MARKS_H
#define LEV_YAML_MARKS_H

#include "document.h"

/* Zeroed is valid. */
struct lev_yaml_marks {
  uint32_t *offsets; /* of every 64th character */
  size_t start;      /* behind the BOM, where character 0 is */
};

/* LEV_BROKEN_FILE, with its place, for a character that YAML does not allow: libyaml's parser never sees one. */
LEV_MUST_CHECK enum lev_status lev_yaml_marks_init(struct lev_yaml_marks *marks, const struct lev_document *doc,
                                                   struct lev_error *error);
void lev_yaml_marks_wipe(struct lev_yaml_marks *marks);
uint32_t lev_yaml_byte_of(const struct lev_yaml_marks *marks, const struct lev_document *doc, size_t character);

#endif
