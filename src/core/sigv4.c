/* sigv4: see sigv4.h. */
#include "sigv4.h"
#include "secret.h"
#include "sigv4_canonical.h"
#include "sigv4_key.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define UNSIGNED "UNSIGNED-PAYLOAD"
#define NAME_MAX_LEN 64 /* of a region, a service */
#define KEEP_ROOM 65536 /* what a buffer may keep between two requests */

struct lev_sigv4 {
  struct lev_sigv4_keys keys;
  struct lev_sigv4_headers headers;
  struct lev_buf canonical, query, url; /* may hold a token: secret */
  struct lev_buf authorization, spans;
  char host[256];
  char payload_hash[2 * LEV_SIGV4_HASH + 1];
  char string_to_sign[sizeof ALGORITHM + 17 + LEV_SIGV4_SCOPE_MAX + 1 + 2 * LEV_SIGV4_HASH + 1];
  char scope_text[LEV_SIGV4_SCOPE_MAX];
  struct lev_sigv4_key_scope scope;
};

enum lev_status lev_sigv4_new(struct lev_sigv4 **signer, struct lev_error *error)
{
  struct lev_sigv4 *made = calloc(1, sizeof *made);
  if (made == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  made->canonical.secret = made->query.secret = made->url.secret = true;
  if (lev_sigv4_keys_init(&made->keys, error) != LEV_OK) {
    free(made);
    return error->status;
  }
  *signer = made;
  return LEV_OK;
}

static void forget(struct lev_buf *buf)
{
  if (buf->cap > KEEP_ROOM || buf->failed)
    lev_buf_wipe(buf);
  else if (buf->len > 0)
    lev_buf_clear(buf);
}

void lev_sigv4_forget(struct lev_sigv4 *signer)
{
  forget(&signer->canonical);
  forget(&signer->query);
  forget(&signer->url);
  forget(&signer->authorization);
  forget(&signer->spans);
  forget(&signer->headers.names);
}

void lev_sigv4_free(struct lev_sigv4 *signer)
{
  if (signer == NULL)
    return;
  lev_sigv4_keys_wipe(&signer->keys);
  lev_buf_wipe(&signer->canonical);
  lev_buf_wipe(&signer->query);
  lev_buf_wipe(&signer->url);
  lev_buf_wipe(&signer->authorization);
  lev_buf_wipe(&signer->spans);
  lev_buf_wipe(&signer->headers.names);
  lev_wipe(signer, sizeof *signer);
  free(signer);
}

static struct lev_sigv4_text literal(const char *text)
{
  return (struct lev_sigv4_text){ text, strlen(text) };
}

/* 1 to `most` letters, digits, and - _ . */
static bool is_word(struct lev_sigv4_text text, size_t most)
{
  return text.len > 0 && text.len <= most && lev_sigv4_is_all(text, LEV_SIGV4_WORD);
}

static enum lev_status check_credentials(const struct lev_sigv4_credentials *credentials,
                                         const struct lev_sigv4_scope *scope, struct lev_error *error)
{
  if (!is_word(credentials->access_key_id, LEV_SIGV4_NAME_MAX))
    return lev_fail(error, LEV_REFUSED, "the access key id is empty, too long, or has characters that no key id has");
  if (credentials->secret_access_key.len == 0)
    return lev_fail(error, LEV_REFUSED, "the secret access key is empty");
  if (!lev_sigv4_is_all(credentials->session_token, LEV_SIGV4_VALUE))
    return lev_fail(error, LEV_REFUSED, "the session token has a control character");
  if (!is_word(scope->region, NAME_MAX_LEN))
    return lev_fail(error, LEV_REFUSED, "the region is empty, too long, or no region's name");
  if (!is_word(scope->service, NAME_MAX_LEN))
    return lev_fail(error, LEV_REFUSED, "the service is empty, too long, or no service's name");
  if (scope->time < 0 || scope->time > LEV_SIGV4_TIME_MAX)
    return lev_fail(error, LEV_REFUSED, "the time to sign for is out of range");
  return LEV_OK;
}

static enum lev_status check_request(const struct lev_sigv4_request *request, size_t token_len, struct lev_error *error)
{
  if (request->header_count > LEV_SIGV4_HEADERS)
    return lev_fail(error, LEV_REFUSED, "more than %d headers cannot be signed", LEV_SIGV4_HEADERS);
  size_t sum = request->path.len + request->query.len + token_len;
  for (size_t i = 0; i < request->header_count; i++)
    sum += request->headers[i].name.len + request->headers[i].value.len;
  if (sum > LEV_SIGV4_REQUEST_MAX)
    return lev_fail(error, LEV_REFUSED, "the request is too large to sign (%zu bytes without its body)", sum);
  if (!is_word(request->method, 32))
    return lev_fail(error, LEV_REFUSED, "the method is no HTTP method");
  if (request->path.len == 0 || request->path.data[0] != '/' || !lev_sigv4_is_all(request->path, LEV_SIGV4_PATH))
    return lev_fail(error, LEV_REFUSED, "the path does not start with a slash, or has a control character, ? or #");
  if (!lev_sigv4_is_all(request->query, LEV_SIGV4_QUERY))
    return lev_fail(error, LEV_REFUSED, "the query has a control character or #");
  if (request->payload_hash.data != NULL && !is_word(request->payload_hash, LEV_SIGV4_NAME_MAX))
    return lev_fail(error, LEV_REFUSED, "the payload hash is neither a hash nor one of AWS's words for none");
  return LEV_OK;
}

/* The host in lower case, without the port that the scheme implies, into signer->host. */
static enum lev_status set_host(struct lev_sigv4 *signer, const struct lev_sigv4_request *request,
                                struct lev_error *error)
{
  struct lev_sigv4_text host = request->host;
  if (host.len == 0 || host.len >= sizeof signer->host || !lev_sigv4_is_all(host, LEV_SIGV4_HOST))
    return lev_fail(error, LEV_REFUSED, "the host is empty, too long, or no host's name");
  size_t name_len = host.len;
  while (name_len > 0 && isdigit((unsigned char)host.data[name_len - 1]))
    name_len--;
  if (name_len > 0 && host.data[name_len - 1] == ':') {
    const char *implied = request->plain_http ? "80" : "443";
    size_t port_len = host.len - name_len;
    if (port_len == 0 || name_len == 1)
      return lev_fail(error, LEV_REFUSED, "the host lacks its name, or its port after the colon");
    if (port_len == strlen(implied) && memcmp(host.data + name_len, implied, port_len) == 0)
      host.len = name_len - 1;
  }
  for (size_t i = 0; i < host.len; i++)
    signer->host[i] = (char)tolower((unsigned char)host.data[i]);
  signer->host[host.len] = '\0';
  return LEV_OK;
}

static void put_digits(char *out, int digits, int64_t number)
{
  while (digits-- > 0) {
    out[digits] = (char)('0' + number % 10);
    number /= 10;
  }
}

/* "20150830T123600Z". The calendar by 400-year eras that begin in March, so that the leap day comes last. */
static void format_time(int64_t time, char out[17])
{
  int64_t days = time / 86400 + 719468, second = time % 86400;
  int64_t era = days / 146097, day = days % 146097;
  int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  day -= 365 * year + year / 4 - year / 100;
  int64_t month = (5 * day + 2) / 153;
  put_digits(out + 6, 2, day - (153 * month + 2) / 5 + 1);
  month += month < 10 ? 3 : -9;
  put_digits(out + 4, 2, month);
  put_digits(out, 4, year + era * 400 + (month <= 2));
  out[8] = 'T';
  put_digits(out + 9, 2, second / 3600);
  put_digits(out + 11, 2, second / 60 % 60);
  put_digits(out + 13, 2, second % 60);
  memcpy(out + 15, "Z", 2);
}

static void set_scope(struct lev_sigv4 *signer, const struct lev_sigv4_scope *scope, const char *date)
{
  char *at = signer->scope_text;
  memcpy(at, date, 8);
  at[8] = '/';
  at = mempcpy(at + 9, scope->region.data, scope->region.len);
  *at++ = '/';
  at = mempcpy(at, scope->service.data, scope->service.len);
  at = mempcpy(at, "/aws4_request", 13);
  signer->scope = (struct lev_sigv4_key_scope){ signer->scope_text, (size_t)(at - signer->scope_text),
                                                scope->region.len, scope->service.len };
}

static void put_hex(char *out, const unsigned char hash[LEV_SIGV4_HASH])
{
  for (int i = 0; i < LEV_SIGV4_HASH; i++) {
    int high = hash[i] >> 4, low = hash[i] & 15;
    out[2 * i] = (char)('0' + high + (high > 9 ? 'a' - '9' - 1 : 0)); /* no table: the compiler takes many at once */
    out[2 * i + 1] = (char)('0' + low + (low > 9 ? 'a' - '9' - 1 : 0));
  }
  out[2 * LEV_SIGV4_HASH] = '\0';
}

/* Everything but the headers' own additions: checks, date, scope, host, the caller's headers. */
static enum lev_status begin(struct lev_sigv4 *signer, const struct lev_sigv4_request *request,
                             const struct lev_sigv4_credentials *credentials, const struct lev_sigv4_scope *scope,
                             struct lev_sigv4_signed *result, struct lev_error *error)
{
  lev_sigv4_forget(signer);
  memset(result, 0, sizeof *result);
  if (check_credentials(credentials, scope, error) != LEV_OK ||
      check_request(request, credentials->session_token.len, error) != LEV_OK ||
      set_host(signer, request, error) != LEV_OK ||
      lev_sigv4_headers_take(&signer->headers, request->headers, request->header_count, error) != LEV_OK)
    return error->status;
  format_time(scope->time, result->date);
  set_scope(signer, scope, result->date);
  if (lev_sigv4_headers_get(&signer->headers, "host") == NULL) {
    result->host = literal(signer->host);
    lev_sigv4_headers_add(&signer->headers, "host", result->host);
  }
  return LEV_OK;
}

/* The last line of the canonical request. */
static enum lev_status set_payload_hash(struct lev_sigv4 *signer, const struct lev_sigv4_request *request,
                                        struct lev_sigv4_text body, struct lev_sigv4_signed *result,
                                        struct lev_error *error)
{
  const struct lev_sigv4_text *header = lev_sigv4_headers_get(&signer->headers, "x-amz-content-sha256");
  unsigned char hash[LEV_SIGV4_HASH];
  if (request->payload_hash.data != NULL) {
    result->payload_hash = request->payload_hash;
  } else if (header != NULL) {
    result->payload_hash = *header;
  } else {
    if (lev_sigv4_hash(&signer->keys, body.data, body.len, hash, error) != LEV_OK)
      return error->status;
    put_hex(signer->payload_hash, hash);
    result->payload_hash = literal(signer->payload_hash);
  }
  return LEV_OK;
}

/* First stage. */
static enum lev_status make_canonical_request(struct lev_sigv4 *signer, const struct lev_sigv4_request *request,
                                              struct lev_sigv4_text query, bool s3, struct lev_sigv4_signed *result,
                                              struct lev_error *error)
{
  struct lev_buf *out = &signer->canonical;
  for (size_t i = 0; i < request->method.len; i++)
    lev_sigv4_put_char(out, (char)toupper((unsigned char)request->method.data[i]));
  lev_sigv4_put_char(out, '\n');
  if (s3)
    lev_sigv4_put_text(out, request->path);
  else
    lev_sigv4_canonical_path(out, request->path);
  lev_sigv4_put_char(out, '\n');
  lev_sigv4_canonical_query(out, query, &signer->spans);
  lev_sigv4_put_char(out, '\n');
  lev_sigv4_canonical_headers(out, &signer->headers);
  lev_sigv4_put_char(out, '\n');
  lev_sigv4_put_text(out, result->payload_hash);
  result->canonical_request = (struct lev_sigv4_text){ out->data, out->len };
  return lev_buf_check(out, error);
}

/* Second and third stage. */
static enum lev_status make_signature(struct lev_sigv4 *signer, struct lev_sigv4_text secret,
                                      struct lev_sigv4_signed *result, struct lev_error *error)
{
  unsigned char hash[LEV_SIGV4_HASH];
  const struct lev_sigv4_text *canonical = &result->canonical_request;
  if (lev_sigv4_hash(&signer->keys, canonical->data, canonical->len, hash, error) != LEV_OK)
    return error->status;
  char *at = mempcpy(signer->string_to_sign, ALGORITHM "\n", sizeof ALGORITHM);
  at = mempcpy(at, result->date, 16);
  *at++ = '\n';
  at = mempcpy(at, signer->scope.text, signer->scope.len);
  *at++ = '\n';
  put_hex(at, hash);
  result->string_to_sign =
      (struct lev_sigv4_text){ signer->string_to_sign, (size_t)(at - signer->string_to_sign) + 2 * LEV_SIGV4_HASH };
  if (lev_sigv4_mac(&signer->keys, secret.data, secret.len, &signer->scope, result->string_to_sign.data,
                    result->string_to_sign.len, hash, error) != LEV_OK)
    return error->status;
  put_hex(result->signature, hash);
  return LEV_OK;
}

enum lev_status lev_sigv4_sign(struct lev_sigv4 *signer, const struct lev_sigv4_request *request,
                               const struct lev_sigv4_credentials *credentials, const struct lev_sigv4_scope *scope,
                               struct lev_sigv4_signed *result, struct lev_error *error)
{
  struct lev_sigv4_headers *headers = &signer->headers;
  bool has_token = credentials->session_token.data != NULL;
  headers->own_token = has_token;
  headers->own_payload_hash = scope->s3 || request->payload_hash.data != NULL;
  if (begin(signer, request, credentials, scope, result, error) != LEV_OK ||
      set_payload_hash(signer, request, request->body, result, error) != LEV_OK)
    return error->status;
  result->send_payload_hash = headers->own_payload_hash;
  lev_sigv4_headers_add(headers, "x-amz-date", literal(result->date));
  if (has_token)
    lev_sigv4_headers_add(headers, "x-amz-security-token", credentials->session_token);
  if (headers->own_payload_hash)
    lev_sigv4_headers_add(headers, "x-amz-content-sha256", result->payload_hash);
  if (make_canonical_request(signer, request, request->query, scope->s3, result, error) != LEV_OK ||
      make_signature(signer, credentials->secret_access_key, result, error) != LEV_OK)
    return error->status;
  struct lev_buf *out = &signer->authorization;
  lev_buf_puts(out, ALGORITHM " Credential=");
  lev_sigv4_put_text(out, credentials->access_key_id);
  lev_sigv4_put_char(out, '/');
  lev_sigv4_put(out, signer->scope.text, signer->scope.len);
  lev_buf_puts(out, ", SignedHeaders=");
  lev_sigv4_signed_names(out, headers);
  lev_buf_puts(out, ", Signature=");
  lev_sigv4_put(out, result->signature, 64);
  result->authorization = (struct lev_sigv4_text){ out->data, out->len };
  return lev_buf_check(out, error);
}

/* The query of a presigned URL, without its signature: the request's own, then what the header would have said. */
static enum lev_status make_query(struct lev_sigv4 *signer, const struct lev_sigv4_request *request,
                                  const struct lev_sigv4_credentials *credentials, const struct lev_sigv4_scope *scope,
                                  const char *date, struct lev_error *error)
{
  struct lev_buf *out = &signer->query;
  lev_sigv4_put_text(out, request->query);
  if (request->query.len > 0)
    lev_sigv4_put_char(out, '&');
  lev_buf_puts(out, "X-Amz-Algorithm=" ALGORITHM "&X-Amz-Credential=");
  lev_sigv4_encode(out, credentials->access_key_id.data, credentials->access_key_id.len);
  lev_buf_puts(out, "%2F");
  lev_sigv4_encode(out, signer->scope.text, signer->scope.len);
  lev_buf_printf(out, "&X-Amz-Date=%s&X-Amz-Expires=%u&X-Amz-SignedHeaders=", date, scope->expires);
  for (size_t i = 0; i < signer->headers.count; i++) {
    if (i > 0)
      lev_buf_puts(out, "%3B");
    lev_sigv4_encode(out, signer->headers.sorted[i].name.data, signer->headers.sorted[i].name.len);
  }
  if (credentials->session_token.data != NULL) {
    lev_buf_puts(out, "&X-Amz-Security-Token=");
    lev_sigv4_encode(out, credentials->session_token.data, credentials->session_token.len);
  }
  return lev_buf_check(out, error);
}

enum lev_status lev_sigv4_presign(struct lev_sigv4 *signer, const struct lev_sigv4_request *request,
                                  const struct lev_sigv4_credentials *credentials, const struct lev_sigv4_scope *scope,
                                  struct lev_sigv4_signed *result, struct lev_error *error)
{
  struct lev_sigv4_request bare = *request;
  signer->headers.own_token = credentials->session_token.data != NULL;
  signer->headers.own_payload_hash = false;
  if (scope->expires < 1 || scope->expires > LEV_SIGV4_EXPIRES_MAX)
    return lev_fail(error, LEV_REFUSED, "a presigned URL lives 1 to %d seconds", LEV_SIGV4_EXPIRES_MAX);
  if (begin(signer, request, credentials, scope, result, error) != LEV_OK)
    return error->status;
  if (scope->s3 && bare.payload_hash.data == NULL &&
      lev_sigv4_headers_get(&signer->headers, "x-amz-content-sha256") == NULL)
    bare.payload_hash = literal(UNSIGNED);
  if (set_payload_hash(signer, &bare, literal(""), result, error) != LEV_OK ||
      make_query(signer, request, credentials, scope, result->date, error) != LEV_OK)
    return error->status;
  struct lev_sigv4_text query = { signer->query.data, signer->query.len };
  if (make_canonical_request(signer, request, query, scope->s3, result, error) != LEV_OK ||
      make_signature(signer, credentials->secret_access_key, result, error) != LEV_OK)
    return error->status;
  struct lev_buf *out = &signer->url;
  lev_buf_puts(out, request->plain_http ? "http://" : "https://");
  lev_buf_puts(out, signer->host);
  lev_sigv4_put_text(out, request->path);
  lev_sigv4_put_char(out, '?');
  lev_sigv4_put_text(out, query);
  lev_buf_puts(out, "&X-Amz-Signature=");
  lev_sigv4_put(out, result->signature, 64);
  result->url = (struct lev_sigv4_text){ out->data, out->len };
  return lev_buf_check(out, error);
}
