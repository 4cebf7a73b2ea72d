/*
 * tty_key: from bytes to keys. One byte is read at a time, so that whatever comes after the answer stays with the
 * kernel, for the next question or for the shell. Sequences that mean nothing to us (function keys, paste markers,
 * mouse reports) are swallowed whole.
 */
#include "secret.h"
#include "tty_parts.h"

#include <string.h>

#define REST_MS 60 /* how long the rest of a sequence may take; an Escape key alone is over after that */
#define ESCAPE 0x1b

/* The next byte of a sequence that began; false in *came when it does not come. */
static enum lev_status rest(struct lev_tty *tty, unsigned char *byte, bool *came, struct lev_error *error)
{
  enum lev_tty_news news;
  enum lev_status status = lev_tty_next(tty, REST_MS, &news, byte, error);
  *came = status == LEV_OK && news == LEV_TTY_BYTE;
  return status;
}

static void put_back(struct lev_tty *tty, unsigned char byte)
{
  tty->unread = byte + 1;
}

static bool named(struct lev_tty_key *key, enum lev_tty_key_kind kind)
{
  key->kind = kind;
  return true;
}

/* "ESC [ first… last"; `number` is the first parameter. */
static bool csi_key(struct lev_tty_key *key, unsigned char last, int number, bool modified)
{
  switch (last) {
  case 'A': return named(key, LEV_KEY_UP);
  case 'B': return named(key, LEV_KEY_DOWN);
  case 'C': return named(key, modified ? LEV_KEY_WORD_RIGHT : LEV_KEY_RIGHT);
  case 'D': return named(key, modified ? LEV_KEY_WORD_LEFT : LEV_KEY_LEFT);
  case 'F': return named(key, LEV_KEY_END);
  case 'H': return named(key, LEV_KEY_HOME);
  case '~': break;
  default: return false;
  }
  switch (number) {
  case 1:
  case 7: return named(key, LEV_KEY_HOME);
  case 3: return named(key, LEV_KEY_DELETE);
  case 4:
  case 8: return named(key, LEV_KEY_END);
  case 5: return named(key, LEV_KEY_PAGE_UP);
  case 6: return named(key, LEV_KEY_PAGE_DOWN);
  default: return false;
  }
}

static enum lev_status control_sequence(struct lev_tty *tty, struct lev_tty_key *key, bool *got,
                                        struct lev_error *error)
{
  int number = 0;
  bool modified = false;
  for (;;) {
    unsigned char byte = 0;
    bool came;
    enum lev_status status = rest(tty, &byte, &came, error);
    if (status != LEV_OK || !came)
      return status;
    if (byte < 0x20 || byte > 0x7e) { /* not part of any sequence: it was cut short */
      put_back(tty, byte);
      return LEV_OK;
    }
    if (byte == '[') /* function keys of the Linux console: one byte follows */
      return rest(tty, &byte, &came, error);
    if (byte >= '0' && byte <= '9' && !modified && number < 1000)
      number = number * 10 + (byte - '0');
    else if (byte == ';')
      modified = true;
    else if (byte >= 0x40) {
      *got = csi_key(key, byte, number, modified);
      return LEV_OK;
    }
  }
}

/* After Escape: a key, or nothing that we know. */
static enum lev_status escape_key(struct lev_tty *tty, struct lev_tty_key *key, bool *got, struct lev_error *error)
{
  unsigned char byte = 0;
  bool came;
  enum lev_status status = rest(tty, &byte, &came, error);
  if (status != LEV_OK || !came)
    return status;
  switch (byte) {
  case '[': return control_sequence(tty, key, got, error);
  case 'O':
    status = rest(tty, &byte, &came, error);
    if (came && byte == 'M') /* the keypad's */
      *got = named(key, LEV_KEY_ENTER);
    else
      *got = came && csi_key(key, byte, 0, false);
    return status;
  case 'b': *got = named(key, LEV_KEY_WORD_LEFT); return LEV_OK;
  case 'f': *got = named(key, LEV_KEY_WORD_RIGHT); return LEV_OK;
  case 0x08:
  case 0x7f:
    *got = named(key, LEV_KEY_CONTROL);
    key->character = 'W';
    return LEV_OK;
  default:
    if (byte < 0x20) /* Escape, then a key that counts for itself */
      put_back(tty, byte);
    return LEV_OK;
  }
}

