/* txn: the life of a transaction; see txn.h. Targets, locks and backups have rooms of their own. */
#include "file.h"
#include "secret.h"
#include "signals.h"
#include "txn_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum lev_status txn_state_dir(const char *state_dir, const char *sub, char **out, struct lev_error *error)
{
  char *path;
  if (asprintf(&path, "%s/%s", state_dir, sub) < 0)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  enum lev_status status = lev_file_make_dirs(path, NULL, error);
  if (status == LEV_OK)
    *out = path;
  else
    free(path);
  return status;
}

void txn_warn(struct lev_txn *txn, const char *format, ...)
{
  char line[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  lev_buf_append(&txn->warnings, line, strlen(line) + 1);
}

enum lev_status lev_txn_open(struct lev_txn **out, const struct lev_txn_options *options, struct lev_error *error)
{
  if (strpbrk(options->command, "/\n") != NULL || options->command[0] == '\0' || strlen(options->command) > 100)
    return lev_fail(error, LEV_REFUSED, "'%s' is no command's name for a backup", options->command);
  if (options->project[0] != '/' || strchr(options->project, '\n') != NULL || strlen(options->project) >= PATH_MAX)
    return lev_fail(error, LEV_REFUSED, "%s is not a usable absolute path", options->project);
  struct lev_txn *txn = calloc(1, sizeof *txn);
  if (txn == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  txn->generation_fd = txn->journal_fd = -1;
  txn->keep = options->keep < 1 ? 1 : options->keep;
  txn->hold_signals = options->hold_signals;
  txn->state_dir = strdup(options->state_dir);
  txn->command = strdup(options->command);
  txn->project = strdup(options->project);
  if (txn->state_dir == NULL || txn->command == NULL || txn->project == NULL) {
    lev_txn_close(txn);
    return lev_fail(error, LEV_FAILED, "not enough memory");
  }
  *out = txn;
  return LEV_OK;
}

/* Folders made for files that were not written go again, the innermost first; one that is not empty stays. */
static void remove_made_dirs(struct lev_txn *txn)
{
  while (txn->made_dirs.len > 0) {
    size_t start = txn->made_dirs.len - 1;
    while (start > 0 && txn->made_dirs.data[start - 1] != '\0')
      start--;
    (void)!rmdir(txn->made_dirs.data + start);
    txn->made_dirs.len = start;
  }
}

/* Undoes what commit prepared. The generation goes first and the intent last: what is cut short here looks to the next
   run as what it is, a commit that never was. */
static void undo(struct lev_txn *txn)
{
  bool clean = !txn->recorded || txn_backup_drop(txn->state_dir, txn->id);
  for (size_t i = 0; i < txn->count && clean; i++)
    clean = txn_stage_drop(&txn->targets[i]);
  if (clean)
    (void)txn_journal_remove(txn);
  remove_made_dirs(txn);
}

void lev_txn_close(struct lev_txn *txn)
{
  if (txn == NULL)
    return;
  if (!txn->committed && !txn->stuck)
    undo(txn);
  txn_journal_close(txn);
  for (size_t i = 0; i < txn->count; i++)
    txn_target_wipe(&txn->targets[i]);
  txn_locks_release(&txn->locks);
  if (txn->generation_fd >= 0)
    close(txn->generation_fd);
  lev_buf_wipe(&txn->made_dirs);
  lev_buf_wipe(&txn->warnings);
  free(txn->generation);
  free(txn->state_dir);
  free(txn->command);
  free(txn->project);
  free(txn);
}

enum lev_status lev_txn_add(struct lev_txn *txn, const char *path, unsigned flags, struct lev_error *error)
{
  if (txn->count == LEV_TXN_TARGETS_MAX)
    return lev_fail(error, LEV_REFUSED, "more than %d files in one transaction", LEV_TXN_TARGETS_MAX);
  struct target *target = &txn->targets[txn->count++];
  target->dir_fd = -1;
  target->flags = flags;
  target->old.secret = target->new.secret = (flags & LEV_TXN_PRIVATE) != 0;
  enum lev_status status = txn_target_resolve(txn, target, path, error);
  for (size_t i = 0; status == LEV_OK && i + 1 < txn->count; i++)
    if (strcmp(txn->targets[i].path, target->path) == 0)
      status = lev_fail(error, LEV_REFUSED, "%s is named twice in one change", target->path);
  if (status == LEV_OK)
    status = txn_target_check(txn, target, error);
  if (status != LEV_OK) {
    txn_target_wipe(target);
    memset(target, 0, sizeof *target);
    txn->count--;
  }
  return status;
}

enum lev_status lev_txn_read(struct lev_txn *txn, size_t index, const struct lev_buf **bytes, bool *exists,
                             struct lev_error *error)
{
  struct target *target = &txn->targets[index];
  if (!txn->locked)
    return lev_fail(error, LEV_FAILED, "%s is read before the lock is held", target->path);
  if (!target->is_read) {
    lev_buf_clear(&target->old);
    enum lev_status status = txn_target_read(txn, target, error);
    if (status != LEV_OK)
      return status;
    target->is_read = true;
  }
  *bytes = &target->old;
  *exists = target->exists;
  return LEV_OK;
}

static enum lev_status check_read(const struct target *target, struct lev_error *error)
{
  return target->is_read ? LEV_OK : lev_fail(error, LEV_FAILED, "%s is written before it was read", target->path);
}

enum lev_status lev_txn_put(struct lev_txn *txn, size_t index, const void *bytes, size_t len, struct lev_error *error)
{
  struct target *target = &txn->targets[index];
  enum lev_status status = check_read(target, error);
  if (status != LEV_OK)
    return status;
  lev_buf_wipe(&target->new);
  lev_buf_append(&target->new, bytes, len);
  bool same = target->exists && len == target->old.len && (len == 0 || memcmp(bytes, target->old.data, len) == 0);
  target->changed = !same;
  target->gone = false;
  return lev_buf_check(&target->new, error);
}

enum lev_status lev_txn_remove(struct lev_txn *txn, size_t index, struct lev_error *error)
{
  struct target *target = &txn->targets[index];
  enum lev_status status = check_read(target, error);
  if (status == LEV_OK)
    target->changed = target->gone = target->exists;
  return status;
}

/* Programs that know nothing of our locks may have written since we read. */
static enum lev_status check_untouched(const struct target *target, struct lev_error *error)
{
  struct stat now;
  bool exists = TEMP_FAILURE_RETRY(fstatat(target->dir_fd, target->name, &now, AT_SYMLINK_NOFOLLOW)) == 0;
  if (!exists && errno != ENOENT)
    return lev_fail_errno(error, errno, "%s cannot be examined", target->path);
  const struct stat *then = &target->st;
  bool same = exists == target->exists;
  if (same && exists)
    same = now.st_dev == then->st_dev && now.st_ino == then->st_ino && now.st_size == then->st_size &&
           now.st_mtim.tv_sec == then->st_mtim.tv_sec && now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
  return same ? LEV_OK
              : lev_fail(error, LEV_CONFLICT, "%s was changed by another program just now; run again", target->path);
}

static enum lev_status rename_target(struct target *target, struct lev_error *error)
{
  int failed = target->gone
                   ? TEMP_FAILURE_RETRY(unlinkat(target->dir_fd, target->name, 0))
                   : TEMP_FAILURE_RETRY(renameat(target->dir_fd, target->staged, target->dir_fd, target->name));
  if (failed) {
    int why = errno;
    enum lev_status status =
        lev_fail_errno(error, why, "%s cannot be %s", target->path, target->gone ? "removed" : "replaced");
    if (why == EBUSY)
      status = lev_fail(error, LEV_REFUSED, "%s is mounted on its own and cannot be replaced", target->path);
    return status;
  }
  target->renamed = true;
  target->is_staged = false;
  return LEV_OK;
}

/* After a failed rename: what was renamed gets its old file back. What cannot be put back is left to the next run,
   which then completes the change instead. *error already tells of the rename. */
static void put_back(struct lev_txn *txn, struct lev_error *error)
{
  struct lev_error failure = { .message = "the journal cannot be taken back" };
  bool good = true;
  for (size_t i = txn->count; i > 0 && good; i--)
    if (txn->targets[i - 1].renamed)
      good = txn_unstage_rename(txn, &txn->targets[i - 1], &failure) == LEV_OK;
  if (good && (!txn->decided || txn_journal_undecide(txn)))
    return;
  txn->stuck = true;
  size_t used = strlen(error->message);
  snprintf(error->message + used, sizeof error->message - used,
           "; and %s. The change is half done: the next run of leverage that writes completes it", failure.message);
}

/* Whether an earlier target lies in the same folder, and was synced with it. */
static bool is_synced_already(const struct lev_txn *txn, size_t index)
{
  const struct target *target = &txn->targets[index];
  for (size_t i = 0; i < index; i++)
    if (txn->targets[i].changed && txn->targets[i].dir.st_dev == target->dir.st_dev &&
        txn->targets[i].dir.st_ino == target->dir.st_ino)
      return true;
  return false;
}

/* The folder of the first changed file that cannot be synced, NULL when all are; errno says why. */
static const char *sync_dirs(const struct lev_txn *txn)
{
  for (size_t i = 0; i < txn->count; i++)
    if (txn->targets[i].changed && !is_synced_already(txn, i) && !txn_sync(txn->targets[i].dir_fd))
      return txn->targets[i].path;
  return NULL;
}

/* One rename is whole by itself; everything else needs the journal. */
static bool needs_journal(const struct lev_txn *txn)
{
  size_t changed = 0;
  for (size_t i = 0; i < txn->count; i++)
    changed += txn->targets[i].changed ? 1 + txn->targets[i].gone : 0;
  return changed > 1;
}

static enum lev_status decide(struct lev_txn *txn, struct lev_error *error)
{
  if (!needs_journal(txn))
    return LEV_OK;
  const char *path = sync_dirs(txn); /* the journal must not outlive the names it speaks of */
  if (path != NULL)
    return lev_fail_errno(error, errno, "the folder of %s cannot be synced", path);
  return txn_journal_decide(txn, error);
}

/* Nothing from here on takes the change back: what goes wrong is told. */
static void finish(struct lev_txn *txn)
{
  struct lev_error error;
  char *published = NULL;
  txn->committed = true;
  const char *path = sync_dirs(txn);
  if (path != NULL)
    txn_warn(txn, "the folder of %s cannot be synced: %s", path, strerror(errno));
  if (txn_backup_publish(txn->state_dir, txn->id, txn->command, &published, &error) != LEV_OK)
    txn_warn(txn, "%s", error.message);
  if (published != NULL) {
    free(txn->generation);
    txn->generation = published;
  }
  if (!txn_journal_remove(txn))
    txn_warn(txn, "the journal of this change cannot be removed: %s; the next run does it", strerror(errno));
  txn_generations_prune(txn);
}

static enum lev_status rename_all(struct lev_txn *txn, struct lev_error *error)
{
  lev_signals_hold();
  enum lev_status status = lev_signal_check(error); /* one that came before the hold still counts */
  if (status == LEV_OK)
    status = decide(txn, error);
  for (size_t i = 0; i < txn->count && status == LEV_OK; i++)
    if (txn->targets[i].changed && (status = rename_target(&txn->targets[i], error)) != LEV_OK)
      put_back(txn, error);
  if (status == LEV_OK)
    finish(txn);
  if (status != LEV_OK || !txn->hold_signals)
    lev_signals_release();
  return status;
}

enum lev_status lev_txn_commit(struct lev_txn *txn, struct lev_error *error)
{
  bool any = false;
  for (size_t i = 0; i < txn->count; i++)
    any = any || txn->targets[i].changed;
  if (!any)
    return LEV_OK;
  enum lev_status status = txn_journal_begin(txn, error);
  for (size_t i = 0; i < txn->count && status == LEV_OK; i++) {
    if (!txn->targets[i].changed)
      continue;
    status = lev_signal_check(error);
    if (status == LEV_OK)
      status = check_untouched(&txn->targets[i], error);
    if (status == LEV_OK)
      status = txn_stage(txn, &txn->targets[i], error);
  }
  if (status == LEV_OK)
    status = txn_backup_make(txn, error);
  return status == LEV_OK ? rename_all(txn, error) : status;
}

enum lev_status lev_txn_lock(struct lev_txn *txn, int wait_ms, struct lev_error *error)
{
  enum lev_status status = txn_recover_and_lock(txn, wait_ms, error);
  txn->locked = status == LEV_OK;
  return status;
}

bool lev_txn_changed(const struct lev_txn *txn, size_t index)
{
  return txn->targets[index].changed;
}

const char *lev_txn_generation(const struct lev_txn *txn)
{
  return txn->committed ? txn->generation : NULL;
}

const struct lev_buf *lev_txn_warnings(const struct lev_txn *txn)
{
  return &txn->warnings;
}
