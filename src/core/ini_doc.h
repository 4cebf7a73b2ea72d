/*
 * ini_doc: what the parts of ini share: the nodes, and how lines are told apart. Not for other modules.
 *
 * Nodes hold offsets, never bytes: into the source, or beyond its end into `added`. The keys of a section in the source
 * stand side by side; keys that were added hang on a list.
 */
#ifndef LEV_INI_DOC_H
#define LEV_INI_DOC_H

#include "ini.h"

#define LEV_INI_NONE UINT32_MAX

enum {                      /* of a section */
       LEV_INI_LOOSE = 1,   /* the header has space, TAB or quotes that some readers do not take */
       LEV_INI_FOREIGN = 2, /* botocore, or most readers, do not read this header as the section we call it */
       LEV_INI_STRANGE = 4, /* the name has characters that some readers do not take */
};

enum { /* of a key */
       LEV_INI_CONTINUED = 1,
       LEV_INI_NESTED = 2,
       LEV_INI_COLON = 4,
};

enum { /* `=` spacing */
       LEV_INI_SPACE_BEFORE = 1,
       LEV_INI_SPACE_AFTER = 2,
};

struct lev_ini_section {
  uint32_t line;                     /* 0: not in the source */
  uint32_t start, end;               /* of the header's line, without its line end */
  uint32_t name, name_len;           /* canonical */
  uint32_t indent;                   /* in characters */
  uint32_t tail;                     /* end of its last line that is neither blank nor a comment */
  uint32_t cut;                      /* removed: where the source goes on */
  uint32_t first, count;             /* keys in the source, once loaded */
  uint32_t added, last, added_count; /* list of keys that are not in the source */
  uint32_t twin, last_twin;          /* next section of that name; on the first: the last */
  uint32_t hash;
  uint8_t shape;
  bool loaded, dead, touched;
};

struct lev_ini_key {
  uint32_t line;             /* 0: not in the source */
  uint32_t start, end, last; /* of its line and the end of its last continuation line, without line ends */
  uint32_t name, name_len;
  uint32_t value, value_len; /* on its own line */
  uint32_t edit, edit_len;   /* the new value, edit LEV_INI_NONE for none */
  uint32_t section;
  uint32_t next; /* added keys: the next one; keys of the source, once indexed: the doubled one before it */
  uint32_t indent;
  uint8_t shape, style;
  bool dead, secret;
};

/* A line of the source: offsets. first == stop for a blank one. */
struct lev_ini_line {
  uint32_t start, first, stop, end, next; /* first non-space, behind the last non-space, line end, next line */
  uint32_t indent;                        /* characters before first */
};

struct lev_ini_line lev_ini_line_at(const struct lev_ini *doc, uint32_t start);
/* Blank or a comment: no reader sees it. */
bool lev_ini_is_quiet(const struct lev_ini *doc, const struct lev_ini_line *line);
/* Bytes of the white space (as Python and JavaScript know it) at p, or just before it; 0 when there is none. */
size_t lev_ini_rare_space_at(const char *p, const char *end);
size_t lev_ini_rare_space_before(const char *start, const char *p);
static inline size_t lev_ini_space_at(const char *p, const char *end)
{
  return p == end || (*p > ' ' && *p < 0x7F) ? 0 : *p == ' ' ? 1 : lev_ini_rare_space_at(p, end);
}
static inline size_t lev_ini_space_before(const char *start, const char *p)
{
  return p == start || (p[-1] > ' ' && p[-1] < 0x7F) ? 0 : p[-1] == ' ' ? 1 : lev_ini_rare_space_before(start, p);
}
/* Where " #" or " ;" starts a comment for some readers; NULL for nowhere. */
const char *lev_ini_inline_comment(const char *p, const char *end);

/* Nothing but letters, digits and `._/-`: a name that every reader takes. */
bool lev_ini_is_plain(const char *name, size_t len);
/* LEV_REFUSED unless every AWS reader understands the names and the value alike. */
LEV_MUST_CHECK enum lev_status lev_ini_check_names(const struct lev_ini *doc, struct lev_ini_span section,
                                                   struct lev_ini_span key, struct lev_error *error);
LEV_MUST_CHECK enum lev_status lev_ini_check_value(const struct lev_ini *doc, struct lev_ini_span section,
                                                   struct lev_ini_span key, struct lev_ini_span value,
                                                   struct lev_error *error);

static inline const char *lev_ini_at(const struct lev_ini *doc, uint32_t offset)
{
  return offset <= doc->source.len ? doc->source.data + offset : doc->added.data + (offset - doc->source.len - 1);
}

/* Appends to `added` and returns the offset, LEV_INI_NONE for want of memory. */
uint32_t lev_ini_add_bytes(struct lev_ini *doc, const char *bytes, size_t len);
/* Appends a node and enters it into the index; NULL for want of memory. */
struct lev_ini_section *lev_ini_add_section(struct lev_ini *doc, uint32_t name, size_t len);
/* Appends a section for a header; *section is NULL for want of memory. False for a header without a name or end. */
bool lev_ini_read_header(struct lev_ini *doc, const struct lev_ini_line *line, struct lev_ini_section **section);
/* A key as its own line tells it: all but its number, section and continuation. */
struct lev_ini_key lev_ini_read_key(const struct lev_ini *doc, const struct lev_ini_line *line);
/* Makes nodes of a section's keys unless they are there; without memory doc->failed is set, and there are none. */
void lev_ini_load(struct lev_ini *doc, struct lev_ini_section *section);
/* Appends a key that is not in the source to a section and the index; NULL for want of memory. */
struct lev_ini_key *lev_ini_add_key(struct lev_ini *doc, struct lev_ini_section *section, struct lev_ini_span name);

/* The first live section of that name, or NULL. */
struct lev_ini_section *lev_ini_find_section(const struct lev_ini *doc, struct lev_ini_span name);
/* The next live section of the same name, or NULL. */
struct lev_ini_section *lev_ini_twin(const struct lev_ini *doc, const struct lev_ini_section *section);
/* The last live key of that name in the sections of that name, or NULL; *first is another one, or the same. */
struct lev_ini_key *lev_ini_find_key(struct lev_ini *doc, struct lev_ini_section *section, struct lev_ini_span name,
                                     struct lev_ini_key **first);
/* Loads all sections and indexes their keys, after which `next` of the source's keys tells doubled ones. */
void lev_ini_index_all(struct lev_ini *doc);

/* Hash tables of node numbers + 1, 0 where free. */
static inline size_t lev_ini_first_slot(const struct lev_ini_index *index, uint32_t hash)
{
  return (hash ^ hash >> 15) & (index->size - 1);
}
/* An empty table for `count` nodes, in place of the old one; false for want of memory. */
bool lev_ini_make_index(struct lev_ini_index *index, size_t count);
/* Makes room for one node more; false for want of memory. */
bool lev_ini_make_room(void **nodes, size_t *room, size_t count, size_t size);
bool lev_ini_has_name(const struct lev_ini *doc, const struct lev_ini_section *section, struct lev_ini_span name);

#endif
