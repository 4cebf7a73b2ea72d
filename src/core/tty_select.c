/*
 * tty_select: one of several. On a terminal with cursor movement the list is a block of lines that never fill the last
 * column, with the (hidden) cursor parked at its first character: whatever a resize does to the lines, clearing from
 * there clears the block and nothing else. Lists that are too long scroll inside the window's height.
 */
#include "tty_parts.h"

#include <stdio.h>
#include <string.h>

/* Lines are written over what was there, each clearing its own rest: tmux moves a screen that is cleared from its first
 * character into the history. */
#define NEXT_LINE "\033[K\n"
#define CLEAR_BELOW "\033[J"

struct list {
  struct lev_tty *tty;
  struct lev_buf label; /* clean, with its colon */
  const struct lev_tty_choice *choices;
  size_t count, at, top, page;
  size_t number; /* digits typed so far */
  size_t rows;   /* of the block on the screen */
};

/* Bytes of the first line of text broken at `columns`, preferably at a space; at least one character. */
static size_t line_length(const char *text, size_t len, size_t columns)
{
  if (lev_tty_columns(text, len) <= columns)
    return len;
  size_t best = 0, space = 0;
  for (size_t end = 1; end <= len; end++) {
    if (end < len && ((unsigned char)text[end] & 0xc0) == 0x80)
      continue; /* inside a character */
    if (best > 0 && lev_tty_columns(text, end) > columns)
      break;
    best = end;
    if (end < len && text[end] == ' ')
      space = end;
  }
  return space > 0 ? space : best;
}

/* The label over several lines, at most `most`; returns how many. */
static size_t put_label(const struct list *list, struct lev_buf *out, size_t columns, size_t most)
{
  static const char hint[] = " (arrows, Enter)";
  const char *text = list->label.data;
  size_t len = list->label.len, rows = 0, last = 0;
  do {
    size_t used = rows + 1 == most ? len : line_length(text, len, columns);
    last = lev_tty_columns(text, used);
    lev_buf_puts(out, rows > 0 ? NEXT_LINE : "");
    lev_tty_style(list->tty, out, LEV_STYLE_LABEL);
    lev_tty_cut(out, text, used, columns);
    lev_tty_style(list->tty, out, LEV_STYLE_PLAIN);
    rows++;
    while (used < len && text[used] == ' ')
      used++;
    text += used;
    len -= used;
  } while (len > 0);
  if (last + sizeof hint - 1 <= columns) {
    lev_tty_style(list->tty, out, LEV_STYLE_HINT);
    lev_buf_puts(out, hint);
    lev_tty_style(list->tty, out, LEV_STYLE_PLAIN);
  }
  return rows;
}

static void put_choice(const struct list *list, struct lev_buf *out, size_t index, size_t columns)
{
  struct lev_buf text = { 0 };
  const struct lev_tty_choice *choice = &list->choices[index];
  bool here = index == list->at;
  lev_buf_puts(&text, here ? "> " : "  ");
  if (choice->key != 0)
    lev_buf_printf(&text, "%c) ", choice->key);
  else
    lev_buf_printf(&text, "%zu) ", index + 1);
  lev_tty_clean(&text, choice->label);
  if (here)
    lev_tty_style(list->tty, out, LEV_STYLE_CHOSEN);
  lev_tty_cut(out, text.data, text.len, columns);
  if (here)
    lev_tty_style(list->tty, out, LEV_STYLE_PLAIN);
  out->failed = out->failed || text.failed;
  lev_buf_wipe(&text);
}

/* Chooses the part of the list that is shown, in `room` lines; true when a line is left that says where we are. */
static bool scroll(struct list *list, size_t room)
{
  bool position = list->count > room && room >= 3;
  list->page = list->count < room ? list->count : room - position;
  if (list->at < list->top)
    list->top = list->at;
  if (list->at >= list->top + list->page)
    list->top = list->at - list->page + 1;
  if (list->top + list->page > list->count)
    list->top = list->count - list->page;
  return position;
}

