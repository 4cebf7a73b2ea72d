/*
 * keyfile_csv: key files as the AWS console makes them. One record a row (RFC 4180: quotes, doubled quotes, line ends
 * inside them); the first one names the columns.
 */
#include "keyfile_parts.h"

#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 100

/* One record: its cells stand one behind the other in `cells`, cell i ending at ends[i]. */
struct record {
  struct lev_buf cells;
  size_t ends[MAX_COLUMNS];
  size_t count;
  size_t line; /* where it starts */
};

struct csv {
  struct lev_keyfile_reader *reader;
  const char *p, *end;
  size_t line;
  char separator;
  struct record record;
  int columns[LEV_KEYFILE_FIELDS]; /* -1 for none */
  size_t width;
};

static const char *cell_at(const struct csv *csv, size_t index, size_t *len)
{
  size_t start = index == 0 ? 0 : csv->record.ends[index - 1];
  *len = csv->record.ends[index] - start;
  return *len == 0 ? "" : csv->record.cells.data + start;
}

LEV_MUST_CHECK static enum lev_status fail_line(struct csv *csv, size_t line, const char *reason)
{
  return lev_fail(csv->reader->error, LEV_BROKEN_FILE, "%s:%zu: %s", csv->reader->name, line, reason);
}

/* Steps over one line end, if there is one. */
static bool skip_line_end(struct csv *csv)
{
  if (csv->p == csv->end || (*csv->p != '\r' && *csv->p != '\n'))
    return false;
  csv->p += *csv->p == '\r' && csv->p + 1 < csv->end && csv->p[1] == '\n' ? 2 : 1;
  csv->line++;
  return true;
}

static bool ends_cell(const struct csv *csv)
{
  return csv->p == csv->end || *csv->p == csv->separator || *csv->p == '\r' || *csv->p == '\n';
}

static void skip_blanks(struct csv *csv)
{
  while (csv->p < csv->end && (*csv->p == ' ' || *csv->p == '\t') && *csv->p != csv->separator)
    csv->p++;
}

/* What stands between quotes, with \r, \n and \r\n in it as they are. */
LEV_MUST_CHECK static enum lev_status read_quoted(struct csv *csv)
{
  size_t line = csv->line;
  csv->p++;
  for (;;) {
    const char *from = csv->p;
    if (csv->p == csv->end)
      return fail_line(csv, line, "a quote that is not closed");
    if (*csv->p == '"') {
      csv->p++;
      if (csv->p == csv->end || *csv->p != '"')
        break;
      csv->p++;
      lev_buf_putc(&csv->record.cells, '"');
    } else {
      if (!skip_line_end(csv))
        csv->p++;
      lev_buf_append(&csv->record.cells, from, (size_t)(csv->p - from));
    }
  }
  skip_blanks(csv);
  return ends_cell(csv) ? LEV_OK : fail_line(csv, csv->line, "text behind a closing quote");
}

LEV_MUST_CHECK static enum lev_status read_cell(struct csv *csv)
{
  struct record *record = &csv->record;
  if (record->count == MAX_COLUMNS)
    return fail_line(csv, record->line, "more than 100 columns");
  skip_blanks(csv);
  enum lev_status status = LEV_OK;
  if (csv->p < csv->end && *csv->p == '"') {
    status = read_quoted(csv);
  } else {
    const char *from = csv->p;
    while (!ends_cell(csv))
      csv->p++;
    const char *to = csv->p;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
      to--;
    lev_buf_append(&record->cells, from, (size_t)(to - from));
  }
  record->ends[record->count++] = record->cells.len;
  return status == LEV_OK ? lev_buf_check(&record->cells, csv->reader->error) : status;
}

/* Reads a record; *found is false at the end of the text. Blank lines and rows of empty cells are passed over. */
LEV_MUST_CHECK static enum lev_status next_record(struct csv *csv, bool *found)
{
  struct record *record = &csv->record;
  *found = false;
  while (!*found && csv->p < csv->end) {
    lev_buf_clear(&record->cells);
    record->count = 0;
    record->line = csv->line;
    for (;;) {
      enum lev_status status = read_cell(csv);
      if (status != LEV_OK)
        return status;
      if (csv->p == csv->end || *csv->p != csv->separator)
        break;
      csv->p++;
    }
    skip_line_end(csv);
    *found = record->cells.len > 0;
  }
  return LEV_OK;
}

