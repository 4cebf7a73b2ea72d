/*
 * buf: growable bytes.
 *
 * Whatever a buffer held is wiped when it grows and when it is freed. With `secret` set before the first byte its bytes
 * live on guarded pages (secret.h). A failed growth is remembered: later appends do nothing, and lev_buf_check tells
 * once at the end, so that text can be put together without a check behind every piece.
 */
#ifndef LEV_BUF_H
#define LEV_BUF_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

/* Zeroed is valid: empty, on the heap. `data` is NULL while nothing was appended, and never NUL-terminated by itself.
 */
struct lev_buf {
  char *data;
  size_t len, cap;
  bool secret;
  bool failed;
};

void lev_buf_append(struct lev_buf *buf, const void *bytes, size_t len);
void lev_buf_puts(struct lev_buf *buf, const char *text);
void lev_buf_putc(struct lev_buf *buf, char byte);
void lev_buf_printf(struct lev_buf *buf, const char *format, ...) LEV_PRINTF(2, 3);
/* Room for `more` bytes beyond len; returns where they go, or NULL (remembered). The caller adds to len what it used.
 */
char *lev_buf_reserve(struct lev_buf *buf, size_t more);
/* LEV_FAILED when an append found no memory. */
LEV_MUST_CHECK enum lev_status lev_buf_check(const struct lev_buf *buf, struct lev_error *error);
/* Wipes and forgets the bytes, keeping the room. */
void lev_buf_clear(struct lev_buf *buf);
/* Wipes and frees; the struct is zeroed but for `secret`. Idempotent. */
void lev_buf_wipe(struct lev_buf *buf);

#endif
