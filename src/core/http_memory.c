/*
 * http_memory: curl and OpenSSL free nothing unwiped.
 *
 * Requests carry session tokens and answers carry keys, and both libraries keep copies of them in buffers of their own,
 * so their allocators are replaced (wiping.h) before either is used.
 */
#include "http_parts.h"
#include "openssl_memory.h"
#include "wiping.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *wiping_calloc(size_t count, size_t size)
{
  if (size != 0 && count > SIZE_MAX / size)
    return NULL;
  void *block = lev_wiping_malloc(count * size);
  if (block != NULL)
    memset(block, 0, count * size);
  return block;
}

static char *wiping_strdup(const char *text)
{
  size_t size = strlen(text) + 1;
  char *copy = lev_wiping_malloc(size);
  if (copy != NULL)
    memcpy(copy, text, size);
  return copy;
}

enum lev_status lev_http_set_up(struct lev_error *error)
{
  static bool done;
  if (done)
    return LEV_OK;
  lev_openssl_wipe_freed();
  /* curl would write the keys of every TLS connection into the file that this variable names. */
  static const char key_log[] = "SSLKEYLOGFILE";
  const char *value = getenv(key_log);
  char *kept = value == NULL ? NULL : strdup(value);
  if (value != NULL && kept == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  unsetenv(key_log);
  CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, lev_wiping_malloc, lev_wiping_free, lev_wiping_realloc,
                                       wiping_strdup, wiping_calloc);
  if (kept != NULL)
    setenv(key_log, kept, 1);
  free(kept);
  if (code != CURLE_OK)
    return lev_fail(error, LEV_FAILED, "cannot start libcurl: %s", curl_easy_strerror(code));
  done = true;
  return LEV_OK;
}
