/*
 * Peer of spec/bench/config.lua: the least that replacing files safely costs. Reads each target, writes its new text
 * beside it, syncs, renames, syncs the folder; prints the milliseconds.
 *
 *     config_io TARGET NEW-TEXT-FILE [TARGET NEW-TEXT-FILE]…
 */
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct text {
  char *bytes;
  size_t len;
};

static void require(int holds, const char *what)
{
  if (!holds) {
    perror(what);
    exit(1);
  }
}

static struct text read_file(const char *path)
{
  struct stat st;
  struct text text = { 0 };
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  require(fd >= 0 && fstat(fd, &st) == 0, path);
  text.bytes = malloc((size_t)st.st_size + 1);
  while (text.len < (size_t)st.st_size) {
    ssize_t got = read(fd, text.bytes + text.len, (size_t)st.st_size - text.len);
    require(got > 0, path);
    text.len += (size_t)got;
  }
  close(fd);
  return text;
}

static void replace(const char *path, struct text text)
{
  char staged[PATH_MAX], folder[PATH_MAX];
  snprintf(staged, sizeof staged, "%s.new", path);
  snprintf(folder, sizeof folder, "%s", path);
  int fd = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  require(fd >= 0, staged);
  for (size_t at = 0; at < text.len;) {
    ssize_t put = write(fd, text.bytes + at, text.len - at);
    require(put > 0, staged);
    at += (size_t)put;
  }
  require(fsync(fd) == 0 && close(fd) == 0, staged);
  require(rename(staged, path) == 0, path);
  int dir = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  require(dir >= 0 && fsync(dir) == 0, folder);
  close(dir);
}

static double now_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
  struct text new_texts[16];
  int count = (argc - 1) / 2;
  if (count < 1 || count > 16)
    return 2;
  for (int i = 0; i < count; i++)
    new_texts[i] = read_file(argv[2 * i + 2]);
  double start = now_ms();
  for (int i = 0; i < count; i++) {
    struct text old = read_file(argv[2 * i + 1]);
    free(old.bytes);
    replace(argv[2 * i + 1], new_texts[i]);
  }
  printf("%.4f\n", now_ms() - start);
  for (int i = 0; i < count; i++)
    free(new_texts[i].bytes);
  return 0;
}
