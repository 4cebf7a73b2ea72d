/*
 * wiping: malloc, realloc and free that wipe, to hand to libraries that hold secrets in memory of their own (expat,
 * OpenSSL, curl). Each block carries its size in front; growth is a copy, and the old block is wiped.
 */
#ifndef LEV_WIPING_H
#define LEV_WIPING_H

#include <stddef.h>

void *lev_wiping_malloc(size_t size);
void *lev_wiping_realloc(void *block, size_t size);
void lev_wiping_free(void *block);

#endif
