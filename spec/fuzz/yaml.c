/* Fuzz target: yaml documents and edits of them; document_edits.h says what must hold. */
#include "lev_yaml.h"
#include "document_edits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  return run(lev_yaml_parse, data, size);
}
