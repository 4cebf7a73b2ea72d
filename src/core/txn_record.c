/* txn_record: see txn_record.h. */
#include "txn_record.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const protections[] = { "plain", "private", "shared" };

/* What is left to read. */
struct reader {
  const char *at, *end;
};

/* The next part up to `stop`, copied; false when it is empty, too long, or `stop` does not come on this line. */
static bool take(struct reader *in, char stop, char *to, size_t size)
{
  const char *end = in->at;
  while (end < in->end && *end != stop && *end != '\n' && *end != '\0')
    end++;
  size_t len = (size_t)(end - in->at);
  if (end == in->end || *end != stop || len == 0 || len >= size)
    return false;
  memcpy(to, in->at, len);
  to[len] = '\0';
  in->at = end + 1;
  return true;
}

static bool skip(struct reader *in, const char *word)
{
  size_t len = strlen(word);
  if ((size_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0)
    return false;
  in->at += len;
  return true;
}

/* A number as lev_record_text writes it: octal with four digits, decimal without leading zeros. */
static bool take_number(struct reader *in, char stop, int base, unsigned *number)
{
  char digits[12], *rest;
  if (!take(in, stop, digits, sizeof digits) || strspn(digits, "0123456789") != strlen(digits))
    return false;
  bool in_form = base == 8 ? strlen(digits) == 4 : digits[0] != '0' || digits[1] == '\0';
  unsigned long value = strtoul(digits, &rest, base);
  *number = (unsigned)value;
  return in_form && *rest == '\0' && value <= UINT_MAX;
}

static bool take_hash(struct reader *in, char hash[65])
{
  return take(in, ' ', hash, 65) &&
         (strcmp(hash, LEV_ABSENT) == 0 || (strlen(hash) == 64 && strspn(hash, "0123456789abcdef") == 64));
}

static bool is_staged_name(const char *name)
{
  const char *hex = name + strlen(LEV_STAGED_PREFIX);
  return strncmp(name, LEV_STAGED_PREFIX, strlen(LEV_STAGED_PREFIX)) == 0 && strlen(hex) == 16 &&
         strspn(hex, "0123456789abcdef") == 16;
}

/* A name in the generation, or "-" when there was no file to keep. */
static bool is_backup_name(const char *name, bool absent)
{
  if (absent)
    return strcmp(name, "-") == 0;
  return strchr(name, '/') == NULL && name[0] >= '0' && name[0] <= '9';
}

/* Absolute, and no way round about: what realpath gave when the record was made. */
static bool is_real_path(const char *path)
{
  size_t len = strlen(path);
  return path[0] == '/' && path[len - 1] != '/' && strstr(path, "//") == NULL && strstr(path, "/./") == NULL &&
         strstr(path, "/../") == NULL && strcmp(path + len - 2, "/.") != 0 &&
         (len < 3 || strcmp(path + len - 3, "/..") != 0);
}

static bool take_path(struct reader *in, char **path)
{
  char text[PATH_MAX];
  if (!take(in, '\n', text, sizeof text) || !is_real_path(text))
    return false;
  *path = strdup(text);
  return *path != NULL;
}

static bool take_project(struct reader *in, char **project)
{
  char text[PATH_MAX];
  if (!take(in, '\n', text, sizeof text) || text[0] != '/')
    return false;
  *project = strdup(text);
  return *project != NULL;
}

static bool take_flags(struct reader *in, unsigned *flags)
{
  char word[16];
  if (!take(in, ' ', word, sizeof word))
    return false;
  for (*flags = 0; *flags < sizeof protections / sizeof *protections; ++*flags)
    if (strcmp(word, protections[*flags]) == 0)
      return true;
  return false;
}

static bool take_file(struct reader *in, struct lev_record_file *file)
{
  return take_flags(in, &file->flags) && take_number(in, ' ', 8, &file->mode) && file->mode <= 07777 &&
         take_hash(in, file->old_hash) && take_hash(in, file->new_hash) &&
         strcmp(file->old_hash, file->new_hash) != 0 && take(in, ' ', file->staged, sizeof file->staged) &&
         is_staged_name(file->staged) && take(in, ' ', file->backup, sizeof file->backup) &&
         is_backup_name(file->backup, strcmp(file->old_hash, LEV_ABSENT) == 0) && take_path(in, &file->path);
}

/* No file and no staged name twice: what is done to one must not touch another. */
static bool is_distinct(const struct lev_record *record)
{
  for (size_t i = 0; i < record->count; i++)
    for (size_t j = 0; j < i; j++)
      if (strcmp(record->files[i].path, record->files[j].path) == 0 ||
          strcmp(record->files[i].staged, record->files[j].staged) == 0)
        return false;
  return true;
}

static bool take_head(struct reader *in, struct lev_record *record)
{
  return skip(in, "machine ") && take(in, '\n', record->machine, sizeof record->machine) && skip(in, "boot ") &&
         take(in, '\n', record->boot, sizeof record->boot) && skip(in, "uid ") &&
         take_number(in, '\n', 10, &record->uid) && skip(in, "command ") &&
         take(in, '\n', record->command, sizeof record->command) && strchr(record->command, '/') == NULL &&
         skip(in, "project ") && take_project(in, &record->project);
}

enum lev_status lev_record_parse(struct lev_record *record, const char *name, const char *text, size_t len,
                                 struct lev_error *error)
{
  struct reader in = { text, text + len };
  if (len == 0 || !skip(&in, "leverage journal "))
    return lev_fail(error, LEV_BROKEN_FILE, "%s: it is not a journal of leverage", name);
  if (!skip(&in, "1\n"))
    return lev_fail(error, LEV_BROKEN_FILE, "%s: its version is not one that this leverage knows", name);
  bool good = take_head(&in, record);
  while (good && record->count < LEV_TXN_TARGETS_MAX && skip(&in, "file ")) {
    struct lev_record_file *file = &record->files[record->count++];
    good = take_file(&in, file);
  }
  if (!good || record->count == 0 || !skip(&in, "end\n") || in.at != in.end || !is_distinct(record))
    return lev_fail(error, LEV_BROKEN_FILE, "%s: it is cut short or was altered", name);
  return LEV_OK;
}

void lev_record_text(const struct lev_record *record, struct lev_buf *text)
{
  lev_buf_printf(text, "leverage journal 1\nmachine %s\nboot %s\nuid %u\ncommand %s\nproject %s\n", record->machine,
                 record->boot, record->uid, record->command, record->project);
  for (size_t i = 0; i < record->count; i++) {
    const struct lev_record_file *file = &record->files[i];
    lev_buf_printf(text, "file %s %04o %s %s %s %s %s\n", protections[file->flags], file->mode, file->old_hash,
                   file->new_hash, file->staged, file->backup, file->path);
  }
  lev_buf_puts(text, "end\n");
}

void lev_record_wipe(struct lev_record *record)
{
  for (size_t i = 0; i < record->count; i++)
    free(record->files[i].path);
  free(record->project);
  memset(record, 0, sizeof *record);
}