/* From the block's first character (or a fresh line) and back to it. */
static void put_block(struct list *list, struct lev_buf *out)
{
  size_t columns = (size_t)lev_tty_width(list->tty) - 1;
  size_t height = (size_t)lev_tty_height(list->tty);
  lev_buf_puts(out, "\033[?25l\r");
  list->rows = put_label(list, out, columns, height < 4 ? 1 : height / 2);
  bool position = scroll(list, height > list->rows ? height - list->rows : 1);
  for (size_t i = list->top; i < list->top + list->page; i++) {
    lev_buf_puts(out, NEXT_LINE);
    put_choice(list, out, i, columns);
  }
  list->rows += list->page;
  if (position) {
    char text[64];
    int len = snprintf(text, sizeof text, "  %zu of %zu", list->at + 1, list->count);
    lev_buf_puts(out, NEXT_LINE);
    lev_tty_style(list->tty, out, LEV_STYLE_HINT);
    lev_tty_cut(out, text, (size_t)len, columns);
    lev_tty_style(list->tty, out, LEV_STYLE_PLAIN);
    list->rows++;
  }
  lev_buf_printf(out, CLEAR_BELOW "\r\033[%zuA", list->rows - 1);
}

/* Leaves the block where it is, on the line below it. */
static void put_leave(const struct list *list, struct lev_buf *out)
{
  lev_buf_printf(out, "\033[%zuB\n\033[?25h", list->rows - 1);
}

/* One line instead of the block. One that fills its last column is not cleared to the end: that would take its last
 * character. */
static void put_answer(const struct list *list, struct lev_buf *out)
{
  struct lev_buf choice = { 0 };
  lev_tty_clean(&choice, list->choices[list->at].label);
  size_t columns = lev_tty_columns(list->label.data, list->label.len) + 1 + lev_tty_columns(choice.data, choice.len);
  lev_buf_puts(out, "\r\033[?25h");
  lev_tty_style(list->tty, out, LEV_STYLE_LABEL);
  lev_buf_append(out, list->label.data, list->label.len);
  lev_tty_style(list->tty, out, LEV_STYLE_PLAIN);
  lev_buf_putc(out, ' ');
  lev_tty_style(list->tty, out, LEV_STYLE_CHOSEN);
  lev_buf_append(out, choice.data, choice.len);
  lev_tty_style(list->tty, out, LEV_STYLE_PLAIN);
  lev_buf_puts(out, columns % (size_t)lev_tty_width(list->tty) == 0 ? "\n" CLEAR_BELOW : CLEAR_BELOW "\n");
  lev_buf_wipe(&choice);
}

/* A shortcut key, a digit of a number, or j and k as arrows. */
static void type(struct list *list, wchar_t c)
{
  for (size_t i = 0; i < list->count; i++) {
    if (list->choices[i].key != 0 && c == (wchar_t)(unsigned char)list->choices[i].key) {
      list->at = i;
      return;
    }
  }
  if (c >= '0' && c <= '9') {
    size_t digit = (size_t)(c - '0');
    list->number = list->number * 10 + digit <= list->count ? list->number * 10 + digit : digit;
    if (list->number >= 1 && list->number <= list->count)
      list->at = list->number - 1;
  } else if (c == 'j') {
    list->at = (list->at + 1) % list->count;
  } else if (c == 'k') {
    list->at = (list->at + list->count - 1) % list->count;
  }
}

static void move(struct list *list, const struct lev_tty_key *key)
{
  size_t last = list->count - 1;
  if (key->kind != LEV_KEY_CHARACTER)
    list->number = 0;
  switch (key->kind) {
  case LEV_KEY_CHARACTER: type(list, key->character); break;
  case LEV_KEY_UP: list->at = list->at == 0 ? last : list->at - 1; break;
  case LEV_KEY_DOWN: list->at = list->at == last ? 0 : list->at + 1; break;
  case LEV_KEY_HOME: list->at = 0; break;
  case LEV_KEY_END: list->at = last; break;
  case LEV_KEY_PAGE_UP: list->at -= list->at < list->page ? list->at : list->page; break;
  case LEV_KEY_PAGE_DOWN: list->at = last - list->at < list->page ? last : list->at + list->page; break;
  default: break;
  }
}

