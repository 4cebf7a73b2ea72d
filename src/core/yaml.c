/* yaml: see lev_yaml.h. Builds the tree from libyaml's events. Their marks count characters; the spans here are bytes.
 */
#include "lev_yaml.h"
#include "document_text.h"
#include "yaml_edit.h"
#include "yaml_marks.h"
#include "yaml_scalar.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* A file may define so many anchors, and a merge may bring so many keys into a map: more is an attack. */
#define ANCHORS_MAX 1000
#define MERGED_MAX 10000

/* A collection that is still open. */
struct frame {
  uint32_t node;
  uint32_t merged; /* keys that its merges bring in */
  bool is_key;     /* the collection is itself a key */
  /* In a map, after a key was read: */
  bool has_key;
  uint8_t key_flags;
  uint32_t key_start, key_end, key, key_len;
};

struct anchor {
  uint32_t node;
  uint32_t name, name_len; /* in doc->strings */
};

struct builder {
  struct lev_document *doc;
  struct lev_error *error;
  yaml_parser_t parser;
  struct lev_yaml_marks marks;
  struct frame stack[LEV_DOCUMENT_DEPTH_MAX];
  size_t depth;
  uint32_t documents;
  struct anchor anchors[ANCHORS_MAX];
  size_t anchor_count;
};

static uint32_t byte_of(const struct builder *b, const yaml_mark_t *mark)
{
  return lev_yaml_byte_of(&b->marks, b->doc, mark->index);
}

static enum lev_status parse_failed(struct builder *b)
{
  const yaml_parser_t *parser = &b->parser;
  if (parser->error == YAML_MEMORY_ERROR)
    return lev_fail(b->error, LEV_FAILED, "not enough memory");
  return lev_document_fail(b->doc, LEV_BROKEN_FILE, byte_of(b, &parser->problem_mark), b->error, "%s%s%s",
                           parser->problem, parser->context == NULL ? "" : " ",
                           parser->context == NULL ? "" : parser->context);
}

/* The colon of an entry without a value, searched from the end of its key: LEV_NO_NODE when it has none. A colon with
   anything behind it begins the next key. */
static uint32_t find_colon(const struct builder *b, uint32_t at)
{
  const struct lev_document *doc = b->doc;
  const char *text = doc->text.data;
  size_t len = doc->text.len, size;
  for (;;) {
    at = (uint32_t)lev_skip_blanks(doc, at);
    if (at < len && text[at] == '#')
      at = (uint32_t)lev_line_end(doc, at);
    size = lev_break_at(doc, at);
    if (size == 0)
      break;
    at += (uint32_t)size;
  }
  if (at == len || text[at] != ':')
    return LEV_NO_NODE;
  bool alone = at + 1 == len || lev_break_at(doc, at + 1) > 0 || strchr(" \t,]}", text[at + 1]) != NULL;
  return alone ? at : LEV_NO_NODE;
}

/* What an entry without a value spans: nothing, behind its colon (or key). */
static void place_empty(const struct builder *b, struct lev_node *node)
{
  uint32_t colon = find_colon(b, node->key_end);
  node->start = node->end = colon == LEV_NO_NODE ? node->key_end : colon + 1;
  if (colon == LEV_NO_NODE)
    node->flags |= LEV_NODE_NO_COLON;
}

static bool is_anchor(const struct builder *b, const struct anchor *anchor, const char *name)
{
  return anchor->name_len == strlen(name) && memcmp(b->doc->strings.data + anchor->name, name, anchor->name_len) == 0;
}

static enum lev_status define_anchor(struct builder *b, uint32_t node, const yaml_char_t *name)
{
  if (name == NULL)
    return LEV_OK;
  struct lev_node *at = &b->doc->nodes[node];
  if (b->anchor_count == ANCHORS_MAX)
    return lev_document_fail(b->doc, LEV_REFUSED, at->start, b->error, "more than %d anchors", ANCHORS_MAX);
  size_t len = strlen((const char *)name);
  struct anchor anchor = { node, lev_tree_keep(b->doc, (const char *)name, len), (uint32_t)len };
  b->anchors[b->anchor_count++] = anchor;
  at->flags |= LEV_NODE_ANCHORED;
  return lev_buf_check(&b->doc->strings, b->error);
}

