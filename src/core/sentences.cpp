// Where a sentence ends. The judge's unit of proof: a condition must be satisfied inside one.
#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace torale::core {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_letter(char c) {
    return is_upper(c) || (c >= 'a' && c <= 'z');
}
char lower(char c) {
    return is_upper(c) ? static_cast<char>(c + 32) : c;
}

// Never end a sentence.
constexpr std::array<std::string_view, 24> always{
    "mr",  "mrs", "ms",  "dr",  "prof", "st", "vs", "cf", "approx", "gen",  "sen", "rep",
    "gov", "fig", "ver", "vol", "pp",   "al", "ed", "eq", "resp",   "incl", "ca",  "rev"};
// End one unless a lower-case word or a number follows.
constexpr std::array<std::string_view, 10> before_lower{"etc",  "inc", "ltd",  "co",  "corp",
                                                        "bros", "jr",  "dept", "est", "min"};
// Only before a number: "No. 5", "Sept. 9".
constexpr std::array<std::string_view, 14> before_digit{"no",  "jan", "feb", "mar", "apr",
                                                        "jun", "jul", "aug", "sep", "sept",
                                                        "oct", "nov", "dec", "art"};

bool matches(std::string_view word, std::string_view known) {
    return word.size() == known.size() && std::equal(word.begin(), word.end(), known.begin(),
                                                     [](char a, char b) { return lower(a) == b; });
}

template <std::size_t n>
bool is_any(std::string_view word, const std::array<std::string_view, n>& known) {
    return std::any_of(known.begin(), known.end(),
                       [word](std::string_view k) { return matches(word, k); });
}

// "e.g", "U.S", "a.m", or one capital letter: letters parted by dots.
bool is_dotted(std::string_view word) {
    if (word.empty() || word.size() % 2 == 0) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (i % 2 == 0 ? !is_letter(word[i]) : word[i] != '.') return false;
    }
    return word.size() > 1 || is_upper(word[0]);
}

// `word` is what stands before the full stop at `dot`, `next` what follows the white space.
bool is_abbreviation(std::string_view word, char next, bool starts_sentence) {
    const bool time_of_day = matches(word, "a.m") || matches(word, "p.m");
    if (time_of_day || is_any(word, before_lower)) return !is_upper(next);
    if (is_dotted(word) || is_any(word, always)) return true;
    if (is_any(word, before_digit)) return is_digit(next);
    // "1. First point": the number of a list item.
    return starts_sentence && !word.empty() && word.size() <= 3 &&
           std::all_of(word.begin(), word.end(), is_digit);
}

class Splitter {
public:
    explicit Splitter(std::string_view text) : text_(text) {}

    std::vector<std::string_view> run() {
        for (std::size_t at = 0; at < text_.size();) {
            const char c = text_[at];
            if (c != '\n' && !is_stop(c)) {
                ++at;
                continue;
            }
            at = c == '\n' ? end_at_line(at) : end_at_stop(at);
        }
        cut(text_.size());
        return std::move(sentences_);
    }

private:
    // A line break ends a sentence before a blank line or a list item, else it only wraps.
    std::size_t end_at_line(std::size_t at) {
        std::size_t next = at + 1;
        while (next < text_.size() && (text_[next] == ' ' || text_[next] == '\t')) ++next;
        const std::size_t mark = next;
        while (next < text_.size() && text_[next] == '\r') ++next;
        if (next >= text_.size()) return text_.size();
        const char c = text_[mark];
        if (text_[next] == '\n' || c == '*' || c == '-' || c == '+') cut(at);
        return next;
    }

    std::size_t end_at_stop(std::size_t at) {
        std::size_t end = at + 1;
        while (end < text_.size() && is_stop(text_[end])) ++end;
        const bool one_dot = end == at + 1 && text_[at] == '.';
        end = skip_closers(end);
        if (end < text_.size() && !is_blank(text_[end])) return end;
        std::size_t next = end;
        while (next < text_.size() && is_blank(text_[next])) ++next;
        const char following = next < text_.size() ? text_[next] : '\0';
        const std::string_view word = word_before(at);
        const bool first = skip_blanks(begin_) + word.size() == at;
        if (one_dot && following != '\0' && is_abbreviation(word, following, first)) return end;
        cut(end);
        return end;
    }

    static bool is_stop(char c) { return c == '.' || c == '!' || c == '?'; }

    // Quotes and brackets close the sentence that they are in.
    std::size_t skip_closers(std::size_t at) const {
        for (;;) {
            if (at < text_.size() && std::string_view("\"')]}*").find(text_[at]) != npos) {
                ++at;
            } else if (text_.substr(at, 3) == "”" || text_.substr(at, 3) == "’") {
                at += 3;
            } else if (text_.substr(at, 2) == "»") {
                at += 2;
            } else {
                return at;
            }
        }
    }

    std::string_view word_before(std::size_t dot) const {
        std::size_t from = dot;
        while (from > begin_ && (is_letter(text_[from - 1]) || is_digit(text_[from - 1]) ||
                                 text_[from - 1] == '.')) {
            --from;
        }
        return text_.substr(from, dot - from);
    }

    std::size_t skip_blanks(std::size_t at) const {
        while (at < text_.size() && is_blank(text_[at])) ++at;
        return at;
    }

    void cut(std::size_t end) {
        std::size_t from = begin_;
        begin_ = end;
        while (from < end && is_blank(text_[from])) ++from;
        while (end > from && is_blank(text_[end - 1])) --end;
        if (end > from) sentences_.push_back(text_.substr(from, end - from));
    }

    static constexpr std::size_t npos = std::string_view::npos;
    std::string_view text_;
    std::size_t begin_ = 0;
    std::vector<std::string_view> sentences_;
};

}  // namespace

std::vector<std::string_view> split_sentences(std::string_view text) {
    return Splitter(text).run();
}

}  // namespace torale::core
