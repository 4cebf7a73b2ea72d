/*
 * keyfile_parts: what the formats of key files share. Not for other modules.
 */
#ifndef LEV_KEYFILE_PARTS_H
#define LEV_KEYFILE_PARTS_H

#include "keyfile.h"

#include <stdbool.h>

/* One run over a text; `text` is UTF-8 without NUL and byte order mark. */
struct lev_keyfile_reader {
  struct lev_keyfile *keys;
  struct lev_error *error;
  const char *name;
  const char *text;
  size_t len;
};

enum lev_status lev_keyfile_csv(struct lev_keyfile_reader *reader) LEV_MUST_CHECK;
enum lev_status lev_keyfile_json(struct lev_keyfile_reader *reader) LEV_MUST_CHECK;
enum lev_status lev_keyfile_ini(struct lev_keyfile_reader *reader) LEV_MUST_CHECK;

/* What a column or a field of a JSON object holds, by its name: case, spaces and underscores do not count.
   LEV_KEYFILE_FIELDS for anything else. */
enum lev_keyfile_field lev_keyfile_field_named(const char *name, size_t len);
/* How AWS spells it, for messages: "access key id". */
const char *lev_keyfile_field_name(enum lev_keyfile_field field);
/* Copies a value into keys->bytes, which may be what it points into. */
struct lev_keyfile_value lev_keyfile_keep(struct lev_keyfile *keys, const char *bytes, size_t len);
/* Checks an entry that was found at a line, and takes it over. */
LEV_MUST_CHECK enum lev_status lev_keyfile_add(struct lev_keyfile_reader *reader, const struct lev_keyfile_entry *entry,
                                               size_t line);

#endif
