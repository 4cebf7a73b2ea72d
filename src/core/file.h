/*
 * file: whole files in, whole files out. Reading is bounded; what may be read is said by flags and checked on the
 * opened descriptor. Replacing files is the transaction's work (txn.h); here are its bricks.
 */
#ifndef LEV_FILE_H
#define LEV_FILE_H

#include "buf.h"
#include "error.h"

#include <stdbool.h>
#include <sys/stat.h>

enum lev_file_flags {
  LEV_FILE_REGULAR = 1, /* no directory, FIFO or device; and never wait for one */
  LEV_FILE_TRUSTED = 2, /* code: owned by us or root, and writable by nobody else */
};

/* Appends the file's bytes to `out`; "-" is standard input. LEV_NOT_FOUND when there is none, LEV_REFUSED when a flag
   forbids it or it is larger than `limit` bytes, LEV_IO otherwise; LEV_INTERRUPTED when a signal ends the wait for a
   pipe. */
LEV_MUST_CHECK enum lev_status lev_file_read(struct lev_buf *out, const char *path, unsigned flags, size_t limit,
                                             struct lev_error *error);
/* The same from a descriptor; `path` is for messages. */
LEV_MUST_CHECK enum lev_status lev_file_read_fd(struct lev_buf *out, int fd, const char *path, size_t limit,
                                                struct lev_error *error);
/* Writes all bytes, whatever the system takes at a time. */
LEV_MUST_CHECK enum lev_status lev_file_write_fd(int fd, const void *bytes, size_t len, const char *path,
                                                 struct lev_error *error);
/* Makes a directory and its missing parents, 0700 whatever the umask. `made` (may be NULL) gets each path made, one
   NUL-terminated string after the other, outermost first. */
LEV_MUST_CHECK enum lev_status lev_file_make_dirs(const char *path, struct lev_buf *made, struct lev_error *error);
/* `count` random bytes as lower-case hexadecimal, NUL-terminated. */
void lev_file_random_hex(char *text, size_t count);
/* SHA-256 as 64 lower-case hexadecimal digits and a NUL. */
void lev_file_sha256(const void *bytes, size_t len, char hex[65]);

#endif
