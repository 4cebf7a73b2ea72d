/*
 * ini: the AWS shared config and credentials files, kept to the byte.
 *
 * A document is its source bytes plus spans. Reading gives values as botocore (and so the AWS CLI) reads them; an edit
 * replaces a span; whatever was not edited stays byte for byte: comments, order, indentation, `=` spacing, line ends,
 * a final newline or none. What is written is what every AWS reader understands alike: anything else is refused.
 * Shapes that readers understand differently are kept as they are, and lev_ini_problems names them.
 *
 * Section names are canonical: `default`, `profile x`, `sso-session x`, `services x`, or the bare name, whatever space,
 * TAB or quotes the header has. `profile default` and `default` are two sections here, although in a config file AWS
 * tools take both for the default profile and disagree which of them counts. Key names are compared without regard to
 * (ASCII) case.
 *
 * No message holds anything of the file but line numbers, so that none can hold a secret.
 */
#ifndef LEV_INI_H
#define LEV_INI_H

#include "buf.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than this is not read, and never made. */
#define LEV_INI_MAX_SIZE ((size_t)16 << 20)
#define LEV_INI_MAX_LINES 1000000

/* Borrowed bytes: an argument, or a piece of a document (valid until its next change). */
struct lev_ini_span {
  const char *data;
  size_t len;
};

/* Zeroed is valid: nothing to wipe. The fields are ini's own. */
struct lev_ini {
  char *name;
  struct lev_ini_span source;
  struct lev_buf copy;  /* of a secret source */
  struct lev_buf added; /* what edits brought; offsets go on from the end of the source */
  struct lev_ini_section *sections;
  struct lev_ini_key *keys;
  size_t section_count, section_room, file_sections;
  size_t key_count, key_room;
  struct lev_ini_index {
    uint32_t *slots;
    size_t size, used;
  } section_index, key_index;
  uint8_t style;
  bool secret, bom, crlf, lone_cr, indented, failed;
};

/* Understands a text. It is borrowed for the document's life, but for a secret one, which is copied into guarded
 * memory. `name` is for messages. LEV_BROKEN_FILE ("name:line:column: reason") for what botocore cannot read at all,
 * but for a byte order mark and doubled sections or keys, which it also cannot read: those documents can be read here.
 */
LEV_MUST_CHECK enum lev_status lev_ini_parse(struct lev_ini *doc, const char *name, struct lev_ini_span text,
                                             bool secret, struct lev_error *error);
/* Wipes and frees; the struct is zeroed. Idempotent. */
void lev_ini_wipe(struct lev_ini *doc);

/* LEV_FAILED when a look-up found no memory, and so perhaps not what is there. */
LEV_MUST_CHECK enum lev_status lev_ini_check(const struct lev_ini *doc, struct lev_error *error);
bool lev_ini_has(const struct lev_ini *doc, struct lev_ini_span section);
/* Appends the value to *value and returns true; false when there is none, or a nested block. A continued value is its
 * lines joined by "\n". Of a doubled key the last counts. */
bool lev_ini_get(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key, struct lev_buf *value);
/* True for the keys whose values are always secret, for values that were given as secrets, and for what a secret
 * document holds on continued lines: another key, indented by mistake, can be part of such a value. */
bool lev_ini_is_secret(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key);
/* The line of a section's header, or of a key (data not NULL): of the first when doubled, 0 for none in the source. */
size_t lev_ini_line(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key);
/* One section after the other in file order, doubled ones once; *cursor starts at 0. */
bool lev_ini_next_section(const struct lev_ini *doc, size_t *cursor, struct lev_ini_span *name);
/* One key of a section after the other, as spelt; *cursor starts zeroed. Doubled keys come as often as they are there.
 */
struct lev_ini_cursor {
  bool started;
  uint32_t section, key;
};
bool lev_ini_next_key(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_cursor *cursor,
                      struct lev_ini_span *name);

/* LEV_REFUSED says why: a name or value that AWS tools read differently, a doubled section or key, a nested block.
 * `secret`: the value is; then the document is, from here on. */
LEV_MUST_CHECK enum lev_status lev_ini_set(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key,
                                           struct lev_ini_span value, bool secret, struct lev_error *error);
/* Removes a key's lines, or with key.data NULL the whole section, but for comments directly above the next header.
 * *removed tells whether there was anything. */
LEV_MUST_CHECK enum lev_status lev_ini_remove(struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key,
                                              bool *removed, struct lev_error *error);
/* Appends the document as it is now. *text must be secret if the document is. */
LEV_MUST_CHECK enum lev_status lev_ini_text(const struct lev_ini *doc, struct lev_buf *text, struct lev_error *error);

/* A shape in the source that AWS tools read differently. */
struct lev_ini_problem {
  uint32_t line;
  uint32_t other; /* the line it clashes with, 0 for none */
  const char *message;
};
/* Appends the problems, sorted by line, as an array of struct lev_ini_problem. */
LEV_MUST_CHECK enum lev_status lev_ini_problems(struct lev_ini *doc, struct lev_buf *list, struct lev_error *error);

#endif
