/*
 * sigv4_canonical: the parts of a canonical request; the inside of sigv4. Each appends to a buffer that the caller
 * checks in the end.
 */
#ifndef LEV_SIGV4_CANONICAL_H
#define LEV_SIGV4_CANONICAL_H

#include "sigv4.h"

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

/* Starts anew with the caller's headers, but for those that are never signed or give way to ours. Names that are no
 * token or there twice, and values with control characters, are LEV_REFUSED. */
LEV_MUST_CHECK enum lev_status lev_sigv4_headers_take(struct lev_sigv4_headers *headers,
                                                      const struct lev_sigv4_pair *given, size_t count,
                                                      struct lev_error *error);
/* Adds one of ours, which the caller has not given: the name a literal in lower case. */
void lev_sigv4_headers_add(struct lev_sigv4_headers *headers, const char *name, struct lev_sigv4_text value);
/* NULL when there is none of that name. */
const struct lev_sigv4_text *lev_sigv4_headers_get(const struct lev_sigv4_headers *headers, const char *name);

#endif
