/*
 * http_exchange: one request, from the caller's words to curl's settings, and its answer as it comes in.
 *
 * curl's callbacks touch buffers only. What may be secret is put together in wiped memory and given to curl, whose own
 * copies are wiped as well (http_memory.c).
 */
#include "http_parts.h"
#include "secret.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool is_loopback(const char *host)
{
  struct in_addr address;
  return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
         (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

static bool part_is(CURLU *parts, CURLUPart part, const char *wanted)
{
  char *text = NULL;
  bool same = curl_url_get(parts, part, &text, 0) == CURLUE_OK && strcmp(text, wanted) == 0;
  curl_free(text);
  return same;
}

static bool part_is_there(CURLU *parts, CURLUPart part)
{
  char *text = NULL;
  bool there = curl_url_get(parts, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return there;
}

/* Whether we talk to this URL, decided with curl's own parser so that there are no two opinions on what the host is;
   notes the host. *plain: http. */
static enum lev_status check_url(struct lev_http_exchange *exchange, CURLU *parts, const char *url, bool *plain,
                                 struct lev_error *error)
{
  char *host = NULL, *port = NULL;
  enum lev_status status = LEV_OK;
  if (curl_url_set(parts, CURLUPART_URL, url, CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
      curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK || strlen(host) > 253) {
    status = lev_fail(error, LEV_FAILED, "an endpoint must be a URL such as https://host");
    goto out;
  }
  *plain = part_is(parts, CURLUPART_SCHEME, "http");
  if (curl_url_get(parts, CURLUPART_PORT, &port, 0) == CURLUE_OK)
    snprintf(exchange->host, sizeof exchange->host, "%.240s:%.10s", host, port);
  else
    snprintf(exchange->host, sizeof exchange->host, "%s", host);
  if (part_is_there(parts, CURLUPART_USER) || part_is_there(parts, CURLUPART_PASSWORD))
    status =
        lev_fail(error, LEV_REFUSED, "the endpoint's URL for %s must hold no user name or password", exchange->host);
  else if (!*plain && !part_is(parts, CURLUPART_SCHEME, "https"))
    status = lev_fail(error, LEV_REFUSED, "%s can only be reached by https", exchange->host);
  else if (*plain && !is_loopback(host))
    status = lev_fail(error, LEV_REFUSED,
                      "%s must be reached by https: plain http is for this machine only (127.0.0.1, ::1, localhost)",
                      exchange->host);
out:
  curl_free(host);
  curl_free(port);
  return status;
}

static bool is_token(const char *name)
{
  for (const char *at = name; *at != '\0'; at++)
    if (!isalnum((unsigned char)*at) && strchr("!#$%&'*+-.^_`|~", *at) == NULL)
      return false;
  return name[0] != '\0';
}

static bool is_value(const char *value, size_t len)
{
  for (size_t i = 0; i < len; i++)
    if (((unsigned char)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f)
      return false;
  return true;
}

static bool push_line(struct curl_slist **list, const char *line)
{
  struct curl_slist *longer = curl_slist_append(*list, line);
  if (longer != NULL)
    *list = longer;
  return longer != NULL;
}

static enum lev_status add_headers(struct lev_http_exchange *exchange, const struct lev_http_request *request,
                                   struct lev_error *error)
{
  /* What curl would add by itself. */
  bool fits = push_line(&exchange->headers, "Accept:") && push_line(&exchange->headers, "Expect:");
  bool typed = false;
  struct lev_buf line = { .secret = true };
  enum lev_status status = LEV_OK;
  for (size_t i = 0; i < request->header_count && fits; i++) {
    const struct lev_http_header *header = &request->headers[i];
    if (!is_token(header->name) || !is_value(header->value, header->len)) {
      status =
          lev_fail(error, LEV_FAILED, "a request header for %s holds a character that cannot be sent", exchange->host);
      goto out;
    }
    typed = typed || strcasecmp(header->name, "content-type") == 0;
    lev_buf_clear(&line);
    lev_buf_puts(&line, header->name);
    lev_buf_puts(&line, header->len == 0 ? ";" : ": "); /* curl's way to say "empty" */
    lev_buf_append(&line, header->value, header->len);
    lev_buf_putc(&line, '\0');
    fits = lev_buf_check(&line, error) == LEV_OK && push_line(&exchange->headers, line.data);
  }
  if (fits && !typed)
    fits = push_line(&exchange->headers, "Content-Type:");
  if (!fits)
    status = lev_fail(error, LEV_FAILED, "not enough memory");
out:
  lev_buf_wipe(&line);
  return status;
}

static size_t on_body(char *bytes, size_t one, size_t len, void *context)
{
  (void)one;
  struct lev_http_exchange *exchange = context;
  struct lev_buf *body = &exchange->result.body;
  if (len > exchange->session->max_body - body->len) {
    exchange->too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  lev_buf_append(body, bytes, len);
  return body->failed ? CURL_WRITEFUNC_ERROR : len;
}

/* One header line. A status line begins a new set: what came with "100 Continue" is forgotten. */
static size_t on_header(char *bytes, size_t one, size_t len, void *context)
{
  (void)one;
  struct lev_http_exchange *exchange = context;
  struct lev_buf *headers = &exchange->result.headers;
  exchange->header_bytes += len;
  if (exchange->header_bytes > LEV_HTTP_MAX_HEADER) {
    exchange->too_large = true;
    return 0;
  }
  exchange->headers_over = len <= 2 && (bytes[0] == '\r' || bytes[0] == '\n');
  if (len > 5 && memcmp(bytes, "HTTP/", 5) == 0) {
    lev_buf_clear(headers);
    return len;
  }
  size_t end = len, name_len = 0;
  while (end > 0 && strchr("\r\n\t ", bytes[end - 1]) != NULL)
    end--;
  while (name_len < end && bytes[name_len] != ':')
    name_len++;
  if (name_len == 0 || name_len == end || bytes[0] == ' ' || bytes[0] == '\t' || memchr(bytes, '\0', end) != NULL)
    return len; /* the empty line at the end, a folded line: nothing that AWS's headers use */
  size_t value = name_len + 1;
  while (value < end && (bytes[value] == ' ' || bytes[value] == '\t'))
    value++;
  for (size_t i = 0; i < name_len; i++)
    lev_buf_putc(headers, (char)tolower((unsigned char)bytes[i]));
  lev_buf_putc(headers, '\0');
  lev_buf_append(headers, bytes + value, end - value);
  lev_buf_putc(headers, '\0');
  return headers->failed ? 0 : len;
}

/* The request's body. curl would silently send a request again when a kept connection breaks under it, also one that
   AWS may have carried out. It cannot where it would have to rewind this, so the decision stays with the caller. */
static size_t on_send(char *room, size_t one, size_t len, void *context)
{
  (void)one;
  struct lev_http_exchange *exchange = context;
  size_t left = exchange->body.len - exchange->sent;
  size_t now = left < len ? left : len;
  if (now > 0)
    memcpy(room, exchange->body.data + exchange->sent, now);
  exchange->sent += now;
  return now;
}

/* Remembers the first option that curl refused. */
#define SET(option, value) (code = code != CURLE_OK ? code : curl_easy_setopt(easy, option, value))

static CURLcode set_method(struct lev_http_exchange *exchange, const struct lev_http_request *request)
{
  CURL *easy = exchange->easy;
  CURLcode code = CURLE_OK;
  bool has_body = request->body != NULL || strcmp(request->method, "POST") == 0 || strcmp(request->method, "PUT") == 0;
  if (has_body) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
    SET(CURLOPT_READFUNCTION, on_send);
    SET(CURLOPT_READDATA, exchange);
  } else if (strcmp(request->method, "HEAD") == 0) {
    SET(CURLOPT_NOBODY, 1L);
  } else {
    SET(CURLOPT_HTTPGET, 1L);
  }
  SET(CURLOPT_CUSTOMREQUEST, request->method);
  return code;
}

/* Trust: one hashed directory costs next to nothing to open, the bundle 17 ms; OpenSSL verifies alike with both. */
static CURLcode set_trust(CURL *easy, const struct lev_http *session)
{
  CURLcode code = CURLE_OK;
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  const char *file = NULL, *directory = NULL;
  if (session->ca_bundle.data == NULL && session->ca_is_directory)
    directory = LEV_HTTP_TRUST_DIRECTORY;
  else if (session->ca_is_directory)
    directory = session->ca_bundle.data;
  else if (session->ca_bundle.data != NULL)
    file = session->ca_bundle.data;
  else
    return code; /* curl's default bundle */
  SET(CURLOPT_CAINFO, file);
  SET(CURLOPT_CAPATH, directory);
  SET(CURLOPT_PROXY_CAINFO, file);
  SET(CURLOPT_PROXY_CAPATH, directory);
  return code;
}

static CURLcode set_limits(CURL *easy, const struct lev_http *session, long timeout_ms)
{
  CURLcode code = CURLE_OK;
  long still_s = timeout_ms / 2000;
  SET(CURLOPT_CONNECTTIMEOUT_MS, session->connect_timeout_ms);
  SET(CURLOPT_TIMEOUT_MS, timeout_ms);
  SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
  SET(CURLOPT_LOW_SPEED_TIME, still_s < 1 ? 1L : still_s);
  SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)session->max_body);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_QUICK_EXIT, 1L); /* Ctrl-C does not wait for a name server */
  SET(CURLOPT_TCP_KEEPALIVE, 1L);
  return code;
}

static CURLcode set_all(struct lev_http_exchange *exchange, const struct lev_http_request *request, bool plain)
{
  CURL *easy = exchange->easy;
  struct lev_http *session = exchange->session;
  CURLcode code = set_method(exchange, request);
  SET(CURLOPT_URL, request->url);
  SET(CURLOPT_PATH_AS_IS, 1L);
  SET(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  SET(CURLOPT_HTTPHEADER, exchange->headers);
  SET(CURLOPT_PROXY, plain || session->proxy.data == NULL ? "" : session->proxy.data);
  SET(CURLOPT_NOPROXY, session->no_proxy.data == NULL ? "" : session->no_proxy.data);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_SHARE, session->share);
  SET(CURLOPT_PRIVATE, exchange);
  SET(CURLOPT_ERRORBUFFER, exchange->reason);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, exchange);
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_HEADERDATA, exchange);
  if (code == CURLE_OK)
    code = set_trust(easy, session);
  return code != CURLE_OK
             ? code
             : set_limits(easy, session, request->timeout_ms > 0 ? request->timeout_ms : session->timeout_ms);
}

