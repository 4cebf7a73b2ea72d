/*
 * tty_edit: a line of text, edited with libedit. libedit draws and edits; keys are read by tty_key and given to it as
 * plain characters and control keys, so that waiting, signals and the terminal's modes stay ours. Only the control keys
 * named here reach it: no history, no quoting, no macros.
 */
#include "tty_parts.h"

#include <histedit.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Control characters that nobody can type past tty_key's filter stand for keys that have none. */
#define KEY_DELETE_NEXT 0x1c
#define KEY_PREVIOUS_WORD 0x1d
#define KEY_NEXT_WORD 0x1e
#define KEY_LEAVE 0x1f
#define KEY_INSERT 0x07

struct edit {
  struct lev_tty *tty;
  EditLine *line; /* the terminal's editor, and */
  FILE *screen;   /* where it draws */
  wchar_t *prompt;
  size_t prompt_columns;
  wchar_t *typed;           /* what stands in the line at the start, until it does */
  const wchar_t *to_insert; /* what KEY_INSERT inserts */
  wchar_t character[2];
  bool raw;               /* the mode is ours */
  enum lev_status status; /* of leaving without an answer */
  struct lev_error *error;
};

static struct edit *edit_of(EditLine *line)
{
  struct edit *edit = NULL;
  el_wget(line, EL_CLIENTDATA, (void *)&edit);
  return edit;
}

static wchar_t *prompt_of(EditLine *line)
{
  return edit_of(line)->prompt;
}

static size_t columns_between(const wchar_t *from, const wchar_t *to)
{
  size_t columns = 0;
  for (; from < to; from++) {
    int width = wcwidth(*from);
    columns += width < 0 ? 0 : (size_t)width;
  }
  return columns;
}

/* On which row of the line's block the cursor is, or the last row, for a terminal that wraps as ours does now. */
static size_t row_of(const struct edit *edit, bool last)
{
  const LineInfoW *info = el_wline(edit->line);
  size_t columns = edit->prompt_columns + columns_between(info->buffer, last ? info->lastchar : info->cursor);
  return columns / (size_t)lev_tty_width(edit->tty);
}

/* To the line below everything that is shown. */
static void leave_block(const struct edit *edit)
{
  for (size_t row = row_of(edit, false); row <= row_of(edit, true); row++)
    fputc('\n', edit->screen);
  fputc('\r', edit->screen);
  fflush(edit->screen);
}

/* Draws everything again from a fresh line. */
static void draw(const struct edit *edit)
{
  el_resize(edit->line);
  el_wset(edit->line, EL_REFRESH);
  fflush(edit->screen);
}

static void resize(const struct edit *edit)
{
  size_t row = row_of(edit, false);
  if (row > 0)
    fprintf(edit->screen, "\033[%zuA", row);
  fputs("\r\033[J", edit->screen);
  draw(edit);
}

/* What is for us and not for libedit. */
static enum lev_status own_key(struct edit *edit, const struct lev_tty_key *key)
{
  enum lev_status status = LEV_OK;
  if (key->kind == LEV_KEY_RESIZED) {
    resize(edit);
  } else if (key->kind == LEV_KEY_STOP || key->kind == LEV_KEY_CONTINUED) {
    if (key->kind == LEV_KEY_STOP) {
      leave_block(edit);
      status = lev_tty_stop(edit->tty, edit->error);
    }
    if (status == LEV_OK) {
      lev_tty_raw(edit->tty);
      draw(edit);
    }
  }
  return status;
}

/* What libedit is given for a key; 0 for nothing. */
static wchar_t translate(const struct lev_tty_key *key)
{
  switch (key->kind) {
  case LEV_KEY_CHARACTER:
    return key->character < 0x80 || (key->character >= 0xa0 && wcwidth(key->character) >= 0) ? key->character : 0;
  case LEV_KEY_CONTROL:
    return key->character != 0 && wcschr(L"ABEFHKLRTUWY", key->character) != NULL ? key->character - '@' : 0;
  case LEV_KEY_ENTER: return '\n';
  case LEV_KEY_TAB: return '\t';
  case LEV_KEY_BACKSPACE: return 0x7f;
  case LEV_KEY_DELETE: return KEY_DELETE_NEXT;
  case LEV_KEY_LEFT: return 'B' - '@';
  case LEV_KEY_RIGHT: return 'F' - '@';
  case LEV_KEY_HOME: return 'A' - '@';
  case LEV_KEY_END: return 'E' - '@';
  case LEV_KEY_WORD_LEFT: return KEY_PREVIOUS_WORD;
  case LEV_KEY_WORD_RIGHT: return KEY_NEXT_WORD;
  default: return 0;
  }
}

