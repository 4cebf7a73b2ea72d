/*
 * recover: changes that a run left half done, because it was killed or the machine stopped after the commit point.
 *
 * Every lev_txn_lock completes them when it can: when each file still has its old or its new text, and the record is
 * this user's on this machine. Nothing is done about any other record, and nothing is written while there is one; what
 * is here shows such records and does with them what the user says.
 */
#ifndef LEV_RECOVER_H
#define LEV_RECOVER_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

enum lev_recover_state {
  LEV_RECOVER_OLD, /* as it was before the change */
  LEV_RECOVER_NEW, /* as it was to become */
  LEV_RECOVER_OTHER,
};

struct lev_recover;

/* Finds the journals and locks the folders they name, waiting up to wait_ms (LEV_BUSY). What runs that never came to
   their commit point left behind is removed, unless only_look. */
LEV_MUST_CHECK enum lev_status lev_recover_open(struct lev_recover **out, const char *state_dir, int wait_ms,
                                                bool only_look, struct lev_error *error);
/* Releases the locks; NULL is fine. */
void lev_recover_close(struct lev_recover *recover);

size_t lev_recover_count(const struct lev_recover *recover);
/* One journal; its strings are borrowed. */
struct lev_recover_journal {
  const char *path;    /* the record */
  const char *problem; /* why the change cannot be completed, NULL when it can */
  bool is_ours;        /* false: the record is not to be trusted, and the rest is empty */
  const char *command, *project;
  size_t file_count;
};
struct lev_recover_journal lev_recover_journal(const struct lev_recover *recover, size_t index);
const char *lev_recover_file(const struct lev_recover *recover, size_t index, size_t file,
                             enum lev_recover_state *state);

/* Each of these ends a journal. finish: the files become what they were to become; LEV_REFUSED when that cannot be.
   put_back: they become what they were, in a transaction of its own that keeps what is there now as a backup; a file
   that the change never came to keeps what others wrote into it since (LEV_REFUSED for a record that is not ours,
   LEV_NOT_FOUND when the old texts are gone). drop: they stay as they are; of a change that was begun the old texts
   become a backup. */
LEV_MUST_CHECK enum lev_status lev_recover_finish(struct lev_recover *recover, size_t index, struct lev_error *error);
LEV_MUST_CHECK enum lev_status lev_recover_put_back(struct lev_recover *recover, size_t index, int keep,
                                                    struct lev_error *error);
LEV_MUST_CHECK enum lev_status lev_recover_drop(struct lev_recover *recover, size_t index, struct lev_error *error);

#endif
