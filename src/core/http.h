/*
 * http: requests to AWS, any number at once, over connections that are kept.
 *
 * A session owns connections, TLS tickets, name look-ups and everything under way. A request is started (lev_http_start
 * gives a ticket), runs while anything waits on the session, and is handed out by lev_http_next when it is over, one at
 * a time. Every wait ends with LEV_INTERRUPTED when a signal is pending.
 *
 * HTTP/1.1 over TLS 1.2 or newer, certificates always verified; plain http to loopback only. Redirects are answers, not
 * followed. Nothing is read from the environment: trust store and proxy are the caller's to give. What is sent and
 * received may be secret: every copy, curl's and OpenSSL's own included, is wiped when it is freed, and no message
 * holds more of a request than the host's name.
 */
#ifndef LEV_HTTP_H
#define LEV_HTTP_H

#include "buf.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lev_http;

struct lev_http_options {
  const char *ca_bundle;   /* file or hashed directory instead of the system's trust store; NULL: the system's */
  const char *proxy;       /* [scheme://][user:password@]host[:port] for https; NULL: none */
  const char *no_proxy;    /* hosts that are reached without it, comma-separated; NULL: none */
  long connect_timeout_ms; /* 0: 10 s; to a connection ready for the request, TLS included */
  long timeout_ms;         /* 0: 30 s; for the whole exchange. One that stands still is given up after half of that */
  size_t max_body;         /* 0: 16 MiB, which is also the most */
};

struct lev_http_header {
  const char *name; /* a token, NUL-terminated */
  const char *value;
  size_t len; /* of value: no control character but TAB */
};

struct lev_http_request {
  const char *method; /* GET, HEAD, POST, PUT, DELETE */
  const char *url;
  const struct lev_http_header *headers; /* these are sent, and host and content-length, and nothing else */
  size_t header_count;
  const char *body; /* may be NULL */
  size_t body_len;
  bool sensitive;  /* the answer's body lives on secret pages */
  long timeout_ms; /* 0: the session's */
};

/* Why there is no answer, as far as it matters for trying again. */
enum lev_http_failure {
  LEV_HTTP_CONNECT, /* nothing was sent: name not found, refused, no route, no connection in time */
  LEV_HTTP_LOST,    /* sent, perhaps carried out, but no usable answer: reset, cut short, not HTTP, timed out */
  LEV_HTTP_BARRED,  /* trying again is no use: certificate not trusted, proxy wants a login, answer too large */
};

/* What became of a ticket. `status` other than LEV_OK: `error` and `failure` say why, and there is no answer. */
struct lev_http_result {
  uint64_t ticket;
  bool timer; /* a timer that ran out: the rest is empty */
  enum lev_status status;
  struct lev_error error;
  enum lev_http_failure failure;
  int http_status;
  struct lev_buf headers; /* name NUL value NUL …, in the order received, names in lower case */
  struct lev_buf body;
  bool reused;     /* over a connection that was open already */
  char ip[64];     /* of the other side; "" when unknown */
  int64_t time_ms; /* from start to end */
};

/* LEV_IO when ca_bundle cannot be read. The options are copied. */
LEV_MUST_CHECK enum lev_status lev_http_open(struct lev_http **session, const struct lev_http_options *options,
                                             struct lev_error *error);
/* Drops what is under way and closes all connections. NULL is fine. */
void lev_http_close(struct lev_http *session);

/* Starts a request; everything is copied. LEV_REFUSED for a URL that is neither https nor http to loopback, LEV_FAILED
   for one that is none, and for headers that cannot be sent. */
LEV_MUST_CHECK enum lev_status lev_http_start(struct lev_http *session, const struct lev_http_request *request,
                                              uint64_t *ticket, struct lev_error *error);
/* A ticket that is over after ms. */
LEV_MUST_CHECK enum lev_status lev_http_timer(struct lev_http *session, long ms, uint64_t *ticket,
                                              struct lev_error *error);
/* Opens a connection for later by a HEAD request without credentials; nobody hears what became of it. */
LEV_MUST_CHECK enum lev_status lev_http_warm(struct lev_http *session, const char *url, struct lev_error *error);
/* Forgets a ticket, under way or over. False when there is no such ticket. */
bool lev_http_cancel(struct lev_http *session, uint64_t ticket);
/* Tickets that were started and neither handed out nor cancelled. */
size_t lev_http_pending(const struct lev_http *session);

/* Waits until a ticket is over and lends its result until the session's next start, cancel, next, release or close;
   NULL when timeout_ms (negative: none) have passed first. LEV_OK even if the request failed: that is the result's to
   say. */
LEV_MUST_CHECK enum lev_status lev_http_next(struct lev_http *session, int timeout_ms, struct lev_http_result **result,
                                             struct lev_error *error);
/* Wipes what lev_http_next lent. */
void lev_http_release(struct lev_http *session);
/* Moves transfers on until fd is readable, as wait.h wants it. Without a session, or when its transfers cannot go on
   (lev_http_next will tell), it only waits. */
LEV_MUST_CHECK enum lev_status lev_http_wait(struct lev_http *session, int fd, int timeout_ms, bool *ready,
                                             struct lev_error *error);

/* Milliseconds of the monotonic clock. */
int64_t lev_http_now(void);

#endif
