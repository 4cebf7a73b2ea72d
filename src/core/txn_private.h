/* txn_private: what the rooms of the transaction share. Nobody else includes it. */
#ifndef LEV_TXN_PRIVATE_H
#define LEV_TXN_PRIVATE_H

#include "txn.h"
#include "txn_record.h"

#include <sys/stat.h>

/* Locks on folders, see txn_lock.c. Zeroed is none. */
struct txn_locks {
  struct txn_lock {
    dev_t dev;
    ino_t ino;
    int fd;
  } * list;
  size_t count;
};

struct target {
  char *path; /* real and absolute */
  char *name; /* its last part, inside `path` */
  int dir_fd;
  struct stat dir;
  unsigned flags;
  bool exists, is_read, changed, gone, renamed; /* gone: the change is to remove it */
  struct stat st;                               /* the old file */
  struct lev_buf old, new;
  char staged[40]; /* name beside the target */
  bool is_staged;  /* a file of that name is there */
  char backup[80]; /* name in the generation, "" while there is none */
};

struct lev_txn {
  char *state_dir, *command, *project;
  int keep;
  bool hold_signals;
  struct target targets[LEV_TXN_TARGETS_MAX];
  size_t count;
  struct txn_locks locks;
  bool locked;
  bool committed;         /* the files are replaced: the old ones are in the generation only */
  bool stuck;             /* neither done nor undone: the journal stays, and with it all that the next run needs */
  char id[48];            /* of this commit: "<UTC>-<random>"; names its journal and its generation */
  char *journal;          /* the folder of journals, NULL before commit */
  int journal_fd;         /* the same, opened */
  bool recorded, decided; /* there is an intent; it has become the journal */
  char *generation;       /* path of the backup folder, NULL while there is none */
  int generation_fd;
  struct lev_buf made_dirs; /* NUL-separated, outermost first */
  struct lev_buf warnings;
};

/* "<state>/<sub>", made if missing; *out is malloced. */
LEV_MUST_CHECK enum lev_status txn_state_dir(const char *state_dir, const char *sub, char **out,
                                             struct lev_error *error);
void txn_warn(struct lev_txn *txn, const char *format, ...) LEV_PRINTF(2, 3);

/* txn_target.c */
LEV_MUST_CHECK enum lev_status txn_target_resolve(struct lev_txn *txn, struct target *target, const char *path,
                                                  struct lev_error *error);
LEV_MUST_CHECK enum lev_status txn_target_check(struct lev_txn *txn, struct target *target, struct lev_error *error);
LEV_MUST_CHECK enum lev_status txn_target_read(struct lev_txn *txn, struct target *target, struct lev_error *error);
void txn_target_wipe(struct target *target);

/* txn_stage.c */
/* Chooses the name that the new text will have beside the target. */
void txn_stage_name(struct target *target);
/* Whether it is such a name, or that of an old file on its way back. */
bool txn_is_staged_name(const char *name);
mode_t txn_stage_mode(const struct target *target);
LEV_MUST_CHECK enum lev_status txn_stage(struct lev_txn *txn, struct target *target, struct lev_error *error);
/* After a rename: the target has its old file again, or none, and the staged name the new text. */
LEV_MUST_CHECK enum lev_status txn_unstage_rename(struct lev_txn *txn, struct target *target, struct lev_error *error);
/* Removes what is staged; false when it could not be. */
bool txn_stage_drop(struct target *target);
/* A new file of this name and text, whole or not at all where the file system has nameless files; its mode as given.
   `what` is for messages. */
LEV_MUST_CHECK enum lev_status txn_new_file(int dir_fd, const char *name, const char *what, mode_t mode,
                                            const struct lev_buf *text, struct lev_error *error);
/* The name that the old file has beside the target while it is put back. */
void txn_putback_name(const char *staged, char name[48]);
/* fsync; a file system that cannot sync folders counts as having done it. */
bool txn_sync(int fd);

/* txn_lock.c */
long long txn_now_ms(void);
/* Takes the locks of all these folders, in the one order, waiting until the deadline; none on failure. */
LEV_MUST_CHECK enum lev_status txn_locks_take(struct txn_locks *locks, const struct lev_txn *txn,
                                              const struct stat *dirs, size_t count, long long deadline,
                                              struct lev_error *error);
bool txn_locks_hold(const struct txn_locks *locks, const struct stat *dir);
void txn_locks_release(struct txn_locks *locks);

/* txn_backup.c */
LEV_MUST_CHECK enum lev_status txn_backup_make(struct lev_txn *txn, struct lev_error *error);
/* Gives a finished commit's generation its name; *path (malloced) is NULL when there was none. */
LEV_MUST_CHECK enum lev_status txn_backup_publish(const char *state_dir, const char *id, const char *command,
                                                  char **path, struct lev_error *error);
/* Removes the generation of a commit that was not finished; false when something of it is left. */
bool txn_backup_drop(const char *state_dir, const char *id);
/* The folder of a commit's generation, by its first or by its final name; -1 with errno. */
int txn_backup_open(const char *state_dir, const char *id, const char *command);

/* txn_generations.c */
/* Removes the project's generations beyond the newest `keep`, and names those that a finished commit could not name. */
void txn_generations_prune(struct lev_txn *txn);
/* A run that was killed can leave a second link to a file in its generation, or beside the file. Before the lock such
   links are not counted; under the lock those in generations are made copies. */
LEV_MUST_CHECK enum lev_status txn_generations_part(struct lev_txn *txn, struct target *target,
                                                    struct lev_error *error);
/* Removes a generation and its files; false when something is left. */
bool txn_generation_remove(int parent_fd, const char *name);

/* txn_journal.c */
/* Writes down what commit is going to do, before it is done: the intent. */
LEV_MUST_CHECK enum lev_status txn_journal_begin(struct lev_txn *txn, struct lev_error *error);
/* Syncs the intent, for names that would otherwise be lost in a power cut. */
LEV_MUST_CHECK enum lev_status txn_journal_sync(struct lev_txn *txn, struct lev_error *error);
/* Makes the intent the journal: the commit point. */
LEV_MUST_CHECK enum lev_status txn_journal_decide(struct lev_txn *txn, struct lev_error *error);
/* Makes the journal an intent again, all being put back; false when that fails. */
bool txn_journal_undecide(struct lev_txn *txn);
/* Removes the intent or the journal. */
bool txn_journal_remove(struct lev_txn *txn);
void txn_journal_close(struct lev_txn *txn);
/* Who we are: machine, boot, uid. */
void txn_journal_identity(struct lev_record *record);
#define TXN_INTENT ".staging" /* what the name of an intent ends with */

/* txn_recover.c */
/* Takes the locks of the targets' folders, having finished what earlier runs left unfinished. */
LEV_MUST_CHECK enum lev_status txn_recover_and_lock(struct lev_txn *txn, int wait_ms, struct lev_error *error);

#endif
