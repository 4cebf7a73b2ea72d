/* openssl_memory: see openssl_memory.h. Part of each shared object that uses libcrypto. */
#include "openssl_memory.h"
#include "wiping.h"

#include <openssl/crypto.h>

static void *openssl_malloc(size_t size, const char *file, int line)
{
  (void)file, (void)line;
  return lev_wiping_malloc(size);
}

static void *openssl_realloc(void *block, size_t size, const char *file, int line)
{
  (void)file, (void)line;
  return lev_wiping_realloc(block, size);
}

static void openssl_free(void *block, const char *file, int line)
{
  (void)file, (void)line;
  lev_wiping_free(block);
}

void lev_openssl_wipe_freed(void)
{
  /* Refused once OpenSSL has allocated anything: then whoever used it first has chosen the allocator. */
  (void)CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}
