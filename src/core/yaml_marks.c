/* yaml_marks: see yaml_marks.h. */
#include "yaml_marks.h"
#include "document_text.h"

#include <stdlib.h>
#include <string.h>

/* Every so many characters the byte offset is noted. */
#define STRIDE 64

static bool is_allowed(uint32_t code)
{
  if (code < 0x20)
    return code == '\t' || code == '\n' || code == '\r';
  return !(code >= 0x7F && code < 0xA0 && code != 0x85) && code != 0xFEFF && code != 0xFFFE && code != 0xFFFF;
}

enum lev_status lev_yaml_marks_init(struct lev_yaml_marks *marks, const struct lev_document *doc,
                                    struct lev_error *error)
{
  const struct lev_buf *text = &doc->text;
  size_t characters = 0;
  marks->start = lev_line_start(doc, 0);
  marks->offsets = malloc((text->len / STRIDE + 2) * sizeof *marks->offsets);
  if (marks->offsets == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  for (size_t at = marks->start, size = 0; at < text->len; at += size, characters++) {
    uint32_t code = 0;
    size = lev_utf8_decode(text->data + at, text->len - at, &code);
    if (!is_allowed(code))
      return lev_document_fail(doc, LEV_BROKEN_FILE, at, error, "a control character (U+%04X)", code);
    if (characters % STRIDE == 0)
      marks->offsets[characters / STRIDE] = (uint32_t)at;
  }
  if (characters % STRIDE == 0)
    marks->offsets[characters / STRIDE] = (uint32_t)text->len;
  return LEV_OK;
}

void lev_yaml_marks_wipe(struct lev_yaml_marks *marks)
{
  free(marks->offsets);
  memset(marks, 0, sizeof *marks);
}

uint32_t lev_yaml_byte_of(const struct lev_yaml_marks *marks, const struct lev_document *doc, size_t character)
{
  const struct lev_buf *text = &doc->text;
  size_t at = marks->offsets[character / STRIDE];
  for (size_t more = character % STRIDE; more > 0 && at < text->len; more--) {
    at++;
    while (at < text->len && ((unsigned char)text->data[at] & 0xC0) == 0x80)
      at++;
  }
  return (uint32_t)at;
}
