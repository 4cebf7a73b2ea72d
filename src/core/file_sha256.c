/*
 * file_sha256: the one brick of file.h that needs a library, apart so that a start does not load it. libcrypto hashes with
 * the processor's instructions where it has them, ten times as fast as plain C: a config of 10,000 profiles is 2 MB.
 */
#include "file.h"
#include "openssl_memory.h"

#include <openssl/sha.h>
#include <stdio.h>

void lev_file_sha256(const void *bytes, size_t len, char hex[65])
{
  unsigned char digest[SHA256_DIGEST_LENGTH];
  lev_openssl_wipe_freed();
  SHA256(bytes, len, digest);
  for (size_t i = 0; i < sizeof digest; i++)
    snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}
