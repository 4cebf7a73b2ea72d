/* yaml_scalar: see yaml_scalar.h. The patterns are those of ruamel.yaml's resolver. */
#include "yaml_scalar.h"

#include <string.h>

static bool is_word(struct lev_span text, const char *const *words)
{
  for (; *words != NULL; words++)
    if (strlen(*words) == text.len && memcmp(*words, text.data, text.len) == 0)
      return true;
  return false;
}

static size_t count(struct lev_span text, size_t from, const char *characters)
{
  size_t at = from;
  while (at < text.len && text.data[at] != '\0' && strchr(characters, text.data[at]) != NULL)
    at++;
  return at - from;
}

static bool ends_with(struct lev_span text, size_t from, const char *tail)
{
  return text.len - from == strlen(tail) && memcmp(text.data + from, tail, strlen(tail)) == 0;
}

static size_t sign(struct lev_span text)
{
  return text.len > 0 && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;
}

/* In 1.1 `0o14` is a string, and so is `08`, as a leading zero means octal there. */
static bool is_integer(struct lev_span text, bool version_1_1)
{
  static const struct {
    const char *prefix, *digits;
  } bases[] = { { "0b", "01_" }, { "0x", "0123456789abcdefABCDEF_" }, { "0o", "01234567_" } };
  size_t at = sign(text), left = text.len - at;
  for (size_t i = 0; i < (version_1_1 ? 2 : 3); i++)
    if (left > 2 && memcmp(text.data + at, bases[i].prefix, 2) == 0)
      return count(text, at + 2, bases[i].digits) == left - 2;
  if (left == 0 || (at == 0 && text.data[0] == '_') || count(text, at, "0123456789_") < left)
    return false;
  return !version_1_1 || (text.data[at] >= '1' && text.data[at] <= '9') || count(text, at, "01234567_") == left;
}

/* [eE][-+]?[0-9]+ up to the end; `sign_needed` as in the pattern for numbers that start with a point. */
static bool is_exponent(struct lev_span text, size_t at, bool sign_needed)
{
  if (at == text.len || (text.data[at] != 'e' && text.data[at] != 'E'))
    return false;
  at++;
  if (at < text.len && (text.data[at] == '-' || text.data[at] == '+'))
    at++;
  else if (sign_needed)
    return false;
  return at < text.len && count(text, at, "0123456789") == text.len - at;
}

static bool is_float(struct lev_span text, bool version_1_1)
{
  static const char digits[] = "0123456789_";
  size_t at = sign(text);
  if (ends_with(text, at, ".inf") || ends_with(text, at, ".Inf") || ends_with(text, at, ".INF"))
    return true;
  if (ends_with(text, 0, ".nan") || ends_with(text, 0, ".NaN") || ends_with(text, 0, ".NAN"))
    return true;
  bool point_first = at < text.len && text.data[at] == '.';
  size_t whole = count(text, at, digits);
  if (point_first && at > 0 && version_1_1)
    return false;
  if (!point_first && (whole == 0 || text.data[at] == '_'))
    return false;
  at += whole;
  if (at == text.len || text.data[at] != '.')
    return is_exponent(text, at, false);
  size_t part = count(text, at + 1, digits);
  at += 1 + part;
  if (point_first && part == 0)
    return false;
  return at == text.len || is_exponent(text, at, point_first);
}

/* 190:20:30 and 0:20:30.15, numbers in YAML 1.1. */
static bool is_sexagesimal(struct lev_span text)
{
  size_t start = sign(text), at = start + count(text, start, "0123456789_"), parts = 0;
  if (at == start || text.data[start] == '_')
    return false;
  for (; at < text.len && text.data[at] == ':'; parts++) {
    size_t two = count(text, at + 1, "0123456789");
    if (two == 0 || two > 2 || (two == 2 && text.data[at + 1] > '5'))
      return false;
    at += 1 + two;
  }
  if (at < text.len && text.data[at] == '.')
    at += 1 + count(text, at + 1, "0123456789_");
  else if (text.data[start] == '0')
    return false;
  return parts > 0 && at == text.len;
}

/* Anything that starts as dates do: 2001-1… */
static bool is_date_like(struct lev_span text)
{
  return text.len > 5 && count(text, 0, "0123456789") == 4 && text.data[4] == '-' && count(text, 5, "0123456789") > 0;
}

enum lev_kind lev_yaml_resolve(struct lev_span text, bool version_1_1)
{
  static const char *const nulls[] = { "~", "null", "Null", "NULL", NULL };
  static const char *const booleans[] = { "true", "True", "TRUE", "false", "False", "FALSE", NULL };
  static const char *const booleans_1_1[] = { "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON",
                                              "off", "Off", "OFF", "y",  "Y",  "n",  "N",  NULL };
  if (text.len == 0 || is_word(text, nulls))
    return LEV_NULL;
  if (is_word(text, booleans) || (version_1_1 && is_word(text, booleans_1_1)))
    return LEV_BOOLEAN;
  if (is_integer(text, version_1_1) || is_float(text, version_1_1) || (version_1_1 && is_sexagesimal(text)))
    return LEV_NUMBER;
  return LEV_STRING;
}

enum lev_kind lev_yaml_tagged(const char *tag)
{
  static const char core[] = "tag:yaml.org,2002:";
  static const struct {
    const char *name;
    enum lev_kind kind;
  } kinds[] = {
    { "str", LEV_STRING }, { "int", LEV_NUMBER }, { "float", LEV_NUMBER }, { "bool", LEV_BOOLEAN }, { "null", LEV_NULL }
  };
  if (strcmp(tag, "!") == 0)
    return LEV_STRING;
  for (size_t i = 0; strncmp(tag, core, sizeof core - 1) == 0 && i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(tag + sizeof core - 1, kinds[i].name) == 0)
      return kinds[i].kind;
  return LEV_EXPRESSION;
}

static bool is_string_everywhere(struct lev_span text)
{
  static const char *const others[] = { "=", "<<", NULL };
  return lev_yaml_resolve(text, true) == LEV_STRING && lev_yaml_resolve(text, false) == LEV_STRING &&
         !is_word(text, others) && !is_date_like(text);
}

bool lev_yaml_is_plain(struct lev_span text, bool flow)
{
  if (text.len == 0 || !is_string_everywhere(text) || strchr("-?:,[]{}#&*!|>'\"%@` ", text.data[0]) != NULL)
    return false;
  if (text.len >= 3 && memcmp(text.data, "...", 3) == 0)
    return false;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.data[i];
    char next = i + 1 < text.len ? text.data[i + 1] : ' ';
    if ((c == ':' && (next == ' ' || flow)) || (c == ' ' && (next == '#' || next == ' ')) ||
        (flow && strchr(",[]{}?", c) != NULL))
      return false;
  }
  return true;
}

void lev_yaml_write(struct lev_buf *out, struct lev_span text, char quote, bool flow)
{
  if (quote == 0 && lev_yaml_is_plain(text, flow)) {
    lev_buf_append(out, text.data, text.len);
    return;
  }
  quote = quote == 0 ? '"' : quote;
  lev_buf_putc(out, quote);
  for (size_t i = 0; i < text.len; i++) {
    char c = text.data[i];
    if (c == quote || (c == '\\' && quote == '"'))
      lev_buf_putc(out, quote == '"' ? '\\' : '\'');
    lev_buf_putc(out, c);
  }
  lev_buf_putc(out, quote);
}
