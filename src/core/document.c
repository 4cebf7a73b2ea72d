/* document: see document.h. Reading, the refusals that do not depend on the format, and the proof of an edited text. */
#include "document_text.h"
#include "document_tree.h"

#include <stdlib.h>
#include <string.h>

void lev_document_wipe(struct lev_document *doc)
{
  if (doc == NULL)
    return;
  lev_buf_wipe(&doc->name);
  lev_buf_wipe(&doc->text);
  lev_buf_wipe(&doc->strings);
  free(doc->nodes);
  memset(doc, 0, sizeof *doc);
}

static enum lev_status check_text(const struct lev_document *doc, struct lev_error *error)
{
  const char *text = doc->text.data;
  size_t len = doc->text.len;
  if (len >= 2 &&
      (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0 || (text[0] == 0) != (text[1] == 0)))
    return lev_document_fail(doc, LEV_REFUSED, 0, error, "the file is UTF-16; save it as UTF-8");
  for (size_t at = 0, size; at < len; at += size) {
    uint32_t code;
    size = lev_utf8_decode(text + at, len - at, &code);
    if (size == 0)
      return lev_document_fail(doc, LEV_BROKEN_FILE, at, error, "these bytes are not UTF-8");
  }
  return LEV_OK;
}

enum lev_status lev_document_parse(struct lev_document *doc, const struct lev_document_format *format, const char *text,
                                   size_t len, const char *name, struct lev_error *error)
{
  enum lev_status status;
  doc->format = format;
  lev_buf_puts(&doc->name, name);
  if (len > LEV_DOCUMENT_SIZE_MAX) {
    status = lev_fail(error, LEV_REFUSED, "%s: the file is larger than %u MiB", name, LEV_DOCUMENT_SIZE_MAX >> 20);
    goto out;
  }
  lev_buf_reserve(&doc->text, len + 1); /* an empty text has an address, too */
  lev_buf_append(&doc->text, text, len);
  status = lev_buf_check(&doc->text, error);
  if (status == LEV_OK)
    status = check_text(doc, error);
  if (status == LEV_OK)
    status = format->build(doc, error);
  if (status == LEV_OK)
    status = lev_buf_check(&doc->strings, error);
out:
  if (status != LEV_OK)
    lev_document_wipe(doc);
  return status;
}

/* The node that an alias means, else the node itself. */
static uint32_t resolved(const struct lev_document *doc, uint32_t node)
{
  return node != LEV_NO_NODE && doc->nodes[node].target != LEV_NO_NODE ? doc->nodes[node].target : node;
}

static bool has_key(const struct lev_document *doc, uint32_t node, const char *key, size_t len)
{
  const struct lev_node *at = &doc->nodes[node];
  return (at->flags & LEV_NODE_KEYED) && at->key_len == len &&
         (len == 0 || memcmp(doc->strings.data + at->key, key, len) == 0);
}

/* The map's own entry of that name, the last one when there are several. */
static uint32_t own_entry(const struct lev_document *doc, uint32_t map, const char *key, size_t len)
{
  uint32_t found = LEV_NO_NODE;
  for (uint32_t i = doc->nodes[map].first; i != LEV_NO_NODE; i = doc->nodes[i].next)
    if (has_key(doc, i, key, len))
      found = i;
  return found;
}

/* The maps that a merge entry brings in, one after another: pass LEV_NO_NODE first. */
static uint32_t next_merged(const struct lev_document *doc, uint32_t merge, uint32_t previous)
{
  uint32_t source = resolved(doc, merge);
  if (doc->nodes[source].kind == LEV_MAP)
    return previous == LEV_NO_NODE ? source : LEV_NO_NODE;
  return previous == LEV_NO_NODE ? doc->nodes[source].first : doc->nodes[previous].next;
}

/* An entry of the map, its own or a merged one. The format saw to it that merges end. */
static uint32_t entry(const struct lev_document *doc, uint32_t map, const char *key, size_t len)
{
  uint32_t found = own_entry(doc, map, key, len);
  for (uint32_t i = doc->nodes[map].first; i != LEV_NO_NODE && found == LEV_NO_NODE; i = doc->nodes[i].next) {
    if (!(doc->nodes[i].flags & LEV_NODE_MERGE))
      continue;
    uint32_t from = LEV_NO_NODE;
    while (found == LEV_NO_NODE && (from = next_merged(doc, i, from)) != LEV_NO_NODE)
      found = entry(doc, resolved(doc, from), key, len);
  }
  return found;
}

