/*
 * keyfile: access keys out of the files that people have them in.
 *
 * Formats, told apart by content: CSV as the AWS console makes it (any column order, extra columns, header in any case,
 * quotes, every kind of line end; `;` or TAB between cells when the header has it so), JSON (an object with
 * accessKeyId and secretAccessKey in any case, with or without underscores; as `aws iam create-access-key` and
 * `aws sts assume-role` print it; nested; lists of such; one comma too many before a closing brace), and AWS INI files.
 * UTF-8 or, with a byte order mark, UTF-16.
 *
 * Everything read stays on guarded pages. Messages have places, counts, and names of columns and fields that AWS itself
 * uses; never anything else of the file, since any cell may be the secret.
 */
#ifndef LEV_KEYFILE_H
#define LEV_KEYFILE_H

#include "buf.h"
#include "error.h"

#include <stddef.h>

#define LEV_KEYFILE_MAX_SIZE ((size_t)1 << 20)
#define LEV_KEYFILE_MAX_KEYS 1000

/* Where a value stands in `bytes`; len 0: there is none. */
struct lev_keyfile_value {
  size_t at, len;
};

enum lev_keyfile_field {
  LEV_KEYFILE_USER,
  LEV_KEYFILE_PROFILE, /* INI: the section, without `profile ` */
  LEV_KEYFILE_ID,
  LEV_KEYFILE_SECRET,
  LEV_KEYFILE_TOKEN,
  LEV_KEYFILE_FIELDS
};

/* Access key id and secret are always there, and well-formed. */
struct lev_keyfile_entry {
  struct lev_keyfile_value fields[LEV_KEYFILE_FIELDS];
};

/* Zeroed is valid: nothing to wipe. */
struct lev_keyfile {
  struct lev_buf bytes;
  struct lev_keyfile_entry *entries;
  size_t count, room;
};

/* Into a zeroed keyfile, which the caller wipes, after a failure, too. At least one entry, or LEV_BROKEN_FILE with
 * "name: reason", "name:line: reason" or "name:line:column: reason". */
LEV_MUST_CHECK enum lev_status lev_keyfile_parse(struct lev_keyfile *keys, const char *name, const char *text,
                                                 size_t len, struct lev_error *error);
/* Idempotent. */
void lev_keyfile_wipe(struct lev_keyfile *keys);

#endif
