// English stems as PostgreSQL's english_stem dictionary gives them, so that the judge and the
// full-text search mean the same by "the same word".
#include <libstemmer.h>

#include <algorithm>
#include <array>

#include "providers/rules.hpp"

namespace torale::providers::rules {

namespace {

// PostgreSQL's english.stop, sorted.
constexpr std::array<std::string_view, 127> stop_words{
    "a",      "about",  "above", "after", "again",   "against",   "all",       "am",
    "an",     "and",    "any",   "are",   "as",      "at",        "be",        "because",
    "been",   "before", "being", "below", "between", "both",      "but",       "by",
    "can",    "did",    "do",    "does",  "doing",   "don",       "down",      "during",
    "each",   "few",    "for",   "from",  "further", "had",       "has",       "have",
    "having", "he",     "her",   "here",  "hers",    "herself",   "him",       "himself",
    "his",    "how",    "i",     "if",    "in",      "into",      "is",        "it",
    "its",    "itself", "just",  "me",    "more",    "most",      "my",        "myself",
    "no",     "nor",    "not",   "now",   "of",      "off",       "on",        "once",
    "only",   "or",     "other", "our",   "ours",    "ourselves", "out",       "over",
    "own",    "s",      "same",  "she",   "should",  "so",        "some",      "such",
    "t",      "than",   "that",  "the",   "their",   "theirs",    "them",      "themselves",
    "then",   "there",  "these", "they",  "this",    "those",     "through",   "to",
    "too",    "under",  "until", "up",    "very",    "was",       "we",        "were",
    "what",   "when",   "where", "which", "while",   "who",       "whom",      "why",
    "will",   "with",   "you",   "your",  "yours",   "yourself",  "yourselves"};
static_assert(std::is_sorted(stop_words.begin(), stop_words.end()));

// Built at first use, so that nothing runs when the library is loaded; never freed, so that
// nothing runs when the process ends.
sb_stemmer* english() {
    static sb_stemmer* const stemmer = sb_stemmer_new("english", "UTF_8");
    return stemmer;
}

bool is_vowel(char c) {
    return std::string_view("aeiouy").find(c) != std::string_view::npos;
}

// Snowball keeps the plural of a word without an earlier vowel ("cves", "gpus", "llms"), since
// it takes it for one like "gas". From four letters on such words are acronyms.
bool is_acronym_plural(std::string_view stemmed) {
    if (stemmed.size() < 4 || stemmed.back() != 's') return false;
    stemmed.remove_suffix(1);
    if (stemmed.back() == 's') return false;
    stemmed.remove_suffix(1);
    return std::none_of(stemmed.begin(), stemmed.end(), is_vowel);
}

}  // namespace

bool is_stop_word(std::string_view word) {
    return std::binary_search(stop_words.begin(), stop_words.end(), word);
}

std::string stem(std::string_view word) {
    const auto* bytes = reinterpret_cast<const sb_symbol*>(word.data());
    sb_stemmer* stemmer = english();
    const sb_symbol* stemmed = sb_stemmer_stem(stemmer, bytes, static_cast<int>(word.size()));
    if (stemmed == nullptr) return std::string(word);
    std::string out(reinterpret_cast<const char*>(stemmed),
                    static_cast<std::size_t>(sb_stemmer_length(stemmer)));
    if (is_acronym_plural(out)) out.pop_back();
    return out;
}

}  // namespace torale::providers::rules
