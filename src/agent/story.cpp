// A story is a set of words and a day.
#include "agent/story.hpp"

#include <algorithm>
#include <chrono>

#include "providers/rules.hpp"
#include "providers/rules_tokens.hpp"

namespace torale::agent {

namespace {

namespace rules = providers::rules;

constexpr std::chrono::hours round_max{48};

void add_words(std::set<std::string>& words, std::string_view text) {
    for (const rules::Token& token : rules::tokenize(text)) {
        if (token.kind == rules::Token::Kind::number) {
            words.insert(token.folded);
        } else if (token.kind == rules::Token::Kind::word && !rules::is_stop_word(token.folded)) {
            words.insert(rules::stem(token.folded));
        }
    }
}

}  // namespace

Story read_story(std::string_view title, std::string_view text, std::string_view content_hash,
                 std::optional<core::Time> published_at) {
    Story story;
    story.content_hash = content_hash;
    story.published_at = published_at;
    add_words(story.words, title);
    add_words(story.words, text);
    return story;
}

bool is_one_source(const Story& a, const Story& b) {
    return !a.content_hash.empty() && a.content_hash == b.content_hash;
}

double overlap_of(const Story& a, const Story& b) {
    const std::size_t fewer = std::min(a.words.size(), b.words.size());
    if (fewer == 0) return 0;
    const auto shared = std::count_if(a.words.begin(), a.words.end(), [&](const std::string& word) {
        return b.words.contains(word);
    });
    return static_cast<double>(shared) / static_cast<double>(fewer);
}

bool are_near_in_time(const Story& a, const Story& b) {
    if (!a.published_at || !b.published_at) return false;
    return std::chrono::abs(*a.published_at - *b.published_at) <= round_max;
}

}  // namespace torale::agent
