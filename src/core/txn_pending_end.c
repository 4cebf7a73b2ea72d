/*
 * txn_pending_end: how a record that an earlier run left is ended. In each of these the record goes last, so that
 * whatever is cut short is found again.
 */
#include "file.h"
#include "txn_pending.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)64 << 20)

static enum lev_status remove_record(struct txn_pending *pending, struct lev_error *error)
{
  if (TEMP_FAILURE_RETRY(unlink(pending->path)) != 0 && errno != ENOENT)
    return lev_fail_errno(error, errno, "%s cannot be removed", pending->path);
  pending->ended = true;
  char *slash = strrchr(pending->path, '/');
  *slash = '\0';
  int fd = TEMP_FAILURE_RETRY(open(pending->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  *slash = '/';
  bool synced = fd >= 0 && txn_sync(fd);
  int why = errno;
  if (fd >= 0)
    close(fd);
  return synced ? LEV_OK : lev_fail_errno(error, why, "the journal's folder cannot be synced");
}

static enum lev_status remove_name(int dir_fd, const char *name, const char *path, struct lev_error *error)
{
  if (TEMP_FAILURE_RETRY(unlinkat(dir_fd, name, 0)) != 0 && errno != ENOENT)
    return lev_fail_errno(error, errno, "%s beside %s cannot be removed", name, path);
  return LEV_OK;
}

/* Removes what the run staged, and what it was putting back. */
static enum lev_status remove_staged(struct txn_pending *pending, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  for (size_t i = 0; i < pending->record.count && status == LEV_OK; i++) {
    const struct lev_record_file *file = &pending->record.files[i];
    char name[48];
    if (pending->places[i].dir_fd < 0)
      continue;
    txn_putback_name(file->staged, name);
    status = remove_name(pending->places[i].dir_fd, file->staged, file->path, error);
    if (status == LEV_OK)
      status = remove_name(pending->places[i].dir_fd, name, file->path, error);
  }
  return status;
}

static enum lev_status drop_generation(struct txn_pending *pending, const char *state_dir, struct lev_error *error)
{
  if (txn_backup_drop(state_dir, pending->id))
    return LEV_OK;
  return lev_fail_errno(error, errno, "the backup of an unfinished change (%s) cannot be removed", pending->id);
}

static enum lev_status publish_generation(struct txn_pending *pending, const char *state_dir, struct lev_error *error)
{
  char *path = NULL;
  const char *command = pending->is_ours ? pending->record.command : "unfinished";
  enum lev_status status = txn_backup_publish(state_dir, pending->id, command, &path, error);
  free(path);
  return status;
}

static enum lev_status finish_file(const struct lev_record_file *file, const struct txn_place *place,
                                   struct lev_error *error)
{
  bool goes = strcmp(file->new_hash, LEV_ABSENT) == 0;
  if (place->state == LEV_RECOVER_OLD) {
    if (!goes && TEMP_FAILURE_RETRY(fchmodat(place->dir_fd, file->staged, file->mode, 0)) != 0)
      return lev_fail_errno(error, errno, "the mode of %s cannot be kept", file->path);
    int failed = goes ? TEMP_FAILURE_RETRY(unlinkat(place->dir_fd, place->name, 0))
                      : TEMP_FAILURE_RETRY(renameat(place->dir_fd, file->staged, place->dir_fd, place->name));
    if (failed)
      return lev_fail_errno(error, errno, "%s cannot be %s, as an earlier run was about to do", file->path,
                            goes ? "removed" : "replaced");
  }
  if (!txn_sync(place->dir_fd))
    return lev_fail_errno(error, errno, "the folder of %s cannot be synced", file->path);
  return LEV_OK;
}

enum lev_status txn_pending_finish(struct txn_pending *pending, const char *state_dir, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  if (pending->problem[0] != '\0')
    return lev_fail(error, LEV_REFUSED, "a change that an earlier run left half done cannot be completed (%s): %s",
                    pending->path, pending->problem);
  for (size_t i = 0; i < pending->record.count && status == LEV_OK; i++)
    status = finish_file(&pending->record.files[i], &pending->places[i], error);
  if (status == LEV_OK)
    status = publish_generation(pending, state_dir, error);
  if (status == LEV_OK)
    status = remove_staged(pending, error);
  return status == LEV_OK ? remove_record(pending, error) : status;
}

enum lev_status txn_pending_drop(struct txn_pending *pending, const char *state_dir, struct lev_error *error)
{
  bool begun = !pending->is_ours;
  for (size_t i = 0; i < pending->record.count; i++)
    begun = begun || pending->places[i].state != LEV_RECOVER_OLD;
  enum lev_status status =
      begun ? publish_generation(pending, state_dir, error) : drop_generation(pending, state_dir, error);
  if (status == LEV_OK)
    status = remove_staged(pending, error);
  return status == LEV_OK ? remove_record(pending, error) : status;
}

static bool is_there(int dir_fd, const char *name)
{
  struct stat st;
  return TEMP_FAILURE_RETRY(fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW)) == 0;
}

/* Whether a single file's rename, its commit point, had come: its generation is made after the staged name, and goes
   before it. */
static bool was_replaced(const struct txn_pending *pending, const char *state_dir)
{
  if (pending->record.count != 1 || pending->places[0].dir_fd < 0 ||
      is_there(pending->places[0].dir_fd, pending->record.files[0].staged))
    return false;
  int fd = txn_backup_open(state_dir, pending->id, pending->record.command);
  if (fd >= 0)
    close(fd);
  return fd >= 0;
}

enum lev_status txn_pending_clear(struct txn_pending *pending, const char *state_dir, struct lev_error *error)
{
  enum lev_status status = was_replaced(pending, state_dir) ? publish_generation(pending, state_dir, error)
                                                            : drop_generation(pending, state_dir, error);
  if (status == LEV_OK)
    status = remove_staged(pending, error);
  return status == LEV_OK ? remove_record(pending, error) : status;
}

/* The old text out of the generation, proved by its hash. */
static enum lev_status read_old(int generation_fd, const struct lev_record_file *file, struct lev_buf *text,
                                struct lev_error *error)
{
  char hash[65];
  int fd = TEMP_FAILURE_RETRY(openat(generation_fd, file->backup, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd < 0)
    return lev_fail(error, LEV_NOT_FOUND, "the old text of %s is not there any more", file->path);
  enum lev_status status = lev_file_read_fd(text, fd, file->backup, TEXT_MAX, error);
  close(fd);
  if (status != LEV_OK)
    return status;
  lev_file_sha256(text->data, text->len, hash);
  if (strcmp(hash, file->old_hash) != 0)
    return lev_fail(error, LEV_NOT_FOUND, "the old text of %s was altered in the backup", file->path);
  return LEV_OK;
}

/* A kept file that is still the file itself: the change never came to it, so whatever is in it was written since. */
static bool was_never_replaced(int generation_fd, const struct lev_record_file *file)
{
  struct stat kept, now;
  return fstatat(generation_fd, file->backup, &kept, AT_SYMLINK_NOFOLLOW) == 0 && lstat(file->path, &now) == 0 &&
         kept.st_dev == now.st_dev && kept.st_ino == now.st_ino;
}

static enum lev_status plan_old(struct lev_txn *txn, size_t index, int generation_fd,
                                const struct lev_record_file *file, struct lev_error *error)
{
  struct lev_buf old = { .secret = true };
  const struct lev_buf *now;
  bool exists, stays = was_never_replaced(generation_fd, file);
  enum lev_status status = lev_txn_add(txn, file->path, file->flags, error);
  if (status == LEV_OK)
    status = lev_txn_read(txn, index, &now, &exists, error);
  if (status != LEV_OK || stays)
    return status;
  if (strcmp(file->old_hash, LEV_ABSENT) == 0)
    return lev_txn_remove(txn, index, error);
  status = read_old(generation_fd, file, &old, error);
  if (status == LEV_OK)
    status = lev_txn_put(txn, index, old.data == NULL ? "" : old.data, old.len, error);
  lev_buf_wipe(&old);
  return status;
}

/* A transaction on the old texts. The caller's locks cover it. */
static enum lev_status commit_old(struct txn_pending *pending, const struct lev_txn_options *options, int generation_fd,
                                  struct lev_error *error)
{
  struct lev_txn *txn;
  enum lev_status status = lev_txn_open(&txn, options, error);
  if (status != LEV_OK)
    return status;
  txn->locked = true;
  for (size_t i = 0; i < pending->record.count && status == LEV_OK; i++)
    status = plan_old(txn, i, generation_fd, &pending->record.files[i], error);
  if (status == LEV_OK) /* without its staged texts the old record can no longer be completed by anybody */
    status = remove_staged(pending, error);
  if (status == LEV_OK)
    status = lev_txn_commit(txn, error);
  lev_txn_close(txn);
  return status;
}

enum lev_status txn_pending_put_back(struct txn_pending *pending, const char *state_dir, int keep,
                                     struct lev_error *error)
{
  if (!pending->is_ours)
    return lev_fail(error, LEV_REFUSED, "%s is not followed: %s", pending->path, pending->problem);
  const struct lev_txn_options options = {
    .state_dir = state_dir,
    .command = "credentials-recover",
    .project = pending->record.project,
    .keep = keep,
  };
  int fd = txn_backup_open(state_dir, pending->id, pending->record.command);
  if (fd < 0)
    return lev_fail(error, LEV_NOT_FOUND, "the old texts of this change are not there any more");
  enum lev_status status = commit_old(pending, &options, fd, error);
  close(fd);
  if (status == LEV_OK)
    status = drop_generation(pending, state_dir, error);
  return status == LEV_OK ? remove_record(pending, error) : status;
}
