// HTML → text. Walks the tree without recursion: how deep it nests is the page's choice.
#include "providers/html.hpp"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

namespace torale::providers {

namespace {

template <std::size_t n>
bool is_one_of(std::string_view name, const std::array<std::string_view, n>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 22> unread{
    "script", "style",  "noscript", "template", "nav",    "iframe",   "object", "svg",
    "math",   "canvas", "select",   "button",   "input",  "textarea", "dialog", "head",
    "audio",  "video",  "map",      "applet",   "footer", "datalist"};

constexpr std::array<std::string_view, 35> blocks{
    "address", "article", "aside",    "blockquote", "body",   "caption", "dd",   "details", "div",
    "dl",      "dt",      "fieldset", "figcaption", "figure", "form",    "h1",   "h2",      "h3",
    "h4",      "h5",      "h6",       "header",     "hr",     "legend",  "main", "menu",    "ol",
    "p",       "pre",     "section",  "summary",    "table",  "tr",      "ul",   "title"};

std::string_view name_of(const xmlNode* node) {
    return node->name == nullptr ? "" : reinterpret_cast<const char*>(node->name);
}

bool is_hidden(const xmlNode* node) {
    if (node->properties == nullptr) return false;
    if (xmlHasProp(node, BAD_CAST "hidden") != nullptr) return true;
    if (attribute(node, "aria-hidden") == "true") return true;
    const std::string role = attribute(node, "role");
    if (role == "navigation" || role == "search" || role == "menu") return true;
    std::string style = core::lower_ascii(attribute(node, "style"));
    std::erase(style, ' ');
    return style.find("display:none") != std::string::npos ||
           style.find("visibility:hidden") != std::string::npos;
}

// Collects words and breaks; white space is one blank, outside of <pre>.
class Writer {
public:
    explicit Writer(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    void add_text(std::string_view text, bool is_verbatim) {
        for (const char c : text) {
            if (is_full()) return;
            const bool is_blank = static_cast<unsigned char>(c) <= ' ';
            if (!is_blank) {
                flush();
                text_ += c;
            } else if (is_verbatim && c == '\n') {
                if (text_.empty() || break_.starts_with("\n\n")) continue;
                break_ = break_.starts_with('\n') ? "\n\n" : "\n";
            } else if (break_.empty() && !text_.empty()) {
                break_ = " ";
            } else if (is_verbatim && break_.starts_with('\n')) {
                break_ += c == '\t' ? '\t' : ' ';
            }
        }
    }
    void add_break(std::string_view wanted) {
        if (text_.empty()) return;
        const std::size_t lines = std::min(break_.find_first_not_of('\n'), break_.size());
        if (wanted == " " ? break_.empty() : wanted.size() > lines) break_ = wanted;
    }
    void add_item() {
        break_ = text_.empty() ? "- " : "\n- ";
        is_item_ = true;
    }
    // Inside a list item that has no word yet, a block must not take away its mark.
    bool is_fresh_item() const { return is_item_; }
    bool is_full() const { return text_.size() >= bytes_max_; }
    std::string take() {
        // Never half a character.
        if (is_full()) {
            while (!text_.empty() && (static_cast<unsigned char>(text_.back()) & 0xC0) == 0x80) {
                text_.pop_back();
            }
            if (!text_.empty() && static_cast<unsigned char>(text_.back()) >= 0xC0) {
                text_.pop_back();
            }
        }
        return std::move(text_);
    }

private:
    void flush() {
        text_ += break_;
        break_.clear();
        is_item_ = false;
    }
    std::size_t bytes_max_;
    std::string text_;
    std::string break_;
    bool is_item_ = false;
};

// Where the walk is. Counted on the way, since looking upwards from each node of a deep tree
// would take for ever.
class Reader {
public:
    explicit Reader(std::size_t bytes_max) : writer_(bytes_max) {}

    std::string read(const xmlNode* root) {
        for (const xmlNode* node = root; node != nullptr && !writer_.is_full();) {
            const bool enter = node == root || !is_unread(node);
            if (enter) open(node);
            const xmlNode* next = next_node(node, root, enter);
            if (next == nullptr || next->parent != node) close_until(node, next, root, enter);
            node = next;
        }
        return core::clean_utf8(writer_.take());
    }

private:
    // A footer inside an article is its own; the page's says the same on every page.
    bool is_unread(const xmlNode* node) const {
        if (node->type != XML_ELEMENT_NODE) return false;
        const std::string_view name = name_of(node);
        if (name == "footer") return articles_ == 0 || is_hidden(node);
        return is_one_of(name, unread) || is_hidden(node);
    }

    void open(const xmlNode* node) {
        const bool is_text = node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
        if (is_text && node->content != nullptr) {
            writer_.add_text(reinterpret_cast<const char*>(node->content), verbatim_ > 0);
        }
        if (node->type != XML_ELEMENT_NODE) return;
        count(node, 1);
        const std::string_view name = name_of(node);
        if (name == "li") {
            writer_.add_item();
        } else if (writer_.is_fresh_item()) {
            return;
        } else if (name == "br") {
            writer_.add_break("\n");
        } else if (name == "td" || name == "th") {
            writer_.add_break(" ");
        } else if (is_one_of(name, blocks)) {
            writer_.add_break("\n\n");
        }
    }

    // Closes what ends between `from` and `to`, which follows it in document order.
    void close_until(const xmlNode* from, const xmlNode* to, const xmlNode* root, bool entered) {
        const xmlNode* parent = to == nullptr ? root->parent : to->parent;
        for (const xmlNode* up = from; up != nullptr && up != parent; up = up->parent) {
            if (up->type == XML_ELEMENT_NODE) close(up, entered || up != from);
            if (up == root) return;
        }
    }

    void close(const xmlNode* node, bool was_entered) {
        if (was_entered) count(node, -1);
        const std::string_view name = name_of(node);
        if (writer_.is_fresh_item()) return;
        if (is_one_of(name, blocks)) writer_.add_break("\n\n");
        if (name == "td" || name == "th") writer_.add_break(" ");
    }

    void count(const xmlNode* node, int by) {
        if (is_named(node, "pre")) verbatim_ += by;
        if (is_named(node, "article") || is_named(node, "main")) articles_ += by;
    }

    Writer writer_;
    int verbatim_ = 0;
    int articles_ = 0;
};

bool has_markup(std::string_view html) {
    const std::size_t open = html.find('<');
    return open != std::string_view::npos && html.find('>', open) != std::string_view::npos;
}

bool is_markup_text(std::string_view text) {
    constexpr std::array<std::string_view, 6> marks{"</p>",  "</a>", "</div>",
                                                    "</li>", "<br",  "<p>"};
    return std::any_of(marks.begin(), marks.end(), [&](std::string_view mark) {
        return text.find(mark) != std::string_view::npos;
    });
}

std::string strip_once(std::string_view html, std::size_t bytes_max) {
    const Document document = parse_html("<body>" + std::string(html));
    const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    return root == nullptr ? "" : readable_text(root, bytes_max);
}

}  // namespace

std::string one_line(std::string_view text, std::size_t chars_max) {
    std::string line;
    for (const char c : text) {
        const bool is_blank = static_cast<unsigned char>(c) <= ' ';
        if (!is_blank) line += c;
        if (is_blank && !line.empty() && line.back() != ' ') line += ' ';
    }
    if (line.ends_with(' ')) line.pop_back();
    return core::truncate(line, chars_max);
}

std::string readable_text(const _xmlNode* root, std::size_t bytes_max) {
    return Reader(bytes_max).read(root);
}

std::string text_of_html(std::string_view html, std::size_t bytes_max) {
    std::string text = strip_once(html, bytes_max);
    if (has_markup(html) || !is_markup_text(text)) return text;
    return strip_once(text, bytes_max);
}

}  // namespace torale::providers
