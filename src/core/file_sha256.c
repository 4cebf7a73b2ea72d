/* file_sha256: the one brick of file.h that needs a library of its own (libmd), apart so that a start does not load it. */
#include "file.h"
#include "secret.h"

#include <sha2.h>
#include <stdio.h>

void lev_file_sha256(const void *bytes, size_t len, char hex[65])
{
  SHA2_CTX context;
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Init(&context);
  SHA256Update(&context, bytes, len);
  SHA256Final(digest, &context);
  lev_wipe(&context, sizeof context);
  for (size_t i = 0; i < sizeof digest; i++)
    snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}
