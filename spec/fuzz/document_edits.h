/*
 * The fuzz target of the lossless documents, for one parser. The input is a document, then after a 0x01 byte each, an
 * edit: "place\x02key\x02after\x02value". The place leads from the root down, one child a byte ('a' is the first); a key that is not empty
 * is inserted (or set) there, else the place itself is set. Whatever the bytes are: an unedited text is the source; what
 * is refused changes nothing; after an edit the value reads as it was set, all other values read as before, no byte
 * outside the replaced value is gone, and the text proves itself.
 */
#include "document_tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef enum lev_status parse_function(struct lev_document *doc, const char *text, size_t len, const char *name,
                                       struct lev_error *error);

static void require(int holds)
{
  if (!holds)
    abort();
}

static struct lev_span cut(const uint8_t **data, size_t *size, uint8_t separator)
{
  const uint8_t *end = *size == 0 ? NULL : memchr(*data, separator, *size);
  struct lev_span span = { (const char *)*data, end == NULL ? *size : (size_t)(end - *data) };
  *data += span.len + (end != NULL);
  *size -= span.len + (end != NULL);
  return span;
}

/* Every value but that of `without` and those that come after `count`, one a line, aliases by the node they mean. */
static void describe(const struct lev_document *doc, uint32_t node, uint32_t without, uint32_t count,
                     struct lev_buf *out)
{
  const struct lev_node *at = &doc->nodes[node];
  if (node == without || node >= count)
    return;
  struct lev_span key = lev_tree_key(doc, at), value = lev_tree_value(doc, at);
  lev_buf_printf(out, "%d %u ", at->kind, at->target);
  lev_buf_append(out, key.data, key.len);
  lev_buf_putc(out, ' ');
  lev_buf_append(out, value.data, value.len);
  lev_buf_putc(out, '(');
  for (uint32_t i = at->first; i != LEV_NO_NODE; i = doc->nodes[i].next)
    describe(doc, i, without, count, out);
  lev_buf_putc(out, ')');
}

static int is_same(const struct lev_buf *a, const struct lev_buf *b)
{
  return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* The bytes of `old` outside [start, end) are all in `new`, in their order. */
static int holds(const struct lev_buf *new, const struct lev_buf *old, size_t start, size_t end)
{
  size_t at = start == 0 ? end : 0;
  for (size_t i = 0; i < new->len &&at < old->len; i++)
    if (new->data[i] == old->data[at] && ++at == start)
      at = end;
  return at >= old->len;
}

/* Walks down as the bytes say; the path borrows from the document. Returns the last node. */
static uint32_t walk(const struct lev_document *doc, struct lev_span place, struct lev_step *path, size_t *steps)
{
  uint32_t node = doc->root;
  for (*steps = 0; *steps < place.len && *steps < LEV_DOCUMENT_DEPTH_MAX && doc->nodes[node].items > 0; ++*steps) {
    size_t wanted = (uint8_t)(place.data[*steps] - 'a') % doc->nodes[node].items;
    uint32_t child = doc->nodes[node].first;
    for (size_t i = 0; i < wanted; i++)
      child = doc->nodes[child].next;
    struct lev_span key = lev_tree_key(doc, &doc->nodes[child]);
    path[*steps] = (struct lev_step){ 0 };
    if (doc->nodes[node].kind == LEV_LIST)
      path[*steps].item = wanted + 1;
    else
      path[*steps] = (struct lev_step){ .key = key.data, .len = key.len };
    node = child;
  }
  return node;
}

static void edit(struct lev_document *doc, struct lev_span input)
{
  static struct lev_step path[LEV_DOCUMENT_DEPTH_MAX + 1];
  const uint8_t *data = (const uint8_t *)input.data;
  size_t size = input.len, steps;
  struct lev_error error;
  struct lev_span place = cut(&data, &size, 2), key = cut(&data, &size, 2), after = cut(&data, &size, 2), got;
  struct lev_span value = { (const char *)data, size };
  struct lev_buf keys = { 0 }, before = { 0 }, behind = { 0 }, old = { 0 }, new = { 0 };
  walk(doc, place, path, &steps);
  if (key.len > 0)
    path[steps++] = (struct lev_step){ .key = key.data, .len = key.len };
  for (size_t i = 0; i < steps; i++) /* the document's strings move when it is edited */
    lev_buf_append(&keys, path[i].key, path[i].len);
  for (size_t i = 0, at = 0; i < steps; at += path[i].len, i++)
    if (path[i].key != NULL)
      path[i].key = path[i].len == 0 ? "" : keys.data + at;
  uint32_t node = lev_document_find(doc, path, steps), count = doc->count;
  size_t start = node == LEV_NO_NODE ? 0 : doc->nodes[node].start, end = node == LEV_NO_NODE ? 0 : doc->nodes[node].end;
  describe(doc, doc->root, node, count, &before);
  lev_buf_append(&old, doc->text.data, doc->text.len);
  if (after.len == 0)
    after.data = NULL;
  if (lev_document_set(doc, path, steps, value, after, &error) == LEV_OK) {
    require(lev_document_get(doc, lev_document_find(doc, path, steps), &got));
    require(got.len == value.len && (got.len == 0 || memcmp(got.data, value.data, got.len) == 0));
    require(holds(&doc->text, &old, start, end));
  } else {
    require(is_same(&doc->text, &old));
  }
  require(lev_document_text(doc, &new, &error) == LEV_OK && is_same(&new, &doc->text));
  describe(doc, doc->root, node, count, &behind);
  require(is_same(&before, &behind));
  lev_buf_wipe(&keys);
  lev_buf_wipe(&before);
  lev_buf_wipe(&behind);
  lev_buf_wipe(&old);
  lev_buf_wipe(&new);
}

static int run(parse_function *parse, const uint8_t *data, size_t size)
{
  struct lev_document doc = { 0 };
  struct lev_error error;
  struct lev_buf text = { 0 };
  struct lev_span source = cut(&data, &size, 1);
  if (parse(&doc, source.data, source.len, "fuzz", &error) == LEV_OK) {
    require(lev_document_text(&doc, &text, &error) == LEV_OK);
    require(text.len == source.len && (text.len == 0 || memcmp(text.data, source.data, text.len) == 0));
    while (size > 0)
      edit(&doc, cut(&data, &size, 1));
  } else {
    require(error.status == LEV_BROKEN_FILE || error.status == LEV_REFUSED);
    require(strncmp(error.message, "fuzz:", 5) == 0);
  }
  lev_buf_wipe(&text);
  lev_document_wipe(&doc);
  return 0;
}
