/*
 * txn: a change to several files that happens whole or not at all.
 *
 *     open → add each file → lock → read each, put its new text → commit → close
 *
 * - add resolves the path (symlinks are followed where their folders are safe), makes missing folders, refuses what
 *   cannot be replaced: directories, FIFOs, devices, hard links, read-only files, credentials of another user.
 * - lock takes one lock per target folder, in one order for everybody, under the state folder: nothing is left beside
 *   the user's files. What earlier runs left unfinished is finished first. From here on the files can be read and edits
 *   decided.
 * - put remembers a new text, remove that the file is to go. A text equal to what is there is no change.
 * - commit writes down what it is going to do (the intent), writes each changed text beside its target and syncs it
 *   (staged), keeps the old files as a generation in the backups folder, then renames. With one file the rename is the
 *   commit point. With more, the intent becomes the journal first, and that is the commit point: from then on signals
 *   are held back, a rename that fails puts back what was renamed, and after a kill the next run that takes a lock
 *   completes the change. Before it any failure, signal or kill leaves every file as it was. Without a change nothing
 *   is written at all.
 * - close removes what was staged but not renamed, folders made for nothing, and releases the locks.
 */
#ifndef LEV_TXN_H
#define LEV_TXN_H

#include "buf.h"
#include "error.h"

#include <stdbool.h>

#define LEV_TXN_TARGETS_MAX 64
#define LEV_STAGED_PREFIX ".leverage-" /* what the name of a staged file begins with; 16 random digits follow */

enum lev_txn_flags {
  LEV_TXN_PRIVATE = 1, /* holds keys: read into secret memory, ours alone, group and other bits dropped */
  LEV_TXN_SHARED = 2,  /* a project's file: a new one gets the umask's mode, another owner is only a warning */
};

struct lev_txn_options {
  const char *state_dir; /* absolute; locks and backups live below it; made 0700 when missing */
  const char *command;   /* words for the generation's name: "credentials-configure" */
  const char *project;   /* absolute path of the project: generations are counted per project */
  int keep;              /* generations kept per project, at least 1 */
  bool hold_signals;     /* a commit that wrote keeps signals held: for runs that end with it, and so end as done */
};

struct lev_txn;

LEV_MUST_CHECK enum lev_status lev_txn_open(struct lev_txn **out, const struct lev_txn_options *options,
                                            struct lev_error *error);
/* Aborts what was not committed; NULL is fine. */
void lev_txn_close(struct lev_txn *txn);

/* Declares a file, absolute path; its index is the number of calls before. */
LEV_MUST_CHECK enum lev_status lev_txn_add(struct lev_txn *txn, const char *path, unsigned flags,
                                           struct lev_error *error);
/* Waits up to wait_ms for other runs; LEV_BUSY says who holds the lock, and may be tried again. LEV_REFUSED when an
   earlier run left a journal that cannot be completed (recover.h resolves it). */
LEV_MUST_CHECK enum lev_status lev_txn_lock(struct lev_txn *txn, int wait_ms, struct lev_error *error);
/* Borrows the file's bytes as they are under the lock; *exists is false, and the bytes none, for a new file. */
LEV_MUST_CHECK enum lev_status lev_txn_read(struct lev_txn *txn, size_t index, const struct lev_buf **bytes,
                                            bool *exists, struct lev_error *error);
/* Remembers the new text of a file that was read. */
LEV_MUST_CHECK enum lev_status lev_txn_put(struct lev_txn *txn, size_t index, const void *bytes, size_t len,
                                           struct lev_error *error);
/* Remembers that a file that was read is to be removed. */
LEV_MUST_CHECK enum lev_status lev_txn_remove(struct lev_txn *txn, size_t index, struct lev_error *error);
LEV_MUST_CHECK enum lev_status lev_txn_commit(struct lev_txn *txn, struct lev_error *error);

/* Whether commit replaces or removes (or, afterwards: did so) this file. */
bool lev_txn_changed(const struct lev_txn *txn, size_t index);
/* The generation's folder after a commit that replaced a file, else NULL. */
const char *lev_txn_generation(const struct lev_txn *txn);
/* What went wrong without harm, one line each, NUL-separated. */
const struct lev_buf *lev_txn_warnings(const struct lev_txn *txn);

#endif
