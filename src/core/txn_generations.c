/*
 * txn_generations: the backups folder as a whole: which generations are kept, and links that killed runs left in them.
 * A name that begins with a full stop is a generation whose commit is under way.
 */
#include "file.h"
#include "txn_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANIFEST "manifest"
#define COPY_MAX ((size_t)64 << 20)

/* Opens a folder inside another for reading its entries; NULL with errno. */
static DIR *open_folder(int parent_fd, const char *name)
{
  int fd = TEMP_FAILURE_RETRY(openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (dir == NULL && fd >= 0)
    close(fd);
  return dir;
}

static bool is_dot(const char *name)
{
  return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool txn_generation_remove(int parent_fd, const char *name)
{
  DIR *dir = open_folder(parent_fd, name);
  if (dir == NULL)
    return errno == ENOENT;
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
    if (!is_dot(entry->d_name))
      (void)!TEMP_FAILURE_RETRY(unlinkat(dirfd(dir), entry->d_name, 0));
  closedir(dir);
  return TEMP_FAILURE_RETRY(unlinkat(parent_fd, name, AT_REMOVEDIR)) == 0;
}

static int is_generation(const struct dirent *entry)
{
  return !is_dot(entry->d_name);
}

/* Names begin with the time. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

/* Appends a generation's manifest; nothing when it cannot be read. */
static void read_manifest(int backups_fd, const char *generation, struct lev_buf *text)
{
  struct lev_error ignored;
  char *path;
  if (asprintf(&path, "%s/" MANIFEST, generation) < 0)
    return;
  int fd = TEMP_FAILURE_RETRY(openat(backups_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (fd >= 0 && lev_file_read_fd(text, fd, path, 1 << 20, &ignored) != LEV_OK)
    lev_buf_clear(text);
  if (fd >= 0)
    close(fd);
  free(path);
}

static bool is_of_project(int backups_fd, const char *generation, const char *project)
{
  struct lev_buf text = { 0 };
  char line[4200];
  read_manifest(backups_fd, generation, &text);
  int len = snprintf(line, sizeof line, "\nproject %s\n", project);
  bool found = text.len > 0 && memmem(text.data, text.len, line, (size_t)len) != NULL;
  lev_buf_wipe(&text);
  return found;
}

static bool is_gone(int dir_fd, const char *name)
{
  struct stat st;
  return TEMP_FAILURE_RETRY(fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW)) != 0 && errno == ENOENT;
}

/* A record can turn from intent to journal and back while we look. */
static bool has_record(const struct lev_txn *txn, const char *id)
{
  char name[300];
  snprintf(name, sizeof name, "%s" TXN_INTENT, id);
  return !is_gone(txn->journal_fd, name) || !is_gone(txn->journal_fd, id) || !is_gone(txn->journal_fd, name);
}

/* The record of a commit goes after its generation has its name or is gone: one that is neither, without a record, is a
   finished commit's that could not be named then. */
static void name_unnamed(const struct lev_txn *txn, int backups_fd, const char *generation)
{
  struct lev_buf text = { 0 };
  struct lev_error ignored;
  char command[121], *path = NULL;
  const char *id = generation + 1;
  if (has_record(txn, id))
    return;
  read_manifest(backups_fd, generation, &text);
  lev_buf_putc(&text, '\0');
  if (lev_buf_check(&text, &ignored) == LEV_OK &&
      sscanf(text.data, "leverage backup 1\ncommand %120[^/\n]\n", command) == 1 &&
      txn_backup_publish(txn->state_dir, id, command, &path, &ignored) == LEV_OK)
    free(path);
  lev_buf_wipe(&text);
}

static void prune_listed(struct lev_txn *txn, const char *backups, int fd, struct dirent **entries, int count)
{
  int kept = 0;
  for (int i = count - 1; i >= 0; i--) {
    const char *name = entries[i]->d_name;
    if (name[0] == '.')
      name_unnamed(txn, fd, name);
    else if (is_of_project(fd, name, txn->project) && ++kept > txn->keep && !txn_generation_remove(fd, name))
      txn_warn(txn, "the old backup %s/%s cannot be removed: %s", backups, name, strerror(errno));
  }
}

void txn_generations_prune(struct lev_txn *txn)
{
  struct dirent **entries = NULL;
  struct lev_error error;
  char *backups = NULL;
  int count = -1;
  if (txn_state_dir(txn->state_dir, "backups", &backups, &error) == LEV_OK)
    count = TEMP_FAILURE_RETRY(scandir(backups, &entries, is_generation, by_name));
  int fd = count < 0 ? -1 : TEMP_FAILURE_RETRY(open(backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd < 0)
    txn_warn(txn, "old backups cannot be listed: %s", strerror(errno));
  else
    prune_listed(txn, backups, fd, entries, count);
  while (count > 0)
    free(entries[--count]);
  if (fd >= 0)
    close(fd);
  free(entries);
  free(backups);
}

/* Makes a kept file, a second link to the target, a copy. */
static enum lev_status copy_kept(int dir_fd, const char *name, const struct target *target, struct lev_error *error)
{
  struct lev_buf text = { .secret = true };
  enum lev_status status;
  int fd = TEMP_FAILURE_RETRY(openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (fd < 0)
    return lev_fail_errno(error, errno, "the backup %s cannot be opened", name);
  status = lev_file_read_fd(&text, fd, name, COPY_MAX, error);
  close(fd);
  (void)!unlinkat(dir_fd, ".copy", 0); /* of a run that was killed right here */
  mode_t mode = target->st.st_mode & (target->flags & LEV_TXN_PRIVATE ? 0700 : 07777);
  if (status == LEV_OK)
    status = txn_new_file(dir_fd, ".copy", name, mode, &text, error);
  if (status == LEV_OK && TEMP_FAILURE_RETRY(renameat(dir_fd, ".copy", dir_fd, name)) != 0)
    status = lev_fail_errno(error, errno, "the backup %s cannot be copied", name);
  lev_buf_wipe(&text);
  return status;
}

/* Counts a generation's links to the target, and copies them when asked. */
static enum lev_status part(int backups_fd, const char *generation, const struct target *target, bool copy,
                            uintmax_t *links, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  DIR *dir = open_folder(backups_fd, generation);
  if (dir == NULL)
    return LEV_OK;
  for (struct dirent *entry; status == LEV_OK && (entry = readdir(dir)) != NULL;) {
    struct stat st;
    if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_dev != target->st.st_dev ||
        st.st_ino != target->st.st_ino)
      continue;
    ++*links;
    if (copy)
      status = copy_kept(dirfd(dir), entry->d_name, target, error);
  }
  closedir(dir);
  return status;
}

/* Links beside the target that a run left which was killed while it put files back. */
static uintmax_t staged_links(const struct target *target)
{
  uintmax_t links = 0;
  DIR *dir = open_folder(target->dir_fd, ".");
  for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
    struct stat st;
    if (txn_is_staged_name(entry->d_name) && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        st.st_dev == target->st.st_dev && st.st_ino == target->st.st_ino)
      links++;
  }
  if (dir != NULL)
    closedir(dir);
  return links;
}

enum lev_status txn_generations_part(struct lev_txn *txn, struct target *target, struct lev_error *error)
{
  struct dirent **entries = NULL;
  char *backups = NULL;
  uintmax_t links = txn->locked ? 0 : staged_links(target);
  enum lev_status status = txn_state_dir(txn->state_dir, "backups", &backups, error);
  if (status != LEV_OK)
    return status;
  int fd = TEMP_FAILURE_RETRY(open(backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  int count = TEMP_FAILURE_RETRY(scandir(backups, &entries, is_generation, by_name));
  for (int i = count - 1; i >= 0; i--) {
    if (fd >= 0 && status == LEV_OK)
      status = part(fd, entries[i]->d_name, target, txn->locked, &links, error);
    free(entries[i]);
  }
  free(entries);
  free(backups);
  if (fd >= 0)
    close(fd);
  if (status == LEV_OK &&
      TEMP_FAILURE_RETRY(fstatat(target->dir_fd, target->name, &target->st, AT_SYMLINK_NOFOLLOW)) != 0)
    return lev_fail_errno(error, errno, "%s cannot be examined", target->path);
  /* Before the lock is held another run may just be keeping this file: such a link is left to it. */
  if (status == LEV_OK && !txn->locked && target->st.st_nlink > 1 && target->st.st_nlink - links >= 1)
    target->st.st_nlink -= links;
  return status;
}
