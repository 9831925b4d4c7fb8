// Keeps what the stored sources say and measures how well they say it. A judge, model or rules,
// is believed only as far as its quotes are found.
#include "agent/grounding.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/text.hpp"
#include "core/url.hpp"

namespace torale::agent {

namespace {

constexpr std::size_t quote_chars_max = 300;
// "a" or "is" stands in every text and proves nothing.
constexpr std::size_t quote_letters_min = 3;

const core::Source* find_source(const std::vector<core::Source>& sources, int number) {
    const auto found = std::find_if(sources.begin(), sources.end(), [number](const auto& source) {
        return source.number == number;
    });
    return found == sources.end() ? nullptr : &*found;
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Letters and digits: ASCII ones, and every character beyond ASCII.
std::size_t count_letters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x80 ? std::isalnum(byte) != 0 : !is_continuation(c);
    }));
}

// At most quote_chars_max characters, ending after a word where there is one. No ellipsis: the
// result must stand in the source as it is.
std::string_view shorten(std::string_view quote) {
    std::size_t chars = 0;
    std::size_t last_blank = 0;
    for (std::size_t at = 0; at < quote.size(); ++at) {
        if (is_continuation(quote[at])) continue;
        if (quote[at] == ' ' || quote[at] == '\n' || quote[at] == '\t') last_blank = at;
        if (chars++ == quote_chars_max) return quote.substr(0, last_blank > 0 ? last_blank : at);
    }
    return quote;
}

std::optional<core::Citation> verify(const core::Citation& citation,
                                     const std::vector<core::Source>& sources) {
    const core::Source* source = find_source(sources, citation.source);
    if (source == nullptr) return std::nullopt;
    if (count_letters(core::fold(citation.quote)) < quote_letters_min) return std::nullopt;
    const auto span = core::find_folded(source->snippet, citation.quote);
    if (!span) return std::nullopt;
    const std::string_view text = source->snippet;
    return core::Citation{citation.source,
                          std::string(shorten(text.substr(span->byte_offset, span->byte_length))),
                          span->char_offset};
}

std::vector<std::string_view> split_words(std::string_view folded) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < folded.size();) {
        const std::size_t end = std::min(folded.find(' ', at), folded.size());
        std::string_view word = folded.substr(at, end - at);
        constexpr std::string_view around = ".,;:!?\"'()[]*";
        while (!word.empty() && around.find(word.front()) != std::string_view::npos) {
            word.remove_prefix(1);
        }
        while (!word.empty() && around.find(word.back()) != std::string_view::npos) {
            word.remove_suffix(1);
        }
        if (!word.empty()) words.push_back(word);
        at = end + 1;
    }
    return words;
}

bool has_digit(std::string_view word) {
    return word.find_first_of("0123456789") != std::string_view::npos;
}

// Of one cited source: its words, and among them those that carry a value.
struct Testimony {
    const core::Source* source = nullptr;
    std::set<std::string> words;
    std::set<std::string> values;
};

std::vector<Testimony> gather(const core::Judgement& judgement,
                              const std::vector<core::Source>& sources) {
    std::map<int, Testimony> by_source;
    for (const core::Citation& citation : judgement.citations) {
        const core::Source* source = find_source(sources, citation.source);
        if (source == nullptr) continue;
        Testimony& testimony = by_source[citation.source];
        testimony.source = source;
        const std::string folded = core::fold(citation.quote);
        for (const std::string_view word : split_words(folded)) {
            testimony.words.emplace(word);
            if (has_digit(word)) testimony.values.emplace(word);
        }
    }
    std::vector<Testimony> out;
    for (auto& [number, testimony] : by_source) out.push_back(std::move(testimony));
    return out;
}

// One domain 40, two 70, three 90, four or more 100.
int score_domains(const std::vector<Testimony>& testimonies) {
    std::set<std::string> domains;
    for (const Testimony& testimony : testimonies) {
        const std::string domain = core::domain_of(testimony.source->url);
        domains.insert(domain.rfind("www.", 0) == 0 ? domain.substr(4) : domain);
    }
    constexpr int steps[] = {0, 40, 70, 90, 100};
    return steps[std::min<std::size_t>(domains.size(), 4)];
}

