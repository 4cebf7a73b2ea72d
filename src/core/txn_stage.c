/*
 * txn_stage: new texts beside their targets, whole and synced before they have a name, and back again when a later
 * rename fails. Where the file system has no nameless files the names are in the synced intent before they are made.
 */
#include "file.h"
#include "txn_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a new file is to be. */
struct wanted {
  int dir_fd;
  const char *name;
  const char *what; /* for messages */
  const struct lev_buf *text;
  mode_t mode;
  const struct stat *owner; /* NULL: ours */
};

bool txn_sync(int fd)
{
  return TEMP_FAILURE_RETRY(fsync(fd)) == 0 || errno == EINVAL;
}

/* A nameless file, or, where there are none, one with its name from the start. */
static int open_new(struct lev_txn *txn, const struct wanted *wanted, bool *named, struct lev_error *error)
{
  int fd = TEMP_FAILURE_RETRY(openat(wanted->dir_fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  *named = fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL);
  if (*named) {
    if (txn != NULL && txn_journal_sync(txn, error) != LEV_OK)
      return -1;
    fd = TEMP_FAILURE_RETRY(
        openat(wanted->dir_fd, wanted->name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0600));
  }
  if (fd < 0)
    (void)!lev_fail_errno(error, errno, "%s cannot be written", wanted->what);
  return fd;
}

static enum lev_status fill(int fd, const struct wanted *wanted, struct lev_error *error)
{
  struct stat st;
  enum lev_status status = lev_file_write_fd(fd, wanted->text->data, wanted->text->len, wanted->what, error);
  if (status != LEV_OK)
    return status;
  if (TEMP_FAILURE_RETRY(fstat(fd, &st)) != 0)
    return lev_fail_errno(error, errno, "%s cannot be examined", wanted->what);
  const struct stat *owner = wanted->owner;
  if (owner != NULL && (st.st_uid != owner->st_uid || st.st_gid != owner->st_gid) &&
      TEMP_FAILURE_RETRY(fchown(fd, owner->st_uid, owner->st_gid)) != 0)
    return lev_fail_errno(error, errno, "the owner of %s cannot be kept", wanted->what);
  if (TEMP_FAILURE_RETRY(fchmod(fd, wanted->mode)) != 0)
    return lev_fail_errno(error, errno, "the mode of %s cannot be kept", wanted->what);
  if (!txn_sync(fd))
    return lev_fail_errno(error, errno, "the new text of %s cannot be synced", wanted->what);
  return LEV_OK;
}

static enum lev_status make(struct lev_txn *txn, const struct wanted *wanted, struct lev_error *error)
{
  char link[40];
  bool named;
  int fd = open_new(txn, wanted, &named, error);
  if (fd < 0)
    return error->status;
  enum lev_status status = fill(fd, wanted, error);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (status == LEV_OK && !named &&
      TEMP_FAILURE_RETRY(linkat(AT_FDCWD, link, wanted->dir_fd, wanted->name, AT_SYMLINK_FOLLOW)) != 0)
    status = lev_fail_errno(error, errno, "a new file for %s cannot be named", wanted->what);
  if (close(fd) != 0 && errno != EINTR && status == LEV_OK) {
    status = lev_fail_errno(error, errno, "%s cannot be written", wanted->what);
    named = true;
  }
  if (status != LEV_OK && named)
    (void)!TEMP_FAILURE_RETRY(unlinkat(wanted->dir_fd, wanted->name, 0));
  return status;
}

enum lev_status txn_new_file(int dir_fd, const char *name, const char *what, mode_t mode, const struct lev_buf *text,
                             struct lev_error *error)
{
  const struct wanted wanted = { dir_fd, name, what, text, mode, NULL };
  return make(NULL, &wanted, error);
}

void txn_stage_name(struct target *target)
{
  char random[17];
  lev_file_random_hex(random, 8);
  snprintf(target->staged, sizeof target->staged, LEV_STAGED_PREFIX "%s", random);
}

bool txn_is_staged_name(const char *name)
{
  size_t prefix = strlen(LEV_STAGED_PREFIX);
  if (strncmp(name, LEV_STAGED_PREFIX, prefix) != 0 || strspn(name + prefix, "0123456789abcdef") != 16)
    return false;
  const char *rest = name + prefix + 16;
  return *rest == '\0' || strcmp(rest, "~") == 0;
}

void txn_putback_name(const char *staged, char name[48])
{
  snprintf(name, 48, "%s~", staged);
}

mode_t txn_stage_mode(const struct target *target)
{
  if (target->exists)
    return target->st.st_mode & (target->flags & LEV_TXN_PRIVATE ? 0700 : 07777);
  if (!(target->flags & LEV_TXN_SHARED))
    return 0600;
  mode_t mask = umask(077);
  umask(mask);
  return 0666 & ~mask;
}

static enum lev_status stage_as(struct lev_txn *txn, struct target *target, const char *name, mode_t mode,
                                const struct lev_buf *text, struct lev_error *error)
{
  const struct stat *owner = target->exists ? &target->st : NULL;
  const struct wanted wanted = { target->dir_fd, name, target->path, text, mode, owner };
  return make(txn, &wanted, error);
}

enum lev_status txn_stage(struct lev_txn *txn, struct target *target, struct lev_error *error)
{
  if (target->gone)
    return LEV_OK;
  enum lev_status status = stage_as(txn, target, target->staged, txn_stage_mode(target), &target->new, error);
  target->is_staged = status == LEV_OK;
  return status;
}

/* The old file gets its name back: the kept one itself, or a copy. */
static enum lev_status old_back(struct lev_txn *txn, struct target *target, struct lev_error *error)
{
  char name[48];
  enum lev_status status = LEV_OK;
  txn_putback_name(target->staged, name);
  if (TEMP_FAILURE_RETRY(linkat(txn->generation_fd, target->backup, target->dir_fd, name, 0)) != 0)
    status = stage_as(txn, target, name, target->st.st_mode & 07777, &target->old, error);
  if (status == LEV_OK && TEMP_FAILURE_RETRY(renameat(target->dir_fd, name, target->dir_fd, target->name)) != 0) {
    status = lev_fail_errno(error, errno, "%s cannot be put back", target->path);
    (void)!unlinkat(target->dir_fd, name, 0);
  }
  return status;
}

/* The order keeps the journal's record true at every moment: the new text has its staged name before the old one
   returns, so that a run that is killed here is completed by the next. */
enum lev_status txn_unstage_rename(struct lev_txn *txn, struct target *target, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  if (!target->exists) {
    if (TEMP_FAILURE_RETRY(renameat(target->dir_fd, target->name, target->dir_fd, target->staged)) != 0)
      return lev_fail_errno(error, errno, "%s cannot be removed again", target->path);
    target->is_staged = true;
  } else {
    if (!target->gone) {
      if (TEMP_FAILURE_RETRY(linkat(target->dir_fd, target->name, target->dir_fd, target->staged, 0)) != 0)
        status = stage_as(txn, target, target->staged, txn_stage_mode(target), &target->new, error);
      target->is_staged = status == LEV_OK;
    }
    if (status == LEV_OK)
      status = old_back(txn, target, error);
  }
  if (status == LEV_OK)
    target->renamed = false;
  return status;
}

bool txn_stage_drop(struct target *target)
{
  if (target->is_staged && TEMP_FAILURE_RETRY(unlinkat(target->dir_fd, target->staged, 0)) != 0 && errno != ENOENT)
    return false;
  target->is_staged = false;
  return true;
}
