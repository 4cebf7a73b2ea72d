/*
 * ini_index: the sections of a document and the hash index that finds them. Sections of one name are chained in file
 * order behind the first.
 */
#include "ini_doc.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ADDED ((size_t)64 << 20)

uint32_t lev_ini_add_bytes(struct lev_ini *doc, const char *bytes, size_t len)
{
  size_t at = doc->added.len;
  if (len > MAX_ADDED - at || (at == 0 && lev_buf_reserve(&doc->added, 4096) == NULL))
    return LEV_INI_NONE;
  lev_buf_append(&doc->added, bytes, len);
  return doc->added.failed ? LEV_INI_NONE : (uint32_t)(doc->source.len + 1 + at);
}

bool lev_ini_make_room(void **nodes, size_t *room, size_t count, size_t size)
{
  if (count < *room)
    return true;
  size_t more = *room == 0 ? 64 : *room * 2;
  void *moved = reallocarray(*nodes, more, size);
  if (moved == NULL)
    return false;
  *nodes = moved;
  *room = more;
  return true;
}

static uint32_t hash_name(const char *name, size_t len)
{
  uint64_t hash = len, eight;
  for (; len >= 8; name += 8, len -= 8) {
    memcpy(&eight, name, 8);
    hash = (hash ^ eight) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 32;
  }
  eight = 0;
  memcpy(&eight, name, len);
  hash = (hash ^ eight) * 0x9E3779B97F4A7C15u;
  return (uint32_t)(hash >> 32);
}

static void put(struct lev_ini_index *index, uint32_t hash, uint32_t node)
{
  size_t slot = lev_ini_first_slot(index, hash);
  while (index->slots[slot] != 0)
    slot = (slot + 1) & (index->size - 1);
  index->slots[slot] = node + 1;
  index->used++;
}

bool lev_ini_make_index(struct lev_ini_index *index, size_t count)
{
  size_t size = 64;
  while (size < count * 2)
    size *= 2;
  uint32_t *slots = calloc(size, sizeof *slots);
  if (slots == NULL)
    return false;
  free(index->slots);
  *index = (struct lev_ini_index){ .slots = slots, .size = size };
  return true;
}

bool lev_ini_has_name(const struct lev_ini *doc, const struct lev_ini_section *section, struct lev_ini_span name)
{
  return section->name_len == name.len && memcmp(lev_ini_at(doc, section->name), name.data, name.len) == 0;
}

/* The slot of the sections of that name, or the free one where they would be. */
static uint32_t *section_slot(const struct lev_ini *doc, uint32_t hash, struct lev_ini_span name)
{
  const struct lev_ini_index *index = &doc->section_index;
  for (size_t slot = lev_ini_first_slot(index, hash);; slot = (slot + 1) & (index->size - 1)) {
    uint32_t node = index->slots[slot];
    if (node == 0 || (doc->sections[node - 1].hash == hash && lev_ini_has_name(doc, &doc->sections[node - 1], name)))
      return &index->slots[slot];
  }
}

static bool grow_section_index(struct lev_ini *doc)
{
  struct lev_ini_index *index = &doc->section_index;
  if (index->used * 2 < index->size)
    return true;
  struct lev_ini_index old = *index;
  index->slots = NULL;
  if (!lev_ini_make_index(index, old.size)) {
    *index = old;
    return false;
  }
  for (size_t i = 0; i < old.size; i++)
    if (old.slots[i] != 0)
      put(index, doc->sections[old.slots[i] - 1].hash, old.slots[i] - 1);
  free(old.slots);
  return true;
}

static struct lev_ini_section *live(const struct lev_ini *doc, uint32_t number)
{
  while (number != LEV_INI_NONE && doc->sections[number].dead)
    number = doc->sections[number].twin;
  return number == LEV_INI_NONE ? NULL : &doc->sections[number];
}

struct lev_ini_section *lev_ini_add_section(struct lev_ini *doc, uint32_t name, size_t len)
{
  void *nodes = doc->sections;
  bool ok = lev_ini_make_room(&nodes, &doc->section_room, doc->section_count, sizeof *doc->sections);
  doc->sections = nodes;
  if (!ok || !grow_section_index(doc))
    return NULL;
  uint32_t number = (uint32_t)doc->section_count++;
  struct lev_ini_section *section = &doc->sections[number];
  *section = (struct lev_ini_section){ .name = name, .name_len = (uint32_t)len };
  section->added = section->last = section->twin = LEV_INI_NONE;
  section->last_twin = number;
  struct lev_ini_span text = { lev_ini_at(doc, name), len };
  section->hash = hash_name(text.data, len);
  uint32_t *slot = section_slot(doc, section->hash, text);
  if (*slot == 0 || live(doc, *slot - 1) == NULL) {
    doc->section_index.used += *slot == 0;
    *slot = number + 1;
  } else {
    struct lev_ini_section *first = &doc->sections[*slot - 1];
    doc->sections[first->last_twin].twin = number;
    first->last_twin = number;
  }
  return section;
}

struct lev_ini_section *lev_ini_find_section(const struct lev_ini *doc, struct lev_ini_span name)
{
  if (doc->section_index.used == 0)
    return NULL;
  uint32_t slot = *section_slot(doc, hash_name(name.data, name.len), name);
  return slot == 0 ? NULL : live(doc, slot - 1);
}

struct lev_ini_section *lev_ini_twin(const struct lev_ini *doc, const struct lev_ini_section *section)
{
  return live(doc, section->twin);
}