static enum lev_status find_anchor(struct builder *b, const yaml_event_t *event, uint32_t *node)
{
  const char *name = (const char *)event->data.alias.anchor;
  for (size_t i = b->anchor_count; i-- > 0;)
    if (is_anchor(b, &b->anchors[i], name)) {
      *node = b->anchors[i].node;
      b->doc->nodes[*node].flags |= LEV_NODE_USED;
      return LEV_OK;
    }
  return lev_document_fail(b->doc, LEV_BROKEN_FILE, byte_of(b, &event->start_mark), b->error,
                           "the alias \"%s\" has no anchor", lev_quote((struct lev_span){ name, strlen(name) }).text);
}

static enum lev_kind scalar_kind(const struct builder *b, const yaml_event_t *event)
{
  struct lev_span text = { (const char *)event->data.scalar.value, event->data.scalar.length };
  if (event->data.scalar.tag != NULL)
    return lev_yaml_tagged((const char *)event->data.scalar.tag);
  return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? lev_yaml_resolve(text, b->doc->version_1_1) : LEV_STRING;
}

/* Makes the node of a value: an item, an entry, the root, or (unlinked) a key that something may refer to. */
static enum lev_status add_node(struct builder *b, const yaml_event_t *event, bool is_key, uint32_t *node)
{
  struct frame *frame = b->depth > 0 ? &b->stack[b->depth - 1] : NULL;
  enum lev_status status = lev_tree_add(b->doc, frame == NULL ? LEV_NO_NODE : frame->node, !is_key, node, b->error);
  if (status != LEV_OK)
    return status;
  struct lev_node *at = &b->doc->nodes[*node];
  at->start = byte_of(b, &event->start_mark);
  at->end = byte_of(b, &event->end_mark);
  if (frame == NULL)
    b->doc->root = *node;
  if (frame != NULL && frame->has_key && !is_key) {
    at->flags = frame->key_flags;
    at->key_start = frame->key_start;
    at->key_end = frame->key_end;
    at->key = frame->key;
    at->key_len = frame->key_len;
    frame->has_key = false;
  }
  return LEV_OK;
}

static void set_key(struct frame *frame, uint32_t start, uint32_t end, uint32_t key, uint32_t len, uint8_t flags)
{
  frame->has_key = true;
  frame->key_start = start;
  frame->key_end = end;
  frame->key = key;
  frame->key_len = len;
  frame->key_flags = flags;
}

static enum lev_status scalar_key(struct builder *b, const yaml_event_t *event)
{
  struct frame *frame = &b->stack[b->depth - 1];
  const char *text = (const char *)event->data.scalar.value;
  size_t len = event->data.scalar.length;
  uint32_t kept = lev_tree_keep(b->doc, text, len), node;
  bool merge = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && event->data.scalar.tag == NULL && len == 2 &&
               memcmp(text, "<<", 2) == 0;
  if (event->data.scalar.anchor != NULL) {
    enum lev_status status = add_node(b, event, true, &node);
    if (status == LEV_OK)
      status = define_anchor(b, node, event->data.scalar.anchor);
    if (status != LEV_OK)
      return status;
    b->doc->nodes[node].kind = scalar_kind(b, event);
    b->doc->nodes[node].value = kept;
    b->doc->nodes[node].value_len = (uint32_t)len;
  }
  set_key(frame, byte_of(b, &event->start_mark), byte_of(b, &event->end_mark), kept, (uint32_t)len,
          merge ? LEV_NODE_MERGE : LEV_NODE_KEYED);
  return LEV_OK;
}

static enum lev_status on_scalar(struct builder *b, const yaml_event_t *event)
{
  struct lev_span text = { (const char *)event->data.scalar.value, event->data.scalar.length };
  uint32_t node;
  if (b->depth > 0 && b->doc->nodes[b->stack[b->depth - 1].node].kind == LEV_MAP && !b->stack[b->depth - 1].has_key)
    return scalar_key(b, event);
  enum lev_status status = add_node(b, event, false, &node);
  if (status != LEV_OK)
    return status;
  struct lev_node *at = &b->doc->nodes[node];
  at->style = event->data.scalar.style;
  at->value = lev_tree_keep(b->doc, text.data, text.len);
  at->value_len = (uint32_t)text.len;
  at->kind = scalar_kind(b, event);
  if (event->data.scalar.tag != NULL)
    at->flags |= LEV_NODE_TAGGED;
  if (at->start == at->end && at->key_end > 0)
    place_empty(b, at);
  if (at->flags & LEV_NODE_MERGE)
    return lev_document_fail(b->doc, LEV_BROKEN_FILE, at->start, b->error, "only maps can be merged (<<)");
  return define_anchor(b, node, event->data.scalar.anchor);
}

