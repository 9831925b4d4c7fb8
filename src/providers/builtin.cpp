// Reads a search box: what must be there, what must not, and what only ranks.
#include "providers/builtin.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/text.hpp"
#include "providers/rules.hpp"

namespace torale::providers::builtin {

namespace {

// A query longer than this is a page somebody pasted; the rest would only cost.
constexpr std::size_t terms_max = 32;

// Words of asking, which no document is about: the newest come first by themselves.
constexpr std::array<std::string_view, 20> asking{
    "alert",  "current", "currently", "find",   "inform", "know", "last",
    "latest", "let",     "me",        "most",   "newest", "next", "notify",
    "please", "recent",  "recently",  "search", "show",   "tell"};
static_assert(std::is_sorted(asking.begin(), asking.end()));

bool is_asking(std::string_view word) {
    return std::binary_search(asking.begin(), asking.end(), word);
}

bool is_letter(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0;
}

// Without the punctuation around it and without 's; "c++" and "c#" keep their signs.
std::string_view bare(std::string_view word) {
    while (!word.empty() && !is_letter(word.front()) && word.front() != '.') word.remove_prefix(1);
    while (!word.empty() && !is_letter(word.back()) && word.back() != '+' && word.back() != '#') {
        word.remove_suffix(1);
    }
    if (word.size() > 2 && word.substr(word.size() - 2) == "'s") word.remove_suffix(2);
    return std::any_of(word.begin(), word.end(), is_letter) ? word : std::string_view();
}

void add_once(std::vector<std::string>& to, std::string_view term) {
    if (term.empty() || to.size() >= terms_max) return;
    if (std::find(to.begin(), to.end(), term) == to.end()) to.emplace_back(term);
}

struct Terms {
    std::vector<std::string> words;
    std::vector<std::string> phrases;
    std::vector<std::string> excluded;
};

// `folded` has single blanks and one kind of quote. A quote that is never closed is no quote.
Terms split_terms(std::string_view folded) {
    Terms terms;
    for (std::size_t at = 0; at < folded.size();) {
        if (folded[at] == ' ') {
            ++at;
            continue;
        }
        const bool minus = folded[at] == '-' && at + 1 < folded.size() && folded[at + 1] != ' ';
        const std::size_t begin = minus ? at + 1 : at;
        const std::size_t close =
            folded[begin] == '"' ? folded.find('"', begin + 1) : std::string_view::npos;
        if (close != std::string_view::npos) {
            const std::string_view inside = folded.substr(begin + 1, close - begin - 1);
            add_once(minus ? terms.excluded : terms.phrases, core::fold(inside));
            at = close + 1;
            continue;
        }
        const std::size_t end = std::min(folded.find(' ', begin), folded.size());
        add_once(minus ? terms.excluded : terms.words, bare(folded.substr(begin, end - begin)));
        at = end;
    }
    return terms;
}

// The words that say what is sought. When all are stop words ("The Who") they are all we have.
std::vector<std::string> choose_words(const Terms& terms) {
    std::vector<std::string> chosen;
    std::vector<std::string> weak;
    for (const std::string& word : terms.words) {
        if (rules::is_stop_word(word)) continue;
        (is_asking(word) ? weak : chosen).push_back(word);
    }
    if (!chosen.empty() || !terms.phrases.empty()) return chosen;
    return weak.empty() ? terms.words : weak;
}

std::optional<core::Time> oldest_allowed(const core::SearchOptions& options, core::Time now) {
    constexpr std::pair<std::string_view, int> hours[] = {
        {"hour", 1}, {"day", 24}, {"week", 7 * 24}, {"month", 31 * 24}, {"year", 366 * 24}};
    std::optional<core::Time> oldest = options.published_after;
    for (const auto& [name, count] : hours) {
        if (options.recency != name) continue;
        const core::Time recent = now - std::chrono::hours(count);
        oldest = oldest ? std::max(*oldest, recent) : recent;
    }
    return oldest;
}

}  // namespace

DocumentQuery plan_query(std::string_view owner, std::string_view search_query,
                         const core::SearchOptions& options, core::Time now) {
    Terms terms = split_terms(core::fold(search_query));
    DocumentQuery query;
    query.owner = owner;
    query.words = choose_words(terms);
    query.phrases = std::move(terms.phrases);
    query.excluded = std::move(terms.excluded);
    query.options = options;
    query.published_after = oldest_allowed(options, now);
    return query;
}

}  // namespace torale::providers::builtin
