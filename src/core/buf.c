/* buf: see buf.h. */
#include "buf.h"
#include "secret.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void release(struct lev_buf *buf)
{
  if (buf->secret) {
    lev_pages_free(buf->data, buf->cap);
  } else if (buf->data != NULL) {
    lev_wipe(buf->data, buf->cap);
    free(buf->data);
  }
}

char *lev_buf_reserve(struct lev_buf *buf, size_t more)
{
  if (buf->failed || more > SIZE_MAX / 2 - buf->len) {
    buf->failed = true;
    return NULL;
  }
  if (buf->data == NULL || buf->cap - buf->len < more) {
    size_t cap = buf->cap < 256 ? 256 : buf->cap;
    while (cap < buf->len + more)
      cap *= 2;
    char *data = buf->secret ? lev_pages_alloc(cap) : malloc(cap);
    if (data == NULL) {
      buf->failed = true;
      return NULL;
    }
    if (buf->len > 0)
      memcpy(data, buf->data, buf->len);
    release(buf);
    buf->data = data;
    buf->cap = cap;
  }
  return buf->data + buf->len;
}

void lev_buf_append(struct lev_buf *buf, const void *bytes, size_t len)
{
  if (len == 0)
    return;
  char *room = lev_buf_reserve(buf, len);
  if (room == NULL)
    return;
  memcpy(room, bytes, len);
  buf->len += len;
}

void lev_buf_puts(struct lev_buf *buf, const char *text)
{
  lev_buf_append(buf, text, strlen(text));
}

void lev_buf_putc(struct lev_buf *buf, char byte)
{
  lev_buf_append(buf, &byte, 1);
}

void lev_buf_printf(struct lev_buf *buf, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  int wanted = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *room = wanted < 0 ? NULL : lev_buf_reserve(buf, (size_t)wanted + 1);
  if (room == NULL)
    return;
  va_start(args, format);
  vsnprintf(room, (size_t)wanted + 1, format, args);
  va_end(args);
  buf->len += (size_t)wanted;
}

enum lev_status lev_buf_check(const struct lev_buf *buf, struct lev_error *error)
{
  return buf->failed ? lev_fail(error, LEV_FAILED, "not enough memory") : LEV_OK;
}

void lev_buf_clear(struct lev_buf *buf)
{
  if (buf->data != NULL)
    lev_wipe(buf->data, buf->len);
  buf->len = 0;
}

void lev_buf_wipe(struct lev_buf *buf)
{
  if (buf == NULL)
    return;
  release(buf);
  buf->data = NULL;
  buf->len = buf->cap = 0;
  buf->failed = false;
}