/* Counts what a merge brings in and refuses what is no map. `merge` is the value of << or an item of it. */
static enum lev_status count_merged(struct builder *b, struct frame *map, uint32_t merge)
{
  const struct lev_document *doc = b->doc;
  uint32_t source = doc->nodes[merge].target == LEV_NO_NODE ? merge : doc->nodes[merge].target;
  for (size_t i = 0; i < b->depth; i++)
    if (b->stack[i].node == source)
      return lev_document_fail(doc, LEV_BROKEN_FILE, doc->nodes[merge].start, b->error, "a map is merged into itself");
  if (doc->nodes[source].kind != LEV_MAP)
    return lev_document_fail(doc, LEV_BROKEN_FILE, doc->nodes[merge].start, b->error, "only maps can be merged (<<)");
  map->merged += doc->nodes[source].items + doc->nodes[source].value;
  if (map->merged > MERGED_MAX)
    return lev_document_fail(doc, LEV_REFUSED, doc->nodes[merge].start, b->error, "merges bring in more than %d keys",
                             MERGED_MAX);
  return LEV_OK;
}

/* The value of a << entry is complete: `map` is the frame of the map that holds it. */
static enum lev_status on_merge(struct builder *b, struct frame *map, uint32_t merge)
{
  const struct lev_document *doc = b->doc;
  uint32_t source = doc->nodes[merge].target == LEV_NO_NODE ? merge : doc->nodes[merge].target;
  enum lev_status status = LEV_OK;
  if (doc->nodes[source].kind != LEV_LIST)
    return count_merged(b, map, merge);
  for (uint32_t i = doc->nodes[source].first; i != LEV_NO_NODE && status == LEV_OK; i = doc->nodes[i].next)
    status = count_merged(b, map, i);
  return status;
}

static enum lev_status on_alias(struct builder *b, const yaml_event_t *event)
{
  struct frame *frame = b->depth > 0 ? &b->stack[b->depth - 1] : NULL;
  uint32_t target = LEV_NO_NODE, node;
  enum lev_status status = find_anchor(b, event, &target);
  if (status != LEV_OK)
    return status;
  if (frame != NULL && b->doc->nodes[frame->node].kind == LEV_MAP && !frame->has_key) {
    const struct lev_node *at = &b->doc->nodes[target];
    bool scalar = at->kind != LEV_MAP && at->kind != LEV_LIST;
    set_key(frame, byte_of(b, &event->start_mark), byte_of(b, &event->end_mark), at->value, scalar ? at->value_len : 0,
            scalar ? LEV_NODE_KEYED : 0);
    return LEV_OK;
  }
  status = add_node(b, event, false, &node);
  if (status != LEV_OK)
    return status;
  b->doc->nodes[node].target = target;
  b->doc->nodes[node].kind = LEV_NULL; /* never asked for: every reader goes to the target */
  return b->doc->nodes[node].flags & LEV_NODE_MERGE ? on_merge(b, frame, node) : LEV_OK;
}

static enum lev_status on_start(struct builder *b, const yaml_event_t *event, enum lev_kind kind)
{
  struct frame *frame = b->depth > 0 ? &b->stack[b->depth - 1] : NULL;
  bool is_key = frame != NULL && b->doc->nodes[frame->node].kind == LEV_MAP && !frame->has_key;
  bool map = kind == LEV_MAP;
  const yaml_char_t *tag = map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
  bool block = map ? event->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE
                   : event->data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE;
  uint32_t node;
  enum lev_status status = add_node(b, event, is_key, &node);
  if (status != LEV_OK)
    return status;
  struct lev_node *at = &b->doc->nodes[node];
  at->kind = kind;
  /* The event's mark ends behind the opening brace; a pair has none. */
  bool pair = map && !block && (at->end == at->start || b->doc->text.data[at->end - 1] != '{');
  at->style = block ? LEV_YAML_BLOCK : pair ? LEV_YAML_PAIR : LEV_YAML_FLOW;
  if (tag != NULL)
    at->flags |= LEV_NODE_TAGGED;
  if (b->depth == LEV_DOCUMENT_DEPTH_MAX)
    return lev_document_fail(b->doc, LEV_REFUSED, at->start, b->error, "nested deeper than %d levels",
                             LEV_DOCUMENT_DEPTH_MAX);
  b->stack[b->depth++] = (struct frame){ .node = node, .is_key = is_key };
  return define_anchor(b, node, map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor);
}

