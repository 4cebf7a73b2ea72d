/* sigv4_key: see sigv4_key.h. */
#include "sigv4_key.h"
#include "openssl_memory.h"
#include "secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 64   /* of SHA-256 */
#define DATE_LEN 8 /* "20150830" */
#define TERMINATOR "aws4_request"
/* Salt, secret (40 bytes, as AWS makes them) and SHA-256's own padding fill exactly one block. */
#define SALT_LEN 15

struct entry {
  uint64_t used; /* 0: free */
  size_t scope_len;
  char scope[LEV_SIGV4_SCOPE_MAX];
  unsigned char secret_id[LEV_SIGV4_HASH];
  unsigned char key[LEV_SIGV4_HASH];
};

/* All that is secret here, in one piece of guarded memory. */
struct lev_sigv4_vault {
  struct entry entries[LEV_SIGV4_KEYS];
  uint64_t clock;
  unsigned char salt[SALT_LEN];
  unsigned char block[BLOCK];              /* the padded key of the running HMAC */
  unsigned char secret_id[LEV_SIGV4_HASH]; /* of the secret at hand */
};

enum lev_status lev_sigv4_keys_init(struct lev_sigv4_keys *keys, struct lev_error *error)
{
  lev_openssl_wipe_freed();
  keys->vault = lev_pages_alloc(sizeof *keys->vault);
  keys->digest = EVP_MD_fetch(NULL, "SHA256", NULL);
  keys->fresh = EVP_MD_CTX_new();
  keys->context = EVP_MD_CTX_new();
  if (keys->vault == NULL || keys->digest == NULL || keys->fresh == NULL || keys->context == NULL ||
      EVP_DigestInit_ex2(keys->fresh, keys->digest, NULL) != 1) {
    lev_sigv4_keys_wipe(keys);
    return lev_fail(error, LEV_FAILED, "SHA-256 cannot be set up");
  }
  if (RAND_bytes(keys->vault->salt, SALT_LEN) != 1) {
    lev_sigv4_keys_wipe(keys);
    return lev_fail(error, LEV_FAILED, "there are no random bytes");
  }
  return LEV_OK;
}

void lev_sigv4_keys_wipe(struct lev_sigv4_keys *keys)
{
  EVP_MD_CTX_free(keys->context);
  EVP_MD_CTX_free(keys->fresh);
  EVP_MD_free(keys->digest);
  lev_pages_free(keys->vault, sizeof *keys->vault);
  memset(keys, 0, sizeof *keys);
}

/* SHA-256 of two pieces. The context is left with the hash inside, never with what was hashed. */
static bool hash_pieces(struct lev_sigv4_keys *keys, const void *a, size_t a_len, const void *b, size_t b_len,
                        unsigned char hash[LEV_SIGV4_HASH])
{
  return EVP_MD_CTX_copy_ex(keys->context, keys->fresh) == 1 && EVP_DigestUpdate(keys->context, a, a_len) == 1 &&
         (b_len == 0 || EVP_DigestUpdate(keys->context, b, b_len) == 1) &&
         EVP_DigestFinal_ex(keys->context, hash, NULL) == 1;
}

enum lev_status lev_sigv4_hash(struct lev_sigv4_keys *keys, const void *bytes, size_t len,
                               unsigned char hash[LEV_SIGV4_HASH], struct lev_error *error)
{
  if (!hash_pieces(keys, "", 0, bytes, len, hash))
    return lev_fail(error, LEV_FAILED, "SHA-256 failed");
  return LEV_OK;
}

/* HMAC (RFC 2104) under the key that lies, padded with zeros, in the vault's block. */
static bool mac_with_block(struct lev_sigv4_keys *keys, const void *text, size_t len, unsigned char mac[LEV_SIGV4_HASH])
{
  unsigned char *block = keys->vault->block;
  for (int i = 0; i < BLOCK; i++)
    block[i] ^= 0x36;
  if (!hash_pieces(keys, block, BLOCK, text, len, mac))
    return false;
  for (int i = 0; i < BLOCK; i++)
    block[i] ^= 0x36 ^ 0x5c;
  return hash_pieces(keys, block, BLOCK, mac, LEV_SIGV4_HASH, mac);
}

