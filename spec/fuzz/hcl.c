/* Fuzz target: hcl documents and edits of them; document_edits.h says what must hold. */
#include "hcl.h"
#include "document_edits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  return run(lev_hcl_parse, data, size);
}
