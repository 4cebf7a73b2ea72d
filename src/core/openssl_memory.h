/*
 * openssl_memory: OpenSSL frees nothing unwiped. Its allocators are replaced (wiping.h) by whoever uses it first; it takes
 * others only before its first allocation.
 */
#ifndef LEV_OPENSSL_MEMORY_H
#define LEV_OPENSSL_MEMORY_H

/* Before any use of OpenSSL, each time: only the first call in the program does anything. */
void lev_openssl_wipe_freed(void);

#endif
