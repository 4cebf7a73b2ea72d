/*
 * Fuzz target: the signer. The input is fields divided by 0xFF: switches, method, host, path, query, body, access key
 * id, token, region, service, then names and values of headers. Whatever it is: refused, or signed the same way twice
 * (the second time with the kept key), with as many lines in the canonical request as there must be.
 */
#include "sigv4.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
  if (!holds)
    abort();
}

static struct lev_sigv4_text next_field(const uint8_t **at, const uint8_t *end)
{
  if (*at >= end)
    return (struct lev_sigv4_text){ 0 };
  const uint8_t *stop = memchr(*at, 0xff, (size_t)(end - *at));
  if (stop == NULL)
    stop = end;
  struct lev_sigv4_text field = { (const char *)*at, (size_t)(stop - *at) };
  *at = stop + (stop < end);
  return field;
}

static size_t count_of(struct lev_sigv4_text text, char c)
{
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++)
    count += text.data[i] == c;
  return count;
}

static void check(const struct lev_sigv4_signed *result, int presigned)
{
  struct lev_sigv4_text shown = presigned ? result->url : result->authorization;
  for (size_t i = 0; i < shown.len; i++)
    require((unsigned char)shown.data[i] >= ' ' && shown.data[i] != 0x7f);
  const char *canonical = result->canonical_request.data, *end = canonical + result->canonical_request.len;
  const char *hash = (const char *)memrchr(canonical, '\n', (size_t)(end - canonical)) + 1;
  const char *names = (const char *)memrchr(canonical, '\n', (size_t)(hash - 1 - canonical)) + 1;
  struct lev_sigv4_text signed_names = { names, (size_t)(hash - 1 - names) };
  require(count_of(result->canonical_request, '\n') == count_of(signed_names, ';') + 1 + 5);
  require(strlen(result->date) == 16 && strlen(result->signature) == 64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct lev_sigv4 *signer;
  struct lev_sigv4_pair headers[LEV_SIGV4_HEADERS];
  struct lev_sigv4_request request = { .headers = headers };
  struct lev_sigv4_credentials credentials = { .secret_access_key = { "secret", 6 } };
  struct lev_sigv4_scope scope = { 0 };
  struct lev_sigv4_signed result;
  struct lev_error error;
  const uint8_t *end = data + size;
  if (signer == NULL)
    require(lev_sigv4_new(&signer, &error) == LEV_OK);
  struct lev_sigv4_text switches = next_field(&data, end);
  int bits = switches.len > 0 ? (unsigned char)switches.data[0] : 0;
  int presigned = bits & 1;
  scope.s3 = (bits & 2) != 0;
  request.plain_http = (bits & 4) != 0;
  scope.expires = 60;
  for (size_t i = 1; i < switches.len && i < 6; i++)
    scope.time = scope.time << 8 | (unsigned char)switches.data[i];
  struct lev_sigv4_text *const fields[] = { &request.method,
                                            &request.host,
                                            &request.path,
                                            &request.query,
                                            &request.body,
                                            &credentials.access_key_id,
                                            &credentials.session_token,
                                            &scope.region,
                                            &scope.service };
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    *fields[i] = next_field(&data, end);
  while (data < end && request.header_count < LEV_SIGV4_HEADERS) {
    headers[request.header_count].name = next_field(&data, end);
    headers[request.header_count++].value = next_field(&data, end);
  }
  char first[65] = "";
  for (int round = 0; round < 2; round++) {
    enum lev_status status = presigned ? lev_sigv4_presign(signer, &request, &credentials, &scope, &result, &error)
                                       : lev_sigv4_sign(signer, &request, &credentials, &scope, &result, &error);
    if (status != LEV_OK) {
      require(status == LEV_REFUSED && error.message[0] != '\0');
      break;
    }
    check(&result, presigned);
    require(round == 0 || strcmp(first, result.signature) == 0);
    memcpy(first, result.signature, sizeof first);
  }
  lev_sigv4_forget(signer);
  return 0;
}
