/*
 * signals: hang-up, Ctrl-C and termination, remembered instead of obeyed, so that every wait can end in order: terminal
 * restored, staged files removed, secrets wiped. A wait polls lev_signal_fd beside its own descriptors and returns
 * LEV_INTERRUPTED when it is readable. While a transaction commits the signals are held back.
 */
#ifndef LEV_SIGNALS_H
#define LEV_SIGNALS_H

#include "error.h"

/* Catches SIGHUP, SIGINT and SIGTERM, ignores SIGPIPE and SIGXFSZ. `notify` (may be NULL) runs inside the handler: it
   must be async-signal-safe. */
LEV_MUST_CHECK enum lev_status lev_signals_install(void (*notify)(int signal), struct lev_error *error);
/* The first signal that arrived, 0 for none. It stays pending: the program is on its way out. */
int lev_signal_pending(void);
/* Readable from the first signal on; -1 while nothing is installed (poll ignores it). Not to be read. */
int lev_signal_fd(void);
/* LEV_INTERRUPTED when a signal is pending, for the start of anything long. */
LEV_MUST_CHECK enum lev_status lev_signal_check(struct lev_error *error);
/* Between these two no signal is delivered; it is on release. */
void lev_signals_hold(void);
void lev_signals_release(void);

#endif
