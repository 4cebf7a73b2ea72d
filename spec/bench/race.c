/*
 * Runs programs in turn, round after round, and prints each one's median wall-clock time in milliseconds, one line each.
 * Whatever else the machine does then falls on all of them alike.
 *
 *     race ROUNDS WARM-UPS -- PROGRAM [ARGS…] -- PROGRAM [ARGS…] …
 *
 * Standard input and output are /dev/null. A program that fails ends the race.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define RUNNERS_MAX 16

static void fail(const char *what, const char *why)
{
  fprintf(stderr, "race: %s: %s\n", what, why);
  exit(1);
}

static double now_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double run(char **argv, const posix_spawn_file_actions_t *files)
{
  extern char **environ;
  pid_t child;
  int status;
  double start = now_ms();
  int why = posix_spawn(&child, argv[0], files, NULL, argv, environ);
  if (why != 0)
    fail(argv[0], strerror(why));
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      fail(argv[0], strerror(errno));
  double spent = now_ms() - start;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    fail(argv[0], "it failed");
  return spent;
}

static int by_size(const void *left, const void *right)
{
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
  char **runners[RUNNERS_MAX];
  double *times[RUNNERS_MAX];
  int count = 0, rounds = argc > 3 ? atoi(argv[1]) : 0, warm_ups = argc > 3 ? atoi(argv[2]) : 0;
  for (int i = 3; i < argc; i++) {
    if (strcmp(argv[i], "--") != 0)
      continue;
    argv[i] = NULL;
    if (count == RUNNERS_MAX)
      fail("too many programs", "");
    runners[count++] = argv + i + 1;
  }
  if (rounds < 1 || count == 0)
    fail("usage", "race ROUNDS WARM-UPS -- PROGRAM [ARGS...] -- PROGRAM [ARGS...] ...");
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  for (int i = 0; i < count; i++)
    times[i] = calloc((size_t)rounds, sizeof **times);
  for (int round = -warm_ups; round < rounds; round++)
    for (int i = 0; i < count; i++) {
      double spent = run(runners[i], &files);
      if (round >= 0)
        times[i][round] = spent;
    }
  for (int i = 0; i < count; i++) {
    qsort(times[i], (size_t)rounds, sizeof **times, by_size);
    printf("%.4f\n", times[i][rounds / 2]);
    free(times[i]);
  }
  posix_spawn_file_actions_destroy(&files);
  return 0;
}
