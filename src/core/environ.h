/*
 * environ: AWS keys that came in by the environment. They are taken out of it at start and the bytes where they stood
 * are overwritten, so that no child inherits them and /proc/self/environ no longer shows them. Only the keys that
 * somebody asks for by name (`--from-env`) come back, as secrets.
 */
#ifndef LEV_ENVIRON_H
#define LEV_ENVIRON_H

#include "secret.h"

/* Takes AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_SECURITY_TOKEN and AWS_PROFILE out of the
   environment; the first four are kept. Called once, before any thread or child. */
LEV_MUST_CHECK enum lev_status lev_environ_scrub(struct lev_error *error);
/* One that was taken, borrowed; NULL when it was not set or was empty. */
const struct lev_secret *lev_environ_get(const char *name);
/* Wipes what was kept. */
void lev_environ_wipe(void);

#endif
