/*
 * Fuzz target: key files. Whatever the bytes are: entries whose values are well-formed and lie within their buffer, or
 * a message with the file's name that holds no run of the input that could be a part of a secret.
 */
#include "keyfile.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
  if (!holds)
    abort();
}

static void check_entry(const struct lev_keyfile *keys, const struct lev_keyfile_entry *entry)
{
  for (int field = 0; field < LEV_KEYFILE_FIELDS; field++) {
    struct lev_keyfile_value value = entry->fields[field];
    require(value.len == 0 || value.at + value.len <= keys->bytes.len);
    for (size_t i = 0; i < value.len && field >= LEV_KEYFILE_ID; i++)
      require(isgraph((unsigned char)keys->bytes.data[value.at + i]));
  }
  require(entry->fields[LEV_KEYFILE_ID].len >= 16 && entry->fields[LEV_KEYFILE_SECRET].len > 0);
}

/* Capital letters do not occur in our own words in such number: five in a row come from the file. */
static void check_message(const char *message)
{
  int run = 0;
  require(strncmp(message, "fuzz:", 5) == 0);
  for (; *message != '\0'; message++) {
    require((unsigned char)*message >= ' ' && (unsigned char)*message < 0x7F);
    run = isupper((unsigned char)*message) ? run + 1 : 0;
    require(run < 5 || strncmp(message - 4, "DEFAULT", 5) == 0);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct lev_keyfile keys = { 0 };
  struct lev_error error;
  enum lev_status status = lev_keyfile_parse(&keys, "fuzz", (const char *)data, size, &error);
  require(keys.bytes.secret || size > LEV_KEYFILE_MAX_SIZE);
  if (status == LEV_OK) {
    require(keys.count > 0 && keys.count <= LEV_KEYFILE_MAX_KEYS);
    for (size_t i = 0; i < keys.count; i++)
      check_entry(&keys, &keys.entries[i]);
  } else {
    require(status == LEV_BROKEN_FILE);
    check_message(error.message);
  }
  lev_keyfile_wipe(&keys);
  return 0;
}
