/*
 * txn_journal: this run's own record, <state>/journal/<id>.
 *
 * Before the first new text gets a name beside its target the record is there as an intent (<id>.staging): a run that
 * is killed leaves nothing that the next one cannot find. Once all is staged and synced the intent is renamed to <id>:
 * with more than one file that rename is the commit point. The record goes when nothing is left to do.
 */
#include "file.h"
#include "txn_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The first line of a small file, "" when there is none. */
static void first_line(const char *path, char *line, size_t size)
{
  struct lev_buf text = { 0 };
  struct lev_error ignored;
  line[0] = '\0';
  if (lev_file_read(&text, path, LEV_FILE_REGULAR, 4096, &ignored) == LEV_OK && text.len > 0)
    snprintf(line, size, "%.*s", (int)text.len, text.data);
  line[strcspn(line, "\n")] = '\0';
  lev_buf_wipe(&text);
}

void txn_journal_identity(struct lev_record *record)
{
  first_line("/proc/sys/kernel/random/boot_id", record->boot, sizeof record->boot);
  if (record->boot[0] == '\0')
    snprintf(record->boot, sizeof record->boot, "unknown");
  first_line("/etc/machine-id", record->machine, sizeof record->machine);
  if (record->machine[0] == '\0') {
    char host[65] = "";
    (void)!gethostname(host, sizeof host - 1);
    snprintf(record->machine, sizeof record->machine, "%.60s-%.60s", host, record->boot);
  }
  record->uid = geteuid();
}

/* "20260131T235959.123456Z-" and random digits: sorts by time, and is nobody else's. */
static void make_id(char id[48])
{
  char random[9];
  struct timespec now;
  struct tm utc;
  clock_gettime(CLOCK_REALTIME, &now);
  size_t len = strftime(id, 24, "%Y%m%dT%H%M%S", gmtime_r(&now.tv_sec, &utc));
  lev_file_random_hex(random, 4);
  snprintf(id + len, 48 - len, ".%06ldZ-%s", now.tv_nsec / 1000, random);
}

/* The name in the generation: letters that need no quoting, so that the lines which hold it can be read back. */
static void name_backup(struct target *target, size_t number)
{
  snprintf(target->backup, sizeof target->backup, "%zu-%.60s", number, target->name);
  for (char *at = target->backup; *at != '\0'; at++)
    if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", *at))
      *at = '_';
}

static void describe_file(struct lev_record_file *file, struct target *target, size_t number)
{
  txn_stage_name(target);
  if (target->exists)
    name_backup(target, number);
  file->flags = target->flags;
  file->mode = txn_stage_mode(target);
  snprintf(file->old_hash, sizeof file->old_hash, LEV_ABSENT);
  snprintf(file->new_hash, sizeof file->new_hash, LEV_ABSENT);
  if (target->exists)
    lev_file_sha256(target->old.data, target->old.len, file->old_hash);
  if (!target->gone)
    lev_file_sha256(target->new.data, target->new.len, file->new_hash);
  snprintf(file->staged, sizeof file->staged, "%s", target->staged);
  snprintf(file->backup, sizeof file->backup, "%s", target->exists ? target->backup : "-");
  file->path = target->path;
}

/* The record's text. It borrows the transaction's strings. */
static enum lev_status describe(struct lev_txn *txn, struct lev_buf *text, struct lev_error *error)
{
  struct lev_record *record = calloc(1, sizeof *record);
  if (record == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  txn_journal_identity(record);
  snprintf(record->command, sizeof record->command, "%s", txn->command);
  record->project = txn->project;
  for (size_t i = 0; i < txn->count; i++)
    if (txn->targets[i].changed)
      describe_file(&record->files[record->count++], &txn->targets[i], i);
  lev_record_text(record, text);
  free(record);
  return lev_buf_check(text, error);
}

static void intent_name(const struct lev_txn *txn, char name[64])
{
  snprintf(name, 64, "%s" TXN_INTENT, txn->id);
}

enum lev_status txn_journal_begin(struct lev_txn *txn, struct lev_error *error)
{
  struct lev_buf text = { 0 };
  char name[64];
  make_id(txn->id);
  intent_name(txn, name);
  enum lev_status status = txn_state_dir(txn->state_dir, "journal", &txn->journal, error);
  if (status == LEV_OK) {
    txn->journal_fd = TEMP_FAILURE_RETRY(open(txn->journal, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (txn->journal_fd < 0)
      status = lev_fail_errno(error, errno, "%s cannot be opened", txn->journal);
  }
  if (status == LEV_OK)
    status = describe(txn, &text, error);
  if (status == LEV_OK)
    status = txn_new_file(txn->journal_fd, name, txn->journal, 0600, &text, error);
  if (status == LEV_OK)
    txn->recorded = true;
  lev_buf_wipe(&text);
  return status;
}

enum lev_status txn_journal_sync(struct lev_txn *txn, struct lev_error *error)
{
  return txn_sync(txn->journal_fd) ? LEV_OK : lev_fail_errno(error, errno, "the journal cannot be synced");
}

/* Renames the intent to the journal's name, or back. */
static bool turn(struct lev_txn *txn, bool decided)
{
  char *intent = NULL, *journal = NULL;
  bool turned = false;
  if (asprintf(&intent, "%s/%s" TXN_INTENT, txn->journal, txn->id) < 0)
    intent = NULL;
  if (asprintf(&journal, "%s/%s", txn->journal, txn->id) < 0)
    journal = NULL;
  if (intent == NULL || journal == NULL)
    errno = ENOMEM;
  else
    turned = TEMP_FAILURE_RETRY(decided ? rename(intent, journal) : rename(journal, intent)) == 0;
  if (turned)
    txn->decided = decided;
  free(intent);
  free(journal);
  return turned;
}

enum lev_status txn_journal_decide(struct lev_txn *txn, struct lev_error *error)
{
  if (!turn(txn, true))
    return lev_fail_errno(error, errno, "the journal cannot be written");
  if (txn_sync(txn->journal_fd))
    return LEV_OK;
  enum lev_status status = lev_fail_errno(error, errno, "the journal cannot be synced");
  if (txn_journal_undecide(txn))
    return status;
  txn_warn(txn, "%s", error->message); /* it is decided, if not for a power cut */
  return LEV_OK;
}

bool txn_journal_undecide(struct lev_txn *txn)
{
  return turn(txn, false);
}

bool txn_journal_remove(struct lev_txn *txn)
{
  char name[64];
  intent_name(txn, name);
  if (txn->recorded && TEMP_FAILURE_RETRY(unlinkat(txn->journal_fd, txn->decided ? txn->id : name, 0)) != 0 &&
      errno != ENOENT)
    return false;
  txn->recorded = false;
  return !txn->decided || txn_sync(txn->journal_fd);
}

void txn_journal_close(struct lev_txn *txn)
{
  if (txn->journal_fd >= 0)
    close(txn->journal_fd);
  free(txn->journal);
}
