/*
 * xml: the answers of AWS's query services as a small tree.
 *
 * What is read: elements and their text (character references, the five predefined entities, CDATA). What is dropped:
 * attributes, comments, processing instructions, namespace prefixes ("s:Code" is "Code"), text beside child elements.
 * Text that is nothing but white space is empty text. What is refused: a document type (so there are no entities to
 * expand), another encoding than UTF-8, more than LEV_XML_DEPTH levels, LEV_XML_NODES elements or LEV_XML_BYTES bytes.
 *
 * Text of elements whose name is among the sensitive ones, and of all elements below them, is marked. If the caller
 * names any, or says that the bytes are secret, all text is kept on guarded pages; what expat allocates is wiped.
 */
#ifndef LEV_XML_H
#define LEV_XML_H

#include "buf.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEV_XML_BYTES (16u << 20)
#define LEV_XML_DEPTH 32
#define LEV_XML_NODES 200000

/* Elements in document order. An element's descendants follow it, up to `end`, the index of the first node that is none
 * of them; a node whose `end` is the next index has no children, and text. */
struct lev_xml_node {
  uint32_t name, name_len; /* in the document's text */
  uint32_t text, text_len;
  uint32_t end;
  bool sensitive;
};

/* Zeroed is valid, and empty. */
struct lev_xml {
  struct lev_buf text;
  struct lev_buf nodes; /* of struct lev_xml_node; the first is the document's element */
};

struct lev_xml_options {
  const char *const *sensitive; /* names */
  size_t sensitive_count;
  bool secret; /* the bytes are secret */
};

/* Into a zeroed document, which the caller wipes, after a failure, too. LEV_UNREACHABLE, with line and column, for what
 * is no such XML: the answer is not AWS's. */
LEV_MUST_CHECK enum lev_status lev_xml_parse(struct lev_xml *document, const char *bytes, size_t len,
                                             const struct lev_xml_options *options, struct lev_error *error);
void lev_xml_wipe(struct lev_xml *document);

static inline const struct lev_xml_node *lev_xml_nodes(const struct lev_xml *document)
{
  return (const struct lev_xml_node *)(const void *)document->nodes.data;
}

#endif
