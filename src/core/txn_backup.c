/*
 * txn_backup: generations. Each commit that replaces files leaves a folder <state>/backups/<UTC>-<command>/ with the
 * old files (hard links to the replaced inodes, copies where linking fails) and a manifest:
 *
 *     leverage backup 1
 *     command credentials-configure
 *     project /home/ana/acme
 *     file 0600 <sha256 of the old text> 0-credentials /home/ana/.aws/ac/credentials
 *     new /home/ana/.aws/ac/config
 *
 * `file` lines end with the kept file's name and the place it came from, `new` lines name a place where there was no
 * file. The manifest is written last and synced, so a folder without one is a run cut short.
 */
#include "file.h"
#include "secret.h"
#include "txn_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MANIFEST "manifest"
#define COPY_MAX ((size_t)64 << 20)

/* A new folder named after the time, to the microsecond: names sort as they were made. */
static char *generation_path(const char *backups, const char *command)
{
  char stamp[32], *path;
  struct timespec now;
  struct tm utc;
  clock_gettime(CLOCK_REALTIME, &now);
  strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%S", gmtime_r(&now.tv_sec, &utc));
  return asprintf(&path, "%s/%s.%06ldZ-%s", backups, stamp, now.tv_nsec / 1000, command) < 0 ? NULL : path;
}

static enum lev_status make_generation(struct lev_txn *txn, struct lev_error *error)
{
  char *backups = NULL, *path = NULL;
  enum lev_status status = txn_state_dir(txn, "backups", &backups, error);
  while (status == LEV_OK && txn->generation == NULL) {
    path = generation_path(backups, txn->command);
    if (path == NULL)
      status = lev_fail(error, LEV_FAILED, "not enough memory");
    else if (mkdir(path, 0700) == 0)
      txn->generation = path;
    else if (errno != EEXIST)
      status = lev_fail_errno(error, errno, "the backup folder %s cannot be made", path);
    if (txn->generation == NULL)
      free(path);
  }
  free(backups);
  if (status != LEV_OK)
    return status;
  txn->generation_fd = open(txn->generation, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return txn->generation_fd < 0 ? lev_fail_errno(error, errno, "%s cannot be opened", txn->generation) : LEV_OK;
}

static enum lev_status write_new(int dir_fd, const char *name, mode_t mode, const struct lev_buf *text,
                                 struct lev_error *error)
{
  int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return lev_fail_errno(error, errno, "%s cannot be made", name);
  enum lev_status status = lev_file_write_fd(fd, text->data, text->len, name, error);
  if (status == LEV_OK && (fchmod(fd, mode) != 0 || fsync(fd) != 0))
    status = lev_fail_errno(error, errno, "%s cannot be synced", name);
  if (close(fd) != 0 && status == LEV_OK)
    status = lev_fail_errno(error, errno, "%s cannot be written", name);
  if (status != LEV_OK)
    (void)!unlinkat(dir_fd, name, 0);
  return status;
}

/* Mode of a kept copy: what held keys is ours alone. A link shares the old inode and so its mode. */
static mode_t kept_mode(const struct target *target)
{
  return target->st.st_mode & (target->flags & LEV_TXN_PRIVATE ? 0700 : 07777);
}

static enum lev_status keep(struct lev_txn *txn, struct target *target, size_t number, struct lev_error *error)
{
  snprintf(target->backup, sizeof target->backup, "%zu-%.60s", number, target->name);
  /* Somebody else's file is copied: a link would let them change what we kept. */
  bool link_it = target->st.st_uid == geteuid() && kept_mode(target) == (target->st.st_mode & 07777);
  if (link_it && linkat(target->dir_fd, target->name, txn->generation_fd, target->backup, 0) == 0)
    return LEV_OK;
  return write_new(txn->generation_fd, target->backup, kept_mode(target), &target->old, error);
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
    lev_buf_printf(manifest, "file %04o %s %s %s\n", (unsigned)target->st.st_mode & 07777, hash, target->backup,
                   target->path);
  }
}

enum lev_status txn_backup_make(struct lev_txn *txn, struct lev_error *error)
{
  struct lev_buf manifest = { 0 };
  enum lev_status status = make_generation(txn, error);
  for (size_t i = 0; i < txn->count && status == LEV_OK; i++)
    if (txn->targets[i].changed && txn->targets[i].exists)
      status = keep(txn, &txn->targets[i], i, error);
  if (status == LEV_OK) {
    describe(txn, &manifest);
    status = lev_buf_check(&manifest, error);
  }
  if (status == LEV_OK)
    status = write_new(txn->generation_fd, MANIFEST, 0600, &manifest, error);
  if (status == LEV_OK && fsync(txn->generation_fd) != 0)
    txn_warn(txn, "the backup folder cannot be synced: %s", strerror(errno));
  lev_buf_wipe(&manifest);
  return status;
}

