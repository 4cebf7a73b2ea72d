/*
 * txn_backup: what a commit keeps of the files that it replaces: hard links to the old inodes, copies where linking
 * fails, and a manifest:
 *
 *     leverage backup 1
 *     command credentials-configure
 *     project /home/ana/acme
 *     file 0600 <sha256 of the old text> 0-credentials /home/ana/.aws/ac/credentials
 *     new /home/ana/.aws/ac/config
 *
 * `file` lines have the mode a restored file gets, the kept file's name and the place it came from; `new` lines name a
 * place where there was no file.
 *
 * While the commit is under way the folder is <state>/backups/.<id>, and counts as no backup. A commit that is done
 * gives it its name, <UTC>-<command>; one that is not removes it.
 */
#include "file.h"
#include "txn_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANIFEST "manifest"

/* <state>/backups, opened; made if missing. */
static int open_backups(const char *state_dir, char **path, struct lev_error *error)
{
  if (txn_state_dir(state_dir, "backups", path, error) != LEV_OK)
    return -1;
  int fd = TEMP_FAILURE_RETRY(open(*path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd < 0)
    (void)!lev_fail_errno(error, errno, "%s cannot be opened", *path);
  return fd;
}

static enum lev_status make_generation(struct lev_txn *txn, struct lev_error *error)
{
  char *backups = NULL, *path;
  enum lev_status status = txn_state_dir(txn->state_dir, "backups", &backups, error);
  if (status != LEV_OK)
    return status;
  if (asprintf(&path, "%s/.%s", backups, txn->id) < 0)
    status = lev_fail(error, LEV_FAILED, "not enough memory");
  else if (TEMP_FAILURE_RETRY(mkdir(path, 0700)) == 0)
    txn->generation = path;
  else {
    status = lev_fail_errno(error, errno, "the backup folder %s cannot be made", path);
    free(path);
  }
  free(backups);
  if (status != LEV_OK)
    return status;
  txn->generation_fd = TEMP_FAILURE_RETRY(open(txn->generation, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return txn->generation_fd < 0 ? lev_fail_errno(error, errno, "%s cannot be opened", txn->generation) : LEV_OK;
}

/* Mode of a kept copy: what held keys is ours alone. A link shares the old inode and so its mode. */
static mode_t kept_mode(const struct target *target)
{
  return target->st.st_mode & (target->flags & LEV_TXN_PRIVATE ? 0700 : 07777);
}

static enum lev_status keep(struct lev_txn *txn, struct target *target, struct lev_error *error)
{
  /* Somebody else's file is copied: a link would let them change what we kept. */
  bool link_it = target->st.st_uid == geteuid() && kept_mode(target) == (target->st.st_mode & 07777);
  if (link_it && TEMP_FAILURE_RETRY(linkat(target->dir_fd, target->name, txn->generation_fd, target->backup, 0)) == 0)
    return LEV_OK;
  return txn_new_file(txn->generation_fd, target->backup, txn->generation, kept_mode(target), &target->old, error);
}

static void describe(const struct lev_txn *txn, struct lev_buf *manifest)
{
  lev_buf_printf(manifest, "leverage backup 1\ncommand %s\nproject %s\n", txn->command, txn->project);
  for (size_t i = 0; i < txn->count; i++) {
    const struct target *target = &txn->targets[i];
    char hash[65];
    if (!target->changed)
      continue;
    if (!target->exists) {
      lev_buf_printf(manifest, "new %s\n", target->path);
      continue;
    }
    lev_file_sha256(target->old.data, target->old.len, hash);
    lev_buf_printf(manifest, "file %04o %s %s %s\n", (unsigned)kept_mode(target), hash, target->backup, target->path);
  }
}

enum lev_status txn_backup_make(struct lev_txn *txn, struct lev_error *error)
{
  struct lev_buf manifest = { 0 };
  enum lev_status status = make_generation(txn, error);
  for (size_t i = 0; i < txn->count && status == LEV_OK; i++)
    if (txn->targets[i].changed && txn->targets[i].exists)
      status = keep(txn, &txn->targets[i], error);
  if (status == LEV_OK) {
    describe(txn, &manifest);
    status = lev_buf_check(&manifest, error);
  }
  if (status == LEV_OK)
    status = txn_new_file(txn->generation_fd, MANIFEST, txn->generation, 0600, &manifest, error);
  if (status == LEV_OK && !txn_sync(txn->generation_fd))
    txn_warn(txn, "the backup folder cannot be synced: %s", strerror(errno));
  lev_buf_wipe(&manifest);
  return status;
}

/* The final name: the id's time and the command; the whole id when that name is taken. */
static void final_name(char name[256], const char *id, const char *command, bool whole)
{
  const char *digits = strrchr(id, '-');
  size_t len = whole || digits == NULL ? strlen(id) : (size_t)(digits - id);
  snprintf(name, 256, "%.*s-%.120s", (int)len, id, command);
}

enum lev_status txn_backup_publish(const char *state_dir, const char *id, const char *command, char **path,
                                   struct lev_error *error)
{
  char *backups = NULL, first[64], name[256];
  enum lev_status status = LEV_OK;
  *path = NULL;
  int fd = open_backups(state_dir, &backups, error);
  if (fd < 0) {
    free(backups);
    return error->status;
  }
  snprintf(first, sizeof first, ".%s", id);
  final_name(name, id, command, false);
  int failed = TEMP_FAILURE_RETRY(renameat(fd, first, fd, name));
  if (failed && (errno == EEXIST || errno == ENOTEMPTY)) {
    final_name(name, id, command, true);
    failed = TEMP_FAILURE_RETRY(renameat(fd, first, fd, name));
  }
  if (failed && errno != ENOENT)
    status = lev_fail_errno(error, errno, "the backup %s/%s cannot be named", backups, first);
  else if (!failed && asprintf(path, "%s/%s", backups, name) < 0)
    *path = NULL;
  if (!failed)
    (void)!txn_sync(fd); /* a power cut may undo the naming only: the next run does it again */
  close(fd);
  free(backups);
  return status;
}

int txn_backup_open(const char *state_dir, const char *id, const char *command)
{
  char *path, name[256];
  final_name(name, id, command, false);
  int fd = -1;
  for (int first = 1; first >= 0 && fd < 0; first--) {
    if (asprintf(&path, "%s/backups/%s%s", state_dir, first ? "." : "", first ? id : name) < 0) {
      errno = ENOMEM;
      return -1;
    }
    fd = TEMP_FAILURE_RETRY(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    free(path);
  }
  return fd;
}

bool txn_backup_drop(const char *state_dir, const char *id)
{
  struct lev_error ignored;
  char *backups = NULL, name[64];
  int fd = open_backups(state_dir, &backups, &ignored);
  snprintf(name, sizeof name, ".%s", id);
  bool dropped = fd >= 0 && txn_generation_remove(fd, name);
  if (fd >= 0)
    close(fd);
  free(backups);
  return dropped;
}