// Of the strongest quote: 8 a distinct word, 20 more when it carries a value.
int score_quotes(const std::vector<Testimony>& testimonies) {
    int best = 0;
    for (const Testimony& testimony : testimonies) {
        const int words = static_cast<int>(std::min<std::size_t>(testimony.words.size(), 12));
        best = std::max(best, 8 * words + (testimony.values.empty() ? 0 : 20));
    }
    return std::min(best, 100);
}

// The mean over the cited sources: 100 dated, 30 undated, 0 dated more than a day ahead of now.
int score_dates(const std::vector<Testimony>& testimonies, core::Time now) {
    int sum = 0;
    for (const Testimony& testimony : testimonies) {
        const auto& published = testimony.source->published_at;
        sum += !published ? 30 : *published > now + std::chrono::hours(24) ? 0 : 100;
    }
    return sum / static_cast<int>(testimonies.size());
}

std::size_t count_shared(const std::set<std::string>& a, const std::set<std::string>& b) {
    return static_cast<std::size_t>(std::count_if(
        a.begin(), a.end(), [&b](const std::string& word) { return b.count(word) > 0; }));
}

// Same value, or, where one of them carries none, a third of the shorter one's words.
bool agrees(const Testimony& a, const Testimony& b) {
    if (!a.values.empty() && !b.values.empty()) return count_shared(a.values, b.values) > 0;
    return 3 * count_shared(a.words, b.words) >= std::min(a.words.size(), b.words.size());
}

// The share of pairs that agree; 50 when there is nobody to agree with.
int score_agreement(const std::vector<Testimony>& testimonies) {
    int pairs = 0;
    int agreeing = 0;
    for (std::size_t i = 0; i < testimonies.size(); ++i) {
        for (std::size_t k = i + 1; k < testimonies.size(); ++k) {
            ++pairs;
            agreeing += agrees(testimonies[i], testimonies[k]) ? 1 : 0;
        }
    }
    return pairs == 0 ? 50 : 100 * agreeing / pairs;
}

}  // namespace

Grounded ground(core::Judgement judgement, const std::vector<core::Source>& sources) {
    Grounded grounded;
    std::vector<core::Citation> kept;
    for (const core::Citation& citation : judgement.citations) {
        const auto verified = verify(citation, sources);
        if (!verified) {
            ++grounded.dropped_citations;
        } else if (std::find(kept.begin(), kept.end(), *verified) == kept.end()) {
            kept.push_back(*verified);
        }
    }
    judgement.citations = std::move(kept);
    if (judgement.verdict == core::Verdict::met && judgement.citations.empty()) {
        grounded.demoted = true;
        judgement.verdict = core::Verdict::unknown;
        judgement.notification.reset();
        const std::string reason = grounded.dropped_citations > 0
                                       ? "No quote of the judge stands in the stored sources."
                                       : "The judge gave no quote.";
        judgement.evidence =
            judgement.evidence.empty() ? reason : reason + " It said: " + judgement.evidence;
    }
    grounded.judgement = std::move(judgement);
    return grounded;
}

core::Confidence compute_confidence(const core::Judgement& judgement,
                                    const std::vector<core::Source>& sources, core::Time now) {
    const std::vector<Testimony> testimonies = gather(judgement, sources);
    core::Confidence confidence;
    if (testimonies.empty()) return confidence;
    confidence.independent_domains = score_domains(testimonies);
    confidence.quote_strength = score_quotes(testimonies);
    confidence.date_certainty = score_dates(testimonies, now);
    confidence.agreement = score_agreement(testimonies);
    confidence.value = (30 * confidence.independent_domains + 30 * confidence.quote_strength +
                        20 * confidence.date_certainty + 20 * confidence.agreement + 50) /
                       100;
    return confidence;
}

std::string fingerprint(const core::Judgement& judgement) {
    std::set<std::string> quotes;
    for (const core::Citation& citation : judgement.citations) {
        quotes.insert(core::fold(citation.quote));
    }
    std::string bytes;
    for (const std::string& quote : quotes) {
        bytes += std::to_string(quote.size()) + ":" + quote;
    }
    return core::sha256_hex(bytes);
}

}  // namespace torale::agent
