/* xml: see xml.h. */
#include "xml.h"
#include "secret.h"
#include "wiping.h"

#include <expat.h>
#include <string.h>
#include <strings.h>

#define NOT_OURS "the answer is not XML as AWS writes it: "

static const XML_Memory_Handling_Suite wiping = { lev_wiping_malloc, lev_wiping_realloc, lev_wiping_free };

struct parse {
  XML_Parser parser;
  struct lev_xml *document;
  const struct lev_xml_options *options;
  const char *refusal; /* why we stopped, NULL: expat says */
  size_t count, depth;
  uint32_t open[LEV_XML_DEPTH]; /* the elements that are not closed yet, outermost first */
};

static struct lev_xml_node *node_at(struct parse *parse, size_t index)
{
  return (struct lev_xml_node *)(void *)parse->document->nodes.data + index;
}

/* Handlers may be called a little longer; they then do nothing. */
static void stop(struct parse *parse, const char *refusal)
{
  parse->refusal = refusal;
  XML_StopParser(parse->parser, XML_FALSE);
}

static bool is_sensitive(const struct parse *parse, const char *name)
{
  for (size_t i = 0; i < parse->options->sensitive_count; i++) {
    if (strcmp(parse->options->sensitive[i], name) == 0)
      return true;
  }
  return false;
}

/* The innermost open element becomes a parent: its text so far is none. */
static void drop_text_of_parent(struct parse *parse)
{
  struct lev_xml_node *parent = node_at(parse, parse->open[parse->depth - 1]);
  if (parent->text_len > 0) {
    lev_wipe(parse->document->text.data + parent->text, parent->text_len);
    parse->document->text.len -= parent->text_len;
    parent->text_len = 0;
  }
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
  struct parse *parse = user;
  struct lev_buf *text = &parse->document->text;
  struct lev_xml_node node = { 0 };
  (void)attributes;
  if (parse->refusal != NULL)
    return;
  if (parse->depth == LEV_XML_DEPTH) {
    stop(parse, "it is nested too deeply");
    return;
  }
  if (parse->count == LEV_XML_NODES) {
    stop(parse, "it has too many elements");
    return;
  }
  const char *colon = strrchr(name, ':');
  if (colon != NULL && colon[1] != '\0')
    name = colon + 1;
  if (parse->depth > 0) {
    drop_text_of_parent(parse);
    node.sensitive = node_at(parse, parse->open[parse->depth - 1])->sensitive;
  }
  node.sensitive = node.sensitive || is_sensitive(parse, name);
  node.name = (uint32_t)text->len;
  node.name_len = (uint32_t)strlen(name);
  lev_buf_append(text, name, node.name_len);
  node.text = (uint32_t)text->len;
  lev_buf_append(&parse->document->nodes, &node, sizeof node);
  if (text->failed || parse->document->nodes.failed) {
    stop(parse, "there is not enough memory for it");
    return;
  }
  parse->open[parse->depth++] = (uint32_t)parse->count++;
}

static void XMLCALL on_text(void *user, const XML_Char *bytes, int len)
{
  struct parse *parse = user;
  struct lev_buf *text = &parse->document->text;
  if (parse->refusal != NULL || parse->open[parse->depth - 1] + 1 != parse->count)
    return; /* beside children: dropped */
  lev_buf_append(text, bytes, (size_t)len);
  if (text->failed)
    stop(parse, "there is not enough memory for it");
  else
    node_at(parse, parse->open[parse->depth - 1])->text_len += (uint32_t)len;
}

static bool is_blank(const char *bytes, size_t len)
{
  for (size_t i = 0; i < len; i++) {
    if (strchr(" \t\r\n", bytes[i]) == NULL)
      return false;
  }
  return true;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
  struct parse *parse = user;
  (void)name;
  if (parse->refusal != NULL)
    return; /* the end of the very element that was refused */
  struct lev_xml_node *node = node_at(parse, parse->open[--parse->depth]);
  node->end = (uint32_t)parse->count;
  if (node->text_len > 0 && is_blank(parse->document->text.data + node->text, node->text_len))
    node->text_len = 0;
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                               int has_internal_subset)
{
  (void)name, (void)system, (void)public, (void)has_internal_subset;
  stop(user, "it declares a document type");
}

static void XMLCALL on_declaration(void *user, const XML_Char *version, const XML_Char *encoding, int standalone)
{
  (void)version, (void)standalone;
  if (encoding != NULL && strcasecmp(encoding, "UTF-8") != 0 && strcasecmp(encoding, "US-ASCII") != 0)
    stop(user, "its encoding is not UTF-8");
}

/* What expat would take for UTF-16, whatever encoding it is told: a byte order mark, or every other byte NUL. */
static bool looks_like_utf16(const char *bytes, size_t len)
{
  return len >= 2 && ((unsigned char)bytes[0] >= 0xfe || bytes[0] == '\0' || bytes[1] == '\0');
}

static void set_handlers(struct parse *parse)
{
  XML_SetUserData(parse->parser, parse);
  XML_SetElementHandler(parse->parser, on_start, on_end);
  XML_SetCharacterDataHandler(parse->parser, on_text);
  XML_SetStartDoctypeDeclHandler(parse->parser, on_doctype);
  XML_SetXmlDeclHandler(parse->parser, on_declaration);
}

enum lev_status lev_xml_parse(struct lev_xml *document, const char *bytes, size_t len,
                              const struct lev_xml_options *options, struct lev_error *error)
{
  struct parse parse = { .document = document, .options = options };
  document->text.secret = options->secret || options->sensitive_count > 0;
  if (len > LEV_XML_BYTES)
    return lev_fail(error, LEV_UNREACHABLE, "the answer is too large (%zu bytes)", len);
  if (looks_like_utf16(bytes, len))
    return lev_fail(error, LEV_UNREACHABLE, NOT_OURS "its encoding is not UTF-8 (line 1, column 1)");
  parse.parser = XML_ParserCreate_MM("UTF-8", &wiping, NULL);
  if (parse.parser == NULL)
    return lev_fail(error, LEV_FAILED, "not enough memory");
  set_handlers(&parse);
  enum lev_status status = LEV_OK;
  if (XML_Parse(parse.parser, bytes == NULL ? "" : bytes, (int)len, XML_TRUE) != XML_STATUS_OK)
    status = lev_fail(error, LEV_UNREACHABLE, NOT_OURS "%s (line %lu, column %lu)",
                      parse.refusal != NULL ? parse.refusal : XML_ErrorString(XML_GetErrorCode(parse.parser)),
                      (unsigned long)XML_GetCurrentLineNumber(parse.parser),
                      (unsigned long)XML_GetCurrentColumnNumber(parse.parser) + 1);
  XML_ParserFree(parse.parser);
  return status;
}

void lev_xml_wipe(struct lev_xml *document)
{
  if (document == NULL)
    return;
  lev_buf_wipe(&document->text);
  lev_buf_wipe(&document->nodes);
}
