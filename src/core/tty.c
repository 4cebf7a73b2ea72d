/*
 * tty: opening, and the modes and signals of a question. The invariant is in tty.h: outside lev_tty_begin … lev_tty_end
 * the terminal is as we found it. All changes of mode drain output and keep input (TCSADRAIN).
 */
#include "tty.h"
#include "signals.h"
#include "tty_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Whether the terminal, as its TERM describes it, clears with the two sequences that we use: those are spoken by all
 * that also understand the others (cursor up and down, hiding it). */
static bool can_redraw(void)
{
  const char *name = getenv("TERM");
  if (name == NULL || name[0] == '\0' || strcmp(name, "dumb") == 0 || strcmp(name, "emacs") == 0)
    return false;
  FILE *nowhere = fopen("/dev/null", "r+e");
  if (nowhere == NULL)
    return false;
  EditLine *probe = el_init("leverage", nowhere, nowhere, nowhere); /* not a terminal: only reads the description */
  const char *clear_line = NULL, *clear_rest = NULL;
  bool can = false;
  if (probe != NULL) {
    el_get(probe, EL_GETTC, "ce", &clear_line);
    el_get(probe, EL_GETTC, "cd", &clear_rest);
    can = clear_line != NULL && strncmp(clear_line, "\033[K", 3) == 0 && clear_rest != NULL &&
          strncmp(clear_rest, "\033[J", 3) == 0;
    el_end(probe);
  }
  fclose(nowhere);
  return can;
}

enum lev_status lev_tty_open(struct lev_tty *tty, bool colour, struct lev_error *error)
{
  memset(tty, 0, sizeof *tty);
  if (lev_signal_fd() < 0) {
    enum lev_status status = lev_signals_install(NULL, error);
    if (status != LEV_OK)
      return status;
  }
  int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return lev_fail(error, LEV_MISSING, "there is no terminal to ask questions on (/dev/tty: %s)", strerror(errno));
  tty->fd = fd;
  tty->all_fd = -1;
  tty->is_open = true;
  tty->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  if (tty->utf8 == (locale_t)0)
    tty->utf8 = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
  tty->dumb = !can_redraw();
  tty->colour = colour && !tty->dumb;
  enum lev_status status = lev_tty_open_all_fd(tty, error);
  if (status != LEV_OK)
    lev_tty_close(tty);
  return status;
}

void lev_tty_close(struct lev_tty *tty)
{
  if (tty == NULL || !tty->is_open)
    return;
  lev_tty_close_editor(tty);
  if (tty->all_fd >= 0)
    close(tty->all_fd);
  close(tty->fd);
  if (tty->utf8 != (locale_t)0)
    freelocale(tty->utf8);
  memset(tty, 0, sizeof *tty);
}

void lev_tty_background(struct lev_tty *tty, const struct lev_wait *wait)
{
  tty->wait = wait;
}

static struct winsize size(const struct lev_tty *tty)
{
  struct winsize size = { 0 };
  ioctl(tty->fd, TIOCGWINSZ, &size);
  if (size.ws_col < 2)
    size.ws_col = 80;
  if (size.ws_row < 1)
    size.ws_row = 24;
  return size;
}

int lev_tty_width(const struct lev_tty *tty)
{
  return size(tty).ws_col;
}

int lev_tty_height(const struct lev_tty *tty)
{
  return size(tty).ws_row;
}

static bool in_foreground(const struct lev_tty *tty)
{
  pid_t group = tcgetpgrp(tty->fd);
  return group < 0 || group == getpgrp();
}

static void set_modes(const struct lev_tty *tty, const struct termios *modes)
{
  while (tcsetattr(tty->fd, TCSADRAIN, modes) != 0)
    if (errno != EINTR || lev_signal_pending() != 0)
      break; /* gone, which the next read tells */
}

/* Before modes are read or changed: in the background they are the shell's own. A job that wants its terminal stops; it
 * is not stopped where nobody could continue it, hence the limit. */
