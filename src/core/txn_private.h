/* txn_private: what the rooms of the transaction share. Nobody else includes it. */
#ifndef LEV_TXN_PRIVATE_H
#define LEV_TXN_PRIVATE_H

#include "txn.h"

#include <sys/stat.h>

struct target {
  char *path; /* real and absolute */
  char *name; /* its last part, inside `path` */
  int dir_fd;
  struct stat dir;
  unsigned flags;
  bool exists, is_read, changed, renamed;
  struct stat st; /* the old file */
  struct lev_buf old, new;
  char staged[40]; /* name beside the target, "" while there is none */
  char backup[80]; /* name in the generation, "" while there is none */
};

struct lev_txn {
  char *state_dir, *command, *project;
  int keep;
  bool hold_signals;
  struct target targets[LEV_TXN_TARGETS_MAX];
  size_t count;
  int locks[LEV_TXN_TARGETS_MAX];
  size_t lock_count;
  bool locked, committed;
  char *generation; /* path of the backup folder, NULL while there is none */
  int generation_fd;
  struct lev_buf made_dirs; /* NUL-separated, outermost first */
  struct lev_buf warnings;
};

/* "<state>/<sub>", made if missing; *out is malloced. */
LEV_MUST_CHECK enum lev_status txn_state_dir(const struct lev_txn *txn, const char *sub, char **out,
                                             struct lev_error *error);
void txn_warn(struct lev_txn *txn, const char *format, ...) LEV_PRINTF(2, 3);

/* txn_target.c */
LEV_MUST_CHECK enum lev_status txn_target_resolve(struct lev_txn *txn, struct target *target, const char *path,
                                                  struct lev_error *error);
LEV_MUST_CHECK enum lev_status txn_target_check(struct lev_txn *txn, struct target *target, struct lev_error *error);
LEV_MUST_CHECK enum lev_status txn_target_read(struct lev_txn *txn, struct target *target, struct lev_error *error);
LEV_MUST_CHECK enum lev_status txn_target_stage(struct target *target, struct lev_error *error);
void txn_target_wipe(struct target *target);

/* txn_lock.c */
void txn_unlock(struct lev_txn *txn);

/* txn_backup.c */
LEV_MUST_CHECK enum lev_status txn_backup_make(struct lev_txn *txn, struct lev_error *error);
/* Puts the old file, or its absence, back under the target's name. */
LEV_MUST_CHECK enum lev_status txn_backup_put_back(struct lev_txn *txn, struct target *target, struct lev_error *error);
/* Removes this transaction's generation. */
void txn_backup_drop(struct lev_txn *txn);
/* Removes the project's generations beyond the newest `keep`. */
void txn_backup_prune(struct lev_txn *txn);
/* A run that was killed can leave a second link to a file in its generation: makes that one a copy. */
LEV_MUST_CHECK enum lev_status txn_backup_unlink_stale(struct lev_txn *txn, struct target *target,
                                                       struct lev_error *error);

#endif
