/*
 * ini_index: the nodes of a document and how they are found: sections by a hash index, keys by walking their section,
 * or, where a section has many, by an index of all keys that is made when it is first needed. Also the small tests on
 * characters that all parts share.
 */
#include "ini_doc.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FEW_KEYS 16
#define MAX_ADDED ((size_t)64 << 20)

uint32_t lev_ini_add_bytes(struct lev_ini *doc, const char *bytes, size_t len)
{
  size_t at = doc->added.len;
  if (len > MAX_ADDED - at || (at == 0 && lev_buf_reserve(&doc->added, 4096) == NULL))
    return LEV_INI_NONE;
  lev_buf_append(&doc->added, bytes, len);
  return doc->added.failed ? LEV_INI_NONE : (uint32_t)(doc->source.len + 1 + at);
}

/* Makes room for one more node; false for want of memory. */
static bool make_room(void **nodes, size_t *room, size_t count, size_t size)
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

static uint32_t hash_bytes(uint32_t hash, const char *bytes, size_t len, char lower)
{
  for (size_t i = 0; i < len; i++)
    hash = (hash ^ (unsigned char)(bytes[i] | (lower & (bytes[i] >= 'A' && bytes[i] <= 'Z' ? 0x20 : 0)))) * 16777619u;
  return hash;
}

static uint32_t hash_name(const char *name, size_t len)
{
  return hash_bytes(2166136261u, name, len, 0);
}

static size_t first_slot(const struct lev_ini_index *index, uint32_t hash)
{
  return (hash ^ hash >> 15) & (index->size - 1);
}

static void put(struct lev_ini_index *index, uint32_t hash, uint32_t node)
{
  size_t slot = first_slot(index, hash);
  while (index->slots[slot] != 0)
    slot = (slot + 1) & (index->size - 1);
  index->slots[slot] = node + 1;
  index->used++;
}

/* An empty table for at least `count` nodes; false for want of memory. */
static bool make_index(struct lev_ini_index *index, size_t count)
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

static bool has_name(const struct lev_ini *doc, const struct lev_ini_section *section, struct lev_ini_span name)
{
  return section->name_len == name.len && memcmp(lev_ini_at(doc, section->name), name.data, name.len) == 0;
}

/* The slot of the sections of that name, or the free one where they would be. */
static uint32_t *section_slot(const struct lev_ini *doc, uint32_t hash, struct lev_ini_span name)
{
  const struct lev_ini_index *index = &doc->section_index;
  for (size_t slot = first_slot(index, hash);; slot = (slot + 1) & (index->size - 1)) {
    uint32_t node = index->slots[slot];
    if (node == 0 || (doc->sections[node - 1].hash == hash && has_name(doc, &doc->sections[node - 1], name)))
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
  if (!make_index(index, old.size)) {
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
  bool ok = make_room(&nodes, &doc->section_room, doc->section_count, sizeof *doc->sections);
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

struct lev_ini_key *lev_ini_add_key(struct lev_ini *doc)
{
  void *nodes = doc->keys;
  bool ok = make_room(&nodes, &doc->key_room, doc->key_count, sizeof *doc->keys);
  doc->keys = nodes;
  if (!ok)
    return NULL;
  struct lev_ini_key *key = &doc->keys[doc->key_count++];
  *key = (struct lev_ini_key){ .edit = LEV_INI_NONE, .next = LEV_INI_NONE };
  return key;
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

static bool is_key(const struct lev_ini *doc, const struct lev_ini_key *key, struct lev_ini_span name)
{
  return key->name_len == name.len && strncasecmp(lev_ini_at(doc, key->name), name.data, name.len) == 0;
}

static uint32_t hash_key(const struct lev_ini_section *section, struct lev_ini_span name)
{
  return hash_bytes(section->hash, name.data, name.len, 0x20);
}

static uint32_t *key_slot(const struct lev_ini *doc, const struct lev_ini_section *section, struct lev_ini_span name)
{
  const struct lev_ini_index *index = &doc->key_index;
  struct lev_ini_span title = { lev_ini_at(doc, section->name), section->name_len };
  for (size_t slot = first_slot(index, hash_key(section, name));; slot = (slot + 1) & (index->size - 1)) {
    uint32_t node = index->slots[slot];
    if (node == 0)
      return &index->slots[slot];
    const struct lev_ini_key *key = &doc->keys[node - 1];
    if (is_key(doc, key, name) && has_name(doc, &doc->sections[key->section], title))
      return &index->slots[slot];
  }
}

static struct lev_ini_span key_name(const struct lev_ini *doc, const struct lev_ini_key *key)
{
  return (struct lev_ini_span){ lev_ini_at(doc, key->name), key->name_len };
}

void lev_ini_index_key(struct lev_ini *doc, uint32_t number)
{
  struct lev_ini_index *index = &doc->key_index;
  if (index->size == 0)
    return;
  if (index->used * 2 >= index->size) { /* made anew when it is needed again */
    free(index->slots);
    *index = (struct lev_ini_index){ 0 };
    return;
  }
  struct lev_ini_key *key = &doc->keys[number];
  uint32_t *slot = key_slot(doc, &doc->sections[key->section], key_name(doc, key));
  if (*slot == 0)
    index->used++;
  else if (key->line > 0)
    key->next = *slot - 1;
  *slot = number + 1;
}

bool lev_ini_index_keys(struct lev_ini *doc)
{
  if (doc->key_index.size > 0)
    return true;
  if (!make_index(&doc->key_index, doc->key_count + doc->key_count / 2))
    return false;
  for (uint32_t i = 0; i < doc->key_count; i++)
    lev_ini_index_key(doc, i);
  return true;
}

static struct lev_ini_key *find_indexed(struct lev_ini *doc, const struct lev_ini_section *section,
                                        struct lev_ini_span name, struct lev_ini_key **first)
{
  uint32_t slot = *key_slot(doc, section, name);
  if (slot == 0 || doc->keys[slot - 1].dead)
    return NULL;
  struct lev_ini_key *key = *first = &doc->keys[slot - 1];
  if (key->line > 0 && key->next != LEV_INI_NONE)
    *first = &doc->keys[key->next];
  return key;
}

struct lev_ini_key *lev_ini_find_key(struct lev_ini *doc, const struct lev_ini_section *section,
                                     struct lev_ini_span name, struct lev_ini_key **first)
{
  if (section->count + section->added_count > FEW_KEYS && lev_ini_index_keys(doc))
    return find_indexed(doc, section, name, first);
  struct lev_ini_key *found = NULL;
  for (; section != NULL; section = lev_ini_twin(doc, section)) {
    for (uint32_t number = section->first; number < section->first + section->count; number++) {
      struct lev_ini_key *key = &doc->keys[number];
      if (!key->dead && is_key(doc, key, name)) {
        *first = found == NULL ? key : found;
        found = key;
      }
    }
    for (uint32_t number = section->added; number != LEV_INI_NONE; number = doc->keys[number].next) {
      struct lev_ini_key *key = &doc->keys[number];
      if (!key->dead && is_key(doc, key, name))
        *first = found = key;
    }
  }
  return found;
}