/* The character between the cells of the header: the first of the usual ones in it. */
static char find_separator(const struct csv *csv)
{
  const char *p = csv->p;
  while (p < csv->end && (*p == '\n' || *p == '\r'))
    p++;
  for (; p < csv->end && *p != '\n' && *p != '\r'; p++)
    if (*p == ',' || *p == ';' || *p == '\t')
      return *p;
  return ',';
}

/* Whether the record looks like a row of keys: it holds what is surely an access key id. */
static bool has_key_id(const struct csv *csv)
{
  for (size_t i = 0; i < csv->record.count; i++) {
    size_t len, run = 0;
    const char *cell = cell_at(csv, i, &len);
    while (run < len && ((cell[run] >= 'A' && cell[run] <= 'Z') || (cell[run] >= '0' && cell[run] <= '9')))
      run++;
    if (len >= 16 && run == len)
      return true;
  }
  return false;
}

/* Says which of AWS's own columns are there. */
LEV_MUST_CHECK static enum lev_status fail_columns(struct csv *csv)
{
  if (has_key_id(csv))
    return fail_line(csv, csv->record.line, "no header line: the first line must be `Access key ID,Secret access key`");
  char found[128] = "";
  for (int field = 0; field < LEV_KEYFILE_FIELDS; field++) {
    size_t used = strlen(found);
    if (csv->columns[field] >= 0)
      snprintf(found + used, sizeof found - used, "%s%s", used == 0 ? "" : ", ",
               lev_keyfile_field_name((enum lev_keyfile_field)field));
  }
  return lev_fail(csv->reader->error, LEV_BROKEN_FILE,
                  "%s:%zu: no key file: columns for access key id and secret access key are expected, of %zu columns "
                  "%s known%s%s",
                  csv->reader->name, csv->record.line, csv->record.count, found[0] == '\0' ? "none is" : "these are",
                  found[0] == '\0' ? "" : ": ", found);
}

LEV_MUST_CHECK static enum lev_status read_columns(struct csv *csv)
{
  for (int field = 0; field < LEV_KEYFILE_FIELDS; field++)
    csv->columns[field] = -1;
  csv->width = csv->record.count;
  for (size_t i = 0; i < csv->record.count; i++) {
    size_t len;
    const char *cell = cell_at(csv, i, &len);
    enum lev_keyfile_field field = lev_keyfile_field_named(cell, len);
    if (field == LEV_KEYFILE_FIELDS)
      continue;
    if (csv->columns[field] >= 0)
      return lev_fail(csv->reader->error, LEV_BROKEN_FILE, "%s:%zu: two columns for the %s", csv->reader->name,
                      csv->record.line, lev_keyfile_field_name(field));
    csv->columns[field] = (int)i;
  }
  bool complete = csv->columns[LEV_KEYFILE_ID] >= 0 && csv->columns[LEV_KEYFILE_SECRET] >= 0;
  return complete ? LEV_OK : fail_columns(csv);
}

/* A row of a user without keys is passed over: the console makes them. */
LEV_MUST_CHECK static enum lev_status read_row(struct csv *csv)
{
  struct lev_keyfile_entry entry = { 0 };
  for (size_t i = csv->width; i < csv->record.count; i++) {
    size_t len;
    (void)cell_at(csv, i, &len);
    if (len > 0)
      return fail_line(csv, csv->record.line, "more cells than the header has columns");
  }
  for (int field = 0; field < LEV_KEYFILE_FIELDS; field++) {
    if (csv->columns[field] >= 0 && (size_t)csv->columns[field] < csv->record.count) {
      size_t len;
      const char *cell = cell_at(csv, (size_t)csv->columns[field], &len);
      entry.fields[field] = lev_keyfile_keep(csv->reader->keys, cell, len);
    }
  }
  if (entry.fields[LEV_KEYFILE_ID].len == 0 && entry.fields[LEV_KEYFILE_SECRET].len == 0)
    return LEV_OK;
  return lev_keyfile_add(csv->reader, &entry, csv->record.line);
}

enum lev_status lev_keyfile_csv(struct lev_keyfile_reader *reader)
{
  struct csv csv = { .reader = reader, .p = reader->text, .end = reader->text + reader->len, .line = 1 };
  csv.record.cells.secret = true;
  csv.separator = find_separator(&csv);
  bool found;
  enum lev_status status = next_record(&csv, &found);
  if (status == LEV_OK)
    status = found ? read_columns(&csv) : fail_line(&csv, 1, "no header line");
  while (status == LEV_OK && found) {
    status = next_record(&csv, &found);
    if (status == LEV_OK && found)
      status = read_row(&csv);
  }
  lev_buf_wipe(&csv.record.cells);
  return status;
}
