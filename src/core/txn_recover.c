/*
 * txn_recover: what earlier runs left, found and ended under the locks of the folders concerned.
 *
 * A record whose folders we hold locked belongs to no living run: its run would hold them. So all these locks are taken
 * together with our own, in the one order for everybody, and the records read again once they are held.
 */
#include "file.h"
#include "recover.h"
#include "txn_pending.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ORPHAN_AGE (24 * 60 * 60)

struct lev_recover {
  struct lev_txn *owner; /* for lev_recover_open; NULL inside lev_txn_lock */
  struct txn_pending **list;
  size_t count;
};

static void forget(struct lev_recover *recover)
{
  for (size_t i = 0; i < recover->count; i++)
    txn_pending_free(recover->list[i]);
  free(recover->list);
  recover->list = NULL;
  recover->count = 0;
}

static int is_record(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

/* Reads all records, oldest first. */
static enum lev_status scan(struct lev_recover *recover, const char *folder, struct lev_error *error)
{
  struct dirent **entries = NULL;
  enum lev_status status = LEV_OK;
  forget(recover);
  int fd = TEMP_FAILURE_RETRY(open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd < 0)
    return lev_fail_errno(error, errno, "%s cannot be opened", folder);
  int count = TEMP_FAILURE_RETRY(scandirat(fd, ".", &entries, is_record, alphasort));
  if (count < 0)
    status = lev_fail_errno(error, errno, "%s cannot be listed", folder);
  recover->list = calloc((size_t)(count < 0 ? 0 : count) + 1, sizeof *recover->list);
  if (recover->list == NULL && status == LEV_OK)
    status = lev_fail(error, LEV_FAILED, "not enough memory");
  for (int i = 0; i < count; i++) {
    struct txn_pending *pending = NULL;
    if (status == LEV_OK)
      status = txn_pending_read(&pending, fd, folder, entries[i]->d_name, error);
    if (pending != NULL)
      recover->list[recover->count++] = pending;
    free(entries[i]);
  }
  free(entries);
  close(fd);
  return status;
}

/* Folders of the records that a lock can be taken on, behind those already in the list. */
static size_t add_dirs(const struct lev_recover *recover, struct stat *dirs, size_t count)
{
  for (size_t i = 0; i < recover->count; i++)
    for (size_t j = 0; j < recover->list[i]->record.count; j++)
      if (recover->list[i]->places[j].dir_fd >= 0)
        dirs[count++] = recover->list[i]->places[j].dir;
  return count;
}

static bool all_locked(const struct lev_recover *recover, const struct txn_locks *locks)
{
  for (size_t i = 0; i < recover->count; i++)
    for (size_t j = 0; j < recover->list[i]->record.count; j++)
      if (recover->list[i]->places[j].dir_fd >= 0 && !txn_locks_hold(locks, &recover->list[i]->places[j].dir))
        return false;
  return true;
}

static enum lev_status lock_known(struct lev_recover *recover, struct lev_txn *txn, long long deadline,
                                  struct lev_error *error)
{
  struct stat *dirs = calloc((recover->count + 1) * LEV_TXN_TARGETS_MAX, sizeof *dirs);
  if (dirs == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  for (size_t i = 0; i < txn->count; i++)
    dirs[i] = txn->targets[i].dir;
  size_t count = add_dirs(recover, dirs, txn->count);
  enum lev_status status = txn_locks_take(&txn->locks, txn, dirs, count, deadline, error);
  free(dirs);
  return status;
}

/* Locks the transaction's folders and those of all records there are, and examines the records. */
static enum lev_status gather(struct lev_recover *recover, struct lev_txn *txn, int wait_ms, struct lev_error *error)
{
  long long deadline = txn_now_ms() + wait_ms;
  char *folder = NULL;
  enum lev_status status = txn_state_dir(txn->state_dir, "journal", &folder, error);
  while (status == LEV_OK) {
    status = lock_known(recover, txn, deadline, error);
    if (status == LEV_OK)
      status = scan(recover, folder, error);
    if (status != LEV_OK || all_locked(recover, &txn->locks))
      break;
    txn_locks_release(&txn->locks); /* a record has come that we do not cover yet */
  }
  for (size_t i = 0; i < recover->count && status == LEV_OK; i++)
    status = txn_pending_examine(recover->list[i], error);
  if (status != LEV_OK)
    txn_locks_release(&txn->locks);
  free(folder);
  return status;
}

static bool is_older_than_a_day(const struct stat *st)
{
  return st->st_mtim.tv_sec < time(NULL) - ORPHAN_AGE;
}

/* An intent that cannot be read says nothing of files: it was cut short before anything was made. */
static enum lev_status clear_intent(struct txn_pending *pending, const char *state_dir, struct lev_error *error)
{
  struct stat st;
  if (pending->is_ours)
    return txn_pending_clear(pending, state_dir, error);
  if (lstat(pending->path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && is_older_than_a_day(&st))
    return txn_pending_drop(pending, state_dir, error);
  return LEV_OK;
}

static enum lev_status clear_intents(struct lev_recover *recover, const char *state_dir, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  for (size_t i = 0; i < recover->count && status == LEV_OK; i++)
    if (recover->list[i]->intent)
      status = clear_intent(recover->list[i], state_dir, error);
  return status;
}

/* Removes staged files that no record speaks of: a power cut can lose the intent that named them. A day is left to
   runs that do not share our locks (another state folder, another machine). */
static void sweep_orphans(const struct target *target)
{
  int fd = TEMP_FAILURE_RETRY(openat(target->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (dir == NULL) {
    if (fd >= 0)
      close(fd);
    return;
  }
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    struct stat st;
    if (txn_is_staged_name(entry->d_name) && fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(st.st_mode) && st.st_uid == geteuid() && is_older_than_a_day(&st))
      (void)!unlinkat(fd, entry->d_name, 0);
  }
  closedir(dir);
}

/* Completes the journals. One that cannot be completed ends it: nothing is written while there is one. */
static enum lev_status finish_all(struct lev_recover *recover, struct lev_txn *txn, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  for (size_t i = 0; i < recover->count && status == LEV_OK; i++) {
    struct txn_pending *pending = recover->list[i];
    if (pending->intent)
      continue;
    status = txn_pending_finish(pending, txn->state_dir, error);
    if (status == LEV_OK)
      txn_warn(txn, "a change that an earlier run (%s) left half done was completed first", pending->record.command);
  }
  return status;
}

enum lev_status txn_recover_and_lock(struct lev_txn *txn, int wait_ms, struct lev_error *error)
{
  struct lev_recover recover = { 0 };
  enum lev_status status = gather(&recover, txn, wait_ms, error);
  if (status == LEV_OK)
    status = clear_intents(&recover, txn->state_dir, error);
  if (status == LEV_OK)
    status = finish_all(&recover, txn, error);
  for (size_t i = 0; i < txn->count && status == LEV_OK; i++)
    sweep_orphans(&txn->targets[i]);
  forget(&recover);
  if (status != LEV_OK)
    txn_locks_release(&txn->locks);
  return status;
}

enum lev_status lev_recover_open(struct lev_recover **out, const char *state_dir, int wait_ms, bool only_look,
                                 struct lev_error *error)
{
  const struct lev_txn_options options = { .state_dir = state_dir, .command = "credentials-recover", .project = "/" };
  struct lev_recover *recover = calloc(1, sizeof *recover);
  if (recover == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  enum lev_status status = lev_txn_open(&recover->owner, &options, error);
  if (status == LEV_OK)
    status = gather(recover, recover->owner, wait_ms, error);
  if (status == LEV_OK && !only_look)
    status = clear_intents(recover, state_dir, error);
  if (status != LEV_OK) {
    lev_recover_close(recover);
    return status;
  }
  size_t kept = 0;
  for (size_t i = 0; i < recover->count; i++) /* what is left are the journals */
    if (recover->list[i]->intent)
      txn_pending_free(recover->list[i]);
    else
      recover->list[kept++] = recover->list[i];
  recover->count = kept;
  *out = recover;
  return LEV_OK;
}

void lev_recover_close(struct lev_recover *recover)
{
  if (recover == NULL)
    return;
  forget(recover);
  lev_txn_close(recover->owner);
  free(recover);
}

size_t lev_recover_count(const struct lev_recover *recover)
{
  return recover->count;
}

struct lev_recover_journal lev_recover_journal(const struct lev_recover *recover, size_t index)
{
  const struct txn_pending *pending = recover->list[index];
  return (struct lev_recover_journal){
    .path = pending->path,
    .problem = pending->problem[0] == '\0' ? NULL : pending->problem,
    .is_ours = pending->is_ours,
    .command = pending->record.command,
    .project = pending->is_ours ? pending->record.project : "",
    .file_count = pending->record.count,
  };
}

const char *lev_recover_file(const struct lev_recover *recover, size_t index, size_t file,
                             enum lev_recover_state *state)
{
  *state = recover->list[index]->places[file].state;
  return recover->list[index]->record.files[file].path;
}

/* Each journal is ended once. */
static enum lev_status check_open(const struct lev_recover *recover, size_t index, struct lev_error *error)
{
  return recover->list[index]->ended ? lev_fail(error, LEV_CONFLICT, "this journal is ended already") : LEV_OK;
}

enum lev_status lev_recover_finish(struct lev_recover *recover, size_t index, struct lev_error *error)
{
  enum lev_status status = check_open(recover, index, error);
  return status == LEV_OK ? txn_pending_finish(recover->list[index], recover->owner->state_dir, error) : status;
}

enum lev_status lev_recover_put_back(struct lev_recover *recover, size_t index, int keep, struct lev_error *error)
{
  enum lev_status status = check_open(recover, index, error);
  return status == LEV_OK ? txn_pending_put_back(recover->list[index], recover->owner->state_dir, keep, error) : status;
}

enum lev_status lev_recover_drop(struct lev_recover *recover, size_t index, struct lev_error *error)
{
  enum lev_status status = check_open(recover, index, error);
  return status == LEV_OK ? txn_pending_drop(recover->list[index], recover->owner->state_dir, error) : status;
}
