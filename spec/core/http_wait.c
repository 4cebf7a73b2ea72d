/*
 * Waits of http that end by something else than the network: a descriptor, a signal. Built and run by
 * http_wait_spec.lua with the named sources of src/core only.
 *
 *     http_wait URL      URL: a server that answers after 300 ms
 */
#include "http.h"
#include "signals.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(fact)                                                                                                    \
  do {                                                                                                                 \
    if (!(fact)) {                                                                                                     \
      printf("line %d: not so: %s\n", __LINE__, #fact);                                                                \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

static struct lev_error error;

/* Something for `fd` to become readable by, after ms; the child ends by itself. */
static void later(int ms, int fd, int signal_number)
{
  if (fork() == 0) {
    usleep((useconds_t)ms * 1000);
    if (signal_number != 0)
      kill(getppid(), signal_number);
    else
      (void)!write(fd, "x", 1);
    _exit(0);
  }
}

static void check_descriptor(struct lev_http *session)
{
  int ends[2];
  bool ready = true;
  CHECK(pipe(ends) == 0);
  int64_t began = lev_http_now();
  CHECK(lev_http_wait(session, ends[0], 50, &ready, &error) == LEV_OK && !ready);
  CHECK(lev_http_now() - began >= 50 && lev_http_now() - began < 250);
  CHECK(lev_http_wait(session, ends[0], 0, &ready, &error) == LEV_OK && !ready);
  later(100, ends[1], 0);
  CHECK(lev_http_wait(session, ends[0], -1, &ready, &error) == LEV_OK && ready);
  CHECK(lev_http_wait(session, ends[0], -1, &ready, &error) == LEV_OK && ready); /* it was not read */
  close(ends[1]);
  char byte;
  CHECK(read(ends[0], &byte, 1) == 1);
  CHECK(lev_http_wait(session, ends[0], -1, &ready, &error) == LEV_OK && ready); /* hung up */
  close(ends[0]);
}

/* A request is answered while somebody waits for a descriptor. */
static void check_progress(struct lev_http *session, const char *url)
{
  int ends[2];
  bool ready;
  uint64_t ticket;
  struct lev_http_result *result;
  struct lev_http_request request = { .method = "GET", .url = url };
  CHECK(pipe(ends) == 0);
  CHECK(lev_http_start(session, &request, &ticket, &error) == LEV_OK);
  later(900, ends[1], 0);
  CHECK(lev_http_wait(session, ends[0], -1, &ready, &error) == LEV_OK && ready);
  int64_t began = lev_http_now();
  CHECK(lev_http_next(session, 0, &result, &error) == LEV_OK && result != NULL);
  CHECK(result->ticket == ticket && result->status == LEV_OK && result->http_status == 200);
  CHECK(result->time_ms >= 250 && result->time_ms < 800);
  CHECK(lev_http_now() - began < 100);
  CHECK(lev_http_pending(session) == 0);
}

static void check_signal(struct lev_http *session, const char *url)
{
  int ends[2];
  uint64_t ticket;
  bool ready;
  struct lev_http_result *result;
  struct lev_http_request request = { .method = "GET", .url = url };
  CHECK(pipe(ends) == 0);
  CHECK(lev_http_start(session, &request, &ticket, &error) == LEV_OK);
  later(50, -1, SIGTERM);
  int64_t began = lev_http_now();
  CHECK(lev_http_next(session, -1, &result, &error) == LEV_INTERRUPTED && result == NULL);
  CHECK(lev_http_now() - began < 200 && lev_signal_pending() == SIGTERM);
  CHECK(lev_http_wait(session, ends[0], -1, &ready, &error) == LEV_INTERRUPTED && !ready);
  CHECK(lev_http_wait(NULL, ends[0], -1, &ready, &error) == LEV_INTERRUPTED && !ready);
  CHECK(lev_http_cancel(session, ticket) && !lev_http_cancel(session, ticket));
}

int main(int argc, char **argv)
{
  CHECK(argc == 2);
  struct lev_http *session;
  struct lev_http_options options = { 0 };
  CHECK(lev_signals_install(NULL, &error) == LEV_OK);
  CHECK(lev_http_open(&session, &options, &error) == LEV_OK);
  check_descriptor(session);
  check_descriptor(NULL);
  check_progress(session, argv[1]);
  check_signal(session, argv[1]);
  lev_http_close(session);
  puts("ok");
  return 0;
}
