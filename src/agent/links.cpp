// A small Markdown scanner that knows every way to write a link and trusts only our URLs.
#include "agent/links.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "core/url.hpp"

namespace torale::agent {

namespace {

// Deeper brackets than this are no links a judge writes: they are dropped.
constexpr int nesting_max = 8;

bool begins_with(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) {
               return a == std::tolower(static_cast<unsigned char>(b));
           });
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool has_link_signs(std::string_view text) {
    return text.find_first_of("[<") != std::string_view::npos ||
           text.find("://") != std::string_view::npos ||
           std::search(text.begin(), text.end(), "www.", "www." + 4, [](char a, char b) {
               return std::tolower(static_cast<unsigned char>(a)) == b;
           }) != text.end();
}

// Longer than any link a judge writes; bounds the work on a text full of brackets.
constexpr std::size_t bracket_reach_max = 1'000;

// The position of the bracket that closes the one at `from`, or npos.
std::size_t find_closing(std::string_view text, std::size_t from, char open, char close) {
    int depth = 0;
    const std::size_t end = std::min(text.size(), from + bracket_reach_max);
    for (std::size_t i = from; i < end; ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == open) {
            ++depth;
        } else if (text[i] == close && --depth == 0) {
            return i;
        }
    }
    return std::string_view::npos;
}

// What stands between the parentheses of a link, without its title and angle brackets.
std::string_view link_target(std::string_view inner) {
    while (!inner.empty() && is_blank(inner.front())) inner.remove_prefix(1);
    if (!inner.empty() && inner.front() == '<') {
        const std::size_t end = inner.find('>');
        return inner.substr(1, end == std::string_view::npos ? end : end - 1);
    }
    std::size_t end = 0;
    while (end < inner.size() && !is_blank(inner[end])) ++end;
    return inner.substr(0, end);
}

// How many bytes the bare URL at the front of `text` has; sentence punctuation is not part.
std::size_t bare_url_length(std::string_view text) {
    std::size_t end = 0;
    int open_parentheses = 0;
    for (; end < text.size(); ++end) {
        const char c = text[end];
        if (is_blank(c) || std::string_view("<>\"`[]|\\^{}").find(c) != std::string_view::npos) {
            break;
        }
        if (c == '(') ++open_parentheses;
        if (c == ')' && --open_parentheses < 0) break;
    }
    while (end > 0 &&
           std::string_view(".,;:!?'*_~").find(text[end - 1]) != std::string_view::npos) {
        --end;
    }
    return end;
}

class Scanner {
public:
    explicit Scanner(const std::vector<core::Source>& sources) : sources_(sources) {}

    std::string clean(std::string_view text, int depth = 0) const {
        std::string out;
        out.reserve(text.size());
        std::size_t at = 0;
        while (at < text.size()) at += take(text, at, depth, out);
        return out;
    }

private:
    // Consumes at least one byte at `at`; appends what may stay.
    std::size_t take(std::string_view text, std::size_t at, int depth, std::string& out) const {
        const std::string_view rest = text.substr(at);
        switch (rest.front()) {
            case '!':
                if (rest.size() > 1 && rest[1] == '[')
                    return 1 + take_link(text, at + 1, depth, out);
                break;
            case '[':
                return take_link(text, at, depth, out);
            case ']':
                // Code spans bind tighter than brackets, so a link may end at a bracket that
                // take_link did not pair: no stray "](" or "]:" may stay.
                out += rest.size() > 1 && (rest[1] == '(' || rest[1] == ':') ? "] " : "]";
                return 1;
            case '<':
                return take_angle(rest, out);
            case 'h':
            case 'H':
            case 'w':
            case 'W':
            case 'f':
            case 'F':
                if (begins_url(text, at)) return take_bare(rest, out);
                break;
        }
        out.push_back(rest.front());
        return 1;
    }

    // Images are treated as links: a picture of a known URL still is an outside fetch in a mail.
    std::size_t take_link(std::string_view text, std::size_t at, int depth,
                          std::string& out) const {
        const std::size_t close = find_closing(text, at, '[', ']');
        if (depth >= nesting_max) return 1;
        if (close == std::string_view::npos) {
            out.push_back('[');
            return 1;
        }
        const std::string words = clean(text.substr(at + 1, close - at - 1), depth + 1);
        if (close + 1 < text.size() && text[close + 1] == '(') {
            const std::size_t end = find_closing(text, close + 1, '(', ')');
            if (end != std::string_view::npos) {
                const auto target = link_target(text.substr(close + 2, end - close - 2));
                out += is_known(target) ? "[" + words + "](" + std::string(target) + ")" : words;
                return end + 1 - at;
            }
        }
        out += "[" + words + "]";
        // A definition "[label]: target" needs the colon next to the bracket.
        if (close + 1 < text.size() && (text[close + 1] == ':' || text[close + 1] == '(')) {
            out.push_back(' ');
        }
        return close + 1 - at;
    }

    // "<https://known>" stays; any other tag or autolink goes; "a < b" is neither.
    std::size_t take_angle(std::string_view rest, std::string& out) const {
        const bool is_tag = rest.size() > 1 && (std::isalpha(static_cast<unsigned char>(rest[1])) ||
                                                rest[1] == '/' || rest[1] == '!' || rest[1] == '?');
        if (!is_tag) {
            out.push_back('<');
            return 1;
        }
        const std::size_t end = rest.find('>');
        if (end == std::string_view::npos) {
            out += "< ";
            return 1;
        }
        const std::string_view inner = rest.substr(1, end - 1);
        if (is_known(inner)) out += std::string(rest.substr(0, end + 1));
        return end + 1;
    }

    std::size_t take_bare(std::string_view rest, std::string& out) const {
        const std::size_t length = std::max<std::size_t>(bare_url_length(rest), 1);
        const std::string_view url = rest.substr(0, length);
        if (is_known(url)) out += url;
        return length;
    }

    static bool begins_url(std::string_view text, std::size_t at) {
        const std::string_view rest = text.substr(at);
        if (begins_with(rest, "http://") || begins_with(rest, "https://")) return true;
        if (begins_with(rest, "ftp://")) return true;
        const bool word_starts = at == 0 || !std::isalnum(static_cast<unsigned char>(text[at - 1]));
        return word_starts && begins_with(rest, "www.") && rest.size() > 4 && !is_blank(rest[4]);
    }

    bool is_known(std::string_view url) const {
        if (url.empty()) return false;
        const std::string canonical = core::canonical_url(url);
        return std::any_of(sources_.begin(), sources_.end(), [&](const core::Source& source) {
            return source.url == canonical || source.url == url;
        });
    }

    const std::vector<core::Source>& sources_;
};

}  // namespace

std::string remove_unknown_links(std::string_view text, const std::vector<core::Source>& sources) {
    if (!has_link_signs(text)) return std::string(text);
    return Scanner(sources).clean(text);
}

}  // namespace torale::agent
