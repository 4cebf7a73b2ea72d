/*
 * http: see http.h. The session: its lists of exchanges, and the one loop in which everything waits.
 *
 * An exchange is in exactly one place: running (added to the multi handle, or a timer), over (first come, first out),
 * or lent to the caller.
 */
#include "http.h"
#include "http_parts.h"
#include "secret.h"
#include "signals.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WAIT_MS = 60 * 1000, MAX_CONNECTIONS = 32, MAX_CONNECTIONS_TO_HOST = 16 };

int64_t lev_http_now(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t deadline_after(int timeout_ms)
{
  return timeout_ms < 0 ? INT64_MAX : lev_http_now() + timeout_ms;
}

static void keep(struct lev_buf *copy, const char *text)
{
  if (text != NULL && text[0] != '\0')
    lev_buf_append(copy, text, strlen(text) + 1);
}

/* What curl can speak to a proxy in; it would call anything else a proxy it cannot connect to. */
static bool is_proxy_scheme(const char *scheme)
{
  static const char *const known[] = { "http", "https", "socks4", "socks4a", "socks5", "socks5h" };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcasecmp(scheme, known[i]) == 0)
      return true;
  return false;
}

/* What may be said of the proxy: its host. */
static enum lev_status name_proxy(struct lev_http *session, struct lev_error *error)
{
  if (session->proxy.data == NULL)
    return LEV_OK;
  CURLU *parts = curl_url();
  char *host = NULL, *scheme = NULL;
  enum lev_status status = LEV_OK;
  if (parts == NULL ||
      curl_url_set(parts, CURLUPART_URL, session->proxy.data, CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) !=
          CURLUE_OK ||
      curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
      curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK || !is_proxy_scheme(scheme))
    status = lev_fail(error, LEV_FAILED, "HTTPS_PROXY must be http://[USER:PASSWORD@]HOST:PORT");
  else
    snprintf(session->proxy_host, sizeof session->proxy_host, "%s", host);
  curl_free(host);
  curl_free(scheme);
  curl_url_cleanup(parts);
  return status;
}

/* Debian and most others keep a link for each trusted certificate, named by its hash ("002c0b4f.0"). */
static bool is_hashed_directory(const char *path)
{
  DIR *directory = opendir(path);
  if (directory == NULL)
    return false;
  bool found = false;
  for (struct dirent *entry; !found && (entry = readdir(directory)) != NULL;)
    found = strspn(entry->d_name, "0123456789abcdef") == 8 && strcmp(entry->d_name + 8, ".0") == 0;
  closedir(directory);
  return found;
}

static enum lev_status check_trust(struct lev_http *session, struct lev_error *error)
{
  const char *given = session->ca_bundle.data;
  if (given == NULL) {
    session->ca_is_directory = is_hashed_directory(LEV_HTTP_TRUST_DIRECTORY);
    return LEV_OK;
  }
  struct stat facts;
  if (access(given, R_OK) != 0 || stat(given, &facts) != 0)
    return lev_fail_errno(error, errno, "cannot read the trusted certificates in %s (AWS_CA_BUNDLE)", given);
  session->ca_is_directory = S_ISDIR(facts.st_mode);
  return LEV_OK;
}

static enum lev_status open_curl(struct lev_http *session, struct lev_error *error)
{
  session->multi = curl_multi_init();
  session->share = curl_share_init();
  if (session->multi == NULL || session->share == NULL ||
      curl_share_setopt(session->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK ||
      curl_multi_setopt(session->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) != CURLM_OK ||
      curl_multi_setopt(session->multi, CURLMOPT_MAXCONNECTS, (long)MAX_CONNECTIONS) != CURLM_OK ||
      curl_multi_setopt(session->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)MAX_CONNECTIONS_TO_HOST) != CURLM_OK)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  return LEV_OK;
}

