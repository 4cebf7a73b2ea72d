/* error: see error.h. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Drop a UTF-8 sequence that vsnprintf cut in half. */
static void trim_cut_character(char *text, size_t size)
{
  size_t end = size - 1;
  size_t start = end;
  while (start > 0 && end - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
    start--;
  if (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0xC0)
    text[start - 1] = '\0';
}

static void describe(struct lev_error *error, const char *format, va_list args)
{
  int wanted = vsnprintf(error->message, sizeof error->message, format, args);
  if (wanted >= (int)sizeof error->message)
    trim_cut_character(error->message, sizeof error->message);
}

enum lev_status lev_fail(struct lev_error *error, enum lev_status status, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  describe(error, format, args);
  va_end(args);
  error->status = status;
  error->sys_errno = 0;
  return status;
}

enum lev_status lev_fail_errno(struct lev_error *error, int sys_errno, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  describe(error, format, args);
  va_end(args);
  size_t used = strlen(error->message);
  snprintf(error->message + used, sizeof error->message - used, ": %s", strerror(sys_errno));
  error->status = sys_errno == EINTR ? LEV_INTERRUPTED : LEV_IO;
  error->sys_errno = sys_errno;
  return error->status;
}

const char *lev_status_code(enum lev_status status)
{
  switch (status) {
  case LEV_OK: return "ok";
  case LEV_FAILED: return "failed";
  case LEV_IO: return "io";
  case LEV_NOT_FOUND: return "not_found";
  case LEV_BROKEN_FILE: return "broken_file";
  case LEV_MISSING: return "missing";
  case LEV_REJECTED: return "rejected";
  case LEV_UNREACHABLE: return "unreachable";
  case LEV_REFUSED: return "refused";
  case LEV_CONFLICT: return "conflict";
  case LEV_BUSY: return "busy";
  case LEV_INTERRUPTED: return "interrupted";
  }
  return "failed";
}