static uint32_t list_item(const struct lev_document *doc, uint32_t list, size_t item)
{
  uint32_t i = doc->nodes[list].first;
  while (i != LEV_NO_NODE && --item > 0)
    i = doc->nodes[i].next;
  return i;
}

static uint32_t step_into(const struct lev_document *doc, uint32_t node, const struct lev_step *step)
{
  if (step->key != NULL && doc->nodes[node].kind == LEV_MAP)
    return entry(doc, node, step->key, step->len);
  if (step->key == NULL && doc->nodes[node].kind == LEV_LIST && step->item > 0)
    return list_item(doc, node, step->item);
  return LEV_NO_NODE;
}

uint32_t lev_document_find(const struct lev_document *doc, const struct lev_step *path, size_t steps)
{
  uint32_t node = doc->count == 0 ? LEV_NO_NODE : resolved(doc, doc->root);
  for (size_t i = 0; i < steps && node != LEV_NO_NODE; i++)
    node = resolved(doc, step_into(doc, node, &path[i]));
  return node;
}

const char *lev_kind_name(enum lev_kind kind)
{
  switch (kind) {
  case LEV_NOTHING: return NULL;
  case LEV_MAP: return "map";
  case LEV_LIST: return "list";
  case LEV_STRING: return "string";
  case LEV_NUMBER: return "number";
  case LEV_BOOLEAN: return "boolean";
  case LEV_NULL: return "null";
  case LEV_EXPRESSION: return "expression";
  }
  return NULL;
}

enum lev_kind lev_document_kind(const struct lev_document *doc, uint32_t node)
{
  return node == LEV_NO_NODE ? LEV_NOTHING : (enum lev_kind)doc->nodes[node].kind;
}

bool lev_document_get(const struct lev_document *doc, uint32_t node, struct lev_span *value)
{
  enum lev_kind kind = lev_document_kind(doc, node);
  if (kind != LEV_STRING && kind != LEV_NUMBER && kind != LEV_BOOLEAN)
    return false;
  *value = lev_tree_value(doc, &doc->nodes[node]);
  return true;
}

bool lev_document_length(const struct lev_document *doc, uint32_t node, size_t *length)
{
  if (lev_document_kind(doc, node) != LEV_LIST)
    return false;
  *length = doc->nodes[node].items;
  return true;
}

/* The keys of `map` that `top`, the map that was asked for, takes from it: those that `top` finds just there. */
static bool each_key(const struct lev_document *doc, uint32_t top, uint32_t map,
                     bool (*each)(void *ud, struct lev_span key), void *ud)
{
  for (uint32_t i = doc->nodes[map].first; i != LEV_NO_NODE; i = doc->nodes[i].next) {
    const struct lev_node *node = &doc->nodes[i];
    struct lev_span key = lev_tree_key(doc, node);
    if (!(node->flags & LEV_NODE_KEYED) || (node->flags & LEV_NODE_SHADOWED))
      continue;
    if ((top == map || entry(doc, top, key.data, key.len) == i) && !each(ud, key))
      return false;
  }
  for (uint32_t i = doc->nodes[map].first; i != LEV_NO_NODE; i = doc->nodes[i].next) {
    if (!(doc->nodes[i].flags & LEV_NODE_MERGE))
      continue;
    for (uint32_t from = next_merged(doc, i, LEV_NO_NODE); from != LEV_NO_NODE; from = next_merged(doc, i, from))
      if (!each_key(doc, top, resolved(doc, from), each, ud))
        return false;
  }
  return true;
}

bool lev_document_keys(const struct lev_document *doc, uint32_t node, bool (*each)(void *ud, struct lev_span key),
                       void *ud)
{
  if (lev_document_kind(doc, node) != LEV_MAP)
    return false;
  each_key(doc, node, node, each, ud);
  return true;
}

bool lev_document_position(const struct lev_document *doc, uint32_t node, size_t *line, size_t *column)
{
  if (node == LEV_NO_NODE)
    return false;
  lev_document_locate(doc, doc->nodes[node].start, line, column);
  return true;
}