/* How many bytes a character that starts so has; 1 for what cannot start one. */
static size_t sequence_length(unsigned char first)
{
  if (first >= 0xc2 && first <= 0xdf)
    return 2;
  if (first >= 0xe0 && first <= 0xef)
    return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 1;
}

/* Not overlong, no surrogate, not too large. */
static wchar_t decode(const unsigned char *bytes, size_t len)
{
  static const unsigned char lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
  static const wchar_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  wchar_t value = bytes[0] & lead_bits[len];
  for (size_t i = 1; i < len; i++)
    value = (value << 6) | (bytes[i] & 0x3f);
  bool sound =
      (len > 1 || bytes[0] < 0x80) && value >= least[len] && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
  return sound ? value : 0;
}

static enum lev_status character(struct lev_tty *tty, unsigned char first, struct lev_tty_key *key,
                                 struct lev_error *error)
{
  size_t wanted = sequence_length(first);
  key->kind = LEV_KEY_CHARACTER;
  key->bytes[0] = first;
  key->len = 1;
  while (key->len < wanted) {
    unsigned char byte = 0;
    bool came;
    enum lev_status status = rest(tty, &byte, &came, error);
    if (status != LEV_OK)
      return status;
    if (!came)
      break;
    if ((byte & 0xc0) != 0x80) {
      put_back(tty, byte);
      break;
    }
    key->bytes[key->len++] = byte;
  }
  key->character = key->len == wanted ? decode(key->bytes, key->len) : 0;
  return LEV_OK;
}

static enum lev_status byte_key(struct lev_tty *tty, unsigned char byte, struct lev_tty_key *key, bool *got,
                                struct lev_error *error)
{
  *got = true;
  switch (byte) {
  case 0x03: return lev_tty_interrupted(tty, error);
  case 0x1a: key->kind = LEV_KEY_STOP; return LEV_OK;
  case '\r':
  case '\n': key->kind = LEV_KEY_ENTER; return LEV_OK;
  case '\t': key->kind = LEV_KEY_TAB; return LEV_OK;
  case 0x08:
  case 0x7f: key->kind = LEV_KEY_BACKSPACE; return LEV_OK;
  case ESCAPE: *got = false; return escape_key(tty, key, got, error);
  case 0: *got = false; return LEV_OK;
  default: break;
  }
  if (byte >= 0x20)
    return character(tty, byte, key, error);
  key->kind = LEV_KEY_CONTROL;
  key->character = byte + '@';
  return LEV_OK;
}

enum lev_status lev_tty_key(struct lev_tty *tty, struct lev_tty_key *key, struct lev_error *error)
{
  for (;;) {
    enum lev_tty_news news;
    unsigned char byte = 0;
    bool got = true;
    memset(key, 0, sizeof *key);
    enum lev_status status = lev_tty_next(tty, -1, &news, &byte, error);
    if (status != LEV_OK)
      return status;
    switch (news) {
    case LEV_TTY_BYTE: status = byte_key(tty, byte, key, &got, error); break;
    case LEV_TTY_RESIZED: key->kind = LEV_KEY_RESIZED; break;
    case LEV_TTY_STOP: key->kind = LEV_KEY_STOP; break;
    case LEV_TTY_CONTINUED: key->kind = LEV_KEY_CONTINUED; break;
    case LEV_TTY_TIME_OVER:
    case LEV_TTY_END_OF_FILE: got = false; break;
    }
    lev_wipe(&byte, sizeof byte);
    if (status != LEV_OK || got)
      return status;
  }
}

enum lev_status lev_tty_plain_key(struct lev_tty *tty, struct lev_tty_key *key, struct lev_error *error)
{
  enum lev_status status = lev_tty_key(tty, key, error);
  if (status != LEV_OK || (key->kind != LEV_KEY_STOP && key->kind != LEV_KEY_CONTINUED))
    return status;
  if (key->kind == LEV_KEY_STOP) {
    struct lev_buf out = { 0 };
    lev_buf_puts(&out, "\n"); /* what the shell says goes below the question */
    lev_tty_show(tty, &out);
    lev_buf_wipe(&out);
    status = lev_tty_stop(tty, error);
  }
  if (status == LEV_OK)
    lev_tty_raw(tty);
  key->kind = LEV_KEY_CONTINUED;
  return status;
}
