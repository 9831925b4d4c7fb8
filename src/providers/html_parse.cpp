// Parsing under bounds. libxml2 compares each attribute of a tag with all before it and each end
// tag with all that is open: a page made for that costs minutes, so both are cut short.
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/uri.h>

#include <algorithm>
#include <cctype>

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "providers/html.hpp"

namespace torale::providers {

namespace {

constexpr std::size_t html_bytes_max = 16 << 20;
constexpr int depth_max = 400;
constexpr int attributes_max = 300;

std::string_view name_of(const xmlNode* node) {
    return node->name == nullptr ? "" : reinterpret_cast<const char*>(node->name);
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '/';
}

// How many elements are open, beside the handlers that build the tree.
struct Depth {
    startElementSAXFunc start;
    endElementSAXFunc end;
    int open = 0;
};

extern "C" void start_bounded(void* context, const xmlChar* name, const xmlChar** attributes) {
    auto* parser = static_cast<htmlParserCtxtPtr>(context);
    auto* depth = static_cast<Depth*>(parser->_private);
    depth->start(context, name, attributes);
    if (++depth->open > depth_max) xmlStopParser(parser);
}

extern "C" void end_bounded(void* context, const xmlChar* name) {
    auto* depth = static_cast<Depth*>(static_cast<htmlParserCtxtPtr>(context)->_private);
    depth->end(context, name);
    --depth->open;
}

struct FreeParser {
    void operator()(htmlParserCtxt* parser) const { htmlFreeParserCtxt(parser); }
};

bool is_url_byte(unsigned char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("\"<>\\^`{|}").find(static_cast<char>(c)) == std::string_view::npos;
}

std::string escape_url(std::string_view url) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char each : url) {
        const auto c = static_cast<unsigned char>(each);
        if (is_url_byte(c)) {
            out += each;
            continue;
        }
        out += '%';
        out += digits[c >> 4];
        out += digits[c & 15];
    }
    return out;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
}

// Behind the tag that begins at `at`; npos when it has too many attributes.
std::size_t skip_tag(std::string_view text, std::size_t at) {
    int attributes = 0;
    char before = 0;
    for (++at; at < text.size() && text[at] != '>'; ++at) {
        const char c = text[at];
        if ((c == '"' || c == '\'') && before == '=') {
            at = std::min(text.find(c, at + 1), text.size());
            before = ' ';
            continue;
        }
        if (is_blank(c)) {
            if (before != '=') before = ' ';
            continue;
        }
        if (before == ' ' && c != '=' && ++attributes > attributes_max) return text.npos;
        before = c;
    }
    return std::min(at + 1, text.size());
}

}  // namespace

std::size_t bounded_length(std::string_view text) {
    for (std::size_t at = text.find('<'); at < text.size(); at = text.find('<', at)) {
        const std::size_t begin = at;
        const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : 0);
        if (text.substr(at, 4) == "<!--") {
            at = std::min(text.find("-->", at + 4), text.size());
        } else if (text.substr(at, 9) == "<![CDATA[") {
            at = std::min(text.find("]]>", at + 9), text.size());
        } else if (std::isalpha(next) == 0) {
            ++at;
        } else {
            at = skip_tag(text, at);
            if (at == text.npos) return begin;
            // What stands in these is no markup.
            const std::string name = core::lower_ascii(std::string(text.substr(begin + 1, 6)));
            const char* close = name == "script"            ? "</script"
                                : name.starts_with("style") ? "</style"
                                                            : "";
            if (*close != 0) at = std::min(text.find(close, at), text.size());
        }
    }
    return text.size();
}

std::size_t end_of_declaration(std::string_view text, std::size_t at) {
    char quote = 0;
    int depth = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[') {
            ++depth;
        } else if (c == ']') {
            --depth;
        } else if (c == '>' && depth <= 0) {
            return at + 1;
        }
    }
    return text.size();
}

void FreeDocument::operator()(_xmlDoc* document) const {
    xmlFreeDoc(document);
}

Document parse_html(std::string_view html) {
    html = html.substr(0, html_bytes_max);
    html = html.substr(0, bounded_length(html));
    const std::unique_ptr<htmlParserCtxt, FreeParser> parser(htmlNewParserCtxt());
    if (parser == nullptr) return nullptr;
    Depth depth{parser->sax->startElement, parser->sax->endElement};
    parser->_private = &depth;
    parser->sax->startElement = start_bounded;
    parser->sax->endElement = end_bounded;
    return Document(htmlCtxtReadMemory(
        parser.get(), html.data(), static_cast<int>(html.size()), nullptr, "UTF-8",
        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
            HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC));
}

const _xmlNode* next_node(const _xmlNode* node, const _xmlNode* root, bool enter) {
    // What hangs below an entity reference belongs to the declaration, not to the tree.
    if (enter && node->type == XML_ELEMENT_NODE && node->children != nullptr) return node->children;
    while (node != root && node->next == nullptr) node = node->parent;
    return node == root ? nullptr : node->next;
}

bool is_named(const _xmlNode* node, std::string_view name) {
    return node->type == XML_ELEMENT_NODE && name_of(node) == name;
}

std::string attribute(const _xmlNode* node, const char* name) {
    if (node->type != XML_ELEMENT_NODE) return "";
    xmlChar* value = xmlGetNoNsProp(node, BAD_CAST name);
    if (value == nullptr) return "";
    std::string text = core::clean_utf8(reinterpret_cast<const char*>(value));
    xmlFree(value);
    return text;
}

std::string resolve_url(std::string_view base, std::string_view reference) {
    const std::string from = escape_url(trim(base));
    const std::string to = escape_url(trim(reference));
    xmlChar* built = xmlBuildURI(BAD_CAST to.c_str(), BAD_CAST from.c_str());
    if (built == nullptr) return "";
    std::string url(reinterpret_cast<const char*>(built));
    xmlFree(built);
    const std::size_t scheme = std::min(url.find("://"), url.size());
    url = core::lower_ascii(url.substr(0, scheme)) + url.substr(scheme);
    return url.starts_with("http://") || url.starts_with("https://") ? url : "";
}

}  // namespace torale::providers
