/* txn_pending: reading and examining; see txn_pending.h. How a record ends is in txn_pending_end.c. */
#include "txn_pending.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)64 << 20)

/* Why a record is not to be followed, whatever it says; NULL when it may be. */
static const char *distrust(const struct stat *st)
{
  if (!S_ISREG(st->st_mode))
    return "it is not a regular file";
  if (st->st_uid != geteuid())
    return "it belongs to another user";
  if (st->st_mode & 077)
    return "others may read or write it";
  return NULL;
}

/* Fills the record from an opened file, or says what is wrong with it. */
static enum lev_status read_record(struct txn_pending *pending, int fd, struct lev_error *error)
{
  struct lev_buf text = { 0 };
  struct stat st;
  if (TEMP_FAILURE_RETRY(fstat(fd, &st)) != 0)
    return lev_fail_errno(error, errno, "%s cannot be examined", pending->path);
  const char *wrong = distrust(&st);
  enum lev_status status = LEV_OK;
  if (wrong == NULL && (status = lev_file_read_fd(&text, fd, pending->path, LEV_RECORD_SIZE_MAX, error)) == LEV_OK)
    status = lev_record_parse(&pending->record, pending->name, text.data, text.len, error);
  lev_buf_wipe(&text);
  if (status == LEV_BROKEN_FILE || status == LEV_REFUSED) {
    wrong = error->message;
    status = LEV_OK;
  }
  struct lev_record *here = calloc(1, sizeof *here);
  if (here == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  txn_journal_identity(here);
  if (wrong == NULL && strcmp(here->machine, pending->record.machine) != 0)
    wrong = "it was written on another machine";
  if (wrong == NULL && here->uid != pending->record.uid)
    wrong = "it was written by another user";
  free(here);
  snprintf(pending->problem, sizeof pending->problem, "%s", wrong == NULL ? "" : wrong);
  pending->is_ours = wrong == NULL;
  return status;
}

/* The folder that the record names, if it is still reached by that very path. */
static int open_folder(const char *path, struct stat *st)
{
  char dir[PATH_MAX], real[PATH_MAX];
  snprintf(dir, sizeof dir, "%s", path);
  char *slash = strrchr(dir, '/');
  slash[slash == dir] = '\0';
  if (realpath(dir, real) == NULL || strcmp(dir, real) != 0)
    return -1;
  int fd = TEMP_FAILURE_RETRY(open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd >= 0 && TEMP_FAILURE_RETRY(fstat(fd, st)) != 0) {
    close(fd);
    fd = -1;
  }
  return fd;
}

static void open_places(struct txn_pending *pending)
{
  for (size_t i = 0; i < pending->record.count; i++) {
    struct txn_place *place = &pending->places[i];
    place->name = strrchr(pending->record.files[i].path, '/') + 1;
    place->state = LEV_RECOVER_OTHER;
    place->dir_fd = open_folder(pending->record.files[i].path, &place->dir);
  }
}

static bool ends_with(const char *text, const char *end)
{
  size_t len = strlen(text), end_len = strlen(end);
  return len > end_len && strcmp(text + len - end_len, end) == 0;
}

static enum lev_status name_it(struct txn_pending *pending, const char *folder, const char *name,
                               struct lev_error *error)
{
  if (asprintf(&pending->path, "%s/%s", folder, name) < 0) {
    pending->path = NULL;
    return lev_fail(error, LEV_FAILED, "not enough memory");
  }
  pending->name = strrchr(pending->path, '/') + 1;
  pending->intent = ends_with(name, TXN_INTENT);
  size_t len = strlen(name) - (pending->intent ? strlen(TXN_INTENT) : 0);
  snprintf(pending->id, sizeof pending->id, "%.*s", (int)len, name);
  return LEV_OK;
}

enum lev_status txn_pending_read(struct txn_pending **out, int journal_fd, const char *folder, const char *name,
                                 struct lev_error *error)
{
  struct txn_pending *pending = calloc(1, sizeof *pending);
  *out = NULL;
  if (pending == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  enum lev_status status = name_it(pending, folder, name, error);
  int fd =
      status != LEV_OK
          ? -1
          : TEMP_FAILURE_RETRY(openat(journal_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  bool gone = fd < 0 && errno == ENOENT;
  if (fd >= 0) {
    status = read_record(pending, fd, error);
    close(fd);
  } else if (status == LEV_OK && (errno == ELOOP || errno == ENXIO))
    snprintf(pending->problem, sizeof pending->problem, "it is not a regular file");
  else if (status == LEV_OK && !gone)
    status = lev_fail_errno(error, errno, "%s cannot be opened", pending->path);
  if (status != LEV_OK || gone) {
    txn_pending_free(pending);
    return status;
  }
  if (strlen(name) >= sizeof pending->id + strlen(TXN_INTENT))
    pending->is_ours = false;
  if (!pending->is_ours)
    lev_record_wipe(&pending->record);
  open_places(pending);
  *out = pending;
  return LEV_OK;
}

void txn_pending_free(struct txn_pending *pending)
{
  if (pending == NULL)
    return;
  for (size_t i = 0; i < pending->record.count; i++)
    if (pending->places[i].dir_fd >= 0 && pending->places[i].name != NULL)
      close(pending->places[i].dir_fd);
  lev_record_wipe(&pending->record);
  free(pending->path);
  free(pending);
}

/* The hash of a file, "absent" for none, "" for what is not a regular file. */
static enum lev_status hash_of(int dir_fd, const char *name, const char *path, char hash[65], struct lev_error *error)
{
  struct lev_buf text = { .secret = true };
  struct stat st;
  enum lev_status status = LEV_OK;
  hash[0] = '\0';
  int fd = TEMP_FAILURE_RETRY(openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (fd < 0 && errno == ENOENT) {
    memcpy(hash, LEV_ABSENT, sizeof LEV_ABSENT);
    return LEV_OK;
  }
  if (fd < 0)
    return errno == ELOOP || errno == ENXIO ? LEV_OK : lev_fail_errno(error, errno, "%s cannot be opened", path);
  if (TEMP_FAILURE_RETRY(fstat(fd, &st)) != 0)
    status = lev_fail_errno(error, errno, "%s cannot be examined", path);
  else if (S_ISREG(st.st_mode) && (status = lev_file_read_fd(&text, fd, path, TEXT_MAX, error)) == LEV_OK)
    lev_file_sha256(text.data, text.len, hash);
  close(fd);
  lev_buf_wipe(&text);
  if (status == LEV_REFUSED) { /* larger than anything of ours */
    hash[0] = '\0';
    status = LEV_OK;
  }
  return status;
}

static enum lev_status examine_file(struct txn_pending *pending, size_t index, struct lev_error *error)
{
  const struct lev_record_file *file = &pending->record.files[index];
  struct txn_place *place = &pending->places[index];
  char hash[65];
  if (place->dir_fd < 0) {
    snprintf(pending->problem, sizeof pending->problem, "the folder of %s is gone or leads elsewhere", file->path);
    return LEV_OK;
  }
  enum lev_status status = hash_of(place->dir_fd, place->name, file->path, hash, error);
  if (status != LEV_OK)
    return status;
  place->state = strcmp(hash, file->old_hash) == 0   ? LEV_RECOVER_OLD
                 : strcmp(hash, file->new_hash) == 0 ? LEV_RECOVER_NEW
                                                     : LEV_RECOVER_OTHER;
  if (place->state == LEV_RECOVER_OTHER)
    snprintf(pending->problem, sizeof pending->problem,
             "%s is neither as it was before that change nor as it was to become", file->path);
  if (place->state != LEV_RECOVER_OLD || strcmp(file->new_hash, LEV_ABSENT) == 0)
    return LEV_OK;
  status = hash_of(place->dir_fd, file->staged, file->path, hash, error);
  if (status == LEV_OK && strcmp(hash, file->new_hash) != 0)
    snprintf(pending->problem, sizeof pending->problem, "the new text of %s is gone", file->path);
  return status;
}

enum lev_status txn_pending_examine(struct txn_pending *pending, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  for (size_t i = 0; i < pending->record.count && status == LEV_OK; i++)
    status = examine_file(pending, i, error);
  return status;
}
