/*
 * http_memory: curl and OpenSSL free nothing unwiped.
 *
 * Requests carry session tokens and answers carry keys, and both libraries keep copies in buffers of their own. Their
 * allocators are replaced by ones that know each block's size and wipe it when it is freed or moved.
 */
#include "http_parts.h"
#include "secret.h"

#include <openssl/crypto.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* In front of every block. */
union head {
  size_t size;
  max_align_t align;
};

static void *wiping_malloc(size_t size)
{
  if (size > SIZE_MAX - sizeof(union head))
    return NULL;
  union head *head = malloc(sizeof *head + size);
  if (head == NULL)
    return NULL;
  head->size = size;
  return head + 1;
}

static void wiping_free(void *block)
{
  if (block == NULL)
    return;
  union head *head = (union head *)block - 1;
  lev_wipe(block, head->size);
  free(head);
}

static void *wiping_realloc(void *block, size_t size)
{
  void *moved = wiping_malloc(size);
  if (block == NULL || moved == NULL)
    return moved;
  size_t old_size = ((union head *)block - 1)->size;
  memcpy(moved, block, old_size < size ? old_size : size);
  wiping_free(block);
  return moved;
}

static void *wiping_calloc(size_t count, size_t size)
{
  if (size != 0 && count > SIZE_MAX / size)
    return NULL;
  void *block = wiping_malloc(count * size);
  if (block != NULL)
    memset(block, 0, count * size);
  return block;
}

static char *wiping_strdup(const char *text)
{
  size_t size = strlen(text) + 1;
  char *copy = wiping_malloc(size);
  if (copy != NULL)
    memcpy(copy, text, size);
  return copy;
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
  (void)file, (void)line;
  return size == 0 ? NULL : wiping_malloc(size);
}

static void openssl_free(void *block, const char *file, int line)
{
  (void)file, (void)line;
  wiping_free(block);
}

static void *openssl_realloc(void *block, size_t size, const char *file, int line)
{
  (void)file, (void)line;
  if (size > 0)
    return wiping_realloc(block, size);
  wiping_free(block);
  return NULL;
}

/* OpenSSL takes other allocators only before its first allocation, so this runs when the object is loaded, before any
   of the modules in it can call OpenSSL. Should another library have been first, OpenSSL keeps its own. */
__attribute__((constructor)) static void replace_openssl_allocators(void)
{
  (void)CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}

enum lev_status lev_http_set_up(struct lev_error *error)
{
  static bool done;
  if (done)
    return LEV_OK;
  /* curl would write the keys of every TLS connection into the file that this variable names. */
  static const char key_log[] = "SSLKEYLOGFILE";
  const char *value = getenv(key_log);
  char *kept = value == NULL ? NULL : strdup(value);
  if (value != NULL && kept == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  unsetenv(key_log);
  CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free, wiping_realloc, wiping_strdup,
                                       wiping_calloc);
  if (kept != NULL)
    setenv(key_log, kept, 1);
  free(kept);
  if (code != CURLE_OK)
    return lev_fail(error, LEV_FAILED, "cannot start libcurl: %s", curl_easy_strerror(code));
  done = true;
  return LEV_OK;
}