enum lev_status lev_http_open(struct lev_http **made, const struct lev_http_options *options, struct lev_error *error)
{
  *made = NULL;
  enum lev_status status = lev_http_set_up(error);
  if (status != LEV_OK)
    return status;
  struct lev_http *session = calloc(1, sizeof *session);
  if (session == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  session->connect_timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms : 10 * 1000;
  session->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : 30 * 1000;
  session->max_body =
      options->max_body > 0 && options->max_body < LEV_HTTP_MAX_BODY ? options->max_body : LEV_HTTP_MAX_BODY;
  keep(&session->ca_bundle, options->ca_bundle);
  keep(&session->proxy, options->proxy);
  keep(&session->no_proxy, options->no_proxy);
  if ((status = lev_buf_check(&session->ca_bundle, error)) != LEV_OK ||
      (status = lev_buf_check(&session->proxy, error)) != LEV_OK ||
      (status = lev_buf_check(&session->no_proxy, error)) != LEV_OK ||
      (status = check_trust(session, error)) != LEV_OK || (status = name_proxy(session, error)) != LEV_OK ||
      (status = open_curl(session, error)) != LEV_OK)
    goto out;
  *made = session;
  session = NULL;
out:
  lev_http_close(session);
  return status;
}

/* Ends an exchange in whatever state it is; not in a list any more. */
static void drop(struct lev_http *session, struct lev_http_exchange *exchange)
{
  if (exchange != NULL && exchange->easy != NULL)
    curl_multi_remove_handle(session->multi, exchange->easy);
  lev_http_exchange_free(exchange);
}

static void drop_all(struct lev_http *session, struct lev_http_exchange **list)
{
  while (*list != NULL) {
    struct lev_http_exchange *first = *list;
    *list = first->next;
    drop(session, first);
  }
}

void lev_http_close(struct lev_http *session)
{
  if (session == NULL)
    return;
  drop_all(session, &session->running);
  drop_all(session, &session->over);
  drop_all(session, &session->lent);
  curl_multi_cleanup(session->multi);
  curl_share_cleanup(session->share);
  lev_buf_wipe(&session->ca_bundle);
  lev_buf_wipe(&session->proxy);
  lev_buf_wipe(&session->no_proxy);
  free(session);
}

static enum lev_status start(struct lev_http *session, const struct lev_http_request *request, bool quiet,
                             uint64_t *ticket, struct lev_error *error)
{
  drop_all(session, &session->lent);
  struct lev_http_exchange *exchange;
  enum lev_status status = lev_http_exchange_new(&exchange, session, request, error);
  if (status != LEV_OK)
    return status;
  CURLMcode code = curl_multi_add_handle(session->multi, exchange->easy);
  if (code != CURLM_OK) {
    lev_http_exchange_free(exchange);
    return lev_fail(error, LEV_FAILED, "cannot start a request: %s", curl_multi_strerror(code));
  }
  exchange->quiet = quiet;
  exchange->result.ticket = *ticket = ++session->last_ticket;
  exchange->next = session->running;
  session->running = exchange;
  return LEV_OK;
}

enum lev_status lev_http_start(struct lev_http *session, const struct lev_http_request *request, uint64_t *ticket,
                               struct lev_error *error)
{
  return start(session, request, false, ticket, error);
}

enum lev_status lev_http_warm(struct lev_http *session, const char *url, struct lev_error *error)
{
  struct lev_http_request request = { .method = "HEAD", .url = url };
  uint64_t ticket;
  return start(session, &request, true, &ticket, error);
}

enum lev_status lev_http_timer(struct lev_http *session, long ms, uint64_t *ticket, struct lev_error *error)
{
  drop_all(session, &session->lent);
  struct lev_http_exchange *timer = calloc(1, sizeof *timer);
  if (timer == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  timer->started = lev_http_now();
  timer->due = timer->started + (ms > 0 ? ms : 0);
  timer->result.timer = true;
  timer->result.ticket = *ticket = ++session->last_ticket;
  timer->next = session->running;
  session->running = timer;
  return LEV_OK;
}

static bool cancel_in(struct lev_http *session, struct lev_http_exchange **list, uint64_t ticket)
{
  for (; *list != NULL; list = &(*list)->next) {
    struct lev_http_exchange *found = *list;
    if (found->result.ticket != ticket || found->quiet)
      continue;
    *list = found->next;
    drop(session, found);
    return true;
  }
  return false;
}

bool lev_http_cancel(struct lev_http *session, uint64_t ticket)
{
  drop_all(session, &session->lent);
  return cancel_in(session, &session->running, ticket) || cancel_in(session, &session->over, ticket);
}

size_t lev_http_pending(const struct lev_http *session)
{
  size_t count = 0;
  for (const struct lev_http_exchange *at = session->running; at != NULL; at = at->next)
    count += !at->quiet;
  for (const struct lev_http_exchange *at = session->over; at != NULL; at = at->next)
    count++;
  return count;
}

/* From `running` to the end of `over`; a warming request is forgotten. */
static void move_over(struct lev_http *session, struct lev_http_exchange *exchange)
{
  struct lev_http_exchange **at = &session->running;
  while (*at != exchange)
    at = &(*at)->next;
  *at = exchange->next;
  exchange->next = NULL;
  if (exchange->quiet) {
    drop(session, exchange);
    return;
  }
  for (at = &session->over; *at != NULL; at = &(*at)->next)
    ;
  *at = exchange;
}

static void collect_transfers(struct lev_http *session)
{
  int left;
  for (CURLMsg *message; (message = curl_multi_info_read(session->multi, &left)) != NULL;) {
    if (message->msg != CURLMSG_DONE)
      continue;
    CURLcode code = message->data.result; /* the message is gone once its handle is */
    char *private = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    struct lev_http_exchange *exchange = (struct lev_http_exchange *)private;
    lev_http_exchange_finish(exchange, code);
    curl_multi_remove_handle(session->multi, exchange->easy);
    curl_easy_cleanup(exchange->easy);
    exchange->easy = NULL;
    move_over(session, exchange);
  }
}

/* Moves timers that ran out; returns when the next one does, or `deadline` if that is sooner. */
static int64_t collect_timers(struct lev_http *session, int64_t deadline)
{
  int64_t now = lev_http_now();
  for (struct lev_http_exchange *at = session->running, *next; at != NULL; at = next) {
    next = at->next;
    if (at->result.timer && at->due <= now) {
      at->result.time_ms = now - at->started;
      move_over(session, at);
    } else if (at->result.timer && at->due < deadline) {
      deadline = at->due;
    }
  }
  return deadline;
}

static bool is_readable(int fd)
{
  struct pollfd one = { .fd = fd, .events = POLLIN };
  return fd >= 0 && poll(&one, 1, 0) > 0;
}

/* The loop. Runs until fd is readable (fd >= 0), something is over (fd < 0), the time is up or a signal is pending. */
static enum lev_status drive(struct lev_http *session, int fd, int64_t deadline, bool *done, struct lev_error *error)
{
  for (;;) {
    int running;
    enum lev_status status = lev_signal_check(error);
    if (status != LEV_OK)
      return status;
    CURLMcode code = curl_multi_perform(session->multi, &running);
    if (code != CURLM_OK)
      return lev_fail(error, LEV_FAILED, "network requests cannot go on: %s", curl_multi_strerror(code));
    collect_transfers(session);
    int64_t wake = collect_timers(session, deadline);
    *done = fd >= 0 ? is_readable(fd) : session->over != NULL;
    int64_t now = lev_http_now();
    if (*done || now >= deadline)
      return LEV_OK;
    int64_t pause = wake - now < MAX_WAIT_MS ? wake - now : MAX_WAIT_MS;
    struct curl_waitfd extra[2];
    unsigned count = 0;
    if (fd >= 0)
      extra[count++] = (struct curl_waitfd){ .fd = fd, .events = CURL_WAIT_POLLIN };
    if (lev_signal_fd() >= 0)
      extra[count++] = (struct curl_waitfd){ .fd = lev_signal_fd(), .events = CURL_WAIT_POLLIN };
    code = curl_multi_poll(session->multi, extra, count, pause < 0 ? 0 : (int)pause, NULL);
    if (code != CURLM_OK)
      return lev_fail(error, LEV_FAILED, "cannot wait for the network: %s", curl_multi_strerror(code));
  }
}

enum lev_status lev_http_next(struct lev_http *session, int timeout_ms, struct lev_http_result **result,
                              struct lev_error *error)
{
  bool done = false;
  *result = NULL;
  drop_all(session, &session->lent);
  enum lev_status status = drive(session, -1, deadline_after(timeout_ms), &done, error);
  if (status != LEV_OK || !done)
    return status;
  session->lent = session->over;
  session->over = session->lent->next;
  session->lent->next = NULL;
  *result = &session->lent->result;
  return LEV_OK;
}

void lev_http_release(struct lev_http *session)
{
  drop_all(session, &session->lent);
}

/* The same wait without a network. */
static enum lev_status wait_alone(int fd, int64_t deadline, bool *ready, struct lev_error *error)
{
  for (;;) {
    enum lev_status status = lev_signal_check(error);
    if (status != LEV_OK)
      return status;
    *ready = is_readable(fd);
    int64_t now = lev_http_now();
    if (*ready || now >= deadline)
      return LEV_OK;
    struct pollfd both[] = { { .fd = fd, .events = POLLIN }, { .fd = lev_signal_fd(), .events = POLLIN } };
    (void)poll(both, 2, deadline - now < MAX_WAIT_MS ? (int)(deadline - now) : MAX_WAIT_MS);
  }
}

enum lev_status lev_http_wait(struct lev_http *session, int fd, int timeout_ms, bool *ready, struct lev_error *error)
{
  *ready = false;
  int64_t deadline = deadline_after(timeout_ms);
  enum lev_status status = session == NULL ? LEV_FAILED : drive(session, fd, deadline, ready, error);
  return status == LEV_FAILED ? wait_alone(fd, deadline, ready, error) : status;
}
