/*
 * sigv4: AWS Signature Version 4, in a header or in a presigned URL, for any service.
 *
 * The stages (canonical request, string to sign, signature) are those of AWS's "Create a signed AWS API request"; where
 * that leaves room, botocore's SigV4Auth, S3SigV4Auth, SigV4QueryAuth and S3SigV4QueryAuth say how:
 *   path     as sent on the wire. Dot segments and double slashes are resolved and what is then there is encoded once
 *            more; with s3 rules it is taken as it is.
 *   query    already encoded text, or pairs that are encoded here. Sorted by key, then by value.
 *   headers  all are signed but expect, user-agent, x-amzn-trace-id. Names lower-cased and sorted; blanks (space, tab)
 *            around a value dropped, those within folded into one space. authorization, x-amz-date, and, when ours
 *            replace them, x-amz-security-token and x-amz-content-sha256 are not taken from the caller. A `host` among
 *            the headers counts instead of the request's; a `date` header is signed along, as AWS's own examples do.
 *   payload  the hash given by the caller, else (not with s3 rules) the x-amz-content-sha256 header, else the body's.
 *
 * A signer holds the digest, its buffers and the signing keys (sigv4_key.h), all secrets on guarded pages. One thread
 * at a time. What cannot be sent safely (control characters anywhere, a name that is no token, too much) is
 * LEV_REFUSED.
 */
#ifndef LEV_SIGV4_H
#define LEV_SIGV4_H

#include "buf.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEV_SIGV4_HEADERS 64             /* given by the caller */
#define LEV_SIGV4_NAME_MAX 128           /* bytes of a header's name, and of an access key id */
#define LEV_SIGV4_REQUEST_MAX (1u << 20) /* bytes of path, query and headers together */
#define LEV_SIGV4_TIME_MAX 253402300799  /* 9999-12-31T23:59:59Z */
#define LEV_SIGV4_EXPIRES_MAX 604800     /* seconds, of a presigned URL */

/* Borrowed bytes. */
struct lev_sigv4_text {
  const char *data;
  size_t len;
};

struct lev_sigv4_pair {
  struct lev_sigv4_text name, value;
};

struct lev_sigv4_request {
  struct lev_sigv4_text method, host, path; /* host may have a port; path starts with a slash */
  bool plain_http;                          /* the scheme of `host`; its default port is not part of the host header */
  struct lev_sigv4_text query;              /* encoded, without the question mark */
  const struct lev_sigv4_pair *headers;
  size_t header_count;
  struct lev_sigv4_text body;
  struct lev_sigv4_text payload_hash; /* data NULL: not given */
};

struct lev_sigv4_credentials {
  struct lev_sigv4_text access_key_id, secret_access_key;
  struct lev_sigv4_text session_token; /* data NULL: none */
};

struct lev_sigv4_scope {
  struct lev_sigv4_text region, service;
  int64_t time; /* Unix seconds, 0 … LEV_SIGV4_TIME_MAX */
  bool s3;
  unsigned expires; /* of a presigned URL: 1 … LEV_SIGV4_EXPIRES_MAX */
};

/* What came out; the texts live in the signer until its next use or lev_sigv4_forget. With a session token (or a
 * secret header) the canonical request and the URL hold it: they are in secret buffers always. */
struct lev_sigv4_signed {
  struct lev_sigv4_text host;         /* header */
  char date[17];                      /* header x-amz-date: 20150830T123600Z */
  struct lev_sigv4_text payload_hash; /* header x-amz-content-sha256 where `send_payload_hash`  */
  bool send_payload_hash;
  struct lev_sigv4_text authorization; /* header; empty when presigned */
  struct lev_sigv4_text url;           /* presigned */
  struct lev_sigv4_text canonical_request, string_to_sign;
  char signature[65];
};

struct lev_sigv4;

LEV_MUST_CHECK enum lev_status lev_sigv4_new(struct lev_sigv4 **signer, struct lev_error *error);
/* Wipes all it held; takes NULL. */
void lev_sigv4_free(struct lev_sigv4 *signer);

LEV_MUST_CHECK enum lev_status lev_sigv4_sign(struct lev_sigv4 *signer, const struct lev_sigv4_request *request,
                                              const struct lev_sigv4_credentials *credentials,
                                              const struct lev_sigv4_scope *scope, struct lev_sigv4_signed *result,
                                              struct lev_error *error);
/* A URL that is good for scope->expires seconds to whoever has it. The headers given must be sent with it, x-amz-date
 * and the like must not. The body is not part of it: the payload hash is the one given, with s3 rules UNSIGNED-PAYLOAD,
 * else that of no bytes. */
LEV_MUST_CHECK enum lev_status lev_sigv4_presign(struct lev_sigv4 *signer, const struct lev_sigv4_request *request,
                                                 const struct lev_sigv4_credentials *credentials,
                                                 const struct lev_sigv4_scope *scope, struct lev_sigv4_signed *result,
                                                 struct lev_error *error);
/* Wipes the texts of the last result, keeping the keys. */
void lev_sigv4_forget(struct lev_sigv4 *signer);

/* Appends bytes as RFC 3986 wants them in a query: all but letters, digits and - . _ ~ percent-encoded. */
void lev_sigv4_encode(struct lev_buf *out, const char *bytes, size_t len);

#endif
