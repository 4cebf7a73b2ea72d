/*
 * txn_record: what a journal says, as text and back. Nothing here touches a file.
 *
 *     leverage journal 1
 *     machine 3d1219c7c4c5404aaa1f6d2a48adfda4
 *     boot 94de8da2-2bfe-426b-b581-7dd2b2880361
 *     uid 1000
 *     command credentials-configure
 *     project /home/ana/acme
 *     file private 0600 <old hash> <new hash> .leverage-3f… 0-credentials /home/ana/.aws/ac/credentials
 *     end
 *
 * A `file` line has: how it is protected (private, shared, plain), the new file's mode, the SHA-256 of the old and of
 * the new text ("absent" for no file), the name of the new text beside the target, the name of the old text in the
 * generation ("-" for none), the target's real path. Reading is strict: every line in this order, names without a
 * slash, and the `end`, so that a record that was cut or altered by accident is none.
 */
#ifndef LEV_TXN_RECORD_H
#define LEV_TXN_RECORD_H

#include "buf.h"
#include "error.h"
#include "txn.h"

#include <stdbool.h>

#define LEV_RECORD_SIZE_MAX ((size_t)1 << 20)
#define LEV_ABSENT "absent"

struct lev_record_file {
  unsigned flags; /* enum lev_txn_flags */
  unsigned mode;
  char old_hash[65], new_hash[65]; /* hexadecimal, or "absent" */
  char staged[40];
  char backup[80];
  char *path;
};

/* Zeroed is valid. */
struct lev_record {
  char machine[128], boot[64], command[128];
  unsigned uid;
  char *project;
  struct lev_record_file files[LEV_TXN_TARGETS_MAX];
  size_t count;
};

/* Fills a zeroed record; LEV_BROKEN_FILE ("name: reason") for what is no record. Wipe it in any case. */
LEV_MUST_CHECK enum lev_status lev_record_parse(struct lev_record *record, const char *name, const char *text,
                                                size_t len, struct lev_error *error);
/* Appends the record's text; lev_buf_check tells of want of memory. */
void lev_record_text(const struct lev_record *record, struct lev_buf *text);
/* Frees; the struct is zeroed. Idempotent. */
void lev_record_wipe(struct lev_record *record);

#endif
