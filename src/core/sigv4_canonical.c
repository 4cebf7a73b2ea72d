/* sigv4_canonical: see sigv4_canonical.h. */
#include "sigv4_canonical.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Sums of LEV_SIGV4_UNRESERVED and so on, by byte (RFC 3986 section 2.3, RFC 9110 sections 5.6.2 and 5.5). */
/* clang-format off */
const unsigned char lev_sigv4_class[256] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  52, 54, 52, 6, 54, 54, 54, 54, 52, 52, 54, 54, 52, 127, 127, 52,
  127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 116, 52, 52, 52, 52, 36,
  52, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
  127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 116, 52, 116, 54, 127,
  54, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
  127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 52, 54, 52, 55, 0,
  52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52,
  52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52,
  52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52,
  52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52,
  52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52,
  52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52,
  52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52,
  52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52,
};
/* clang-format on */

void lev_sigv4_encode(struct lev_buf *out, const char *bytes, size_t len)
{
  static const char digits[] = "0123456789ABCDEF";
  size_t done = 0;
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if ((lev_sigv4_class[c] & LEV_SIGV4_UNRESERVED) != 0)
      continue;
    const char escape[3] = { '%', digits[c >> 4], digits[c & 15] };
    lev_sigv4_put(out, bytes + done, i - done);
    lev_sigv4_put(out, escape, sizeof escape);
    done = i + 1;
  }
  if (len > done)
    lev_sigv4_put(out, bytes + done, len - done);
}

/* Takes back the last segment that was written since `start`, with its slash. */
static void drop_segment(struct lev_buf *out, size_t start)
{
  while (out->len > start && out->data[--out->len] != '/')
    ;
}

void lev_sigv4_canonical_path(struct lev_buf *out, struct lev_sigv4_text path)
{
  size_t start = out->len;
  const char *end = path.data + path.len;
  for (const char *segment = path.data + 1; segment < end;) {
    const char *slash = memchr(segment, '/', (size_t)(end - segment));
    size_t len = (size_t)((slash == NULL ? end : slash) - segment);
    if (len == 2 && memcmp(segment, "..", 2) == 0) {
      drop_segment(out, start);
    } else if (len > 0 && !(len == 1 && *segment == '.')) {
      lev_sigv4_put_char(out, '/');
      lev_sigv4_encode(out, segment, len);
    }
    segment += len + 1;
  }
  if (out->len == start || end[-1] == '/')
    lev_sigv4_put_char(out, '/');
}

static int compare_texts(const struct lev_sigv4_text *a, const struct lev_sigv4_text *b)
{
  size_t shorter = a->len < b->len ? a->len : b->len;
  int order = shorter == 0 ? 0 : memcmp(a->data, b->data, shorter);
  return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static int compare_pairs(const void *a, const void *b)
{
  const struct lev_sigv4_pair *p = a, *q = b;
  int order = compare_texts(&p->name, &q->name);
  return order != 0 ? order : compare_texts(&p->value, &q->value);
}

void lev_sigv4_canonical_query(struct lev_buf *out, struct lev_sigv4_text query, struct lev_buf *spans)
{
  if (query.len == 0)
    return;
  const char *end = query.data + query.len;
  lev_buf_clear(spans);
  for (const char *piece = query.data; piece <= end;) {
    const char *amp = memchr(piece, '&', (size_t)(end - piece));
    const char *stop = amp == NULL ? end : amp;
    const char *equals = memchr(piece, '=', (size_t)(stop - piece));
    const char *name_end = equals == NULL ? stop : equals;
    const char *value = equals == NULL ? stop : equals + 1;
    const struct lev_sigv4_pair pair = { { piece, (size_t)(name_end - piece) }, { value, (size_t)(stop - value) } };
    lev_buf_append(spans, &pair, sizeof pair);
    piece = stop + 1;
  }
  if (spans->failed) {
    out->failed = true;
    return;
  }
  size_t count = spans->len / sizeof(struct lev_sigv4_pair);
  struct lev_sigv4_pair *pairs = (struct lev_sigv4_pair *)(void *)spans->data;
  qsort(pairs, count, sizeof *pairs, compare_pairs);
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      lev_sigv4_put_char(out, '&');
    lev_sigv4_put_text(out, pairs[i].name);
    lev_sigv4_put_char(out, '=');
    lev_sigv4_put_text(out, pairs[i].value);
  }
}

static bool is_blank(char c)
{
  return c == ' ' || c == '\t';
}

static void fold(struct lev_buf *out, struct lev_sigv4_text value)
{
  if (value.len == 0)
    return;
  const char *at = value.data, *end = value.data + value.len;
  for (bool first = true;; first = false) {
    while (at < end && is_blank(*at))
      at++;
    const char *word = at;
    while (at < end && !is_blank(*at))
      at++;
    if (at == word)
      return;
    if (!first)
      lev_sigv4_put_char(out, ' ');
    lev_sigv4_put(out, word, (size_t)(at - word));
  }
}

