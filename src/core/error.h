/*
 * error: how core functions fail.
 *
 * A function that can fail returns `enum lev_status`, LEV_OK being 0, and describes the failure in a `struct lev_error`
 * that the caller supplies (never NULL). The message is one line without a final stop: what failed, on what, why. It
 * never holds a secret. Nothing is printed here and nothing exits.
 */
#ifndef LEV_ERROR_H
#define LEV_ERROR_H

#define LEV_MUST_CHECK __attribute__((warn_unused_result))
#define LEV_PRINTF(string, first) __attribute__((format(printf, string, first)))

/* Each status has a stable name (lev_status_code) that Lua and JSON show; the exit statuses are made from it. */
enum lev_status {
  LEV_OK = 0,
  LEV_FAILED,      /* the rest */
  LEV_IO,          /* the operating system refused: sys_errno says why */
  LEV_NOT_FOUND,   /* there is no such file */
  LEV_BROKEN_FILE, /* a file that cannot be understood; the message has its name, line and column */
  LEV_MISSING,     /* an answer is needed and nobody can be asked */
  LEV_REJECTED,    /* AWS refused the keys */
  LEV_UNREACHABLE, /* no network, TLS, time-out, answers that are not AWS's */
  LEV_REFUSED,     /* we will not do that; the message says what would make it possible */
  LEV_CONFLICT,    /* a file is not what the plan expected */
  LEV_BUSY,        /* another run holds the lock */
  LEV_INTERRUPTED, /* a signal arrived: lev_signal_pending says which */
};

struct lev_error {
  enum lev_status status;
  int sys_errno;
  char message[1024];
};

/* Fill *error and return status, so that `return lev_fail(…)` reads well. A message that is too long is cut at a
 * character. */
LEV_MUST_CHECK enum lev_status lev_fail(struct lev_error *error, enum lev_status status, const char *format, ...)
    LEV_PRINTF(3, 4);

/* The same for a failed system call: LEV_IO (LEV_INTERRUPTED for EINTR), with ": <strerror>" at the end. */
LEV_MUST_CHECK enum lev_status lev_fail_errno(struct lev_error *error, int sys_errno, const char *format, ...)
    LEV_PRINTF(3, 4);

/* "broken_file" for LEV_BROKEN_FILE, and so on. */
const char *lev_status_code(enum lev_status status);

#endif
