/*
 * Fuzz target: records of journals. Whatever the bytes are: a message, or a record whose text is those very bytes and
 * whose names lead nowhere but where they say.
 */
#include "txn_record.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
  if (!holds)
    abort();
}

static void check_file(const struct lev_record_file *file)
{
  require(file->path[0] == '/' && strchr(file->path, '\n') == NULL && strstr(file->path, "/../") == NULL);
  require(strncmp(file->staged, LEV_STAGED_PREFIX, strlen(LEV_STAGED_PREFIX)) == 0 && !strchr(file->staged, '/'));
  require(strchr(file->backup, '/') == NULL && file->backup[0] != '.' && file->backup[0] != '\0');
  require(file->mode <= 07777 && strcmp(file->old_hash, file->new_hash) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct lev_record record;
  struct lev_error error;
  enum lev_status status = lev_record_parse(&record, "fuzz", (const char *)data, size, &error);
  if (status == LEV_OK) {
    struct lev_buf text = { 0 };
    require(record.count > 0 && record.count <= LEV_TXN_TARGETS_MAX);
    for (size_t i = 0; i < record.count; i++)
      check_file(&record.files[i]);
    lev_record_text(&record, &text);
    require(lev_buf_check(&text, &error) == LEV_OK && text.len == size && memcmp(text.data, data, size) == 0);
    lev_buf_wipe(&text);
  } else
    require(status == LEV_BROKEN_FILE && strncmp(error.message, "fuzz: ", 6) == 0);
  lev_record_wipe(&record);
  return 0;
}
