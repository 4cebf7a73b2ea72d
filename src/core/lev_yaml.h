/*
 * lev_yaml: project.yaml as a lossless document (document.h). Parsed by libyaml; one document a file.
 *
 * Kinds are those of YAML 1.2 as ruamel.yaml resolves them (`012` and `0b1` are numbers, `yes` is a string; dates are
 * strings here), or of 1.1 under a `%YAML 1.1` line. A tag of the core schema counts; another one on a scalar makes an
 * expression. Keys are their text. A key that is twice in a map is a broken file, as it is for ruamel.yaml, and so are
 * keys of one text and two types (`1` and `"1"`). Aliases and merge keys (`<<`) are read through, never written
 * through.
 *
 * Writing: a value keeps the quotes of the one it replaces; a new one has the quotes of the entry it follows. Plain
 * only if every YAML version reads the text as a string, else double quotes: ids, which are digits, are quoted. A
 * literal or folded value with `-` stays one, others become quoted (they end in a line break that the value has not).
 * What libyaml refuses is a broken file, also where YAML 1.2 would take it (an entry without a key, `{a:,}`). An edit
 * for which the layout has no plain form (a pair without braces, `? key` without a value) is refused, too.
 * (The header is not called yaml.h because that is libyaml's.)
 */
#ifndef LEV_LEV_YAML_H
#define LEV_LEV_YAML_H

#include "document.h"

/* *doc is zeroed. LEV_BROKEN_FILE with "name:line:column: reason"; LEV_REFUSED for what is legal but not taken: several
   documents, UTF-16, beyond the limits. */
LEV_MUST_CHECK enum lev_status lev_yaml_parse(struct lev_document *doc, const char *text, size_t len, const char *name,
                                              struct lev_error *error);

#endif