static enum lev_status on_end(struct builder *b, const yaml_event_t *event)
{
  struct lev_document *doc = b->doc;
  struct frame closed = b->stack[--b->depth];
  struct frame *frame = b->depth > 0 ? &b->stack[b->depth - 1] : NULL;
  struct lev_node *at = &doc->nodes[closed.node];
  uint32_t first, second;
  /* Without a bracket a collection ends where its last child does; libyaml's mark is at the next token. */
  at->end = at->style == LEV_YAML_FLOW ? byte_of(b, &event->end_mark) : at->start;
  at->value = closed.merged; /* for whoever merges this map */
  if (closed.is_key)
    set_key(frame, at->start, at->style == LEV_YAML_FLOW ? at->end : byte_of(b, &event->end_mark), 0, 0, 0);
  if (at->kind == LEV_MAP) {
    enum lev_status status = lev_tree_mark_twice(doc, closed.node, &first, &second, b->error);
    if (status != LEV_OK)
      return status;
    if (second != LEV_NO_NODE) {
      size_t line, column;
      lev_document_locate(doc, doc->nodes[first].key_start, &line, &column);
      return lev_document_fail(doc, LEV_BROKEN_FILE, doc->nodes[second].key_start, b->error,
                               "the key \"%s\" is there already, in line %zu",
                               lev_quote(lev_tree_key(doc, &doc->nodes[second])).text, line);
    }
  }
  return at->flags & LEV_NODE_MERGE ? on_merge(b, frame, closed.node) : LEV_OK;
}

static enum lev_status on_document(struct builder *b, const yaml_event_t *event)
{
  const yaml_version_directive_t *version = event->data.document_start.version_directive;
  b->doc->version_1_1 = version != NULL && version->major == 1 && version->minor == 1;
  if (++b->documents > 1)
    return lev_document_fail(b->doc, LEV_REFUSED, byte_of(b, &event->start_mark), b->error,
                             "the file holds more than one document");
  return LEV_OK;
}

static enum lev_status on_event(struct builder *b, const yaml_event_t *event)
{
  switch (event->type) {
  case YAML_DOCUMENT_START_EVENT: return on_document(b, event);
  case YAML_ALIAS_EVENT: return on_alias(b, event);
  case YAML_SCALAR_EVENT: return on_scalar(b, event);
  case YAML_SEQUENCE_START_EVENT: return on_start(b, event, LEV_LIST);
  case YAML_MAPPING_START_EVENT: return on_start(b, event, LEV_MAP);
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT: return on_end(b, event);
  default: return LEV_OK;
  }
}

/* A file without any value: its root is null. */
static enum lev_status add_empty_root(struct builder *b)
{
  struct lev_document *doc = b->doc;
  enum lev_status status = lev_tree_add(doc, LEV_NO_NODE, false, &doc->root, b->error);
  if (status == LEV_OK) {
    doc->nodes[doc->root].kind = LEV_NULL;
    doc->nodes[doc->root].start = doc->nodes[doc->root].end = (uint32_t)b->marks.start;
  }
  return status;
}

static enum lev_status build(struct lev_document *doc, struct lev_error *error)
{
  yaml_event_t event;
  bool parsing = false, done = false;
  enum lev_status status = LEV_FAILED;
  struct builder *b = calloc(1, sizeof *b);
  if (b == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  b->doc = doc;
  b->error = error;
  status = lev_yaml_marks_init(&b->marks, doc, error);
  if (status != LEV_OK)
    goto out;
  parsing = yaml_parser_initialize(&b->parser);
  if (!parsing) {
    status = lev_fail(error, LEV_FAILED, "not enough memory");
    goto out;
  }
  yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&b->parser, (const unsigned char *)doc->text.data + b->marks.start,
                               doc->text.len - b->marks.start);
  while (status == LEV_OK && !done) {
    if (!yaml_parser_parse(&b->parser, &event)) {
      status = parse_failed(b);
    } else {
      status = on_event(b, &event);
      done = event.type == YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
    }
  }
  if (status == LEV_OK && b->documents == 0)
    status = add_empty_root(b);
out:
  if (parsing)
    yaml_parser_delete(&b->parser);
  lev_yaml_marks_wipe(&b->marks);
  free(b);
  return status;
}

enum lev_status lev_yaml_parse(struct lev_document *doc, const char *text, size_t len, const char *name,
                               struct lev_error *error)
{
  static const struct lev_document_format format = { true, build, lev_yaml_replace, lev_yaml_insert };
  return lev_document_parse(doc, &format, text, len, name, error);
}
