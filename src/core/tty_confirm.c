/*
 * tty_confirm: yes or no. The letter is shown and Enter takes it, so that an Enter that follows by habit does not
 * answer the next question unread.
 */
#include "tty_parts.h"

#include <string.h>

static void put_prompt(const struct lev_tty *tty, struct lev_buf *out, const char *label, enum lev_tty_preset preset)
{
  static const char *const hints[] = {
    [LEV_TTY_NO_PRESET] = " [y/n] ", [LEV_TTY_YES] = " [Y/n] ", [LEV_TTY_NO] = " [y/N] "
  };
  lev_tty_styled(tty, out, LEV_STYLE_LABEL, label);
  lev_tty_style(tty, out, LEV_STYLE_HINT);
  lev_buf_puts(out, hints[preset]);
  lev_tty_style(tty, out, LEV_STYLE_PLAIN);
}

/* What stands there now: 'y', 'n' or 0; the screen follows. */
static void edit(char *answer, const struct lev_tty_key *key, struct lev_buf *out)
{
  char letter = key->kind == LEV_KEY_CHARACTER && key->character < 0x80 ? (char)(key->character | 0x20) : 0;
  if (key->kind == LEV_KEY_BACKSPACE || (key->kind == LEV_KEY_CONTROL && strchr("UW", (int)key->character) != NULL))
    letter = 0;
  else if (letter != 'y' && letter != 'n')
    return; /* the rest of "yes", and the like */
  if (*answer != 0)
    lev_buf_puts(out, "\b \b");
  if (letter != 0)
    lev_buf_putc(out, letter);
  *answer = letter;
}

static enum lev_status read_answer(struct lev_tty *tty, const struct lev_buf *prompt, enum lev_tty_preset preset,
                                   bool *yes, struct lev_error *error)
{
  struct lev_buf out = { 0 };
  enum lev_status status = LEV_OK;
  char answer = 0;
  lev_buf_append(&out, prompt->data, prompt->len);
  for (;;) {
    struct lev_tty_key key;
    lev_tty_show(tty, &out);
    status = lev_tty_plain_key(tty, &key, error);
    if (status != LEV_OK)
      break;
    if (key.kind == LEV_KEY_CONTROL && key.character == 'D') {
      status = lev_tty_cancelled(tty, error);
      break;
    }
    if (key.kind == LEV_KEY_ENTER && (answer != 0 || preset != LEV_TTY_NO_PRESET))
      break;
    if (key.kind == LEV_KEY_CONTINUED) {
      lev_buf_append(&out, prompt->data, prompt->len);
      lev_buf_append(&out, &answer, answer != 0);
    } else {
      edit(&answer, &key, &out);
    }
  }
  if (status == LEV_OK && answer == 0) {
    answer = preset == LEV_TTY_YES ? 'y' : 'n';
    lev_buf_putc(&out, answer);
  }
  *yes = answer == 'y';
  lev_buf_puts(&out, "\n");
  lev_tty_show(tty, &out);
  lev_buf_wipe(&out);
  return status;
}

enum lev_status lev_tty_confirm(struct lev_tty *tty, const char *label, enum lev_tty_preset preset, bool *yes,
                                struct lev_error *error)
{
  struct lev_buf prompt = { 0 };
  enum lev_status status = lev_tty_begin(tty, error);
  if (status != LEV_OK)
    return status;
  lev_tty_raw(tty);
  put_prompt(tty, &prompt, label, preset);
  status = lev_buf_check(&prompt, error);
  if (status == LEV_OK)
    status = read_answer(tty, &prompt, preset, yes, error);
  lev_buf_wipe(&prompt);
  lev_tty_end(tty);
  return status;
}