static enum lev_status check_characters(struct lev_span text, const char *what, struct lev_error *error)
{
  for (size_t at = 0, size; at < text.len; at += size) {
    uint32_t code;
    size = lev_utf8_decode(text.data + at, text.len - at, &code);
    if (size == 0)
      return lev_fail(error, LEV_REFUSED, "the %s is not UTF-8", what);
    if (code == '\n' || code == '\r' || code == 0x85 || code == 0x2028 || code == 0x2029)
      return lev_fail(error, LEV_REFUSED, "the %s holds a line break", what);
    if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xFEFF || code == 0xFFFE || code == 0xFFFF)
      return lev_fail(error, LEV_REFUSED, "the %s holds a control character (U+%04X)", what, code);
  }
  return LEV_OK;
}

/* Refuses a node that something else shares: the value, or the map that gets a new entry. */
static enum lev_status check_not_shared(const struct lev_document *doc, uint32_t node, struct lev_error *error)
{
  for (uint32_t i = node; i != LEV_NO_NODE; i = doc->nodes[i].parent) {
    const struct lev_node *at = &doc->nodes[i];
    if (at->flags & LEV_NODE_TAGGED)
      return lev_document_fail(doc, LEV_REFUSED, at->start, error,
                               "the tag here decides what the value means; edit it by hand");
    if ((at->flags & LEV_NODE_USED) || ((at->flags & LEV_NODE_ANCHORED) && i == node && at->kind != LEV_MAP))
      return lev_document_fail(doc, LEV_REFUSED, at->start, error,
                               "the anchor here shares the value with other places; edit it by hand");
    if (at->flags & LEV_NODE_MERGE)
      return lev_document_fail(doc, LEV_REFUSED, at->start, error,
                               "the map is merged into another one; edit it by hand");
    if (at->flags & LEV_NODE_TWICE)
      return lev_document_fail(doc, LEV_REFUSED, at->key_start, error,
                               "the key \"%s\" is there more than once; remove one",
                               lev_quote(lev_tree_key(doc, at)).text);
  }
  return LEV_OK;
}

/* One step of a path that shall be edited: nothing may be reached through an alias or a merge. */
static enum lev_status step_to_edit(const struct lev_document *doc, uint32_t node, const struct lev_step *step,
                                    uint32_t *next, struct lev_error *error)
{
  *next = step_into(doc, node, step);
  if (*next == LEV_NO_NODE)
    return LEV_OK;
  if (doc->nodes[*next].parent != node)
    return lev_document_fail(doc, LEV_REFUSED, doc->nodes[*next].start, error,
                             "\"%s\" comes from a merged map; edit it by hand",
                             lev_quote((struct lev_span){ step->key, step->len }).text);
  if (doc->nodes[*next].target != LEV_NO_NODE)
    return lev_document_fail(doc, LEV_REFUSED, doc->nodes[*next].start, error,
                             "the alias here stands for a value in another place; edit it by hand");
  return LEV_OK;
}

static enum lev_status conflict(const struct lev_document *doc, uint32_t at, const struct lev_step *step,
                                struct lev_error *error)
{
  struct lev_span key = { step->key, step->len };
  if (step->key == NULL)
    return lev_document_fail(doc, LEV_CONFLICT, doc->nodes[at].start, error, "there is no item %zu to set", step->item);
  return lev_document_fail(doc, LEV_CONFLICT, doc->nodes[at].start, error,
                           "there is no map here that could hold \"%s\"", lev_quote(key).text);
}

static enum lev_status replace(struct lev_document *doc, uint32_t node, struct lev_span value, struct lev_error *error)
{
  const struct lev_node *at = &doc->nodes[node];
  if (at->kind == LEV_MAP || at->kind == LEV_LIST)
    return lev_document_fail(doc, LEV_CONFLICT, at->start, error, "there is a %s here, not a value",
                             lev_kind_name(at->kind));
  enum lev_status status = check_not_shared(doc, node, error);
  if (status == LEV_OK && at->kind == LEV_EXPRESSION)
    status = lev_document_fail(doc, LEV_REFUSED, at->start, error, "there is an expression here; edit it by hand");
  if (status == LEV_OK)
    status = doc->format->replace(doc, node, value, error);
  if (status == LEV_OK)
    doc->edited = true;
  return status;
}