enum lev_status txn_backup_put_back(struct lev_txn *txn, struct target *target, struct lev_error *error)
{
  if (!target->exists) {
    if (unlinkat(target->dir_fd, target->name, 0) != 0)
      return lev_fail_errno(error, errno, "%s cannot be removed again", target->path);
    target->renamed = false;
    target->staged[0] = '\0';
    return LEV_OK;
  }
  enum lev_status status = LEV_OK;
  if (linkat(txn->generation_fd, target->backup, target->dir_fd, target->staged, 0) != 0)
    status = write_new(target->dir_fd, target->staged, target->st.st_mode & 07777, &target->old, error);
  if (status == LEV_OK && renameat(target->dir_fd, target->staged, target->dir_fd, target->name) != 0)
    status = lev_fail_errno(error, errno, "%s cannot be put back", target->path);
  if (status == LEV_OK) {
    target->renamed = false;
    target->staged[0] = '\0';
  }
  return status;
}

/* Removes a generation and its files; best effort. */
static void remove_generation(int parent_fd, const char *path)
{
  int fd = openat(parent_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (dir == NULL) {
    if (fd >= 0)
      close(fd);
    return;
  }
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      (void)!unlinkat(fd, entry->d_name, 0);
  closedir(dir);
  (void)!unlinkat(parent_fd, path, AT_REMOVEDIR);
}

void txn_backup_drop(struct lev_txn *txn)
{
  if (txn->generation != NULL)
    remove_generation(AT_FDCWD, txn->generation);
}

static int is_generation(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

/* Names begin with the time. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_of_project(int backups_fd, const char *generation, const char *project)
{
  struct lev_buf text = { 0 };
  struct lev_error ignored;
  char *path, line[4200];
  bool found = false;
  if (asprintf(&path, "%s/" MANIFEST, generation) < 0)
    return false;
  int fd = openat(backups_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  int len = snprintf(line, sizeof line, "\nproject %s\n", project);
  if (fd >= 0 && lev_file_read_fd(&text, fd, path, 1 << 20, &ignored) == LEV_OK && text.len > 0)
    found = memmem(text.data, text.len, line, (size_t)len) != NULL;
  if (fd >= 0)
    close(fd);
  lev_buf_wipe(&text);
  free(path);
  return found;
}

void txn_backup_prune(struct lev_txn *txn)
{
  struct dirent **entries = NULL;
  char *backups = strndup(txn->generation, (size_t)(strrchr(txn->generation, '/') - txn->generation));
  int count = backups == NULL ? -1 : scandir(backups, &entries, is_generation, by_name);
  int fd = count < 0 ? -1 : open(backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    txn_warn(txn, "old backups cannot be listed: %s", strerror(errno));
  int kept = 0;
  for (int i = count - 1; i >= 0; i--) {
    if (fd >= 0 && is_of_project(fd, entries[i]->d_name, txn->project) && ++kept > txn->keep)
      remove_generation(fd, entries[i]->d_name);
    free(entries[i]);
  }
  if (fd >= 0)
    close(fd);
  free(entries);
  free(backups);
}

/* Makes the kept file a copy when it is a second link to the target. */
static enum lev_status part(int backups_fd, const char *generation, struct target *target, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  int dir_fd = openat(backups_fd, generation, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *dir = dir_fd < 0 ? NULL : fdopendir(dir_fd);
  if (dir == NULL) {
    if (dir_fd >= 0)
      close(dir_fd);
    return LEV_OK;
  }
  for (struct dirent *entry; status == LEV_OK && (entry = readdir(dir)) != NULL;) {
    struct stat st;
    if (fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_dev != target->st.st_dev ||
        st.st_ino != target->st.st_ino)
      continue;
    struct lev_buf text = { .secret = true };
    int fd = openat(dir_fd, entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
      status = lev_fail_errno(error, errno, "the backup %s/%s cannot be opened", generation, entry->d_name);
    else
      status = lev_file_read_fd(&text, fd, entry->d_name, COPY_MAX, error);
    if (fd >= 0)
      close(fd);
    if (status == LEV_OK)
      status = write_new(dir_fd, ".copy", kept_mode(target), &text, error);
    if (status == LEV_OK && renameat(dir_fd, ".copy", dir_fd, entry->d_name) != 0)
      status = lev_fail_errno(error, errno, "the backup %s/%s cannot be copied", generation, entry->d_name);
    lev_buf_wipe(&text);
  }
  closedir(dir);
  return status;
}

enum lev_status txn_backup_unlink_stale(struct lev_txn *txn, struct target *target, struct lev_error *error)
{
  struct dirent **entries = NULL;
  char *backups = NULL;
  enum lev_status status = txn_state_dir(txn, "backups", &backups, error);
  if (status != LEV_OK)
    return status;
  int fd = open(backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int count = scandir(backups, &entries, is_generation, by_name);
  for (int i = count - 1; i >= 0; i--) {
    if (fd >= 0 && status == LEV_OK)
      status = part(fd, entries[i]->d_name, target, error);
    free(entries[i]);
  }
  free(entries);
  free(backups);
  if (fd >= 0)
    close(fd);
  if (status == LEV_OK && fstatat(target->dir_fd, target->name, &target->st, AT_SYMLINK_NOFOLLOW) != 0)
    status = lev_fail_errno(error, errno, "%s cannot be examined", target->path);
  return status;
}