static bool mac_with_key(struct lev_sigv4_keys *keys, const unsigned char key[LEV_SIGV4_HASH], const void *text,
                         size_t len, unsigned char mac[LEV_SIGV4_HASH])
{
  unsigned char *block = keys->vault->block;
  memcpy(block, key, LEV_SIGV4_HASH);
  memset(block + LEV_SIGV4_HASH, 0, BLOCK - LEV_SIGV4_HASH);
  return mac_with_block(keys, text, len, mac);
}

/* The first key of the chain is "AWS4" and the secret; one longer than a block counts as its hash. */
static bool load_secret(struct lev_sigv4_keys *keys, const char *secret, size_t len)
{
  unsigned char *block = keys->vault->block;
  memset(block, 0, BLOCK);
  if (len > BLOCK - 4)
    return hash_pieces(keys, "AWS4", 4, secret, len, block);
  memcpy(block, "AWS4", 4);
  memcpy(block + 4, secret, len);
  return true;
}

static bool derive(struct lev_sigv4_keys *keys, const char *secret, size_t secret_len,
                   const struct lev_sigv4_key_scope *scope, unsigned char key[LEV_SIGV4_HASH])
{
  const char *region = scope->text + DATE_LEN + 1;
  const char *service = region + scope->region_len + 1;
  return load_secret(keys, secret, secret_len) && mac_with_block(keys, scope->text, DATE_LEN, key) &&
         mac_with_key(keys, key, region, scope->region_len, key) &&
         mac_with_key(keys, key, service, scope->service_len, key) &&
         mac_with_key(keys, key, TERMINATOR, sizeof TERMINATOR - 1, key);
}

/* The entry of this secret (vault->secret_id) and scope, or the one to give up for it with `found` false. */
static struct entry *find(struct lev_sigv4_vault *vault, const struct lev_sigv4_key_scope *scope, bool *found)
{
  struct entry *oldest = vault->entries;
  *found = false;
  for (struct entry *e = vault->entries; e < vault->entries + LEV_SIGV4_KEYS; e++) {
    if (e->used != 0 && e->scope_len == scope->len && memcmp(e->scope, scope->text, scope->len) == 0 &&
        CRYPTO_memcmp(e->secret_id, vault->secret_id, LEV_SIGV4_HASH) == 0) {
      *found = true;
      return e;
    }
    if (e->used < oldest->used)
      oldest = e;
  }
  return oldest;
}

enum lev_status lev_sigv4_mac(struct lev_sigv4_keys *keys, const char *secret, size_t secret_len,
                              const struct lev_sigv4_key_scope *scope, const void *text, size_t len,
                              unsigned char mac[LEV_SIGV4_HASH], struct lev_error *error)
{
  struct lev_sigv4_vault *vault = keys->vault;
  bool found;
  if (!hash_pieces(keys, vault->salt, SALT_LEN, secret, secret_len, vault->secret_id))
    return lev_fail(error, LEV_FAILED, "SHA-256 failed");
  struct entry *entry = find(vault, scope, &found);
  if (!found) {
    lev_wipe(entry, sizeof *entry);
    if (!derive(keys, secret, secret_len, scope, entry->key))
      return lev_fail(error, LEV_FAILED, "the signing key cannot be derived");
    memcpy(entry->secret_id, vault->secret_id, LEV_SIGV4_HASH);
    memcpy(entry->scope, scope->text, scope->len);
    entry->scope_len = scope->len;
  }
  entry->used = ++vault->clock;
  if (!mac_with_key(keys, entry->key, text, len, mac))
    return lev_fail(error, LEV_FAILED, "HMAC failed");
  return LEV_OK;
}
