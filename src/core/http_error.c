/*
 * http_error: why there is no answer, in words that say what to do next.
 *
 * Messages name the host and nothing else of the request. What the other side said (names in certificates, reasons) is
 * not repeated: it is not to be trusted on a terminal.
 */
#include "http_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509_vfy.h>

/* Sets failure and message; the status is always LEV_UNREACHABLE. */
#define SAY(exchange, kind, ...)                                                                                       \
  ((exchange)->result.failure = (kind),                                                                                \
   (exchange)->result.status = lev_fail(&(exchange)->result.error, LEV_UNREACHABLE, __VA_ARGS__))

/* Whether curl was busy with the proxy: it names the host it could not connect to. */
static bool at_proxy(const struct lev_http_exchange *exchange)
{
  const char *host = exchange->session->proxy_host;
  return host[0] != '\0' && strstr(exchange->reason, host) != NULL;
}

static void explain_connect(struct lev_http_exchange *exchange)
{
  char whom[600];
  if (at_proxy(exchange))
    snprintf(whom, sizeof whom, "the proxy %s (on the way to %s)", exchange->session->proxy_host, exchange->host);
  else
    snprintf(whom, sizeof whom, "%s", exchange->host);
  long number = 0;
  curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &number);
  if (number == ECONNREFUSED)
    SAY(exchange, LEV_HTTP_CONNECT, "%s refuses connections: is it the right address, and running?", whom);
  else if (number == ENETUNREACH || number == EHOSTUNREACH)
    SAY(exchange, LEV_HTTP_CONNECT, "there is no way to %s: is this machine online?", whom);
  else
    SAY(exchange, LEV_HTTP_CONNECT, "cannot connect to %s: is this machine online?", whom);
}

/* Whether the connection was there, so that the request was sent. */
static bool is_ready(const struct lev_http_exchange *exchange)
{
  curl_off_t ready = 0;
  curl_easy_getinfo(exchange->easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
  return ready > 0;
}

static void explain_timeout(struct lev_http_exchange *exchange)
{
  long long tenths = (exchange->result.time_ms + 50) / 100;
  if (!is_ready(exchange))
    SAY(exchange, LEV_HTTP_CONNECT,
        "no connection to %s within %lld.%lld s: is this machine online, is a proxy needed?", exchange->host,
        tenths / 10, tenths % 10);
  else
    SAY(exchange, LEV_HTTP_LOST,
        "no complete answer from %s within %lld.%lld s: try again later, or wait longer (LEVERAGE_TIMEOUT, in seconds)",
        exchange->host, tenths / 10, tenths % 10);
}

static void explain_certificate(struct lev_http_exchange *exchange)
{
  long verdict = X509_V_OK;
  const char *host = exchange->host;
  curl_easy_getinfo(exchange->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
  if (verdict == X509_V_OK) {
    curl_easy_getinfo(exchange->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &verdict);
    if (verdict != X509_V_OK)
      host = exchange->session->proxy_host;
  }
  switch (verdict) {
  case X509_V_OK:
  case X509_V_ERR_UNSPECIFIED: /* what curl leaves there when the chain was good but the name was not */
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    SAY(exchange, LEV_HTTP_BARRED,
        "the certificate shown for %s is for another host: does a captive portal or a proxy answer in its place?",
        host);
    break;
  case X509_V_ERR_CERT_HAS_EXPIRED:
    SAY(exchange, LEV_HTTP_BARRED, "the certificate of %s has expired: is this machine's clock right?", host);
    break;
  case X509_V_ERR_CERT_NOT_YET_VALID:
    SAY(exchange, LEV_HTTP_BARRED, "the certificate of %s is not valid yet: is this machine's clock right?", host);
    break;
  default:
    SAY(exchange, LEV_HTTP_BARRED,
        "the certificate of %s is not trusted (%s): where a company's proxy opens TLS, name its certificate authority "
        "by AWS_CA_BUNDLE=FILE",
        host, X509_verify_cert_error_string(verdict));
  }
}

static void explain_tls(struct lev_http_exchange *exchange)
{
  long number = 0;
  curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &number);
  const char *reason = exchange->reason;
  if (strstr(reason, "unsupported protocol") != NULL || strstr(reason, "alert protocol version") != NULL)
    SAY(exchange, LEV_HTTP_BARRED, "%s does not offer TLS 1.2 or newer, as AWS does: does a proxy answer in its place?",
        exchange->host);
  else if (strstr(reason, "wrong version number") != NULL || strstr(reason, "packet length") != NULL)
    SAY(exchange, LEV_HTTP_CONNECT, "%s does not answer in TLS: does a proxy or captive portal answer instead?",
        exchange->host);
  else if (number == ECONNRESET || strstr(reason, "SYSCALL") != NULL || strstr(reason, "reset") != NULL)
    SAY(exchange, LEV_HTTP_CONNECT,
        "%s closed the connection before it was secured: try again; does a firewall stand between?", exchange->host);
  else
    SAY(exchange, LEV_HTTP_CONNECT, "no secure connection to %s could be agreed on: does a proxy answer in its place?",
        exchange->host);
}

/* True when the proxy turned the tunnel down. */
static bool explain_proxy(struct lev_http_exchange *exchange)
{
  long status = 0, answered = 0;
  const char *proxy = exchange->session->proxy_host;
  curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &answered);
  if (status < 300 || answered != 0)
    return false;
  if (status == 407)
    SAY(exchange, LEV_HTTP_BARRED,
        "the proxy %s wants a login, or another one: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT", proxy);
  else
    SAY(exchange, status >= 500 ? LEV_HTTP_CONNECT : LEV_HTTP_BARRED,
        "the proxy %s refuses to connect to %s (status %ld): ask who runs it", proxy, exchange->host, status);
  return true;
}

