/*
 * secret: bytes that must not leave this process by accident.
 *
 * They live on pages of their own: locked against swapping (best effort: the limit may be small), left out of core
 * dumps and of forks' copies, with an inaccessible page before and after, the bytes pushed against the one behind so
 * that an overrun faults. They are wiped before the pages go back. Buffers (buf.h) can live on such pages too; a
 * `struct lev_secret` never changes after it was made.
 */
#ifndef LEV_SECRET_H
#define LEV_SECRET_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

/* Zeroed is valid: an empty secret. `data` is followed by no terminator. */
struct lev_secret {
  char *data;
  size_t len;
};

/* Copies bytes into a secret of the caller's storage. Fails only for want of memory. */
LEV_MUST_CHECK enum lev_status lev_secret_init(struct lev_secret *secret, const void *bytes, size_t len,
                                               struct lev_error *error);
/* Wipes and unmaps; the struct is zeroed and may be used again. Idempotent. */
void lev_secret_wipe(struct lev_secret *secret);
/* Constant time for secrets of one length. */
bool lev_secret_equal(const struct lev_secret *a, const struct lev_secret *b);

/* Guarded pages with room for `size` bytes, zeroed; NULL for want of memory. Freed with the same size. */
LEV_MUST_CHECK void *lev_pages_alloc(size_t size);
void lev_pages_free(void *pages, size_t size);
/* A wipe that the compiler keeps. */
void lev_wipe(void *bytes, size_t len);

/* No core dumps, and no debugger of the same user (prctl PR_SET_DUMPABLE). Called once at start. */
void lev_harden_process(void);

#endif
