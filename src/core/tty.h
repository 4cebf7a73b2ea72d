/*
 * tty: questions to the person at the controlling terminal. /dev/tty is asked, never standard input, so that input can
 * come through a pipe at the same time.
 *
 * What holds for every question:
 * - The terminal's modes are what they were before on every way out: an answer, Ctrl-C, a signal (signals.h), hang-up,
 *   Ctrl-Z (and they are taken again on return, with the question redrawn). Nothing of ours is changed between two
 *   questions. Input that was typed ahead is never thrown away.
 * - Labels, choices, reasons, defaults may come from anywhere: control characters and escape sequences in them do not
 *   reach the screen. Text is UTF-8 whatever the locale says.
 * - LEV_INTERRUPTED means that nobody will answer: "interrupted" for Ctrl-C, "cancelled" for Ctrl-D on an empty line,
 *   otherwise a signal or hang-up. Raw mode makes no signals of keys, so they are raised here once the terminal is
 *   restored (Ctrl-C as the kernel does: to the whole foreground group): lev_signal_pending says SIGINT or SIGHUP
 *   afterwards, and the exit status can be made from it.
 * - LEV_MISSING means that there is nobody to ask: no controlling terminal, or a run that stays in the background.
 * - On a terminal without cursor movement (TERM dumb, unknown or unset) text is read as the terminal gives it, and a
 *   list is numbered. Secrets and confirmations need no cursor and are the same everywhere.
 */
#ifndef LEV_TTY_H
#define LEV_TTY_H

#include "buf.h"
#include "error.h"
#include "wait.h"

#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <termios.h>

#define LEV_TTY_WATCHED 3 /* SIGWINCH, SIGCONT, SIGTSTP: caught during a question only */

struct editline; /* libedit's */

/* Zeroed is valid: closed. The fields are the module's own. */
struct lev_tty {
  bool is_open, colour, dumb;
  int fd;
  int all_fd; /* an epoll of everything that ends a wait, for `wait` */
  const struct lev_wait *wait;
  locale_t utf8, locale_before;
  bool asking; /* the modes below are to be restored */
  struct termios modes_before;
  struct sigaction actions_before[LEV_TTY_WATCHED];
  int to_raise; /* a signal that is due after restoring */
  bool to_group;
  struct editline *editor; /* made for the first text */
  FILE *screen;            /* where it draws */
  int unread;              /* a byte that was read too far, plus one; 0 for none */
};

/* Opens the controlling terminal; colours only if wanted (and the terminal can). Catches signals if nobody did
 * (lev_signals_install): a question never leaves the terminal in raw mode. */
LEV_MUST_CHECK enum lev_status lev_tty_open(struct lev_tty *tty, bool colour, struct lev_error *error);
/* Idempotent. */
void lev_tty_close(struct lev_tty *tty);
/* Wait for keys through `wait` (borrowed until the next call), NULL for our own poll. */
void lev_tty_background(struct lev_tty *tty, const struct lev_wait *wait);
int lev_tty_width(const struct lev_tty *tty);
int lev_tty_height(const struct lev_tty *tty);

struct lev_tty_question {
  const char *label;  /* a colon is added, unless it ends in one or in a question mark */
  const char *preset; /* shown in brackets: what the caller takes for an empty answer; or NULL */
  const char *typed;  /* what stands in the line to be edited at the start; or NULL */
  const char *reason; /* why the answer before was not taken, shown above; or NULL */
  bool path;          /* TAB completes file names, and a leading ~/ becomes the home folder */
};

/* A line of text, without the white space around it, appended to *answer. */
LEV_MUST_CHECK enum lev_status lev_tty_text(struct lev_tty *tty, const struct lev_tty_question *question,
                                            struct lev_buf *answer, struct lev_error *error);
/* Bytes that are not shown, as they come, appended to *answer (which the caller made secret). Of the question only
 * label and reason count. Control characters, other keys and paste markers are left out. */
LEV_MUST_CHECK enum lev_status lev_tty_secret(struct lev_tty *tty, const struct lev_tty_question *question,
                                              struct lev_buf *answer, struct lev_error *error);

struct lev_tty_choice {
  const char *label;
  char key; /* a printable ASCII character that moves to this choice, 0 for none */
};

/* One of `count` (> 0) choices; *index is where to start, and the answer. Keys move, Enter chooses. */
LEV_MUST_CHECK enum lev_status lev_tty_select(struct lev_tty *tty, const char *label,
                                              const struct lev_tty_choice *choices, size_t count, size_t *index,
                                              struct lev_error *error);

enum lev_tty_preset { LEV_TTY_NO_PRESET, LEV_TTY_YES, LEV_TTY_NO };
/* y or n, then Enter; Enter alone takes the preset. */
LEV_MUST_CHECK enum lev_status lev_tty_confirm(struct lev_tty *tty, const char *label, enum lev_tty_preset preset,
                                               bool *yes, struct lev_error *error);

/* Appends the path, with HOME for a leading "~" or "~/". */
void lev_tty_expand_home(struct lev_buf *out, const char *path, size_t len);

#endif