static void explain_lost(struct lev_http_exchange *exchange, CURLcode code)
{
  if (!is_ready(exchange))
    SAY(exchange, LEV_HTTP_CONNECT, "the connection to %s was closed before it was ready: try again", exchange->host);
  else if (code == CURLE_GOT_NOTHING)
    SAY(exchange, LEV_HTTP_LOST, "%s closed the connection without an answer: try again", exchange->host);
  else if (code == CURLE_PARTIAL_FILE || exchange->result.headers.len > 0)
    SAY(exchange, LEV_HTTP_LOST, "the answer of %s was cut short: try again", exchange->host);
  else
    SAY(exchange, LEV_HTTP_LOST, "%s broke the connection off: try again", exchange->host);
}

/* What fails on the way may be the proxy's fault. curl does not say whether one was used or NO_PROXY spared it. */
static void mention_proxy(struct lev_http_exchange *exchange)
{
  const char *proxy = exchange->session->proxy_host;
  struct lev_http_result *result = &exchange->result;
  if (result->failure != LEV_HTTP_CONNECT || proxy[0] == '\0' || strstr(result->error.message, proxy) != NULL)
    return;
  size_t len = strlen(result->error.message);
  snprintf(result->error.message + len, sizeof result->error.message - len, " (HTTPS_PROXY names the proxy %s)", proxy);
}

static void explain(struct lev_http_exchange *exchange, CURLcode code)
{
  const char *host = exchange->host, *proxy = exchange->session->proxy_host;
  if (exchange->too_large || (code == CURLE_OUT_OF_MEMORY && is_ready(exchange)))
    code = CURLE_FILESIZE_EXCEEDED; /* curl says "no memory" for one endless header line */
  if (explain_proxy(exchange))
    return;
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    SAY(exchange, LEV_HTTP_CONNECT,
        "the name %s cannot be resolved: is this machine online, are region and endpoint right?", host);
    break;
  case CURLE_COULDNT_RESOLVE_PROXY:
    SAY(exchange, LEV_HTTP_CONNECT, "the name of the proxy %s cannot be resolved: is HTTPS_PROXY right?", proxy);
    break;
  case CURLE_COULDNT_CONNECT: explain_connect(exchange); break;
  case CURLE_PROXY:
    SAY(exchange, LEV_HTTP_CONNECT, "the proxy %s does not connect to %s: is HTTPS_PROXY right?", proxy, host);
    break;
  case CURLE_OPERATION_TIMEDOUT: explain_timeout(exchange); break;
  case CURLE_PEER_FAILED_VERIFICATION: explain_certificate(exchange); break;
  case CURLE_SSL_CONNECT_ERROR: explain_tls(exchange); break;
  case CURLE_SSL_CACERT_BADFILE:
    SAY(exchange, LEV_HTTP_BARRED, "the trusted certificates%s%s hold none that can be read: is AWS_CA_BUNDLE right?",
        exchange->session->ca_bundle.data == NULL ? "" : " in ",
        exchange->session->ca_bundle.data == NULL ? "" : exchange->session->ca_bundle.data);
    break;
  case CURLE_FILESIZE_EXCEEDED:
    SAY(exchange, LEV_HTTP_LOST,
        "the answer of %s is larger than anything AWS sends: does a captive portal or a proxy answer in its place?",
        host);
    break;
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_WEIRD_SERVER_REPLY:
    SAY(exchange, LEV_HTTP_LOST, "%s does not answer in HTTP: does something else answer instead of AWS?", host);
    break;
  case CURLE_GOT_NOTHING:
  case CURLE_PARTIAL_FILE:
  case CURLE_RECV_ERROR:
  case CURLE_SEND_FAIL_REWIND:
  case CURLE_SEND_ERROR: explain_lost(exchange, code); break;
  case CURLE_OUT_OF_MEMORY:
    exchange->result.failure = LEV_HTTP_BARRED;
    exchange->result.status = lev_fail(&exchange->result.error, LEV_FAILED, "not enough memory");
    break;
  default: SAY(exchange, LEV_HTTP_LOST, "the exchange with %s failed: %s", host, curl_easy_strerror(code));
  }
}

void lev_http_explain(struct lev_http_exchange *exchange, CURLcode code)
{
  explain(exchange, code);
  mention_proxy(exchange);
}
