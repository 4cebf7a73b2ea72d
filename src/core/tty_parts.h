/*
 * tty_parts: what the kinds of questions share. Not for use outside src/core/tty*.c.
 *
 * A question is: lev_tty_begin, lev_tty_raw (or lev_tty_cooked), keys until it is answered, lev_tty_end. Whatever
 * happens in between, lev_tty_end runs before the function returns.
 */
#ifndef LEV_TTY_PARTS_H
#define LEV_TTY_PARTS_H

#include "tty.h"

#include <wchar.h>

/* tty.c: modes and signals. */

/* Remembers the modes, watches for resizing and stopping, makes UTF-8 the thread's locale. Waits (stopped, as any
 * program does) while the run is in the background. */
LEV_MUST_CHECK enum lev_status lev_tty_begin(struct lev_tty *tty, struct lev_error *error);
/* Every key arrives at once, unchanged and not shown. */
void lev_tty_raw(struct lev_tty *tty);
/* The terminal edits lines and shows them. */
void lev_tty_cooked(struct lev_tty *tty);
/* Undoes lev_tty_begin, then raises what is due. */
void lev_tty_end(struct lev_tty *tty);
/* Stops the foreground group as Ctrl-Z does, terminal restored, and comes back when it is continued. The caller sets
 * its mode and draws again. */
LEV_MUST_CHECK enum lev_status lev_tty_stop(struct lev_tty *tty, struct lev_error *error);
/* The statuses of leaving without an answer. */
LEV_MUST_CHECK enum lev_status lev_tty_interrupted(struct lev_tty *tty, struct lev_error *error);
LEV_MUST_CHECK enum lev_status lev_tty_cancelled(struct lev_tty *tty, struct lev_error *error);
LEV_MUST_CHECK enum lev_status lev_tty_hung_up(struct lev_tty *tty, struct lev_error *error);

/* tty_wait.c: waiting. */

enum lev_tty_news {
  LEV_TTY_BYTE,
  LEV_TTY_TIME_OVER,
  LEV_TTY_END_OF_FILE, /* Ctrl-D, in cooked mode only */
  LEV_TTY_RESIZED,
  LEV_TTY_STOP,      /* somebody sent SIGTSTP */
  LEV_TTY_CONTINUED, /* after a stop that we did not see */
};
/* The next thing that happens. With a time limit (milliseconds; -1: none) only bytes are told, the rest waits. */
LEV_MUST_CHECK enum lev_status lev_tty_next(struct lev_tty *tty, int timeout_ms, enum lev_tty_news *news,
                                            unsigned char *byte, struct lev_error *error);
/* Start and end of watching; forgets what was seen before. */
void lev_tty_watch(struct lev_tty *tty);
void lev_tty_unwatch(struct lev_tty *tty);
/* Everything that ends a wait, as one descriptor. */
LEV_MUST_CHECK enum lev_status lev_tty_open_all_fd(struct lev_tty *tty, struct lev_error *error);

/* tty_key.c: keys. */

enum lev_tty_key_kind {
  LEV_KEY_CHARACTER, /* bytes and len; character is 0 when they are not UTF-8 */
  LEV_KEY_CONTROL,   /* character is the letter: 'U' for Ctrl-U */
  LEV_KEY_ENTER,
  LEV_KEY_TAB,
  LEV_KEY_BACKSPACE,
  LEV_KEY_DELETE,
  LEV_KEY_UP,
  LEV_KEY_DOWN,
  LEV_KEY_LEFT,
  LEV_KEY_RIGHT,
  LEV_KEY_HOME,
  LEV_KEY_END,
  LEV_KEY_PAGE_UP,
  LEV_KEY_PAGE_DOWN,
  LEV_KEY_WORD_LEFT,
  LEV_KEY_WORD_RIGHT,
  LEV_KEY_RESIZED,
  LEV_KEY_STOP, /* Ctrl-Z, or somebody sent SIGTSTP */
  LEV_KEY_CONTINUED,
};
struct lev_tty_key {
  enum lev_tty_key_kind kind;
  wchar_t character;
  unsigned char bytes[4];
  size_t len;
};
/* The next key that means something; Ctrl-C is LEV_INTERRUPTED. After a secret's key the caller wipes it. */
LEV_MUST_CHECK enum lev_status lev_tty_key(struct lev_tty *tty, struct lev_tty_key *key, struct lev_error *error);
/* A key of a question without a cursor to care for: stopping and continuing happen inside and give LEV_KEY_CONTINUED.
 */
LEV_MUST_CHECK enum lev_status lev_tty_plain_key(struct lev_tty *tty, struct lev_tty_key *key, struct lev_error *error);

/* tty_show.c: what is shown. */

/* The column width of UTF-8 text. */
size_t lev_tty_columns(const char *text, size_t len);
/* Text that is safe to show: one line, valid UTF-8, nothing that controls the terminal or the direction of text. */
void lev_tty_clean(struct lev_buf *out, const char *text);
/* Clean text, cut to so many columns with an ellipsis. */
void lev_tty_cut(struct lev_buf *out, const char *text, size_t len, size_t columns);
enum lev_tty_style { LEV_STYLE_PLAIN, LEV_STYLE_LABEL, LEV_STYLE_CHOSEN, LEV_STYLE_REASON, LEV_STYLE_HINT };
/* Changes the colour, if there are colours. */
void lev_tty_style(const struct lev_tty *tty, struct lev_buf *out, enum lev_tty_style style);
/* The label with its colon, without style. */
void lev_tty_label(struct lev_buf *out, const char *label);
/* Clean text with style, then plain again. */
void lev_tty_styled(const struct lev_tty *tty, struct lev_buf *out, enum lev_tty_style style, const char *text);
/* The reason's line, if there is one. */
void lev_tty_reason(const struct lev_tty *tty, struct lev_buf *out, const char *reason);
/* Writes the buffer and empties it. A terminal that is gone is noticed by the next read. */
void lev_tty_show(struct lev_tty *tty, struct lev_buf *out);

/* tty_edit.c: a line with a cursor in it. */

/* Surrounds what takes no room in the prompt. */
#define LEV_TTY_LITERAL '\1'
LEV_MUST_CHECK enum lev_status lev_tty_edit(struct lev_tty *tty, const struct lev_tty_question *question,
                                            const struct lev_buf *prompt, struct lev_buf *answer,
                                            struct lev_error *error);
/* Forgets the editor, if there is one. */
void lev_tty_close_editor(struct lev_tty *tty);

/* tty_line.c: the terminal's own line editing. */
LEV_MUST_CHECK enum lev_status lev_tty_line(struct lev_tty *tty, const char *prompt, size_t prompt_len,
                                            struct lev_buf *line, struct lev_error *error);

/* tty_path.c: file names. */
struct lev_tty_completion {
  struct lev_buf insert; /* what goes in at the cursor; empty when there is nothing sure */
  struct lev_buf names;  /* the names to choose from, each ended by NUL; empty unless `insert` is */
  size_t count;
};
void lev_tty_complete(struct lev_tty_completion *completion, const char *typed, size_t len);
void lev_tty_completion_wipe(struct lev_tty_completion *completion);
/* The names in columns, at most `rows` lines, each ended by a line feed. */
void lev_tty_list(struct lev_buf *out, const struct lev_tty_completion *completion, size_t width, size_t rows);

#endif
