/*
 * txn_lock: one lock per target folder, named by device and inode, in the state folder. They are taken in device and
 * inode order, so two runs cannot wait for each other in a circle. The lock file says who holds it.
 */
#include "file.h"
#include "signals.h"
#include "txn_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 25

static int by_device_and_inode(const void *left, const void *right)
{
  const struct stat *a = left, *b = right;
  if (a->st_dev != b->st_dev)
    return a->st_dev < b->st_dev ? -1 : 1;
  return a->st_ino == b->st_ino ? 0 : a->st_ino < b->st_ino ? -1 : 1;
}

long long txn_now_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static enum lev_status busy(int fd, struct lev_error *error)
{
  char holder[200] = "";
  ssize_t len = pread(fd, holder, sizeof holder - 1, 0);
  if (len > 0)
    holder[strcspn(holder, "\n")] = '\0';
  return lev_fail(error, LEV_BUSY, "these files are being changed by %s", len > 0 ? holder : "another run of leverage");
}

static enum lev_status wait_for(int fd, const char *path, long long deadline, struct lev_error *error)
{
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR)
      continue;
    if (errno != EWOULDBLOCK)
      return lev_fail_errno(error, errno, "%s cannot be locked", path);
    if (txn_now_ms() >= deadline)
      return busy(fd, error);
    struct pollfd signals = { .fd = lev_signal_fd(), .events = POLLIN };
    (void)!poll(&signals, 1, POLL_MS);
    enum lev_status status = lev_signal_check(error);
    if (status != LEV_OK)
      return status;
  }
  return LEV_OK;
}

static void sign(int fd, const char *command)
{
  char holder[200];
  int len = snprintf(holder, sizeof holder, "process %ld (%s)\n", (long)getpid(), command);
  if (ftruncate(fd, 0) == 0 && len > 0)
    (void)!pwrite(fd, holder, (size_t)len < sizeof holder ? (size_t)len : sizeof holder - 1, 0);
}

static enum lev_status lock_dir(struct txn_locks *locks, const struct lev_txn *txn, const char *folder,
                                const struct stat *dir, long long deadline, struct lev_error *error)
{
  char *path;
  if (asprintf(&path, "%s/%jx-%jx", folder, (uintmax_t)dir->st_dev, (uintmax_t)dir->st_ino) < 0)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  enum lev_status status = LEV_OK;
  int fd = TEMP_FAILURE_RETRY(open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd < 0)
    status = lev_fail_errno(error, errno, "%s cannot be opened", path);
  else if ((status = wait_for(fd, path, deadline, error)) != LEV_OK)
    close(fd);
  else {
    sign(fd, txn->command);
    locks->list[locks->count++] = (struct txn_lock){ dir->st_dev, dir->st_ino, fd };
  }
  free(path);
  return status;
}

enum lev_status txn_locks_take(struct txn_locks *locks, const struct lev_txn *txn, const struct stat *dirs,
                               size_t count, long long deadline, struct lev_error *error)
{
  char *folder = NULL;
  enum lev_status status = txn_state_dir(txn->state_dir, "locks", &folder, error);
  struct stat *sorted = calloc(count + 1, sizeof *sorted);
  locks->list = calloc(count + 1, sizeof *locks->list);
  locks->count = 0;
  if (status == LEV_OK && (sorted == NULL || locks->list == NULL))
    status = lev_fail(error, LEV_FAILED, "not enough memory");
  if (status == LEV_OK) {
    memcpy(sorted, dirs, count * sizeof *dirs);
    qsort(sorted, count, sizeof *sorted, by_device_and_inode);
  }
  for (size_t i = 0; i < count && status == LEV_OK; i++)
    if (i == 0 || by_device_and_inode(&sorted[i - 1], &sorted[i]) != 0)
      status = lock_dir(locks, txn, folder, &sorted[i], deadline, error);
  if (status != LEV_OK)
    txn_locks_release(locks);
  free(sorted);
  free(folder);
  return status;
}

bool txn_locks_hold(const struct txn_locks *locks, const struct stat *dir)
{
  for (size_t i = 0; i < locks->count; i++)
    if (locks->list[i].dev == dir->st_dev && locks->list[i].ino == dir->st_ino)
      return true;
  return false;
}

void txn_locks_release(struct txn_locks *locks)
{
  while (locks->count > 0) {
    int fd = locks->list[--locks->count].fd;
    (void)!ftruncate(fd, 0);
    close(fd);
  }
  free(locks->list);
  locks->list = NULL;
}
