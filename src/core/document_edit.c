/* document_edit: see document_edit.h. */
#include "document_edit.h"

#include <string.h>

enum lev_status lev_document_splice(struct lev_document *doc, size_t at, size_t removed, struct lev_span by,
                                    struct lev_error *error)
{
  struct lev_buf *text = &doc->text;
  size_t behind = at + removed, tail = text->len - behind;
  if (text->len - removed + by.len > LEV_DOCUMENT_SIZE_MAX)
    return lev_fail(error, LEV_REFUSED, "the file would be larger than %u MiB", LEV_DOCUMENT_SIZE_MAX >> 20);
  if (by.len > removed && lev_buf_reserve(text, by.len - removed) == NULL) {
    text->failed = false; /* nothing was lost: only this edit fails */
    return lev_fail(error, LEV_FAILED, "not enough memory");
  }
  memmove(text->data + at + by.len, text->data + behind, tail);
  memcpy(text->data + at, by.data, by.len);
  text->len = at + by.len + tail;
  uint32_t delta = (uint32_t)by.len - (uint32_t)removed;
  for (uint32_t i = 0; i < doc->count; i++) {
    struct lev_node *node = &doc->nodes[i];
    bool empty = node->start == node->end; /* a value that is not written ends where it starts: before an insertion */
    if (node->start >= behind && !(empty && node->start == at))
      node->start += delta;
    if (node->end > at && node->end >= behind)
      node->end += delta;
    if (node->key_start >= behind && node->key_end > at)
      node->key_start += delta;
    if (node->key_end > at && node->key_end >= behind)
      node->key_end += delta;
  }
  return LEV_OK;
}

void lev_document_set_string(struct lev_document *doc, uint32_t node, struct lev_span value, size_t start, size_t end,
                             uint8_t style)
{
  struct lev_node *at = &doc->nodes[node];
  at->value = lev_tree_keep(doc, value.data, value.len);
  at->value_len = (uint32_t)value.len;
  at->start = (uint32_t)start;
  at->end = (uint32_t)end;
  at->kind = LEV_STRING;
  at->style = style;
  at->flags &= (uint8_t)~LEV_NODE_NO_COLON;
}

enum lev_status lev_document_put_entry(struct lev_document *doc, uint32_t map, uint32_t after, size_t at,
                                       size_t removed, struct lev_entry *entry, struct lev_span key,
                                       struct lev_span value, struct lev_error *error)
{
  uint32_t node;
  enum lev_status status = lev_buf_check(&entry->text, error);
  if (status == LEV_OK)
    status = lev_tree_add(doc, map, false, &node, error);
  if (status != LEV_OK)
    goto out;
  status = lev_document_splice(doc, at, removed, (struct lev_span){ entry->text.data, entry->text.len }, error);
  if (status != LEV_OK) {
    doc->count--;
    goto out;
  }
  lev_tree_link_after(doc, node, after);
  struct lev_node *added = &doc->nodes[node];
  added->flags = LEV_NODE_KEYED;
  added->key_start = (uint32_t)(at + entry->key_start);
  added->key_end = (uint32_t)(at + entry->key_end);
  added->key = lev_tree_keep(doc, key.data, key.len);
  added->key_len = (uint32_t)key.len;
  lev_document_set_string(doc, node, value, at + entry->start, at + entry->end, entry->style);
  status = lev_buf_check(&doc->strings, error);
out:
  lev_buf_wipe(&entry->text);
  return status;
}
