/*
 * tty_wait: waiting for whatever comes first: a byte, a signal that ends the run, a resize, a stop. The handlers only
 * take notes and wake the wait through an eventfd, so it does not matter which thread or which call a signal meets.
 */
#include "signals.h"
#include "tty_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const int watched[LEV_TTY_WATCHED] = { SIGWINCH, SIGCONT, SIGTSTP };
static volatile sig_atomic_t resized, continued, stop_wanted;
static volatile sig_atomic_t wake_fd = -1; /* for the life of the program */

static void on_signal(int number)
{
  int saved = errno;
  uint64_t one = 1;
  if (number == SIGWINCH)
    resized = 1;
  else if (number == SIGCONT)
    continued = 1;
  else
    stop_wanted = 1;
  (void)!write(wake_fd, &one, sizeof one);
  errno = saved;
}

void lev_tty_watch(struct lev_tty *tty)
{
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
  sigemptyset(&action.sa_mask);
  resized = continued = stop_wanted = 0;
  for (size_t i = 0; i < LEV_TTY_WATCHED; i++) {
    sigaction(watched[i], NULL, &tty->actions_before[i]);
    if (watched[i] != SIGTSTP || tty->actions_before[i].sa_handler != SIG_IGN) /* no job control: leave it so */
      sigaction(watched[i], &action, NULL);
  }
}

void lev_tty_unwatch(struct lev_tty *tty)
{
  for (size_t i = 0; i < LEV_TTY_WATCHED; i++)
    sigaction(watched[i], &tty->actions_before[i], NULL);
}

enum lev_status lev_tty_open_all_fd(struct lev_tty *tty, struct lev_error *error)
{
  if (wake_fd < 0)
    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  tty->all_fd = epoll_create1(EPOLL_CLOEXEC);
  const int fds[] = { tty->fd, wake_fd, lev_signal_fd() };
  for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
    struct epoll_event event = { .events = EPOLLIN };
    if (epoll_ctl(tty->all_fd, EPOLL_CTL_ADD, fds[i], &event) != 0)
      return lev_fail_errno(error, errno, "cannot watch the terminal");
  }
  return LEV_OK;
}

/* One of the things noted, if any. */
static bool take_note(enum lev_tty_news *news)
{
  if (stop_wanted) {
    stop_wanted = 0;
    *news = LEV_TTY_STOP;
  } else if (continued) {
    continued = resized = 0; /* both draw again */
    *news = LEV_TTY_CONTINUED;
  } else if (resized) {
    resized = 0;
    *news = LEV_TTY_RESIZED;
  } else {
    return false;
  }
  return true;
}

static enum lev_status read_byte(struct lev_tty *tty, bool hang_up, enum lev_tty_news *news, unsigned char *byte,
                                 bool *got, struct lev_error *error)
{
  ssize_t len = read(tty->fd, byte, 1);
  *got = len == 1;
  *news = LEV_TTY_BYTE;
  if (len == 1)
    return LEV_OK;
  if (len < 0 && (errno == EINTR || errno == EAGAIN))
    return LEV_OK;
  if (len == 0 && !hang_up) {
    *got = true;
    *news = LEV_TTY_END_OF_FILE;
    return LEV_OK;
  }
  return lev_tty_hung_up(tty, error);
}

/* Sleeps until something may have happened; *over when the time is. */
static enum lev_status sleep_until(struct lev_tty *tty, struct pollfd *polls, nfds_t count, int timeout_ms, bool *over,
                                   struct lev_error *error)
{
  if (tty->wait != NULL) {
    bool ready = false;
    enum lev_status status = tty->wait->wait(tty->wait->context, tty->all_fd, timeout_ms, &ready, error);
    *over = !ready && timeout_ms >= 0;
    return status;
  }
  int found = poll(polls, count, timeout_ms);
  *over = found == 0 && timeout_ms >= 0;
  if (found < 0 && errno != EINTR)
    return lev_fail_errno(error, errno, "cannot wait for the terminal");
  return LEV_OK;
}

enum lev_status lev_tty_next(struct lev_tty *tty, int timeout_ms, enum lev_tty_news *news, unsigned char *byte,
                             struct lev_error *error)
{
  if (tty->unread != 0) {
    *byte = (unsigned char)(tty->unread - 1);
    tty->unread = 0;
    *news = LEV_TTY_BYTE;
    return LEV_OK;
  }
  for (bool over = false;;) {
    enum lev_status status = lev_signal_check(error);
    if (status != LEV_OK)
      return status;
    if (timeout_ms < 0 && take_note(news))
      return LEV_OK;
    struct pollfd polls[] = { { tty->fd, POLLIN, 0 }, { wake_fd, POLLIN, 0 }, { lev_signal_fd(), POLLIN, 0 } };
    if (poll(polls, 3, 0) > 0) { /* what is there already costs no wait */
      uint64_t count;
      if (polls[1].revents != 0)
        (void)!read(wake_fd, &count, sizeof count);
      bool got = false;
      if (polls[0].revents != 0 && lev_signal_pending() == 0)
        status = read_byte(tty, (polls[0].revents & POLLHUP) != 0, news, byte, &got, error);
      if (status != LEV_OK || got)
        return status;
      continue;
    }
    if (over) {
      *news = LEV_TTY_TIME_OVER;
      return LEV_OK;
    }
    status = sleep_until(tty, polls, 3, timeout_ms, &over, error);
    if (status != LEV_OK)
      return status;
  }
}
