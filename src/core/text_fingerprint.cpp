// One pass over the bytes, one hash a word: this runs for every source of every run, in the
// scheduler's one thread. A changed number, name, negation or state must change the upper bits;
// so must their order.
#include <algorithm>
#include <array>
#include <bit>

#include "core/similarity.hpp"

namespace torale::core {

namespace {

// Fewer words say too little to be told from another text.
constexpr std::size_t words_min = 12;
// Shorter texts are copies only when every word is there: one word of few is news.
constexpr std::size_t tolerant_words_min = 64;
constexpr std::size_t agency_words_max = 12;
// "Reporting by Jane Doe; editing by Jim Roe" is all names.
constexpr std::size_t agency_small_words_max = 6;
constexpr std::size_t dateline_words_max = 8;
constexpr std::uint64_t offset_basis = 0xCBF29CE484222325ULL;

constexpr std::uint64_t add_byte(std::uint64_t hash, unsigned char byte) {
    return (hash ^ byte) * 0x100000001B3ULL;
}
constexpr std::uint64_t hash_of(std::string_view word) {
    std::uint64_t hash = offset_basis;
    for (const char c : word) hash = add_byte(hash, static_cast<unsigned char>(c));
    return hash;
}
constexpr std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

// Words that turn a report into another one.
constexpr std::array<std::string_view, 131> event_words{
    "no",       "not",       "never",      "none",      "neither",   "nor",       "without",
    "cannot",   "cant",      "wont",       "isnt",      "arent",     "wasnt",     "werent",
    "doesnt",   "dont",      "didnt",      "hasnt",     "havent",    "wouldnt",   "couldnt",
    "denies",   "denied",    "deny",       "denial",    "cancelled", "canceled",  "cancels",
    "cancel",   "delayed",   "delays",     "delay",     "postponed", "postpones", "postpone",
    "moved",    "recalled",  "recalls",    "recall",    "withdrawn", "withdraws", "withdrew",
    "sold",     "stock",     "available",  "open",      "opens",     "opened",    "unavailable",
    "closed",   "closes",    "close",      "resumed",   "resumes",   "suspended", "suspends",
    "approved", "approves",  "rejected",   "rejects",   "confirmed", "confirms",  "retracted",
    "retracts", "corrected", "correction", "launched",  "launches",  "launch",    "released",
    "releases", "release",   "announced",  "announces", "won",       "wins",      "lost",
    "loses",    "died",      "dies",       "dead",      "resigned",  "resigns",   "arrested",
    "rises",    "rose",      "falls",      "fell",      "started",   "starts",    "ended",
    "ends",     "signed",    "signs",      "failed",    "fails",     "passed",    "passes",
    "extended", "extends",   "banned",     "lifted",    "again",     "back",      "now",
    "soon",     "yet",       "up",         "down",      "higher",    "lower",     "more",
    "less",     "two",       "three",      "four",      "five",      "six",       "seven",
    "eight",    "nine",      "ten",        "eleven",    "twelve",    "dozen",     "hundred",
    "thousand", "million",   "billion",    "will",      "fixed"};
// Lines that the outlet adds open with one of these or name an agency, and tell no event.
constexpr std::array<std::string_view, 8> openers{"by",         "reporting", "editing", "writing",
                                                  "additional", "copyright", "source",  "photo"};
constexpr std::array<std::string_view, 13> agency_words{
    "reuters", "afp",         "ap",          "dpa",        "efe",        "ansa",      "tass",
    "xinhua",  "republished", "contributed", "syndicated", "originally", "newsletter"};

// Known words by hash, with a filter before the search: most words are none of them.
template <std::size_t n>
class WordSet {
public:
    constexpr explicit WordSet(const std::array<std::string_view, n>& words) {
        for (std::size_t i = 0; i < n; ++i) {
            hashes_[i] = hash_of(words[i]);
            filter_[(hashes_[i] >> 6) & 63] |= std::uint64_t{1} << (hashes_[i] & 63);
        }
        std::sort(hashes_.begin(), hashes_.end());
    }
    bool contains(std::uint64_t hash) const {
        if ((filter_[(hash >> 6) & 63] >> (hash & 63) & 1) == 0) return false;
        return std::binary_search(hashes_.begin(), hashes_.end(), hash);
    }

private:
    std::array<std::uint64_t, n> hashes_{};
    std::array<std::uint64_t, 64> filter_{};
};
constexpr WordSet event_set{event_words};
constexpr WordSet opener_set{openers};
constexpr WordSet agency_set{agency_words};

struct Word {
    std::uint64_t hash = 0;
    bool has_digit = false;
    bool makes_event = false;
};

enum class Class : unsigned char { letter, digit, sign, inner, end, line, silent, gap };

constexpr std::array<Class, 256> make_classes() {
    std::array<Class, 256> classes{};
    for (std::size_t i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || i >= 0x80;
        classes[i] = letter                                         ? Class::letter
                     : c >= '0' && c <= '9'                         ? Class::digit
                     : c == '$' || c == '%'                         ? Class::sign
                     : c == ',' || c == '-' || c == '/' || c == ':' ? Class::inner
                     : c == '.' || c == '!' || c == '?'             ? Class::end
                     : c == '\n'                                    ? Class::line
                     : c == '\''                                    ? Class::silent
                                                                    : Class::gap;
    }
    return classes;
}
constexpr std::array<Class, 256> classes = make_classes();

// Cuts a text into sentences of words. ASCII is folded, the rest compared as it is.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) { words.reserve(text.size() / 5 + 1); }

