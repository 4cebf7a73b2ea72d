/*
 * ini_header: what a section header names. The canonical name is what botocore understands where it understands
 * anything; the flags of ini_doc.h tell how far other readers agree.
 */
#include "ini_doc.h"

#include <string.h>

/* Takes the header's name apart; see the flags in ini_doc.h. */
struct header {
  const char *prefix; /* "" for none */
  const char *name, *end;
  uint8_t shape;
};

static bool is_quote(char c)
{
  return c == '"' || c == '\'';
}

static void read_prefixed_name(struct header *header, const char *prefix, size_t len)
{
  const char *space = header->name + len;
  header->prefix = prefix;
  header->name = space;
  for (size_t n; (n = lev_ini_space_at(header->name, header->end)) > 0;)
    header->name += n;
  bool plain = header->name == space + 1 && *space == ' ';
  char quote = *header->name;
  if (header->end - header->name > 2 && is_quote(quote) && header->end[-1] == quote) {
    header->name++;
    header->end--;
    header->shape |= LEV_INI_LOOSE;
  } else if (!plain) {
    header->shape |= LEV_INI_LOOSE;
  }
  bool quoted = header->name > space && is_quote(header->name[-1]);
  for (const char *p = header->name; p < header->end; p++)
    if (is_quote(*p) || *p == '\\' || (!quoted && lev_ini_space_at(p, header->end) > 0))
      header->shape |= LEV_INI_FOREIGN; /* botocore takes it apart as a shell would */
}

static const char *const prefixes[] = { "profile", "sso-session", "services" };

static struct header read_name(const char *inner, const char *end)
{
  struct header header = { .prefix = "", .name = inner, .end = end };
  for (size_t n; (n = lev_ini_space_at(header.name, end)) > 0;) {
    header.name += n;
    header.shape |= LEV_INI_FOREIGN;
  }
  for (size_t n; header.end > header.name && (n = lev_ini_space_before(header.name, header.end)) > 0;) {
    header.end -= n;
    header.shape |= LEV_INI_LOOSE;
  }
  for (const char *p = inner; p < end; p++)
    if (*p != ' ' && *p != '\t' && lev_ini_space_at(p, end) > 0)
      header.shape |= LEV_INI_FOREIGN;
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t len = strlen(prefixes[i]);
    if ((size_t)(header.end - header.name) > len && memcmp(header.name, prefixes[i], len) == 0 &&
        lev_ini_space_at(header.name + len, header.end) > 0) {
      read_prefixed_name(&header, prefixes[i], len);
      break;
    }
  }
  bool unquoting = header.prefix[0] == 'p' || strcmp(header.prefix, "sso-session") == 0;
  if ((header.shape & LEV_INI_LOOSE) != 0 && !unquoting)
    header.shape |= LEV_INI_FOREIGN; /* botocore takes these names to the letter */
  return header;
}

/* Where the header's bracket closes: the last `]` as botocore has it, but for one in a comment, which only botocore
   takes so. */
static const char *closing_bracket(const char *open, const char *stop, uint8_t *shape)
{
  const char *close = memchr(open, ']', (size_t)(stop - open));
  const char *last = memrchr(open, ']', (size_t)(stop - open));
  if (close == NULL || last == open + 1)
    return NULL;
  if (close + 1 == stop)
    return close;
  const char *comment = lev_ini_inline_comment(open, stop);
  if (comment != NULL && close < comment && last > comment) {
    last = memrchr(open, ']', (size_t)(comment - open));
    *shape |= LEV_INI_FOREIGN;
  }
  const char *rest = last + 1;
  if (rest != stop && (comment == NULL || comment < rest))
    *shape |= LEV_INI_FOREIGN; /* JavaScript sees no header there */
  for (size_t n; rest < stop && rest != comment; rest += n) {
    n = lev_ini_space_at(rest, stop);
    if (n == 0) {
      *shape |= LEV_INI_FOREIGN;
      break;
    }
  }
  return last;
}

/* Where the name stands: in the source, or in `added` when it is not spelt so. LEV_INI_NONE for want of memory. */
static uint32_t canonical_name(struct lev_ini *doc, const char *inner, const struct header *header, size_t *len)
{
  size_t prefix = strlen(header->prefix);
  size_t bare = (size_t)(header->end - header->name);
  *len = prefix == 0 ? bare : prefix + 1 + bare;
  if (prefix == 0)
    return (uint32_t)(header->name - doc->source.data);
  if (header->name == inner + prefix + 1 && *(header->name - 1) == ' ')
    return (uint32_t)(inner - doc->source.data);
  uint32_t name = lev_ini_add_bytes(doc, header->prefix, prefix);
  bool ok = lev_ini_add_bytes(doc, " ", 1) != LEV_INI_NONE;
  ok = ok && lev_ini_add_bytes(doc, header->name, bare) != LEV_INI_NONE;
  return ok ? name : LEV_INI_NONE;
}

/* Nearly all headers: a plain name, perhaps after one of the prefixes and one space. */
static bool is_canonical(const char *inner, const char *end)
{
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t len = strlen(prefixes[i]);
    if ((size_t)(end - inner) > len && inner[len] == ' ' && memcmp(inner, prefixes[i], len) == 0) {
      inner += len + 1;
      break;
    }
  }
  return inner < end && lev_ini_is_plain(inner, (size_t)(end - inner));
}

/* Tells where the name stands, how long it is, and how far readers agree; false when the header has none. */
static bool find_name(struct lev_ini *doc, const struct lev_ini_line *line, uint32_t *name, size_t *len, uint8_t *shape)
{
  const char *open = doc->source.data + line->first;
  const char *stop = doc->source.data + line->stop;
  if (stop[-1] == ']' && is_canonical(open + 1, stop - 1)) {
    *name = line->first + 1;
    *len = line->stop - line->first - 2;
    return true;
  }
  const char *close = closing_bracket(open, stop, shape);
  if (close == NULL)
    return false;
  struct header header = read_name(open + 1, close);
  bool plain = lev_ini_is_plain(header.name, (size_t)(header.end - header.name));
  *shape |= header.shape | (plain ? 0 : LEV_INI_STRANGE);
  *name = canonical_name(doc, open + 1, &header, len);
  return true;
}

bool lev_ini_read_header(struct lev_ini *doc, const struct lev_ini_line *line, struct lev_ini_section **section)
{
  uint32_t name;
  size_t len;
  uint8_t shape = 0;
  *section = NULL;
  if (!find_name(doc, line, &name, &len, &shape))
    return false;
  *section = name == LEV_INI_NONE ? NULL : lev_ini_add_section(doc, name, len);
  if (*section != NULL) {
    (*section)->start = line->start;
    (*section)->end = (*section)->tail = line->end;
    (*section)->indent = line->indent;
    (*section)->shape = shape;
  }
  return true;
}
