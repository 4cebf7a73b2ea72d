/*
 * tty_text: the question for a line of text: its prompt, the terminal's own way of reading it or ours (tty_edit), and
 * the white space around the answer.
 */
#include "tty_parts.h"

/* Surrounds a colour so that libedit does not count it. */
static void literal_style(const struct lev_tty *tty, struct lev_buf *out, enum lev_tty_style style)
{
  if (!tty->colour)
    return;
  lev_buf_putc(out, LEV_TTY_LITERAL);
  lev_tty_style(tty, out, style);
  lev_buf_putc(out, LEV_TTY_LITERAL);
}

static void put_prompt(const struct lev_tty *tty, struct lev_buf *out, const struct lev_tty_question *question)
{
  struct lev_buf label = { 0 };
  lev_tty_label(&label, question->label);
  char last = label.len > 0 ? label.data[label.len - 1] : '\0';
  literal_style(tty, out, LEV_STYLE_LABEL);
  lev_buf_append(out, label.data, label.len - (question->preset != NULL && last == ':'));
  if (question->preset != NULL) {
    literal_style(tty, out, LEV_STYLE_PLAIN);
    lev_buf_puts(out, " [");
    lev_tty_clean(out, question->preset);
    lev_buf_puts(out, last == ':' ? "]:" : "]");
  } else {
    literal_style(tty, out, LEV_STYLE_PLAIN);
  }
  lev_buf_putc(out, ' ');
  out->failed = out->failed || label.failed;
  lev_buf_wipe(&label);
}

/* Without the white space around it. */
static void append_trimmed(struct lev_buf *answer, const struct lev_buf *text)
{
  size_t start = 0, end = text->len;
  while (start < end && text->data[start] == ' ')
    start++;
  while (end > start && text->data[end - 1] == ' ')
    end--;
  lev_buf_append(answer, text->data == NULL ? NULL : text->data + start, end - start);
}

enum lev_status lev_tty_text(struct lev_tty *tty, const struct lev_tty_question *question, struct lev_buf *answer,
                             struct lev_error *error)
{
  struct lev_buf reason = { 0 }, prompt = { 0 }, text = { 0 };
  enum lev_status status = lev_tty_begin(tty, error);
  if (status != LEV_OK)
    return status;
  lev_tty_reason(tty, &reason, question->reason);
  lev_tty_show(tty, &reason);
  put_prompt(tty, &prompt, question);
  status = lev_buf_check(&prompt, error);
  if (status == LEV_OK && tty->dumb)
    status = lev_tty_line(tty, prompt.data, prompt.len, &text, error);
  else if (status == LEV_OK)
    status = lev_tty_edit(tty, question, &prompt, &text, error);
  lev_tty_end(tty);
  if (status == LEV_OK)
    append_trimmed(answer, &text);
  if (status == LEV_OK)
    status = lev_buf_check(answer, error);
  lev_buf_wipe(&text);
  lev_buf_wipe(&prompt);
  lev_buf_wipe(&reason);
  return status;
}