void lev_sigv4_signed_names(struct lev_buf *out, const struct lev_sigv4_headers *headers)
{
  for (size_t i = 0; i < headers->count; i++) {
    if (i > 0)
      lev_sigv4_put_char(out, ';');
    lev_sigv4_put_text(out, headers->sorted[i].name);
  }
}

void lev_sigv4_canonical_headers(struct lev_buf *out, const struct lev_sigv4_headers *headers)
{
  for (size_t i = 0; i < headers->count; i++) {
    lev_sigv4_put_text(out, headers->sorted[i].name);
    lev_sigv4_put_char(out, ':');
    fold(out, headers->sorted[i].value);
    lev_sigv4_put_char(out, '\n');
  }
  lev_sigv4_put_char(out, '\n');
  lev_sigv4_signed_names(out, headers);
}

static bool is_named(struct lev_sigv4_text name, const char *literal)
{
  return name.len == strlen(literal) && memcmp(name.data, literal, name.len) == 0;
}

/* Headers that proxies change, and those that are ours to set. */
static bool is_left_out(const struct lev_sigv4_headers *headers, struct lev_sigv4_text name)
{
  return is_named(name, "expect") || is_named(name, "user-agent") || is_named(name, "x-amzn-trace-id") ||
         is_named(name, "authorization") || is_named(name, "x-amz-date") ||
         (headers->own_token && is_named(name, "x-amz-security-token")) ||
         (headers->own_payload_hash && is_named(name, "x-amz-content-sha256"));
}

/* Where a name is, or would have to be put, in the sorted headers. */
static size_t place_of(const struct lev_sigv4_headers *headers, struct lev_sigv4_text name, bool *there)
{
  size_t at = headers->count;
  int order = 1;
  while (at > 0 && (order = compare_texts(&headers->sorted[at - 1].name, &name)) > 0)
    at--;
  *there = at > 0 && order == 0;
  return *there ? at - 1 : at;
}

static void insert(struct lev_sigv4_headers *headers, size_t at, struct lev_sigv4_pair header)
{
  memmove(headers->sorted + at + 1, headers->sorted + at, (headers->count - at) * sizeof *headers->sorted);
  headers->sorted[at] = header;
  headers->count++;
}

static struct lev_sigv4_text lower_case(struct lev_buf *names, struct lev_sigv4_text name)
{
  char *lower = lev_buf_reserve(names, name.len);
  for (size_t i = 0; i < name.len; i++)
    lower[i] = (char)tolower((unsigned char)name.data[i]);
  names->len += name.len;
  return (struct lev_sigv4_text){ lower, name.len };
}

enum lev_status lev_sigv4_headers_take(struct lev_sigv4_headers *headers, const struct lev_sigv4_pair *given,
                                       size_t count, struct lev_error *error)
{
  headers->count = 0;
  lev_buf_clear(&headers->names);
  /* All the room at once: `sorted` points into it. */
  (void)lev_buf_reserve(&headers->names, count * LEV_SIGV4_NAME_MAX + 1);
  if (lev_buf_check(&headers->names, error) != LEV_OK)
    return error->status;
  for (size_t i = 0; i < count; i++) {
    if (given[i].name.len == 0 || given[i].name.len > LEV_SIGV4_NAME_MAX ||
        !lev_sigv4_is_all(given[i].name, LEV_SIGV4_TOKEN))
      return lev_fail(error, LEV_REFUSED, "a header's name is empty, too long, or has characters that HTTP forbids");
    struct lev_sigv4_text name = lower_case(&headers->names, given[i].name);
    if (!lev_sigv4_is_all(given[i].value, LEV_SIGV4_VALUE))
      return lev_fail(error, LEV_REFUSED, "the header %.*s has a control character", (int)name.len, name.data);
    bool there;
    size_t at = place_of(headers, name, &there);
    if (there)
      return lev_fail(error, LEV_REFUSED, "the header %.*s is there twice", (int)name.len, name.data);
    if (!is_left_out(headers, name))
      insert(headers, at, (struct lev_sigv4_pair){ name, given[i].value });
  }
  return LEV_OK;
}

void lev_sigv4_headers_add(struct lev_sigv4_headers *headers, const char *name, struct lev_sigv4_text value)
{
  bool there;
  struct lev_sigv4_pair header = { { name, strlen(name) }, value };
  insert(headers, place_of(headers, header.name, &there), header);
}

const struct lev_sigv4_text *lev_sigv4_headers_get(const struct lev_sigv4_headers *headers, const char *name)
{
  bool there;
  size_t at = place_of(headers, (struct lev_sigv4_text){ name, strlen(name) }, &there);
  return there ? &headers->sorted[at].value : NULL;
}