/* The character for libedit. Text is inserted by a function of ours: libedit's own takes a short cut on the screen that
 * writes past its buffers when the text is longer than the window. Every way out but Enter goes through KEY_LEAVE, so
 * that libedit ends its line in order. */
static wchar_t pass_on(struct edit *edit, const struct lev_tty_key *key)
{
  if (edit->status != LEV_OK)
    return KEY_LEAVE;
  if (key->kind == LEV_KEY_CONTROL && key->character == 'D')
    return KEY_DELETE_NEXT;
  wchar_t character = translate(key);
  if (key->kind != LEV_KEY_CHARACTER || character == 0)
    return character;
  edit->character[0] = character;
  edit->to_insert = edit->character;
  return KEY_INSERT;
}

/* libedit's reader. libedit is not to set modes at the end of the line: lev_tty_end does, but not in the background,
 * where that would change the shell's or stop us. */
static int read_key(EditLine *line, wchar_t *character)
{
  struct edit *edit = edit_of(line);
  if (!edit->raw) /* libedit has just set a raw mode of its own, which makes signals */
    lev_tty_raw(edit->tty);
  edit->raw = true;
  if (edit->typed != NULL) {
    edit->to_insert = edit->typed;
    edit->typed = NULL;
    *character = KEY_INSERT;
    return 1;
  }
  do {
    struct lev_tty_key key;
    edit->status = lev_tty_key(edit->tty, &key, edit->error);
    if (edit->status == LEV_OK)
      edit->status = own_key(edit, &key);
    const LineInfoW *info = el_wline(line);
    bool ctrl_d = key.kind == LEV_KEY_CONTROL && key.character == 'D';
    if (edit->status == LEV_OK && ctrl_d && info->buffer == info->lastchar)
      edit->status = lev_tty_cancelled(edit->tty, edit->error);
    *character = pass_on(edit, &key);
  } while (*character == 0);
  if (*character == KEY_LEAVE || *character == '\n')
    el_wset(line, EL_EDITMODE, 0);
  return 1;
}

static unsigned char insert(EditLine *line, int key)
{
  (void)key;
  return el_winsertstr(line, edit_of(line)->to_insert) == 0 ? CC_REFRESH : CC_ERROR;
}

static void append_wide(struct lev_buf *out, const wchar_t *from, const wchar_t *to)
{
  mbstate_t state = { 0 };
  for (; from < to; from++) {
    char bytes[MB_LEN_MAX];
    size_t len = wcrtomb(bytes, *from, &state);
    if (len != (size_t)-1)
      lev_buf_append(out, bytes, len);
  }
}

/* NULL for want of memory. */
static wchar_t *to_wide(const char *text, size_t len)
{
  wchar_t *wide = calloc(len + 1, sizeof *wide);
  size_t count = 0;
  mbstate_t state = { 0 };
  for (size_t at = 0; wide != NULL && at < len;) {
    size_t used = mbrtowc(&wide[count], text + at, len - at, &state);
    if (used == 0 || used > len)
      break;
    count++;
    at += used;
  }
  if (wide != NULL)
    wide[count] = L'\0';
  return wide;
}

static unsigned char complete(EditLine *line, int key)
{
  (void)key;
  struct edit *edit = edit_of(line);
  const LineInfoW *info = el_wline(line);
  struct lev_tty_completion completion;
  struct lev_buf typed = { 0 }, out = { 0 };
  append_wide(&typed, info->buffer, info->cursor);
  lev_tty_complete(&completion, typed.data == NULL ? "" : typed.data, typed.len);
  wchar_t *insert = to_wide(completion.insert.data, completion.insert.len);
  if (insert != NULL && insert[0] != L'\0') {
    el_winsertstr(line, insert);
  } else if (completion.names.len > 0) {
    size_t height = (size_t)lev_tty_height(edit->tty);
    leave_block(edit);
    lev_tty_list(&out, &completion, (size_t)lev_tty_width(edit->tty), height > 6 ? height - 4 : 2);
    lev_tty_show(edit->tty, &out);
    draw(edit);
  }
  free(insert);
  lev_buf_wipe(&out);
  lev_buf_wipe(&typed);
  lev_tty_completion_wipe(&completion);
  return CC_REFRESH;
}

static unsigned char ignore(EditLine *line, int key)
{
  (void)line;
  (void)key;
  return CC_NORM;
}

