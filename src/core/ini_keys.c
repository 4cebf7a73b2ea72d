/*
 * ini_keys: the keys of a section: read from their lines when the section is first asked for, and found by walking
 * them, or, where a section has many, by an index of all keys read so far.
 */
#include "ini_doc.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FEW_KEYS 16

struct lev_ini_key lev_ini_read_key(const struct lev_ini *doc, const struct lev_ini_line *line)
{
  const char *text = doc->source.data;
  const char *p = text + line->first;
  const char *stop = text + line->stop;
  const char *delimiter = p;
  while (*delimiter != '=' && *delimiter != ':') /* the scan has seen one */
    delimiter++;
  const char *name_end = delimiter;
  for (size_t n; (n = lev_ini_space_before(p, name_end)) > 0;)
    name_end -= n;
  const char *value = delimiter + 1;
  for (size_t n; (n = lev_ini_space_at(value, stop)) > 0;)
    value += n;
  struct lev_ini_key key = { .start = line->start, .end = line->end, .last = line->end, .indent = line->indent };
  key.edit = key.next = LEV_INI_NONE;
  key.name = line->first;
  key.name_len = (uint32_t)(name_end - p);
  key.value = value < stop ? (uint32_t)(value - text) : line->end;
  key.value_len = (uint32_t)(stop - value);
  key.shape = *delimiter == ':' ? LEV_INI_COLON : 0;
  key.style = (name_end < delimiter ? LEV_INI_SPACE_BEFORE : 0) | (value > delimiter + 1 ? LEV_INI_SPACE_AFTER : 0);
  return key;
}

/* Appends a node; NULL for want of memory. */
static struct lev_ini_key *append_key(struct lev_ini *doc, const struct lev_ini_key *key)
{
  void *nodes = doc->keys;
  bool ok = lev_ini_make_room(&nodes, &doc->key_room, doc->key_count, sizeof *doc->keys);
  doc->keys = nodes;
  if (!ok) {
    doc->failed = true;
    return NULL;
  }
  doc->keys[doc->key_count] = *key;
  return &doc->keys[doc->key_count++];
}

static bool is_key(const struct lev_ini *doc, const struct lev_ini_key *key, struct lev_ini_span name)
{
  return key->name_len == name.len && strncasecmp(lev_ini_at(doc, key->name), name.data, name.len) == 0;
}

static uint32_t hash_key(const struct lev_ini_section *section, struct lev_ini_span name)
{
  uint32_t hash = section->hash;
  for (size_t i = 0; i < name.len; i++) /* 0x20: lower case; what else that joins does no harm */
    hash = (hash ^ (unsigned char)(name.data[i] | 0x20)) * 16777619u;
  return hash;
}

static uint32_t *key_slot(const struct lev_ini *doc, const struct lev_ini_section *section, struct lev_ini_span name)
{
  const struct lev_ini_index *index = &doc->key_index;
  struct lev_ini_span title = { lev_ini_at(doc, section->name), section->name_len };
  for (size_t slot = lev_ini_first_slot(index, hash_key(section, name));; slot = (slot + 1) & (index->size - 1)) {
    uint32_t node = index->slots[slot];
    if (node == 0)
      return &index->slots[slot];
    const struct lev_ini_key *key = &doc->keys[node - 1];
    if (is_key(doc, key, name) && lev_ini_has_name(doc, &doc->sections[key->section], title))
      return &index->slots[slot];
  }
}

static struct lev_ini_span key_name(const struct lev_ini *doc, const struct lev_ini_key *key)
{
  return (struct lev_ini_span){ lev_ini_at(doc, key->name), key->name_len };
}

/* Enters a key. An index that is too full is given up, and made anew when it is next needed. */
static void index_key(struct lev_ini *doc, uint32_t number)
{
  struct lev_ini_index *index = &doc->key_index;
  if (index->size == 0)
    return;
  if (index->used * 2 >= index->size) {
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

static bool has_index(struct lev_ini *doc)
{
  if (doc->key_index.size > 0)
    return true;
  if (!lev_ini_make_index(&doc->key_index, doc->key_count + doc->key_count / 2)) {
    doc->failed = true;
    return false;
  }
  for (uint32_t i = 0; i < doc->key_count; i++)
    index_key(doc, i);
  return true;
}

void lev_ini_load(struct lev_ini *doc, struct lev_ini_section *section)
{
  if (section->loaded || section->line == 0)
    return;
  uint32_t first = (uint32_t)doc->key_count, number = section->line;
  struct lev_ini_key *key = NULL;
  struct lev_ini_line line = lev_ini_line_at(doc, section->start);
  while (line.end < section->tail) {
    line = lev_ini_line_at(doc, line.next);
    number++;
    if (lev_ini_is_quiet(doc, &line))
      continue;
    if (key != NULL && line.indent > key->indent) {
      key->last = line.end;
      key->shape |= LEV_INI_CONTINUED | (key->value_len == 0 ? LEV_INI_NESTED : 0);
      continue;
    }
    struct lev_ini_key next = lev_ini_read_key(doc, &line);
    next.line = number;
    next.section = (uint32_t)(section - doc->sections);
    key = append_key(doc, &next);
    if (key == NULL) {
      doc->key_count = first;
      return;
    }
  }
  section->loaded = true;
  section->first = first;
  section->count = (uint32_t)(doc->key_count - first);
  for (uint32_t i = first; i < doc->key_count; i++)
    index_key(doc, i);
}

void lev_ini_index_all(struct lev_ini *doc)
{
  for (size_t i = 0; i < doc->section_count; i++)
    lev_ini_load(doc, &doc->sections[i]);
  (void)has_index(doc);
}

struct lev_ini_key *lev_ini_add_key(struct lev_ini *doc, struct lev_ini_section *section, struct lev_ini_span name)
{
  uint32_t at = lev_ini_add_bytes(doc, name.data, name.len);
  struct lev_ini_key key = { .name = at, .name_len = (uint32_t)name.len, .edit = LEV_INI_NONE, .next = LEV_INI_NONE };
  key.section = (uint32_t)(section - doc->sections);
  struct lev_ini_key *added = at == LEV_INI_NONE ? NULL : append_key(doc, &key);
  if (added == NULL)
    return NULL;
  uint32_t number = (uint32_t)(added - doc->keys);
  if (section->added == LEV_INI_NONE)
    section->added = number;
  else
    doc->keys[section->last].next = number;
  section->last = number;
  section->added_count++;
  index_key(doc, number);
  return added;
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

struct lev_ini_key *lev_ini_find_key(struct lev_ini *doc, struct lev_ini_section *section, struct lev_ini_span name,
                                     struct lev_ini_key **first)
{
  size_t count = 0;
  for (struct lev_ini_section *twin = section; twin != NULL; twin = lev_ini_twin(doc, twin)) {
    lev_ini_load(doc, twin);
    count += twin->count + twin->added_count;
  }
  if (count > FEW_KEYS && has_index(doc))
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
