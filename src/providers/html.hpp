// HTML as a person reads it: a parsed document, and the text of a part of it. libxml2 stays
// behind this door; it never opens a file or a connection.
#pragma once
#include <memory>
#include <string>
#include <string_view>

struct _xmlDoc;
struct _xmlNode;

namespace torale::providers {

struct FreeDocument {
    void operator()(_xmlDoc* document) const;
};
using Document = std::unique_ptr<_xmlDoc, FreeDocument>;

// `html` is UTF-8; what nests absurdly deep is left out. Null when there is nothing to read.
Document parse_html(std::string_view html);

// How much of an HTML or XML text may be parsed: up to the first tag with absurdly many
// attributes, since the parser's time grows with their square.
std::size_t bounded_length(std::string_view text);

// Behind the <!DOCTYPE …> at `at`, quotes and an internal subset included.
std::size_t end_of_declaration(std::string_view text, std::size_t at);

// The readable text below `node`: without scripts, styles, navigation, forms and hidden parts.
// Blocks are parted by blank lines, list items begin with "- ". At most `bytes_max` bytes.
std::string readable_text(const _xmlNode* node, std::size_t bytes_max);

// Blanks and control characters as single blanks, none at the ends; at most `chars_max` characters.
std::string one_line(std::string_view text, std::size_t chars_max);

// The text of a piece of HTML, which may be none; twice escaped markup is read once more.
std::string text_of_html(std::string_view html, std::size_t bytes_max);

// In document order, without recursion: the node after `node` inside `root`; null at the end.
const _xmlNode* next_node(const _xmlNode* node, const _xmlNode* root, bool enter = true);

bool is_named(const _xmlNode* node, std::string_view name);
// "" when absent.
std::string attribute(const _xmlNode* node, const char* name);

// RFC 3986: `reference` as seen from `base`; "" when it names no http(s) address.
std::string resolve_url(std::string_view base, std::string_view reference);

}  // namespace torale::providers
