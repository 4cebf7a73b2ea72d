/* document_tree: see document_tree.h. */
#include "document_tree.h"

#include <stdlib.h>
#include <string.h>

enum lev_status lev_tree_add(struct lev_document *doc, uint32_t parent, bool linked, uint32_t *node,
                             struct lev_error *error)
{
  if (doc->count == doc->cap) {
    uint32_t cap = doc->cap == 0 ? 64 : doc->cap * 2;
    struct lev_node *nodes = realloc(doc->nodes, cap * sizeof *nodes);
    if (nodes == NULL)
      return lev_fail(error, LEV_FAILED, "not enough memory");
    doc->nodes = nodes;
    doc->cap = cap;
  }
  struct lev_node *added = &doc->nodes[doc->count];
  memset(added, 0, sizeof *added);
  added->parent = parent;
  added->first = added->last = added->next = added->target = LEV_NO_NODE;
  *node = doc->count++;
  if (linked && parent != LEV_NO_NODE)
    lev_tree_link_after(doc, *node, doc->nodes[parent].last);
  return LEV_OK;
}

void lev_tree_link_after(struct lev_document *doc, uint32_t node, uint32_t after)
{
  struct lev_node *parent = &doc->nodes[doc->nodes[node].parent];
  uint32_t *link = after == LEV_NO_NODE ? &parent->first : &doc->nodes[after].next;
  doc->nodes[node].next = *link;
  *link = node;
  if (parent->last == after)
    parent->last = node;
  parent->items++;
}

uint32_t lev_tree_keep(struct lev_document *doc, const char *bytes, size_t len)
{
  uint32_t at = (uint32_t)doc->strings.len;
  lev_buf_append(&doc->strings, bytes, len);
  return at;
}

static struct lev_span kept(const struct lev_document *doc, uint32_t at, uint32_t len)
{
  return (struct lev_span){ len == 0 ? "" : doc->strings.data + at, len };
}

struct lev_span lev_tree_key(const struct lev_document *doc, const struct lev_node *node)
{
  return kept(doc, node->key, node->key_len);
}

struct lev_span lev_tree_value(const struct lev_document *doc, const struct lev_node *node)
{
  return kept(doc, node->value, node->value_len);
}

struct sortable {
  const char *key;
  uint32_t len, node;
};

static int by_key_then_place(const void *a, const void *b)
{
  const struct sortable *x = a, *y = b;
  if (x->len != y->len)
    return x->len < y->len ? -1 : 1;
  int order = memcmp(x->key, y->key, x->len);
  return order != 0 ? order : x->node < y->node ? -1 : x->node > y->node;
}

enum lev_status lev_tree_mark_twice(struct lev_document *doc, uint32_t map, uint32_t *first, uint32_t *second,
                                    struct lev_error *error)
{
  *first = *second = LEV_NO_NODE;
  if (doc->strings.failed)
    return lev_buf_check(&doc->strings, error);
  if (doc->nodes[map].items < 2)
    return LEV_OK;
  struct sortable *keys = malloc(doc->nodes[map].items * sizeof *keys);
  if (keys == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  size_t count = 0;
  for (uint32_t i = doc->nodes[map].first; i != LEV_NO_NODE; i = doc->nodes[i].next) {
    struct lev_span key = lev_tree_key(doc, &doc->nodes[i]);
    if (doc->nodes[i].flags & LEV_NODE_KEYED)
      keys[count++] = (struct sortable){ key.data, (uint32_t)key.len, i };
  }
  qsort(keys, count, sizeof *keys, by_key_then_place);
  for (size_t i = 1; i < count; i++) {
    if (keys[i].len != keys[i - 1].len || memcmp(keys[i].key, keys[i - 1].key, keys[i].len) != 0)
      continue;
    doc->nodes[keys[i - 1].node].flags |= LEV_NODE_TWICE | LEV_NODE_SHADOWED;
    doc->nodes[keys[i].node].flags |= LEV_NODE_TWICE;
    if (*second == LEV_NO_NODE || keys[i].node < *second) {
      *first = keys[i - 1].node;
      *second = keys[i].node;
    }
  }
  free(keys);
  return LEV_OK;
}
