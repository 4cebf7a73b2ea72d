/*
 * keyfile_ini: key files in the form of an AWS credentials file: each section with keys is an entry.
 */
#include "ini.h"
#include "keyfile_parts.h"

#include <string.h>

static struct lev_keyfile_value keep_key(struct lev_keyfile *keys, struct lev_ini *doc, struct lev_ini_span section,
                                         const char *key)
{
  struct lev_keyfile_value value = { .at = keys->bytes.len };
  struct lev_ini_span name = { key, strlen(key) };
  (void)lev_ini_get(doc, section, name, &keys->bytes);
  value.len = keys->bytes.len - value.at;
  return value;
}

LEV_MUST_CHECK static enum lev_status add_section(struct lev_keyfile_reader *reader, struct lev_ini *doc,
                                                  struct lev_ini_span section)
{
  static const struct lev_ini_span header = { 0 };
  struct lev_keyfile *keys = reader->keys;
  struct lev_keyfile_entry entry = { 0 };
  entry.fields[LEV_KEYFILE_ID] = keep_key(keys, doc, section, "aws_access_key_id");
  entry.fields[LEV_KEYFILE_SECRET] = keep_key(keys, doc, section, "aws_secret_access_key");
  entry.fields[LEV_KEYFILE_TOKEN] = keep_key(keys, doc, section, "aws_session_token");
  if (entry.fields[LEV_KEYFILE_TOKEN].len == 0)
    entry.fields[LEV_KEYFILE_TOKEN] = keep_key(keys, doc, section, "aws_security_token");
  if (entry.fields[LEV_KEYFILE_ID].len == 0 && entry.fields[LEV_KEYFILE_SECRET].len == 0)
    return LEV_OK;
  size_t prefix = section.len > 8 && memcmp(section.data, "profile ", 8) == 0 ? 8 : 0;
  entry.fields[LEV_KEYFILE_PROFILE] = lev_keyfile_keep(keys, section.data + prefix, section.len - prefix);
  return lev_keyfile_add(reader, &entry, lev_ini_line(doc, section, header));
}

/* Which of two sections or keys of one name counts is anybody's guess. */
LEV_MUST_CHECK static enum lev_status check_clashes(struct lev_keyfile_reader *reader, struct lev_ini *doc)
{
  struct lev_buf list = { 0 };
  enum lev_status status = lev_ini_problems(doc, &list, reader->error);
  const struct lev_ini_problem *problems = (const struct lev_ini_problem *)(const void *)list.data;
  for (size_t i = 0; status == LEV_OK && i < list.len / sizeof *problems; i++)
    if (problems[i].other > 0)
      status = lev_fail(reader->error, LEV_BROKEN_FILE, "%s:%u: %s (line %u)", reader->name, problems[i].line,
                        problems[i].message, problems[i].other);
  lev_buf_wipe(&list);
  return status;
}

enum lev_status lev_keyfile_ini(struct lev_keyfile_reader *reader)
{
  struct lev_ini doc = { 0 };
  struct lev_ini_span text = { reader->text, reader->len }, section;
  enum lev_status status = lev_ini_parse(&doc, reader->name, text, true, reader->error);
  if (status == LEV_OK)
    status = check_clashes(reader, &doc);
  size_t cursor = 0;
  while (status == LEV_OK && lev_ini_next_section(&doc, &cursor, &section))
    status = add_section(reader, &doc, section);
  if (status == LEV_OK)
    status = lev_ini_check(&doc, reader->error);
  lev_ini_wipe(&doc);
  return status;
}