static enum lev_status wait_for_foreground(const struct lev_tty *tty, struct lev_error *error)
{
  for (int tries = 0; !in_foreground(tty); tries++) {
    enum lev_status status = lev_signal_check(error);
    if (status != LEV_OK)
      return status;
    if (tries == 8)
      return lev_fail(error, LEV_MISSING, "this run is in the background and cannot ask questions on the terminal");
    kill(0, SIGTTIN);
  }
  return LEV_OK;
}

static enum lev_status read_modes(struct lev_tty *tty, struct lev_error *error)
{
  enum lev_status status = wait_for_foreground(tty, error);
  if (status != LEV_OK)
    return status;
  if (tcgetattr(tty->fd, &tty->modes_before) != 0)
    return errno == EIO ? lev_tty_hung_up(tty, error)
                        : lev_fail_errno(error, errno, "cannot read the terminal's modes");
  return LEV_OK;
}

enum lev_status lev_tty_begin(struct lev_tty *tty, struct lev_error *error)
{
  enum lev_status status = lev_signal_check(error);
  if (status != LEV_OK)
    return status;
  tty->to_raise = 0;
  lev_tty_watch(tty);
  tty->locale_before = uselocale(tty->utf8);
  tty->asking = true;
  status = read_modes(tty, error);
  if (status != LEV_OK) {
    tty->asking = false; /* there is nothing to restore */
    uselocale(tty->locale_before);
    lev_tty_unwatch(tty);
    if (tty->to_raise != 0)
      raise(tty->to_raise);
  }
  return status;
}

void lev_tty_raw(struct lev_tty *tty)
{
  struct termios modes = tty->modes_before;
  modes.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | IGNBRK | IGNCR | INLCR | INPCK | ISTRIP | IXON | PARMRK);
  modes.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
  modes.c_oflag |= OPOST | ONLCR;
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  set_modes(tty, &modes);
}

void lev_tty_cooked(struct lev_tty *tty)
{
  struct termios modes = tty->modes_before;
  modes.c_iflag |= ICRNL;
  modes.c_lflag |= ECHO | ECHOE | ICANON | ISIG;
  modes.c_oflag |= OPOST | ONLCR;
  set_modes(tty, &modes);
}

void lev_tty_end(struct lev_tty *tty)
{
  if (!tty->asking)
    return;
  if (in_foreground(tty))
    set_modes(tty, &tty->modes_before);
  tty->asking = false;
  uselocale(tty->locale_before);
  lev_tty_unwatch(tty);
  if (tty->to_raise != 0 && tty->to_group)
    kill(0, tty->to_raise);
  else if (tty->to_raise != 0)
    raise(tty->to_raise);
  tty->to_raise = 0;
}

enum lev_status lev_tty_stop(struct lev_tty *tty, struct lev_error *error)
{
  if (in_foreground(tty))
    set_modes(tty, &tty->modes_before);
  lev_tty_unwatch(tty); /* or SIGTSTP would only be noted */
  kill(0, SIGTSTP);
  lev_tty_watch(tty);
  enum lev_status status = lev_signal_check(error);
  if (status == LEV_OK)
    status = read_modes(tty, error);
  return status;
}

static void due(struct lev_tty *tty, int signal, bool to_group)
{
  tty->to_raise = signal;
  tty->to_group = to_group;
}

enum lev_status lev_tty_interrupted(struct lev_tty *tty, struct lev_error *error)
{
  due(tty, SIGINT, true);
  return lev_fail(error, LEV_INTERRUPTED, "interrupted");
}

enum lev_status lev_tty_cancelled(struct lev_tty *tty, struct lev_error *error)
{
  due(tty, SIGINT, false);
  return lev_fail(error, LEV_INTERRUPTED, "cancelled");
}

enum lev_status lev_tty_hung_up(struct lev_tty *tty, struct lev_error *error)
{
  struct sigaction now;
  sigaction(SIGHUP, NULL, &now);
  if (now.sa_handler == SIG_IGN) /* nohup: the run may go on, but has nobody to ask */
    return lev_fail(error, LEV_MISSING, "the terminal is gone, there is nobody to ask");
  due(tty, SIGHUP, false);
  return lev_fail(error, LEV_INTERRUPTED, "the terminal is gone");
}
