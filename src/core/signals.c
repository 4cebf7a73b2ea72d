/* signals: see signals.h. */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const int caught[] = { SIGHUP, SIGINT, SIGTERM };
static volatile sig_atomic_t pending;
static volatile sig_atomic_t event_fd = -1;
static void (*notify_run)(int);

static void on_signal(int number)
{
  int saved = errno;
  uint64_t one = 1;
  if (pending == 0)
    pending = number;
  (void)!write(event_fd, &one, sizeof one);
  if (notify_run != NULL)
    notify_run(number);
  errno = saved;
}

enum lev_status lev_signals_install(void (*notify)(int), struct lev_error *error)
{
  if (event_fd < 0)
    event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event_fd < 0)
    return lev_fail_errno(error, errno, "cannot watch for signals");
  notify_run = notify;
  struct sigaction action = { .sa_handler = on_signal };
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
    struct sigaction before;
    sigaction(caught[i], NULL, &before);
    if (before.sa_handler != SIG_IGN) /* nohup, or a shell's background job: leave it so */
      sigaction(caught[i], &action, NULL);
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a file size limit is a failed write, which is rolled back */
  return LEV_OK;
}

int lev_signal_pending(void)
{
  return pending;
}

int lev_signal_fd(void)
{
  return event_fd;
}

enum lev_status lev_signal_check(struct lev_error *error)
{
  if (pending == 0)
    return LEV_OK;
  return lev_fail(error, LEV_INTERRUPTED, "interrupted by a signal (%s)", strsignal(pending));
}

static void mask(int how)
{
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
    sigaddset(&set, caught[i]);
  sigprocmask(how, &set, NULL);
}

void lev_signals_hold(void)
{
  mask(SIG_BLOCK);
}

void lev_signals_release(void)
{
  mask(SIG_UNBLOCK);
}
