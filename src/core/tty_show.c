/*
 * tty_show: what reaches the screen. Text of others is cleaned first; widths are counted in columns, not bytes.
 */
#include "signals.h"
#include "tty_parts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* One character of text; the length consumed, at least 1. *value is -1 for a byte that is not UTF-8. */
static size_t decode(const char *text, size_t len, wint_t *value)
{
  mbstate_t state = { 0 };
  wchar_t wide = 0;
  size_t used = mbrtowc(&wide, text, len, &state);
  if (used == 0 || used > len) {
    *value = used == 0 ? 0 : (wint_t)-1;
    return 1;
  }
  *value = (wint_t)wide;
  return used;
}

/* Controls (C0, DEL, C1), direction of text, line separators, byte order mark, tags. */
static bool is_harmful(wint_t c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
         (c >= 0xe0000 && c <= 0xe007f) || c == (wint_t)-1;
}

void lev_tty_clean(struct lev_buf *out, const char *text)
{
  size_t len = strlen(text);
  for (size_t at = 0; at < len;) {
    wint_t c;
    size_t used = decode(text + at, len - at, &c);
    if (c == '\n' || c == '\t' || c == '\r')
      lev_buf_putc(out, ' ');
    else if (is_harmful(c))
      lev_buf_puts(out, "\xef\xbf\xbd"); /* U+FFFD */
    else
      lev_buf_append(out, text + at, used);
    at += used;
  }
}

static size_t columns_of(wint_t c)
{
  int width = wcwidth((wchar_t)c);
  return width < 0 ? 1 : (size_t)width;
}

size_t lev_tty_columns(const char *text, size_t len)
{
  size_t columns = 0;
  for (size_t at = 0; at < len;) {
    wint_t c;
    at += decode(text + at, len - at, &c);
    columns += columns_of(c);
  }
  return columns;
}

void lev_tty_cut(struct lev_buf *out, const char *text, size_t len, size_t columns)
{
  if (lev_tty_columns(text, len) <= columns) {
    lev_buf_append(out, text, len);
    return;
  }
  if (columns == 0)
    return;
  size_t taken = 0, at = 0;
  for (;;) {
    wint_t c;
    size_t used = decode(text + at, len - at, &c);
    if (taken + columns_of(c) > columns - 1)
      break;
    taken += columns_of(c);
    at += used;
  }
  lev_buf_append(out, text, at);
  lev_buf_puts(out, "\xe2\x80\xa6"); /* an ellipsis, one column */
}

void lev_tty_style(const struct lev_tty *tty, struct lev_buf *out, enum lev_tty_style style)
{
  static const char *const sequences[] = {
    [LEV_STYLE_PLAIN] = "\033[0m",   [LEV_STYLE_LABEL] = "\033[1m", [LEV_STYLE_CHOSEN] = "\033[36m",
    [LEV_STYLE_REASON] = "\033[31m", [LEV_STYLE_HINT] = "\033[2m",
  };
  if (tty->colour)
    lev_buf_puts(out, sequences[style]);
}

void lev_tty_styled(const struct lev_tty *tty, struct lev_buf *out, enum lev_tty_style style, const char *text)
{
  lev_tty_style(tty, out, style);
  lev_tty_clean(out, text);
  lev_tty_style(tty, out, LEV_STYLE_PLAIN);
}

void lev_tty_label(struct lev_buf *out, const char *label)
{
  size_t len = strlen(label);
  lev_tty_clean(out, label);
  while (out->len > 0 && out->data[out->len - 1] == ' ')
    out->len--;
  if (len > 0 && strchr(":?", out->len > 0 ? out->data[out->len - 1] : ':') == NULL)
    lev_buf_putc(out, ':');
}

void lev_tty_reason(const struct lev_tty *tty, struct lev_buf *out, const char *reason)
{
  if (reason == NULL)
    return;
  lev_tty_styled(tty, out, LEV_STYLE_REASON, reason);
  lev_buf_puts(out, "\n");
}

void lev_tty_show(struct lev_tty *tty, struct lev_buf *out)
{
  for (size_t done = 0; done < out->len;) {
    ssize_t len = write(tty->fd, out->data + done, out->len - done);
    if (len < 0 && (errno != EINTR || lev_signal_pending() != 0))
      break;
    if (len > 0)
      done += (size_t)len;
  }
  lev_buf_clear(out);
}
