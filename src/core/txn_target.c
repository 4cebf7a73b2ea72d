/*
 * txn_target: one file of a transaction: where it really lies, whether it may be replaced, what is in it.
 */
#include "file.h"
#include "secret.h"
#include "txn_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40
#define LINK_TRIES 3 /* other runs link and unlink what they keep while we look */
#define TEXT_MAX ((size_t)64 << 20)

/* A symlink may lead anywhere, so the folders it leads through must be nobody else's to change. */
static enum lev_status check_parents(const char *dir, struct lev_error *error)
{
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s", dir);
  for (;;) {
    struct stat st;
    if (lstat(path, &st) != 0)
      return lev_fail_errno(error, errno, "%s cannot be examined", path);
    if (st.st_uid != 0 && st.st_uid != geteuid())
      return lev_fail(error, LEV_REFUSED, "the link leads into %s, which belongs to another user", path);
    if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
      return lev_fail(error, LEV_REFUSED, "the link leads into %s, which everybody can write to", path);
    char *slash = strrchr(path, '/');
    if (slash == path && path[1] == '\0')
      return LEV_OK;
    slash[slash == path ? 1 : 0] = '\0';
  }
}

/* The path with its last part followed while that is a symlink; a link to nothing gives the place it names. */
static enum lev_status follow(char path[PATH_MAX], bool *is_link, struct lev_error *error)
{
  for (int links = 0; links < LINKS_MAX; links++) {
    char text[PATH_MAX];
    ssize_t len = readlink(path, text, sizeof text - 1);
    if (len < 0 && (errno == EINVAL || errno == ENOENT || errno == ENOTDIR))
      return LEV_OK; /* no link; what it is instead shows later */
    if (len < 0)
      return lev_fail_errno(error, errno, "%s cannot be examined", path);
    *is_link = true;
    text[len] = '\0';
    char *slash = strrchr(path, '/');
    size_t room = PATH_MAX - (size_t)(slash + 1 - path);
    int used = text[0] == '/' ? snprintf(path, PATH_MAX, "%s", text) : snprintf(slash + 1, room, "%s", text);
    if (used < 0 || (size_t)used >= (text[0] == '/' ? PATH_MAX : room))
      return lev_fail_errno(error, ENAMETOOLONG, "the link %s cannot be followed", text);
  }
  return lev_fail(error, LEV_REFUSED, "%s is a loop of links", path);
}

enum lev_status txn_target_resolve(struct lev_txn *txn, struct target *target, const char *path,
                                   struct lev_error *error)
{
  char followed[PATH_MAX], dir[PATH_MAX];
  bool is_link = false;
  if (path[0] != '/' || strlen(path) >= sizeof followed || strchr(path, '\n') != NULL)
    return lev_fail(error, LEV_REFUSED, "%s is not a usable absolute path", path);
  memcpy(followed, path, strlen(path) + 1);
  enum lev_status status = follow(followed, &is_link, error);
  if (status != LEV_OK)
    return status;
  char *slash = strrchr(followed, '/');
  const char *name = slash + 1;
  if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
    return lev_fail(error, LEV_REFUSED, "%s names a directory", path);
  *slash = '\0';
  status = lev_file_make_dirs(followed[0] == '\0' ? "/" : followed, &txn->made_dirs, error);
  if (status != LEV_OK)
    return status;
  if (realpath(followed[0] == '\0' ? "/" : followed, dir) == NULL)
    return lev_fail_errno(error, errno, "%s cannot be resolved", followed);
  if (is_link && (status = check_parents(dir, error)) != LEV_OK)
    return status;
  if (asprintf(&target->path, "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, name) < 0) {
    target->path = NULL;
    return lev_fail(error, LEV_FAILED, "not enough memory");
  }
  target->name = strrchr(target->path, '/') + 1;
  target->dir_fd = TEMP_FAILURE_RETRY(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (target->dir_fd < 0 || fstat(target->dir_fd, &target->dir) != 0)
    return lev_fail_errno(error, errno, "%s cannot be opened", dir);
  return LEV_OK;
}

static const char *wrong_type(mode_t mode)
{
  if (S_ISDIR(mode))
    return "a directory";
  if (S_ISFIFO(mode))
    return "a FIFO";
  if (S_ISLNK(mode))
    return "a link that appeared just now";
  return S_ISREG(mode) ? NULL : "a device or socket";
}

enum lev_status txn_target_check(struct lev_txn *txn, struct target *target, struct lev_error *error)
{
  const char *path = target->path;
  target->exists = TEMP_FAILURE_RETRY(fstatat(target->dir_fd, target->name, &target->st, AT_SYMLINK_NOFOLLOW)) == 0;
  if (!target->exists)
    return errno == ENOENT ? LEV_OK : lev_fail_errno(error, errno, "%s cannot be examined", path);
  const struct stat *st = &target->st;
  if (wrong_type(st->st_mode) != NULL)
    return lev_fail(error, LEV_REFUSED, "%s is %s", path, wrong_type(st->st_mode));
  for (int tries = 0; st->st_nlink > 1 && tries < LINK_TRIES; tries++) {
    enum lev_status status = txn_generations_part(txn, target, error);
    if (status != LEV_OK)
      return status;
  }
  if (st->st_nlink > 1)
    return lev_fail(error, LEV_REFUSED, "%s has %ju hard links: replacing it would separate them (make it a copy)",
                    path, (uintmax_t)st->st_nlink);
  bool ours = st->st_uid == geteuid();
  if (ours ? !(st->st_mode & S_IWUSR) : faccessat(target->dir_fd, target->name, W_OK, AT_EACCESS) != 0)
    return lev_fail(error, LEV_REFUSED, "%s is read-only for us (chmod u+w it)", path);
  if (!ours && (target->flags & LEV_TXN_PRIVATE))
    return lev_fail(error, LEV_REFUSED, "%s belongs to another user (uid %u)", path, st->st_uid);
  if (!ours && target->new.data == NULL)
    txn_warn(txn, "%s belongs to another user (uid %u); its owner is kept", path, st->st_uid);
  return LEV_OK;
}

enum lev_status txn_target_read(struct lev_txn *txn, struct target *target, struct lev_error *error)
{
  enum lev_status status = txn_target_check(txn, target, error);
  if (status != LEV_OK || !target->exists)
    return status;
  int fd = TEMP_FAILURE_RETRY(openat(target->dir_fd, target->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (fd < 0)
    return lev_fail_errno(error, errno, "%s cannot be opened", target->path);
  if (fstat(fd, &target->st) != 0)
    status = lev_fail_errno(error, errno, "%s cannot be examined", target->path);
  else
    status = lev_file_read_fd(&target->old, fd, target->path, TEXT_MAX, error);
  close(fd);
  return status;
}

void txn_target_wipe(struct target *target)
{
  if (target->dir_fd >= 0)
    close(target->dir_fd);
  lev_buf_wipe(&target->old);
  lev_buf_wipe(&target->new);
  free(target->path);
}
