/*
 * document_text: a document's bytes as characters and lines, and places in it for messages.
 *
 * A line ends at LF or CR LF; where the format says so (unicode_breaks) also at CR, NEL, LS and PS. Blanks are spaces
 * and tabs.
 */
#ifndef LEV_DOCUMENT_TEXT_H
#define LEV_DOCUMENT_TEXT_H

#include "document.h"

/* The length of the UTF-8 character at `bytes`, 0 when it is none; *code is the character. */
size_t lev_utf8_decode(const char *bytes, size_t len, uint32_t *code);
void lev_utf8_append(struct lev_buf *buf, uint32_t code);
size_t lev_characters(const char *bytes, size_t len);

/* The size of the line break at an offset, 0 for none. */
size_t lev_break_at(const struct lev_document *doc, size_t offset);
/* The offset where the line of `offset` starts (behind a BOM), or where it ends (before its line break). */
size_t lev_line_start(const struct lev_document *doc, size_t offset);
size_t lev_line_end(const struct lev_document *doc, size_t offset);
/* The offset where the next line starts: the text's end when this is the last one. */
size_t lev_next_line(const struct lev_document *doc, size_t offset);
/* The line break to use for a new line after `offset`: as that line has it, else as the file's first line. */
const char *lev_line_break(const struct lev_document *doc, size_t offset);

bool lev_is_blank(char c);
/* The first offset from `offset` on that is no blank; how many blanks end before `offset`. */
size_t lev_skip_blanks(const struct lev_document *doc, size_t offset);
size_t lev_blanks_before(const struct lev_document *doc, size_t offset);
/* Only blanks stand before it. */
bool lev_is_first_in_line(const struct lev_document *doc, size_t offset);

/* Line and column of an offset, both from 1, the column in characters. */
void lev_document_locate(const struct lev_document *doc, size_t offset, size_t *line, size_t *column);
/* "name:line:column: reason" for a place in the text. */
LEV_MUST_CHECK enum lev_status lev_document_fail(const struct lev_document *doc, enum lev_status status, size_t offset,
                                                 struct lev_error *error, const char *format, ...) LEV_PRINTF(5, 6);

/* A key for a message: control characters replaced, cut when long. */
struct lev_quoted {
  char text[64];
};
struct lev_quoted lev_quote(struct lev_span text);

#endif
