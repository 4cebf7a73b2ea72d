/*
 * ini_rules: what may be written: names and values that every AWS reader understands alike. Messages hold names, never
 * values.
 */
#include "ini_doc.h"
#include "text.h"

#include <string.h>

static bool is_span(struct lev_ini_span span, const char *text)
{
  return span.len == strlen(text) && memcmp(span.data, text, span.len) == 0;
}

/* Names that every reader takes: the characters of lev_ini_is_plain, after one of the known prefixes or none. */
LEV_MUST_CHECK static enum lev_status check_section_name(const struct lev_ini *doc, struct lev_ini_span name,
                                                         struct lev_error *error)
{
  static const char *const prefixes[] = { "profile ", "sso-session ", "services " };
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t len = strlen(prefixes[i]);
    if (name.len > len && memcmp(name.data, prefixes[i], len) == 0) {
      name.data += len;
      name.len -= len;
      break;
    }
  }
  if (name.len == 0 || !lev_ini_is_plain(name.data, name.len) || is_span(name, "DEFAULT") || is_span(name, "__proto__"))
    return lev_fail(error, LEV_REFUSED, "%s: %s", doc->name,
                    "unsafe section name: AWS tools agree on names of A-Z a-z 0-9 . _ / - only");
  return LEV_OK;
}

LEV_MUST_CHECK static enum lev_status check_key_name(const struct lev_ini *doc, struct lev_ini_span key,
                                                     struct lev_error *error)
{
  bool slash = key.len > 0 && memchr(key.data, '/', key.len) != NULL;
  if (key.len == 0 || slash || !lev_ini_is_plain(key.data, key.len) || is_span(key, "__proto__"))
    return lev_fail(error, LEV_REFUSED, "%s: %s", doc->name,
                    "unsafe key: AWS tools agree on keys of A-Z a-z 0-9 . _ - only");
  return LEV_OK;
}

/* C0, DEL, C1, and the line and paragraph separators of Unicode. */
static bool has_control(const char *p, const char *end)
{
  for (; p < end; p++) {
    unsigned char c = (unsigned char)*p;
    if (c < ' ' || c == 0x7F || (c == 0xC2 && end - p > 1 && (unsigned char)p[1] < 0xA0))
      return true;
    if (end - p > 2 && (memcmp(p, "\xE2\x80\xA8", 3) == 0 || memcmp(p, "\xE2\x80\xA9", 3) == 0))
      return true;
  }
  return false;
}

static const char *value_fault(struct lev_ini_span value)
{
  if (value.len == 0)
    return "an empty value: AWS tools disagree whether it is there";
  const char *p = value.data, *end = value.data + value.len;
  if (has_control(p, end))
    return "a control character or line break in a value";
  if (lev_text_utf8(p, value.len) != value.len)
    return "a value that is not UTF-8";
  if (lev_ini_space_at(p, end) > 0 || lev_ini_space_before(p, end) > 0)
    return "space around a value: AWS tools drop it";
  if (memmem(p, value.len, "\xEF\xBB\xBF", 3) != NULL)
    return "a byte order mark in a value: JavaScript takes it for space";
  if (*p == '#' || *p == ';' || lev_ini_inline_comment(p, end) != NULL)
    return "# or ; at the start of a value or after a space: a comment for some AWS tools";
  if (*p == '"' || *p == '\'')
    return "a value that starts with a quote: Go removes quotes, others keep them";
  for (; p + 1 < end; p++)
    if (*p == '\\' && (p[1] == 'n' || p[1] == '"' || p[1] == '\''))
      return "a backslash before n or a quote in a value: Go replaces it, others keep it";
  return NULL;
}

enum lev_status lev_ini_check_names(const struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key,
                                    struct lev_error *error)
{
  enum lev_status status = check_section_name(doc, section, error);
  return status == LEV_OK ? check_key_name(doc, key, error) : status;
}

enum lev_status lev_ini_check_value(const struct lev_ini *doc, struct lev_ini_span section, struct lev_ini_span key,
                                    struct lev_ini_span value, struct lev_error *error)
{
  const char *fault = value_fault(value);
  if (fault == NULL)
    return LEV_OK;
  return lev_fail(error, LEV_REFUSED, "%s: [%.*s] %.*s: %s", doc->name, (int)section.len, section.data, (int)key.len,
                  key.data, fault);
}
