/*
 * sigv4_key: SHA-256, HMAC and the derived signing keys; the inside of sigv4.
 *
 * The digest is fetched once and its context used again and again: OpenSSL spends more on looking a digest up than on
 * hashing a request. Signing keys are kept per secret, date, region and service, at most LEV_SIGV4_KEYS of them, the
 * least recently used one giving way. They, and everything on the way to them, live on guarded pages. The secret itself
 * is not kept, nor used to look a key up: an entry knows it by a salted hash, and the salt is this process's own.
 */
#ifndef LEV_SIGV4_KEY_H
#define LEV_SIGV4_KEY_H

#include "error.h"

#include <openssl/evp.h>
#include <stddef.h>

#define LEV_SIGV4_KEYS 16
#define LEV_SIGV4_HASH 32
#define LEV_SIGV4_SCOPE_MAX 160 /* "20150830/<region>/<service>/aws4_request" */

/* Zeroed is valid, and empty. */
struct lev_sigv4_keys {
  EVP_MD *digest;
  EVP_MD_CTX *fresh, *context; /* one that was only initialised: copying it beats initialising; the working one */
  struct lev_sigv4_vault *vault;
};

/* What a signing key is bound to. `text` is "date/region/service/aws4_request", at most LEV_SIGV4_SCOPE_MAX bytes; the
 * others point to its parts. */
struct lev_sigv4_key_scope {
  const char *text;
  size_t len;
  size_t region_len, service_len;
};

LEV_MUST_CHECK enum lev_status lev_sigv4_keys_init(struct lev_sigv4_keys *keys, struct lev_error *error);
/* Wipes the keys and frees all; idempotent. */
void lev_sigv4_keys_wipe(struct lev_sigv4_keys *keys);

LEV_MUST_CHECK enum lev_status lev_sigv4_hash(struct lev_sigv4_keys *keys, const void *bytes, size_t len,
                                              unsigned char hash[LEV_SIGV4_HASH], struct lev_error *error);
/* The HMAC of the text under the signing key of this secret and scope, derived when it is not there yet. */
LEV_MUST_CHECK enum lev_status lev_sigv4_mac(struct lev_sigv4_keys *keys, const char *secret, size_t secret_len,
                                             const struct lev_sigv4_key_scope *scope, const void *text, size_t len,
                                             unsigned char mac[LEV_SIGV4_HASH], struct lev_error *error);

#endif
