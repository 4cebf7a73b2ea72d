/*
 * tty_secret: what is typed or pasted goes byte by byte into guarded pages and nowhere else; no line-editing library
 * sees it. Nothing is shown, not even its length.
 */
#include "secret.h"
#include "tty_parts.h"

/* Where the last character before `end` starts. */
static size_t character_start(const struct lev_buf *buf, size_t end)
{
  size_t at = end - 1;
  while (at > 0 && end - at < 4 && ((unsigned char)buf->data[at] & 0xc0) == 0x80)
    at--;
  return at;
}

static void drop_to(struct lev_buf *buf, size_t len)
{
  if (len < buf->len) {
    lev_wipe(buf->data + len, buf->len - len);
    buf->len = len;
  }
}

static void drop_word(struct lev_buf *buf, size_t least)
{
  size_t len = buf->len;
  while (len > least && buf->data[len - 1] == ' ')
    len--;
  while (len > least && buf->data[len - 1] != ' ')
    len--;
  drop_to(buf, len);
}

/* The bytes before `start` are the caller's. */
static void edit(struct lev_buf *answer, size_t start, const struct lev_tty_key *key)
{
  if (key->kind == LEV_KEY_CHARACTER)
    lev_buf_append(answer, key->bytes, key->len);
  else if (key->kind == LEV_KEY_BACKSPACE && answer->len > start)
    drop_to(answer, character_start(answer, answer->len));
  else if (key->kind == LEV_KEY_CONTROL && key->character == 'U')
    drop_to(answer, start);
  else if (key->kind == LEV_KEY_CONTROL && key->character == 'W')
    drop_word(answer, start);
}

static enum lev_status read_answer(struct lev_tty *tty, const struct lev_buf *prompt, struct lev_buf *answer,
                                   struct lev_error *error)
{
  size_t start = answer->len;
  struct lev_buf out = { 0 };
  struct lev_tty_key key;
  enum lev_status status;
  lev_buf_append(&out, prompt->data, prompt->len);
  lev_tty_show(tty, &out);
  for (;;) {
    status = lev_tty_plain_key(tty, &key, error);
    if (status != LEV_OK || key.kind == LEV_KEY_ENTER)
      break;
    if (key.kind == LEV_KEY_CONTROL && key.character == 'D' && answer->len == start) {
      status = lev_tty_cancelled(tty, error);
      break;
    }
    if (key.kind == LEV_KEY_CONTINUED) {
      lev_buf_append(&out, prompt->data, prompt->len);
      lev_tty_show(tty, &out);
    } else {
      edit(answer, start, &key);
    }
  }
  lev_wipe(&key, sizeof key);
  lev_buf_puts(&out, "\n");
  lev_tty_show(tty, &out);
  lev_buf_wipe(&out);
  if (status != LEV_OK)
    drop_to(answer, start);
  return status;
}

enum lev_status lev_tty_secret(struct lev_tty *tty, const struct lev_tty_question *question, struct lev_buf *answer,
                               struct lev_error *error)
{
  struct lev_buf prompt = { 0 };
  enum lev_status status = lev_tty_begin(tty, error);
  if (status != LEV_OK)
    return status;
  lev_tty_raw(tty);
  lev_tty_reason(tty, &prompt, question->reason);
  lev_tty_style(tty, &prompt, LEV_STYLE_LABEL);
  lev_tty_label(&prompt, question->label);
  lev_tty_style(tty, &prompt, LEV_STYLE_PLAIN);
  lev_buf_putc(&prompt, ' ');
  status = lev_buf_check(&prompt, error);
  if (status == LEV_OK)
    status = read_answer(tty, &prompt, answer, error);
  lev_buf_wipe(&prompt);
  lev_tty_end(tty);
  if (status == LEV_OK)
    status = lev_buf_check(answer, error);
  return status;
}
