/* file: see file.h. */
#include "file.h"
#include "secret.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static enum lev_status check_opened(int fd, const char *path, unsigned flags, struct lev_error *error)
{
  struct stat st;
  if (fstat(fd, &st) != 0)
    return lev_fail_errno(error, errno, "%s cannot be examined", path);
  if (S_ISDIR(st.st_mode))
    return lev_fail(error, LEV_REFUSED, "%s is a directory", path);
  if ((flags & LEV_FILE_REGULAR) && !S_ISREG(st.st_mode))
    return lev_fail(error, LEV_REFUSED, "%s is not a regular file", path);
  if (flags & LEV_FILE_TRUSTED) {
    if (st.st_uid != 0 && st.st_uid != geteuid())
      return lev_fail(error, LEV_REFUSED, "%s belongs to another user (uid %u): it is not run", path, st.st_uid);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
      return lev_fail(error, LEV_REFUSED, "%s can be written by others: it is not run (chmod go-w it)", path);
  }
  return LEV_OK;
}

enum lev_status lev_file_read(struct lev_buf *out, const char *path, unsigned flags, size_t limit,
                              struct lev_error *error)
{
  if (strcmp(path, "-") == 0)
    return lev_file_read_fd(out, STDIN_FILENO, "standard input", limit, error);
  int nonblock = flags & LEV_FILE_REGULAR ? O_NONBLOCK : 0; /* opening a FIFO must not wait for its writer */
  int fd = TEMP_FAILURE_RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | nonblock));
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    return lev_fail(error, LEV_NOT_FOUND, "%s does not exist", path);
  if (fd < 0 && errno == ELOOP)
    return lev_fail(error, LEV_REFUSED, "%s is a loop of symbolic links", path);
  if (fd < 0)
    return lev_fail_errno(error, errno, "%s cannot be opened", path);
  enum lev_status status = check_opened(fd, path, flags, error);
  if (status == LEV_OK)
    status = lev_file_read_fd(out, fd, path, limit, error);
  close(fd);
  return status;
}

/* Waits for bytes or a signal; regular files are always ready. */
static enum lev_status wait_readable(int fd, struct lev_error *error)
{
  struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = lev_signal_fd(), .events = POLLIN } };
  while (poll(fds, 2, -1) < 0 && errno == EINTR)
    if (lev_signal_pending() != 0)
      break;
  return lev_signal_check(error);
}

enum lev_status lev_file_read_fd(struct lev_buf *out, int fd, const char *path, size_t limit, struct lev_error *error)
{
  size_t start = out->len;
  struct stat st;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && (size_t)st.st_size <= limit)
    lev_buf_reserve(out, (size_t)st.st_size + 1); /* at once, so that secret bytes are not moved about */
  for (;;) {
    enum lev_status status = wait_readable(fd, error);
    if (status != LEV_OK)
      return status;
    size_t room = out->cap - out->len > 4096 ? out->cap - out->len : 4096;
    char *to = lev_buf_reserve(out, room);
    if (to == NULL)
      return lev_buf_check(out, error);
    ssize_t got = read(fd, to, room);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (got < 0)
      return lev_fail_errno(error, errno, "%s cannot be read", path);
    if (got == 0)
      return LEV_OK;
    out->len += (size_t)got;
    if (out->len - start > limit)
      return lev_fail(error, LEV_REFUSED, "%s is larger than %zu bytes", path, limit);
  }
}

enum lev_status lev_file_write_fd(int fd, const void *bytes, size_t len, const char *path, struct lev_error *error)
{
  const char *at = bytes;
  while (len > 0) {
    ssize_t wrote = write(fd, at, len);
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      return lev_fail_errno(error, errno, "%s cannot be written", path);
    at += wrote;
    len -= (size_t)wrote;
  }
  return LEV_OK;
}

/* A new folder's name survives a power cut once the folder around it is synced; some file systems cannot do that. */
static enum lev_status sync_parent(const char *path, struct lev_error *error)
{
  char parent[PATH_MAX];
  snprintf(parent, sizeof parent, "%s", path);
  char *slash = strrchr(parent, '/');
  if (slash == NULL)
    return LEV_OK;
  slash[slash == parent] = '\0';
  int fd = TEMP_FAILURE_RETRY(open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd < 0)
    return lev_fail_errno(error, errno, "directory %s cannot be opened", parent);
  int failed = TEMP_FAILURE_RETRY(fsync(fd)) != 0 && errno != EINVAL;
  int why = errno;
  close(fd);
  return failed ? lev_fail_errno(error, why, "directory %s cannot be synced", parent) : LEV_OK;
}

static enum lev_status make_dir(const char *path, struct lev_buf *made, struct lev_error *error)
{
  if (TEMP_FAILURE_RETRY(mkdir(path, 0700)) != 0)
    return errno == EEXIST ? LEV_OK : lev_fail_errno(error, errno, "directory %s cannot be made", path);
  if (made != NULL)
    lev_buf_append(made, path, strlen(path) + 1);
  if (TEMP_FAILURE_RETRY(chmod(path, 0700)) != 0) /* a umask like 0277 takes our own bits */
    return lev_fail_errno(error, errno, "directory %s cannot be made private", path);
  return sync_parent(path, error);
}

enum lev_status lev_file_make_dirs(const char *path, struct lev_buf *made, struct lev_error *error)
{
  struct stat st;
  if (stat(path, &st) == 0)
    return S_ISDIR(st.st_mode) ? LEV_OK : lev_fail(error, LEV_REFUSED, "%s is not a directory", path);
  char *copy = strdup(path);
  if (copy == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  enum lev_status status = LEV_OK;
  for (char *slash = strchr(copy + 1, '/'); slash != NULL && status == LEV_OK; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (access(copy, F_OK) != 0)
      status = make_dir(copy, made, error);
    *slash = '/';
  }
  if (status == LEV_OK)
    status = make_dir(copy, made, error);
  free(copy);
  return status;
}

void lev_file_random_hex(char *text, size_t count)
{
  unsigned char bytes[32];
  if (count > sizeof bytes)
    count = sizeof bytes;
  while (getrandom(bytes, count, 0) != (ssize_t)count)
    ;
  for (size_t i = 0; i < count; i++)
    snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}
