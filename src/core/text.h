/*
 * text: UTF-8, and where in a text something stands.
 */
#ifndef LEV_TEXT_H
#define LEV_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes from the start are well-formed UTF-8. */
size_t lev_text_utf8(const char *text, size_t len);

/* The character's UTF-8; returns how many bytes it has. `code` is no surrogate. */
size_t lev_text_encode(uint32_t code, char bytes[4]);

/* Line and column, from 1, of an offset; columns count characters, a byte order mark none. LF, CR and CR LF end lines.
 */
struct lev_text_place {
  size_t line, column;
};
struct lev_text_place lev_text_place(const char *text, size_t offset);

#endif