    std::vector<Word> words;
    std::vector<std::size_t> sentences;  // where each ends in `words`
    std::vector<bool> agency;            // of each sentence: a line that the outlet added

    void run() {
        while (at_ < text_.size()) step();
        end_word();
        end_sentence();
    }

private:
    unsigned char byte(std::size_t at) const {
        return at < text_.size() ? static_cast<unsigned char>(text_[at]) : 0;
    }

    void step() {
        const unsigned char c = byte(at_);
        switch (classes[c]) {
            case Class::letter:
                if (const std::size_t length = typography(c)) {
                    if (length > 1) end_word_unless_quote();
                    at_ += length;
                    return;
                }
                [[fallthrough]];
            case Class::digit:
                add(c);
                break;
            case Class::sign:
                end_word();
                add(c);
                end_word();
                break;
            case Class::inner:
                step_inner(c);
                break;
            case Class::end:
                step_end(c);
                break;
            case Class::line:
                end_word();
                end_sentence();
                break;
            case Class::silent:
                break;
            case Class::gap:
                if (c == ')' || c == '(') note_bracket(c);
                end_word();
                break;
        }
        ++at_;
    }

    // Quotes, dashes, ellipses and hard blanks beyond ASCII: how many bytes, 0 for a letter.
    std::size_t typography(unsigned char c) const {
        if (c == 0xC2 && byte(at_ + 1) < 0xC0 && byte(at_ + 1) != 0xA3 && byte(at_ + 1) != 0xA5) {
            return 2;
        }
        return c == 0xE2 && byte(at_ + 1) == 0x80 ? 3 : 0;
    }
    // ’ inside a word is as silent as '.
    void end_word_unless_quote() {
        const bool is_quote = byte(at_) == 0xE2 && (byte(at_ + 2) == 0x98 || byte(at_ + 2) == 0x99);
        if (!is_quote) end_word();
        const bool is_dash = byte(at_) == 0xE2 && byte(at_ + 2) >= 0x90 && byte(at_ + 2) <= 0x95;
        if (is_dash) note_dash();
    }

    void add(unsigned char c) {
        if (length_ == 0) {
            hash_ = offset_basis;
            is_capital_ = c >= 'A' && c <= 'Z';
        }
        ++length_;
        has_digit_ |= (c >= '0' && c <= '9') || c == '$' || c == '%';
        hash_ = add_byte(hash_, c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c + 32) : c);
    }

    bool is_between_digits() const {
        return at_ > 0 && classes[byte(at_ - 1)] == Class::digit &&
               classes[byte(at_ + 1)] == Class::digit;
    }

    void step_inner(unsigned char c) {
        if (length_ > 0 && is_between_digits()) {
            if (c != ',') add(c);  // "1,234" is 1234
            return;
        }
        end_word();
        if (c != '-') return;
        note_dash();
        // "-5" is not 5.
        if (at_ > 0 && byte(at_ - 1) == ' ' && classes[byte(at_ + 1)] == Class::digit) add(c);
    }

    void step_end(unsigned char c) {
        if (length_ > 0 && is_between_digits()) {
            add(c);
            return;
        }
        end_word();
        const unsigned char next = byte(at_ + 1);
        if (next == ' ' || next == '\n' || next == 0 || next == '"') end_sentence();
    }

    void end_word() {
        if (length_ == 0) return;
        const bool is_first = words.size() == sentence_begin_;
        const bool tells = has_digit_ || event_set.contains(hash_);
        words.push_back({mix(hash_), has_digit_, tells || (is_capital_ && !is_first)});
        line_.is_agency |= agency_set.contains(hash_) || (is_first && opener_set.contains(hash_));
        line_.tells |= tells;
        line_.small_words += is_capital_ ? 0 : 1;
        length_ = 0;
        has_digit_ = is_capital_ = false;
    }