static void bind_keys(EditLine *line)
{
  static const wchar_t *const bindings[][2] = {
    { L"^\\", L"ed-delete-next-char" }, { L"^]", L"ed-prev-word" },
    { L"^^", L"em-next-word" },         { L"^_", L"ed-end-of-file" },
    { L"^A", L"ed-move-to-beg" },       { L"^B", L"ed-prev-char" },
    { L"^E", L"ed-move-to-end" },       { L"^F", L"ed-next-char" },
    { L"^H", L"em-delete-prev-char" },  { L"^K", L"ed-kill-line" },
    { L"^L", L"ed-clear-screen" },      { L"^R", L"ed-redisplay" },
    { L"^T", L"ed-transpose-chars" },   { L"^U", L"vi-kill-line-prev" },
    { L"^W", L"ed-delete-prev-word" },  { L"^Y", L"em-yank" },
    { L"^?", L"em-delete-prev-char" },  { L"^J", L"ed-newline" },
  };
  el_wset(line, EL_EDITOR, L"emacs");
  for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++)
    el_wset(line, EL_BIND, bindings[i][0], bindings[i][1], NULL);
  el_wset(line, EL_ADDFN, L"lev-insert", L"Insert text", insert);
  el_wset(line, EL_BIND, L"^G", L"lev-insert", NULL);
  el_wset(line, EL_ADDFN, L"lev-complete", L"Complete a file name", complete);
  el_wset(line, EL_ADDFN, L"lev-ignore", L"Do nothing", ignore);
}

/* One editor a terminal: reading a terminal's description again and again costs time, and libtinfo some memory. */
static enum lev_status open_editor(struct lev_tty *tty, struct lev_error *error)
{
  if (tty->editor != NULL)
    return LEV_OK;
  int copy = dup(tty->fd);
  tty->screen = copy < 0 ? NULL : fdopen(copy, "r+");
  if (tty->screen == NULL && copy >= 0)
    close(copy);
  if (tty->screen != NULL)
    tty->editor = el_init_fd("leverage", tty->screen, tty->screen, tty->screen, tty->fd, tty->fd, tty->fd);
  if (tty->editor == NULL) {
    lev_tty_close_editor(tty);
    return lev_fail(error, LEV_FAILED, "cannot edit a line on the terminal");
  }
  el_wset(tty->editor, EL_SIGNAL, 0);
  el_wset(tty->editor, EL_GETCFN, read_key);
  bind_keys(tty->editor);
  return LEV_OK;
}

void lev_tty_close_editor(struct lev_tty *tty)
{
  if (tty->editor != NULL) {
    el_wset(tty->editor, EL_EDITMODE, 0); /* or el_end would set modes and throw away what was typed ahead */
    el_end(tty->editor);
  }
  if (tty->screen != NULL)
    fclose(tty->screen);
  tty->editor = NULL;
  tty->screen = NULL;
}

/* Appends the answer, or returns why there is none. */
static enum lev_status run(struct edit *edit, const struct lev_tty_question *question, struct lev_buf *answer)
{
  int count = 0;
  el_wset(edit->line, EL_CLIENTDATA, edit);
  el_wset(edit->line, EL_PROMPT_ESC, prompt_of, LEV_TTY_LITERAL);
  el_wset(edit->line, EL_BIND, L"^I", question->path ? L"lev-complete" : L"lev-ignore", NULL);
  wchar_t *typed =
      question->typed == NULL || question->typed[0] == '\0' ? NULL : to_wide(question->typed, strlen(question->typed));
  edit->typed = typed;
  el_wset(edit->line, EL_EDITMODE, 1);
  lev_tty_raw(edit->tty);
  const wchar_t *text = el_wgets(edit->line, &count);
  free(typed);
  if (text != NULL && count > 0)
    append_wide(answer, text, text[count - 1] == L'\n' ? text + count - 1 : text + count);
  else if (edit->status == LEV_OK)
    return lev_tty_hung_up(edit->tty, edit->error); /* libedit could not set a mode */
  return edit->status;
}

static size_t prompt_columns(const wchar_t *prompt)
{
  size_t columns = 0;
  for (bool literal = false; *prompt != L'\0'; prompt++) {
    if (*prompt == LEV_TTY_LITERAL)
      literal = !literal;
    else if (!literal)
      columns += columns_between(prompt, prompt + 1);
  }
  return columns;
}

enum lev_status lev_tty_edit(struct lev_tty *tty, const struct lev_tty_question *question, const struct lev_buf *prompt,
                             struct lev_buf *answer, struct lev_error *error)
{
  struct edit edit = { .tty = tty, .error = error };
  enum lev_status status = open_editor(tty, error);
  if (status != LEV_OK)
    return status;
  edit.prompt = to_wide(prompt->data, prompt->len);
  if (edit.prompt == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  edit.prompt_columns = prompt_columns(edit.prompt);
  edit.line = tty->editor;
  edit.screen = tty->screen;
  status = run(&edit, question, answer);
  free(edit.prompt);
  return status;
}
