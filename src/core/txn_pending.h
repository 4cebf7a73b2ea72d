/*
 * txn_pending: one record that an earlier run left, journal or intent: read with suspicion, compared with the files it
 * names, and ended. Part of the transaction; nobody else includes it.
 */
#ifndef LEV_TXN_PENDING_H
#define LEV_TXN_PENDING_H

#include "recover.h"
#include "txn_private.h"

/* A file of a record: its folder, and how the file is now. */
struct txn_place {
  int dir_fd; /* -1: the folder is gone, or is reached in another way now */
  struct stat dir;
  const char *name;
  enum lev_recover_state state;
};

struct txn_pending {
  char *path;
  const char *name; /* its last part */
  char id[48];
  bool intent;  /* its run had not come to the commit point of several files */
  bool is_ours; /* written by this user on this machine, and readable */
  bool ended;
  char problem[1024]; /* why it cannot be completed, "" when it can */
  struct lev_record record;
  struct txn_place places[LEV_TXN_TARGETS_MAX];
};

/* Reads a record. *out is NULL when it is gone by now; a record that is not ours is one with a problem. */
LEV_MUST_CHECK enum lev_status txn_pending_read(struct txn_pending **out, int journal_fd, const char *folder,
                                                const char *name, struct lev_error *error);
void txn_pending_free(struct txn_pending *pending);
/* Under the locks: how each file is, and whether the change can be completed. */
LEV_MUST_CHECK enum lev_status txn_pending_examine(struct txn_pending *pending, struct lev_error *error);

/* What ends a record; see recover.h. */
LEV_MUST_CHECK enum lev_status txn_pending_finish(struct txn_pending *pending, const char *state_dir,
                                                  struct lev_error *error);
LEV_MUST_CHECK enum lev_status txn_pending_put_back(struct txn_pending *pending, const char *state_dir, int keep,
                                                    struct lev_error *error);
LEV_MUST_CHECK enum lev_status txn_pending_drop(struct txn_pending *pending, const char *state_dir,
                                                struct lev_error *error);
/* An intent: what its run prepared goes, and with a single file that was replaced the backup stays. */
LEV_MUST_CHECK enum lev_status txn_pending_clear(struct txn_pending *pending, const char *state_dir,
                                                 struct lev_error *error);

#endif
