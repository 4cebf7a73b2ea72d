/* wiping: see wiping.h. */
#include "wiping.h"
#include "secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* In front of each block; as wide as the strictest alignment, which the block behind it needs. */
union header {
  size_t size;
  max_align_t align;
};

void *lev_wiping_malloc(size_t size)
{
  if (size > SIZE_MAX - sizeof(union header))
    return NULL;
  union header *header = malloc(sizeof *header + size);
  if (header == NULL)
    return NULL;
  header->size = size;
  return header + 1;
}

void *lev_wiping_realloc(void *block, size_t size)
{
  void *moved = lev_wiping_malloc(size);
  if (moved == NULL || block == NULL)
    return moved;
  size_t old_size = ((union header *)block - 1)->size;
  memcpy(moved, block, old_size < size ? old_size : size);
  lev_wiping_free(block);
  return moved;
}

void lev_wiping_free(void *block)
{
  if (block == NULL)
    return;
  union header *header = (union header *)block - 1;
  lev_wipe(block, header->size);
  free(header);
}
