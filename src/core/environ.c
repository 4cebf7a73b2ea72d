/* environ: see environ.h. */
#include "environ.h"

#include <stdlib.h>
#include <string.h>

static struct {
  const char *name;
  struct lev_secret value;
} kept[] = {
  { "AWS_ACCESS_KEY_ID", { 0 } },
  { "AWS_SECRET_ACCESS_KEY", { 0 } },
  { "AWS_SESSION_TOKEN", { 0 } },
  { "AWS_SECURITY_TOKEN", { 0 } },
};

#define KEPT_COUNT (sizeof kept / sizeof *kept)

enum lev_status lev_environ_scrub(struct lev_error *error)
{
  for (size_t i = 0; i < KEPT_COUNT; i++) {
    char *value = getenv(kept[i].name);
    if (value == NULL)
      continue;
    lev_secret_wipe(&kept[i].value);
    enum lev_status status = LEV_OK;
    if (*value != '\0')
      status = lev_secret_init(&kept[i].value, value, strlen(value), error);
    lev_wipe(value, strlen(value));
    unsetenv(kept[i].name);
    if (status != LEV_OK)
      return status;
  }
  unsetenv("AWS_PROFILE");
  return LEV_OK;
}

const struct lev_secret *lev_environ_get(const char *name)
{
  for (size_t i = 0; i < KEPT_COUNT; i++)
    if (strcmp(kept[i].name, name) == 0 && kept[i].value.len > 0)
      return &kept[i].value;
  return NULL;
}

void lev_environ_wipe(void)
{
  for (size_t i = 0; i < KEPT_COUNT; i++)
    lev_secret_wipe(&kept[i].value);
}
