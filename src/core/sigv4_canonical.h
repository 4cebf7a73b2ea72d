/*
 * sigv4_canonical: the parts of a canonical request; the inside of sigv4. Each appends to a buffer that the caller
 * checks in the end.
 */
#ifndef LEV_SIGV4_CANONICAL_H
#define LEV_SIGV4_CANONICAL_H

#include "sigv4.h"

#include <string.h>

/* lev_buf_append, without a call while there is room. */
static inline void lev_sigv4_put(struct lev_buf *out, const char *bytes, size_t len)
{
  if (len == 0 || len > out->cap - out->len) {
    lev_buf_append(out, bytes, len);
    return;
  }
  memcpy(out->data + out->len, bytes, len);
  out->len += len;
}

static inline void lev_sigv4_put_char(struct lev_buf *out, char c)
{
  lev_sigv4_put(out, &c, 1);
}

static inline void lev_sigv4_put_text(struct lev_buf *out, struct lev_sigv4_text text)
{
  lev_sigv4_put(out, text.data, text.len);
}

/* What a byte may be part of. */
enum {
  LEV_SIGV4_UNRESERVED = 1, /* of a URI */
  LEV_SIGV4_TOKEN = 2,      /* the name of a header */
  LEV_SIGV4_VALUE = 4,      /* the value of a header */
  LEV_SIGV4_WORD = 8,       /* our own names: letters, digits, - _ . */
  LEV_SIGV4_PATH = 16,      /* no control character, ? or # */
  LEV_SIGV4_QUERY = 32,     /* no control character or # */
  LEV_SIGV4_HOST = 64,      /* a word, : [ ] */
};
extern const unsigned char lev_sigv4_class[256];

/* All bytes are of the class. */
static inline bool lev_sigv4_is_all(struct lev_sigv4_text text, int class)
{
  int common = class;
  for (size_t i = 0; i < text.len; i++)
    common &= lev_sigv4_class[(unsigned char)text.data[i]];
  return common != 0;
}

/* The caller's headers, one each of host, date, token and payload hash. */
#define LEV_SIGV4_SIGNED_HEADERS (LEV_SIGV4_HEADERS + 4)

/* The headers to sign, names in lower case. Zeroed is valid. */
struct lev_sigv4_headers {
  struct lev_sigv4_pair sorted[LEV_SIGV4_SIGNED_HEADERS];
  size_t count;
  bool own_token, own_payload_hash; /* the caller's x-amz-security-token, x-amz-content-sha256 give way to ours */
  struct lev_buf names;             /* what `sorted` points to where a name had to be changed */
};

/* The path by the rules of most services; `path` starts with a slash. */
void lev_sigv4_canonical_path(struct lev_buf *out, struct lev_sigv4_text path);
/* The query's pairs, sorted; `spans` is room to sort in, kept between calls. */
void lev_sigv4_canonical_query(struct lev_buf *out, struct lev_sigv4_text query, struct lev_buf *spans);
/* "name:value" lines, values folded, then an empty line, then the names. */
void lev_sigv4_canonical_headers(struct lev_buf *out, const struct lev_sigv4_headers *headers);
/* "name;name;…" */
void lev_sigv4_signed_names(struct lev_buf *out, const struct lev_sigv4_headers *headers);

/* Starts anew with the caller's headers, at most LEV_SIGV4_HEADERS, but for those that are never signed or give way to
 * ours. Names that are no token or there twice, and values with control characters, are LEV_REFUSED. */
LEV_MUST_CHECK enum lev_status lev_sigv4_headers_take(struct lev_sigv4_headers *headers,
                                                      const struct lev_sigv4_pair *given, size_t count,
                                                      struct lev_error *error);
/* Adds one of ours, which the caller has not given: the name a literal in lower case. */
void lev_sigv4_headers_add(struct lev_sigv4_headers *headers, const char *name, struct lev_sigv4_text value);
/* NULL when there is none of that name. */
const struct lev_sigv4_text *lev_sigv4_headers_get(const struct lev_sigv4_headers *headers, const char *name);

#endif
