/*
 * tty_path: completion of file names. Names that are not UTF-8 or hold control characters are not offered: they could
 * not be typed either. Nothing here touches the terminal.
 */
#include "tty_parts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void lev_tty_expand_home(struct lev_buf *out, const char *path, size_t len)
{
  const char *home = getenv("HOME");
  if (len > 0 && path[0] == '~' && (len == 1 || path[1] == '/') && home != NULL && home[0] != '\0') {
    lev_buf_puts(out, home);
    path++;
    len--;
  }
  lev_buf_append(out, path, len);
}

static bool is_typeable(const char *name)
{
  struct lev_buf clean = { 0 };
  lev_tty_clean(&clean, name);
  bool same = !clean.failed && clean.len == strlen(name) && memcmp(clean.data, name, clean.len) == 0;
  lev_buf_wipe(&clean);
  return same;
}

static bool is_folder(const char *folder, const char *name)
{
  char path[8192];
  struct stat info;
  return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path && stat(path, &info) == 0 &&
         S_ISDIR(info.st_mode);
}

static int by_name(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
  char **list;
  size_t count, cap;
};

static void names_free(struct names *names)
{
  for (size_t i = 0; i < names->count; i++)
    free(names->list[i]);
  free(names->list);
}

/* Adds "name", with a slash when it is a folder. Without memory the name is left out. */
static void names_add(struct names *names, const char *folder, const char *name)
{
  if (names->count == names->cap) {
    size_t cap = names->cap == 0 ? 64 : names->cap * 2;
    char **list = realloc(names->list, cap * sizeof *list);
    if (list == NULL)
      return;
    names->list = list;
    names->cap = cap;
  }
  char *copy = NULL;
  if (asprintf(&copy, "%s%s", name, is_folder(folder, name) ? "/" : "") >= 0)
    names->list[names->count++] = copy;
}

static void names_read(struct names *names, const char *folder, const char *start, size_t len)
{
  DIR *entries = opendir(folder);
  if (entries == NULL)
    return;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    const char *name = entry->d_name;
    bool hidden = name[0] == '.' && (len == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0);
    if (!hidden && strncmp(name, start, len) == 0 && is_typeable(name))
      names_add(names, folder, name);
  }
  closedir(entries);
  if (names->count > 1)
    qsort(names->list, names->count, sizeof *names->list, by_name);
}

/* Bytes that all names begin with, whole characters only. They are sorted: first and last tell. */
static size_t common_length(const struct names *names)
{
  const char *first = names->list[0], *last = names->list[names->count - 1];
  size_t len = 0;
  while (first[len] != '\0' && first[len] == last[len])
    len++;
  while (len > 0 && (((unsigned char)first[len] & 0xc0) == 0x80 || ((unsigned char)last[len] & 0xc0) == 0x80))
    len--;
  return len;
}

static void offer(struct lev_tty_completion *completion, const struct names *names, size_t typed)
{
  completion->count = names->count;
  if (names->count == 0)
    return;
  size_t common = common_length(names);
  if (common > typed) {
    lev_buf_append(&completion->insert, names->list[0] + typed, common - typed);
    return;
  }
  for (size_t i = 0; names->count > 1 && i < names->count; i++)
    lev_buf_append(&completion->names, names->list[i], strlen(names->list[i]) + 1);
}

void lev_tty_complete(struct lev_tty_completion *completion, const char *typed, size_t len)
{
  struct names names = { 0 };
  struct lev_buf folder = { 0 }, start = { 0 };
  size_t cut = len;
  memset(completion, 0, sizeof *completion);
  if (len == 1 && typed[0] == '~') {
    lev_buf_puts(&completion->insert, "/");
    return;
  }
  while (cut > 0 && typed[cut - 1] != '/')
    cut--;
  lev_tty_expand_home(&folder, typed, cut);
  if (cut == 0)
    lev_buf_puts(&folder, ".");
  lev_buf_append(&folder, "", 1);
  lev_buf_append(&start, typed + cut, len - cut);
  lev_buf_append(&start, "", 1);
  if (!folder.failed && !start.failed) {
    names_read(&names, folder.data, start.data, start.len - 1);
    offer(completion, &names, start.len - 1);
  }
  names_free(&names);
  lev_buf_wipe(&start);
  lev_buf_wipe(&folder);
}

void lev_tty_completion_wipe(struct lev_tty_completion *completion)
{
  lev_buf_wipe(&completion->insert);
  lev_buf_wipe(&completion->names);
}

void lev_tty_list(struct lev_buf *out, const struct lev_tty_completion *completion, size_t width, size_t rows)
{
  size_t widest = 1, shown = 0;
  const char *end = completion->names.data + completion->names.len;
  for (const char *name = completion->names.data; name < end; name += strlen(name) + 1) {
    size_t columns = lev_tty_columns(name, strlen(name));
    widest = columns > widest ? columns : widest;
  }
  size_t cell = widest + 2 < width ? widest + 2 : width;
  size_t across = width / cell;
  for (const char *name = completion->names.data; name < end && shown < across * rows; name += strlen(name) + 1) {
    size_t start = out->len;
    lev_tty_cut(out, name, strlen(name), cell > 2 ? cell - 2 : cell - 1);
    bool last = ++shown % across == 0 || shown == completion->count || shown == across * rows;
    if (last)
      lev_buf_puts(out, "\n");
    else if (!out->failed)
      for (size_t at = lev_tty_columns(out->data + start, out->len - start); at < cell; at++)
        lev_buf_putc(out, ' ');
  }
  if (shown < completion->count)
    lev_buf_printf(out, "and %zu more\n", completion->count - shown);
}