static bool is_method(const char *method)
{
  static const char *const known[] = { "GET", "HEAD", "POST", "PUT", "DELETE" };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(method, known[i]) == 0)
      return true;
  return false;
}

enum lev_status lev_http_exchange_new(struct lev_http_exchange **made, struct lev_http *session,
                                      const struct lev_http_request *request, struct lev_error *error)
{
  *made = NULL;
  if (!is_method(request->method))
    return lev_fail(error, LEV_FAILED, "not a method that requests are sent with");
  bool plain = false;
  CURLcode code;
  enum lev_status status;
  CURLU *parts = curl_url();
  struct lev_http_exchange *exchange = calloc(1, sizeof *exchange);
  if (parts == NULL || exchange == NULL || (exchange->easy = curl_easy_init()) == NULL) {
    status = lev_fail(error, LEV_FAILED, "not enough memory");
    goto out;
  }
  exchange->session = session;
  exchange->result.body.secret = request->sensitive;
  status = check_url(exchange, parts, request->url, &plain, error);
  if (status == LEV_OK)
    status = add_headers(exchange, request, error);
  lev_buf_append(&exchange->body, request->body, request->body_len);
  if (status == LEV_OK)
    status = lev_buf_check(&exchange->body, error);
  if (status != LEV_OK)
    goto out;
  code = set_all(exchange, request, plain);
  if (code != CURLE_OK) {
    status =
        lev_fail(error, LEV_FAILED, "cannot prepare a request to %s: %s", exchange->host, curl_easy_strerror(code));
    goto out;
  }
  exchange->started = lev_http_now();
  *made = exchange;
  exchange = NULL;
out:
  curl_url_cleanup(parts);
  lev_http_exchange_free(exchange);
  return status;
}

