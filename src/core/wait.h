/*
 * wait: how code that waits for a person lets other work go on meanwhile.
 *
 * Whoever waits for a descriptor (a prompt on the terminal) calls `wait` instead of poll; the network session behind it
 * moves its transfers on until the descriptor is readable. Both sides know this struct only, never each other.
 */
#ifndef LEV_WAIT_H
#define LEV_WAIT_H

#include "error.h"

#include <stdbool.h>

struct lev_wait {
  /* Waits until fd is readable or has hung up (*ready true), timeout_ms have passed (*ready false; negative: no limit)
     or a signal is pending (LEV_INTERRUPTED). */
  enum lev_status (*wait)(void *context, int fd, int timeout_ms, bool *ready, struct lev_error *error);
  void *context;
};

#endif
