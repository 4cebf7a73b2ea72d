/*
 * http_parts: what the files of http share, and nobody else includes.
 *
 * http.c owns the session and the waiting, http_exchange.c one exchange from request to result, http_error.c the words
 * for what went wrong, http_memory.c the wiping allocators.
 */
#ifndef LEV_HTTP_PARTS_H
#define LEV_HTTP_PARTS_H

#include "http.h"

#include <curl/curl.h>

#define LEV_HTTP_TRUST_DIRECTORY "/etc/ssl/certs"

enum { LEV_HTTP_MAX_HEADER = 64 * 1024, LEV_HTTP_MAX_BODY = 16 * 1024 * 1024 };

/* Zeroed owners; `proxy` may hold a password. The strings end with NUL. */
struct lev_http {
  CURLM *multi;
  CURLSH *share; /* TLS tickets; connections and names are shared by the multi handle itself */
  struct lev_buf ca_bundle, proxy, no_proxy;
  bool ca_is_directory;
  char proxy_host[256]; /* for messages: no login in it */
  long connect_timeout_ms, timeout_ms;
  size_t max_body;
  uint64_t last_ticket;
  struct lev_http_exchange *running, *over, *lent;
};

/* A request under way, a timer, or either one over. */
struct lev_http_exchange {
  struct lev_http_exchange *next;
  struct lev_http *session;
  struct lev_http_result result;
  CURL *easy; /* NULL for a timer and for what is over */
  struct curl_slist *headers;
  struct lev_buf body;  /* of the request */
  size_t sent;          /* how much of it curl has taken */
  int64_t started, due; /* due: of a timer */
  bool quiet;           /* a warming request: forgotten when it is over */
  bool too_large;
  bool headers_over; /* the empty line came */
  size_t header_bytes;
  char host[256]; /* with the port when it is not the usual one */
  char reason[CURL_ERROR_SIZE];
};

/* One-time set-up of libcurl with wiping allocators. */
LEV_MUST_CHECK enum lev_status lev_http_set_up(struct lev_error *error);

/* A transfer ready to be added to the multi handle. *exchange is NULL on failure. */
LEV_MUST_CHECK enum lev_status lev_http_exchange_new(struct lev_http_exchange **exchange, struct lev_http *session,
                                                     const struct lev_http_request *request, struct lev_error *error);
/* Fills the result when curl says that the transfer is over. */
void lev_http_exchange_finish(struct lev_http_exchange *exchange, CURLcode code);
void lev_http_exchange_free(struct lev_http_exchange *exchange);

/* Says in the result why there is no answer; `easy` is still alive. */
void lev_http_explain(struct lev_http_exchange *exchange, CURLcode code);

#endif
