/*
 * Peer of spec/bench/sigv4.lua: prints the microseconds that libcurl's own signer (CURLOPT_AWS_SIGV4) adds to one STS
 * request. libcurl signs only on the way to a server, so the same request is sent over a kept connection to a child
 * process with and without signing, and the difference in processor time is told.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODY "Action=GetCallerIdentity&Version=2011-06-15"

static void require(int holds, const char *what)
{
  if (!holds) {
    fprintf(stderr, "sigv4_curl: %s failed\n", what);
    exit(1);
  }
}

/* Answers each request on one connection, until it is closed. */
static void serve(int listener)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  char bytes[4096];
  size_t held = 0;
  int connection = accept(listener, NULL, NULL);
  ssize_t got;
  while ((got = read(connection, bytes + held, sizeof bytes - 1 - held)) > 0) {
    held += (size_t)got;
    bytes[held] = '\0';
    if (strstr(bytes, BODY) == NULL)
      continue;
    held = 0;
    require(write(connection, answer, sizeof answer - 1) > 0, "write");
  }
  _exit(0);
}

static size_t drop(char *bytes, size_t size, size_t count, void *user)
{
  (void)bytes, (void)user;
  return size * count;
}

static double processor_time(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Microseconds of one request, among `count`. */
static double spend(CURL *curl, int with_signing, int count)
{
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, with_signing ? "aws:amz:us-east-1:sts" : NULL);
  curl_easy_setopt(curl, CURLOPT_HTTPAUTH, with_signing ? CURLAUTH_AWS_SIGV4 : CURLAUTH_BASIC);
  curl_easy_setopt(curl, CURLOPT_USERPWD, with_signing ? "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" : NULL);
  double start = processor_time();
  for (int i = 0; i < count; i++)
    require(curl_easy_perform(curl) == CURLE_OK, "curl_easy_perform");
  return (processor_time() - start) / count;
}

int main(int argc, char **argv)
{
  int count = argc > 1 ? atoi(argv[1]) : 1000;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  char url[64];
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  require(bind(listener, (struct sockaddr *)&address, len) == 0 && listen(listener, 1) == 0, "listen");
  require(getsockname(listener, (struct sockaddr *)&address, &len) == 0, "getsockname");
  if (fork() == 0)
    serve(listener);
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURL *curl = curl_easy_init();
  struct curl_slist *headers =
      curl_slist_append(NULL, "content-type: application/x-www-form-urlencoded; charset=utf-8");
  headers = curl_slist_append(headers, "host: sts.amazonaws.com");
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, BODY);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
  double best[2] = { 0 }; /* without and with signing; anything else on the machine only adds */
  for (int round = 0; round < 16; round++) {
    double spent = spend(curl, round % 2, count);
    if (round < 2 || spent < best[round % 2])
      best[round % 2] = spent;
  }
  printf("%.3f\n", best[1] - best[0]);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  curl_global_cleanup();
  return 0;
}
