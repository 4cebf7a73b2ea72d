/*
 * Fuzz target: AWS's XML answers. Whatever the bytes are: an error with a place, or a tree whose ranges lie within its
 * text, whose elements lie within their parents, and whose text beside children and below sensitive names is as told.
 * The first byte switches whether names are sensitive and whether the bytes are secret.
 */
#include "xml.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
  if (!holds)
    abort();
}

static void check_node(const struct lev_xml *document, size_t index, size_t limit, int depth, int sensitive)
{
  const struct lev_xml_node *node = lev_xml_nodes(document) + index;
  require(depth <= LEV_XML_DEPTH && node->end > index && node->end <= limit);
  require(node->name_len > 0 && node->name + (size_t)node->name_len <= document->text.len);
  require(node->text_len == 0 || node->text + (size_t)node->text_len <= document->text.len);
  require(node->text_len == 0 || node->end == index + 1);
  require(memchr(document->text.data + node->name, '\0', node->name_len) == NULL);
  require(node->text_len == 0 || memchr(document->text.data + node->text, '\0', node->text_len) == NULL);
  require(!sensitive || node->sensitive);
  for (size_t child = index + 1; child < node->end; child = lev_xml_nodes(document)[child].end)
    check_node(document, child, node->end, depth + 1, node->sensitive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const names[] = { "SecretAccessKey", "a" };
  struct lev_xml document = { 0 };
  struct lev_error error;
  if (size == 0)
    return 0;
  struct lev_xml_options options = { names, data[0] & 1 ? 2 : 0, (data[0] & 2) != 0 };
  enum lev_status status = lev_xml_parse(&document, (const char *)data + 1, size - 1, &options, &error);
  if (status == LEV_OK) {
    size_t count = document.nodes.len / sizeof(struct lev_xml_node);
    require(count > 0 && count <= LEV_XML_NODES && lev_xml_nodes(&document)->end == count);
    check_node(&document, 0, count, 1, 0);
  } else {
    require(status == LEV_UNREACHABLE && strstr(error.message, "(line ") != NULL);
  }
  lev_xml_wipe(&document);
  return 0;
}
