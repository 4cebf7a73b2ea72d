/* secret: see secret.h. */
#include "secret.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static size_t page_size(void)
{
  static size_t size;
  if (size == 0)
    size = (size_t)sysconf(_SC_PAGESIZE);
  return size;
}

/* The span of accessible pages that hold `size` bytes; 0 when that cannot be counted. */
static size_t span(size_t size)
{
  size_t page = page_size();
  if (size > SIZE_MAX - 4 * page)
    return 0;
  return size == 0 ? page : (size + page - 1) / page * page;
}

void *lev_pages_alloc(size_t size)
{
  size_t page = page_size();
  size_t inner = span(size);
  if (inner == 0)
    return NULL;
  char *map = mmap(NULL, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED)
    return NULL;
  if (mprotect(map + page, inner, PROT_READ | PROT_WRITE) != 0) {
    munmap(map, inner + 2 * page);
    return NULL;
  }
  (void)!mlock(map + page, inner);
  (void)!madvise(map + page, inner, MADV_DONTDUMP);
  (void)!madvise(map + page, inner, MADV_WIPEONFORK);
  return map + page + inner - size;
}

void lev_pages_free(void *pages, size_t size)
{
  if (pages == NULL)
    return;
  size_t page = page_size();
  size_t inner = span(size);
  char *start = (char *)pages + size - inner;
  lev_wipe(start, inner);
  munmap(start - page, inner + 2 * page);
}

void lev_wipe(void *bytes, size_t len)
{
  if (len > 0)
    explicit_bzero(bytes, len);
}

enum lev_status lev_secret_init(struct lev_secret *secret, const void *bytes, size_t len, struct lev_error *error)
{
  char *data = lev_pages_alloc(len);
  if (data == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory for %zu secret bytes", len);
  if (len > 0)
    memcpy(data, bytes, len);
  secret->data = data;
  secret->len = len;
  return LEV_OK;
}

void lev_secret_wipe(struct lev_secret *secret)
{
  if (secret == NULL)
    return;
  lev_pages_free(secret->data, secret->len);
  secret->data = NULL;
  secret->len = 0;
}

bool lev_secret_equal(const struct lev_secret *a, const struct lev_secret *b)
{
  if (a->len != b->len)
    return false;
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a->len; i++)
    difference |= (unsigned char)(a->data[i] ^ b->data[i]);
  return difference == 0;
}

void lev_harden_process(void)
{
  struct rlimit none = { 0, 0 };
  (void)!setrlimit(RLIMIT_CORE, &none);
  (void)!prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