static enum lev_status select_in_block(struct list *list, struct lev_error *error)
{
  struct lev_tty *tty = list->tty;
  struct lev_buf out = { 0 };
  enum lev_status status;
  lev_tty_raw(tty);
  for (;;) {
    struct lev_tty_key key;
    put_block(list, &out);
    lev_tty_show(tty, &out);
    status = lev_tty_key(tty, &key, error);
    if (status == LEV_OK && key.kind == LEV_KEY_CONTROL && key.character == 'D')
      status = lev_tty_cancelled(tty, error);
    if (status != LEV_OK || key.kind == LEV_KEY_ENTER)
      break;
    if (key.kind == LEV_KEY_STOP) {
      put_leave(list, &out);
      lev_tty_show(tty, &out);
      status = lev_tty_stop(tty, error);
      if (status != LEV_OK)
        break;
    }
    if (key.kind == LEV_KEY_STOP || key.kind == LEV_KEY_CONTINUED)
      lev_tty_raw(tty);
    move(list, &key);
  }
  if (status == LEV_OK)
    put_answer(list, &out);
  else
    put_leave(list, &out);
  lev_tty_show(tty, &out);
  if (status == LEV_OK)
    status = lev_buf_check(&out, error);
  lev_buf_wipe(&out);
  return status;
}

/* The choice that a typed line names: its number or its key. */
static bool take_line(struct list *list, const struct lev_buf *line)
{
  size_t number = 0, i = 0;
  for (; i < line->len && line->data[i] >= '0' && line->data[i] <= '9' && number <= list->count; i++)
    number = number * 10 + (size_t)(line->data[i] - '0');
  if (line->len == 0)
    return true;
  for (size_t choice = 0; line->len == 1 && choice < list->count; choice++) {
    if (list->choices[choice].key == line->data[0]) {
      list->at = choice;
      return true;
    }
  }
  if (i < line->len || number < 1 || number > list->count)
    return false;
  list->at = number - 1;
  return true;
}

static void put_numbered(const struct list *list, struct lev_buf *out)
{
  lev_buf_append(out, list->label.data, list->label.len);
  lev_buf_puts(out, "\n");
  for (size_t i = 0; i < list->count; i++) {
    lev_buf_printf(out, "  %zu) ", i + 1);
    lev_tty_clean(out, list->choices[i].label);
    if (list->choices[i].key != 0)
      lev_buf_printf(out, " (%c)", list->choices[i].key);
    lev_buf_puts(out, "\n");
  }
}

static enum lev_status select_by_number(struct list *list, struct lev_error *error)
{
  struct lev_buf prompt = { 0 }, line = { 0 };
  put_numbered(list, &prompt);
  enum lev_status status;
  for (;;) {
    lev_buf_printf(&prompt, "Number [%zu]: ", list->at + 1);
    lev_buf_clear(&line);
    status = lev_buf_check(&prompt, error);
    if (status == LEV_OK)
      status = lev_tty_line(list->tty, prompt.data, prompt.len, &line, error);
    if (status == LEV_OK)
      status = lev_buf_check(&line, error);
    if (status != LEV_OK || take_line(list, &line))
      break;
    lev_buf_clear(&prompt);
    lev_buf_printf(&prompt, "Please type a number from 1 to %zu.\n", list->count);
  }
  lev_buf_wipe(&line);
  lev_buf_wipe(&prompt);
  return status;
}

enum lev_status lev_tty_select(struct lev_tty *tty, const char *label, const struct lev_tty_choice *choices,
                               size_t count, size_t *index, struct lev_error *error)
{
  struct list list = { .tty = tty, .choices = choices, .count = count, .at = *index < count ? *index : 0 };
  enum lev_status status = lev_tty_begin(tty, error);
  if (status != LEV_OK)
    return status;
  lev_tty_label(&list.label, label);
  status = lev_buf_check(&list.label, error);
  if (status == LEV_OK)
    status = tty->dumb ? select_by_number(&list, error) : select_in_block(&list, error);
  lev_buf_wipe(&list.label);
  lev_tty_end(tty);
  if (status == LEV_OK)
    *index = list.at;
  return status;
}