    void note_bracket(unsigned char c) {
        end_word();
        has_bracket_ |= c == ')' && words.size() - sentence_begin_ <= dateline_words_max;
    }
    // "LONDON, May 12 (Reuters) - ": the dash ends what the outlet put before the report.
    void note_dash() {
        if (!has_bracket_) return;
        end_word();
        if (words.size() - sentence_begin_ <= dateline_words_max) words.resize(sentence_begin_);
        has_bracket_ = false;
        line_ = {};
    }

    void end_sentence() {
        if (words.size() > sentence_begin_) {
            sentences.push_back(words.size());
            agency.push_back(is_agency_line());
        }
        sentence_begin_ = words.size();
        has_bracket_ = false;
        line_ = {};
    }

    bool is_agency_line() const {
        return line_.is_agency && !line_.tells && line_.small_words <= agency_small_words_max &&
               words.size() - sentence_begin_ <= agency_words_max;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t sentence_begin_ = 0;
    std::uint64_t hash_ = 0;
    std::size_t length_ = 0;
    bool has_digit_ = false;
    bool is_capital_ = false;
    bool has_bracket_ = false;
    struct Line {
        bool is_agency = false;
        bool tells = false;
        std::size_t small_words = 0;
    };
    Line line_;
};

// Takes out the byline and the agency's lines: among the first two and last two sentences.
std::vector<Word> without_agency_lines(const Reader& read) {
    std::vector<Word> kept;
    kept.reserve(read.words.size());
    std::size_t begin = 0;
    for (std::size_t i = 0; i < read.sentences.size(); ++i) {
        const bool is_edge = i < 2 || i + 2 >= read.sentences.size();
        if (!(is_edge && read.agency[i])) {
            kept.insert(kept.end(), read.words.begin() + static_cast<std::ptrdiff_t>(begin),
                        read.words.begin() + static_cast<std::ptrdiff_t>(read.sentences[i]));
        }
        begin = read.sentences[i];
    }
    return kept;
}

// How often each bit is set, as binary counters that stand upright: plane p holds bit p of all
// 64 counts, so that adding a hash is a few words of arithmetic.
class BitCounts {
public:
    void add(std::uint64_t hash) {
        for (std::size_t plane = 0; hash != 0 && plane < planes_.size(); ++plane) {
            const std::uint64_t carry = planes_[plane] & hash;
            planes_[plane] ^= hash;
            hash = carry;
        }
        ++count_;
    }
    std::uint64_t majority() const {
        std::uint64_t bits = 0;
        for (std::size_t bit = 0; bit < 64; ++bit) {
            std::uint64_t sum = 0;
            for (std::size_t plane = 0; plane < planes_.size(); ++plane) {
                sum |= ((planes_[plane] >> bit) & 1) << plane;
            }
            bits |= std::uint64_t{2 * sum > count_} << bit;
        }
        return bits;
    }

private:
    std::array<std::uint64_t, 16> planes_{};
    std::uint64_t count_ = 0;
};

std::uint64_t wording_of(const std::vector<Word>& words) {
    std::uint64_t all = offset_basis;
    BitCounts counts;
    const bool is_tolerant = words.size() >= tolerant_words_min;
    for (std::size_t i = 0; i < words.size(); ++i) {
        all = mix(all ^ words[i].hash);
        if (is_tolerant && i > 0) counts.add(mix(std::rotl(words[i - 1].hash, 7) ^ words[i].hash));
    }
    return is_tolerant ? counts.majority() : all;
}

std::uint64_t events_of(const std::vector<Word>& words, std::string_view title) {
    std::uint64_t events = offset_basis;
    for (const Word& word : words) {
        if (word.makes_event) events = mix(events ^ word.hash);
    }
    Reader headline(title);
    headline.run();
    for (const Word& word : headline.words) {
        const bool is_in_text = std::any_of(
            words.begin(), words.end(), [&](const Word& other) { return other.hash == word.hash; });
        if (word.has_digit && !is_in_text) events = mix(events ^ word.hash);
    }
    return events;
}

}  // namespace

std::uint64_t text_fingerprint(std::string_view title, std::string_view text) {
    Reader read(text);
    read.run();
    const std::vector<Word> words = without_agency_lines(read);
    if (words.size() < words_min) return 0;
    constexpr std::uint64_t wording_mask = (std::uint64_t{1} << 40) - 1;
    const std::uint64_t fingerprint =
        (events_of(words, title) & ~wording_mask) | (wording_of(words) & wording_mask);
    return fingerprint == 0 ? 1 : fingerprint;
}

}  // namespace torale::core
