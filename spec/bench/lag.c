/*
 * Runs a command where the loopback addresses are far away: in a network namespace of its own, whose packets to 127.0.0.1
 * take half of the given round trip to a second namespace, and as long back. Nothing else can be reached from either.
 *
 *     lag ROUND-TRIP-MS COMMAND [ARGS…]
 *
 * A server is put on the far side by `nsenter -n -t $LAG_FAR COMMAND`. The bridge is a child of the command and ends with
 * it. Needs root or user namespaces, /dev/net/tun and iproute2; without them it ends with status 77 and runs nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { MISSING = 77, PACKET_MAX = 2048, QUEUE = 1024 };

struct packet {
  int64_t due_ns;
  ssize_t len;
  char bytes[PACKET_MAX];
};

/* Packets on their way in one direction; a full queue loses what comes, as networks do. */
struct way {
  int from, to;
  size_t first, count;
  struct packet packets[QUEUE];
};

static void require(int holds, const char *what)
{
  if (holds)
    return;
  fprintf(stderr, "lag: %s: %s\n", what, strerror(errno));
  exit(MISSING);
}

static void write_text(const char *path, const char *format, ...)
{
  char text[64];
  va_list args;
  va_start(args, format);
  int len = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  require(fd >= 0 && write(fd, text, (size_t)len) == len, path);
  close(fd);
}

static void become_root(void)
{
  uid_t uid = geteuid();
  gid_t gid = getegid();
  if (uid == 0)
    return;
  require(unshare(CLONE_NEWUSER) == 0, "no user namespace");
  write_text("/proc/self/setgroups", "deny");
  write_text("/proc/self/uid_map", "0 %u 1", (unsigned)uid);
  write_text("/proc/self/gid_map", "0 %u 1", (unsigned)gid);
}

static void run(const char *command)
{
  require(system(command) == 0, command);
}

/* A new namespace for this process with one interface; its packets come and go through the descriptor. */
static int enter_namespace(const char *address)
{
  struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
  char command[100];
  require(unshare(CLONE_NEWNET) == 0, "no network namespace");
  int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  strcpy(request.ifr_name, "lag0");
  require(fd >= 0 && ioctl(fd, TUNSETIFF, &request) == 0, "/dev/net/tun");
  write_text("/proc/sys/net/ipv4/conf/lag0/route_localnet", "1"); /* else 127.0.0.1 never leaves the machine */
  snprintf(command, sizeof command, "ip address add %s/30 dev lag0 && ip link set lag0 up", address);
  run(command);
  return fd;
}

static int64_t now_ns(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void take_in(struct way *way, int64_t delay_ns)
{
  for (;;) {
    static char lost[PACKET_MAX];
    struct packet *last = &way->packets[(way->first + way->count) % QUEUE];
    bool fits = way->count < QUEUE;
    ssize_t len = read(way->from, fits ? last->bytes : lost, PACKET_MAX);
    if (len <= 0)
      return;
    if (!fits)
      continue;
    last->len = len;
    last->due_ns = now_ns() + delay_ns;
    way->count++;
  }
}

/* Nanoseconds until the next packet is due; a long time when there is none. */
static int64_t let_out(struct way *way)
{
  while (way->count > 0) {
    struct packet *first = &way->packets[way->first];
    int64_t left = first->due_ns - now_ns();
    if (left > 0)
      return left;
    (void)!write(way->to, first->bytes, (size_t)first->len);
    way->first = (way->first + 1) % QUEUE;
    way->count--;
  }
  return INT64_C(1000000000);
}

static void bridge(int near, int far, int64_t delay_ns)
{
  static struct way out, back;
  out = (struct way){ .from = near, .to = far };
  back = (struct way){ .from = far, .to = near };
  for (;;) {
    struct pollfd ready[] = { { .fd = near, .events = POLLIN }, { .fd = far, .events = POLLIN } };
    int64_t left = let_out(&out), other = let_out(&back);
    if (other < left)
      left = other;
    struct timespec wait = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };
    (void)!ppoll(ready, 2, &wait, NULL);
    take_in(&out, delay_ns);
    take_in(&back, delay_ns);
  }
}

int main(int argc, char **argv)
{
  double round_trip_ms = argc > 2 ? atof(argv[1]) : -1;
  char pid[20];
  if (round_trip_ms < 0) {
    fputs("usage: lag ROUND-TRIP-MS COMMAND [ARGS...]\n", stderr);
    return 2;
  }
  become_root();
  int far = enter_namespace("10.77.0.2");
  run("ip link set lo up");
  int far_side = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int near = enter_namespace("10.77.0.1"); /* its own loopback stays down: 127.0.0.1 is on the other side */
  run("ip route add 127.0.0.0/8 dev lag0 src 10.77.0.1");
  pid_t parent = getpid(), child = fork();
  require(far_side >= 0 && child >= 0, "fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || setns(far_side, CLONE_NEWNET) != 0)
      _exit(1);
    bridge(near, far, (int64_t)(round_trip_ms / 2 * 1e6));
  }
  snprintf(pid, sizeof pid, "%ld", (long)child);
  setenv("LAG_FAR", pid, 1);
  execv(argv[2], argv + 2);
  require(0, argv[2]);
}