static enum lev_status insert(struct lev_document *doc, uint32_t map, struct lev_span key, struct lev_span value,
                              struct lev_span after, struct lev_error *error)
{
  uint32_t sibling = after.data == NULL ? LEV_NO_NODE : own_entry(doc, map, after.data, after.len);
  enum lev_status status = check_not_shared(doc, map, error);
  if (status == LEV_OK)
    status = check_characters(key, "key", error);
  if (status == LEV_OK)
    status = doc->format->insert(doc, map, sibling, key, value, error);
  if (status == LEV_OK)
    doc->edited = true;
  return status;
}

static bool same_bytes(struct lev_span a, struct lev_span b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The value is there already: as a string, or as a number of the same characters. */
static bool is_there(const struct lev_document *doc, uint32_t node, struct lev_span value)
{
  enum lev_kind kind = lev_document_kind(doc, node);
  return (kind == LEV_STRING || kind == LEV_NUMBER) && same_bytes(lev_tree_value(doc, &doc->nodes[node]), value);
}

enum lev_status lev_document_set(struct lev_document *doc, const struct lev_step *path, size_t steps,
                                 struct lev_span value, struct lev_span after, struct lev_error *error)
{
  uint32_t node = doc->root, next = LEV_NO_NODE;
  enum lev_status status = check_characters(value, "value", error);
  if (status != LEV_OK)
    return status;
  if (is_there(doc, lev_document_find(doc, path, steps), value))
    return LEV_OK;
  if (steps == 0 || doc->count == 0)
    return lev_fail(error, LEV_CONFLICT, "the whole document cannot be set");
  for (size_t i = 0; i < steps; i++) {
    status = step_to_edit(doc, node, &path[i], &next, error);
    if (status != LEV_OK)
      return status;
    if (next == LEV_NO_NODE && i + 1 == steps && path[i].key != NULL && doc->nodes[node].kind == LEV_MAP)
      return insert(doc, node, (struct lev_span){ path[i].key, path[i].len }, value, after, error);
    if (next == LEV_NO_NODE)
      return conflict(doc, node, &path[i], error);
    node = next;
  }
  return replace(doc, node, value, error);
}

static bool same_node(const struct lev_document *a, uint32_t i, const struct lev_document *b, uint32_t j)
{
  const struct lev_node *x = &a->nodes[i], *y = &b->nodes[j];
  bool aliases = x->target != LEV_NO_NODE && y->target != LEV_NO_NODE;
  return x->kind == y->kind && x->flags == y->flags && x->start == y->start && x->end == y->end &&
         x->key_start == y->key_start && x->key_end == y->key_end && x->items == y->items &&
         same_bytes(lev_tree_key(a, x), lev_tree_key(b, y)) && same_bytes(lev_tree_value(a, x), lev_tree_value(b, y)) &&
         (aliases ? a->nodes[x->target].start == b->nodes[y->target].start : x->target == y->target);
}

/* Depth is bounded by LEV_DOCUMENT_DEPTH_MAX. */
static bool same_tree(const struct lev_document *a, uint32_t i, const struct lev_document *b, uint32_t j)
{
  if (!same_node(a, i, b, j))
    return false;
  i = a->nodes[i].first;
  j = b->nodes[j].first;
  for (; i != LEV_NO_NODE && j != LEV_NO_NODE; i = a->nodes[i].next, j = b->nodes[j].next)
    if (!same_tree(a, i, b, j))
      return false;
  return i == j;
}

enum lev_status lev_document_text(const struct lev_document *doc, struct lev_buf *out, struct lev_error *error)
{
  enum lev_status status = LEV_OK;
  if (doc->edited) {
    struct lev_document again = { 0 };
    status = lev_document_parse(&again, doc->format, doc->text.data, doc->text.len, "edited text", error);
    if (status != LEV_OK || !same_tree(doc, doc->root, &again, again.root))
      status = lev_fail(error, LEV_FAILED, "%.*s: the edits would change more than they should; nothing was written",
                        (int)doc->name.len, doc->name.data);
    lev_document_wipe(&again);
  }
  if (status != LEV_OK)
    return status;
  lev_buf_append(out, doc->text.data, doc->text.len);
  return lev_buf_check(out, error);
}
