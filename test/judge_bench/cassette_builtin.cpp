// The built-in search in memory. As the SQL: quoted and minus terms are strict, other words are
// OR-ed, ranked by the share that matches with titles weighing double, then newest. Unlike the
// SQL it does not weigh words by how rare they are.
#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "core/url.hpp"
#include "judge_bench/cassettes.hpp"
#include "providers/rules.hpp"
#include "providers/rules_tokens.hpp"

namespace torale::judge_bench {

namespace {

std::vector<std::string> stems_of(std::string_view text) {
    std::set<std::string> stems;
    for (const auto& token : providers::rules::tokenize(text)) {
        if (token.kind == providers::rules::Token::Kind::sign) continue;
        stems.insert(providers::rules::stem(token.folded));
    }
    return {stems.begin(), stems.end()};
}

bool has(const std::vector<std::string>& sorted, const std::string& word) {
    return std::binary_search(sorted.begin(), sorted.end(), word);
}

bool is_wanted(const Document& document, const providers::builtin::DocumentQuery& query) {
    if (query.published_after && document.published_at &&
        *document.published_at < *query.published_after) {
        return false;
    }
    const auto matches = [&](const std::vector<std::string>& domains) {
        return std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) {
            return core::domain_matches(core::domain_of(document.url), domain);
        });
    };
    if (matches(query.options.exclude_domains)) return false;
    return query.options.include_domains.empty() || matches(query.options.include_domains);
}

}  // namespace

Cassettes::Cassettes(const World& world, Voice* voice) : world_(world), voice_(voice) {
    if (voice_ != nullptr) return;
    for (const Document& document : world_.documents) {
        index_.push_back({.document = &document,
                          .title = stems_of(document.title),
                          .text = stems_of(document.text),
                          .folded = core::fold(document.title + "\n" + document.text)});
    }
}

const Cassettes::Indexed& Cassettes::index_of(const Document& document) const {
    return index_[static_cast<std::size_t>(&document - world_.documents.data())];
}

agent::DocumentHits Cassettes::search(const providers::builtin::DocumentQuery& query, Time now) {
    struct Hit {
        const Document* document;
        int points;
    };
    std::vector<Hit> hits;
    std::vector<std::string> words;
    for (const std::string& word : query.words) words.push_back(providers::rules::stem(word));
    for (const Document* document : world_.visible(now)) {
        const Indexed& indexed = index_of(*document);
        const auto stands = [&](const std::string& term) {
            return indexed.folded.find(term) != std::string::npos;
        };
        if (!is_wanted(*document, query)) continue;
        if (!std::all_of(query.phrases.begin(), query.phrases.end(), stands)) continue;
        if (std::any_of(query.excluded.begin(), query.excluded.end(), stands)) continue;
        int points = query.phrases.empty() ? 0 : 1;
        for (const std::string& word : words) {
            points += 2 * has(indexed.title, word) + has(indexed.text, word);
        }
        if (points > 0) hits.push_back({document, points});
    }
    // visible() is newest first already.
    std::stable_sort(hits.begin(), hits.end(),
                     [](const Hit& a, const Hit& b) { return a.points > b.points; });
    agent::DocumentHits results;
    const auto results_max = static_cast<std::size_t>(query.options.max_results);
    for (std::size_t i = 0; i < std::min(hits.size(), results_max); ++i) {
        const Document& document = *hits[i].document;
        results.push_back({.url = document.url,
                           .title = document.title,
                           .snippet = document.text,
                           .published_at = document.published_at});
    }
    return results;
}

}  // namespace torale::judge_bench
