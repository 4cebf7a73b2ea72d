/*
 * tty_line: a line as the terminal itself edits it, for terminals that cannot do more. The kernel makes signals of keys
 * here, and gives at most 4,095 bytes a line.
 */
#include "tty_parts.h"

static enum lev_status take_byte(struct lev_tty *tty, unsigned char byte, struct lev_buf *line, bool *ended,
                                 struct lev_error *error)
{
  *ended = byte == '\n' || byte == '\r'; /* a return that was typed ahead in raw mode stays one */
  if (byte == 0x03)                      /* so does this */
    return lev_tty_interrupted(tty, error);
  if (byte == '\t')
    lev_buf_putc(line, ' ');
  else if (byte >= 0x20 && byte != 0x7f)
    lev_buf_putc(line, (char)byte);
  return LEV_OK;
}

/* What happened while the line was typed; `draw` when the prompt has to be shown again. */
static enum lev_status take_news(struct lev_tty *tty, enum lev_tty_news news, struct lev_buf *line, bool *ended,
                                 bool *draw, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  switch (news) {
  case LEV_TTY_END_OF_FILE: *ended = true; return line->len == 0 ? lev_tty_cancelled(tty, error) : LEV_OK;
  case LEV_TTY_STOP: status = lev_tty_stop(tty, error); /* fall through */
  case LEV_TTY_CONTINUED:
    if (status == LEV_OK)
      lev_tty_cooked(tty);
    lev_buf_clear(line); /* the kernel dropped what it had */
    *draw = true;
    return status;
  default: return LEV_OK;
  }
}

enum lev_status lev_tty_line(struct lev_tty *tty, const char *prompt, size_t prompt_len, struct lev_buf *line,
                             struct lev_error *error)
{
  struct lev_buf out = { 0 };
  enum lev_status status = LEV_OK;
  enum lev_tty_news news = LEV_TTY_BYTE;
  lev_tty_cooked(tty);
  for (bool ended = false, draw = true; status == LEV_OK && !ended;) {
    unsigned char byte = 0;
    if (draw)
      lev_buf_append(&out, prompt, prompt_len);
    draw = false;
    lev_tty_show(tty, &out);
    status = lev_tty_next(tty, -1, &news, &byte, error);
    if (status == LEV_OK && news == LEV_TTY_BYTE)
      status = take_byte(tty, byte, line, &ended, error);
    else if (status == LEV_OK)
      status = take_news(tty, news, line, &ended, &draw, error);
  }
  if (status != LEV_OK || news == LEV_TTY_END_OF_FILE) /* otherwise the kernel has shown the line's end */
    lev_buf_puts(&out, "\n");
  lev_tty_show(tty, &out);
  lev_buf_wipe(&out);
  return status;
}