void lev_http_exchange_finish(struct lev_http_exchange *exchange, CURLcode code)
{
  struct lev_http_result *result = &exchange->result;
  long status = 0, connections = 0;
  char *ip = NULL;
  curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(exchange->easy, CURLINFO_NUM_CONNECTS, &connections);
  curl_easy_getinfo(exchange->easy, CURLINFO_PRIMARY_IP, &ip);
  snprintf(result->ip, sizeof result->ip, "%s", ip == NULL ? "" : ip);
  result->time_ms = lev_http_now() - exchange->started;
  result->http_status = (int)status;
  result->reused = connections == 0;
  result->status = LEV_OK;
  if (code == CURLE_OK && !exchange->headers_over)
    code = CURLE_PARTIAL_FILE; /* curl takes an answer that ends among its headers for a whole one */
  if (code != CURLE_OK)
    lev_http_explain(exchange, code);
}

void lev_http_exchange_free(struct lev_http_exchange *exchange)
{
  if (exchange == NULL)
    return;
  if (exchange->easy != NULL)
    curl_easy_cleanup(exchange->easy);
  curl_slist_free_all(exchange->headers);
  lev_buf_wipe(&exchange->body);
  lev_buf_wipe(&exchange->result.headers);
  lev_buf_wipe(&exchange->result.body);
  free(exchange);
}
