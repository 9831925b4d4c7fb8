// Sets of trigrams, and when two fingerprints belong to copies of one text.
#include "core/similarity.hpp"

#include <algorithm>
#include <bit>

namespace torale::core {

namespace {

constexpr std::uint64_t wording_mask = (std::uint64_t{1} << 40) - 1;
// Of 40 bits. One word in a hundred changes about 2 of them, unrelated texts 20; see the table
// in similarity_test.cpp.
constexpr int distance_max = 3;

// Reads one character of valid UTF-8; anything else counts byte by byte.
char32_t next_character(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    const std::size_t end = std::min(at + length, text.size());
    for (++at; at < end; ++at) c = (c << 6) | (static_cast<unsigned char>(text[at]) & 0x3F);
    return c;
}

bool is_word_character(char32_t c) {
    if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
    return !(c >= 0x2000 && c <= 0x206F) && !(c >= 0x3000 && c <= 0x303F) && c != 0xD7 && c != 0xF7;
}

}  // namespace

std::vector<std::uint64_t> trigrams(std::string_view folded) {
    std::vector<std::uint64_t> found;
    found.reserve(folded.size() + 8);
    constexpr std::uint64_t three = (std::uint64_t{1} << 63) - 1;
    constexpr std::uint64_t start = (std::uint64_t{' '} << 21) | ' ';
    std::uint64_t window = start;
    bool in_word = false;
    const auto take = [&](char32_t c) {
        window = ((window << 21) | c) & three;
        found.push_back(window);
    };
    for (std::size_t at = 0; at < folded.size();) {
        const char32_t c = next_character(folded, at);
        if (is_word_character(c)) {
            take(c);
            in_word = true;
        } else if (in_word) {
            take(' ');
            window = start;
            in_word = false;
        }
    }
    if (in_word) take(' ');
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

double trigram_similarity(const std::vector<std::uint64_t>& a,
                          const std::vector<std::uint64_t>& b) {
    if (a.empty() || b.empty()) return 0;
    std::size_t shared = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        shared += a[i] == b[j] ? 1 : 0;
        const bool step_a = a[i] <= b[j];
        const bool step_b = b[j] <= a[i];
        i += step_a ? 1 : 0;
        j += step_b ? 1 : 0;
    }
    return static_cast<double>(shared) / static_cast<double>(a.size() + b.size() - shared);
}

bool fingerprints_are_near(std::uint64_t a, std::uint64_t b) {
    if (a == 0 || b == 0 || (a & ~wording_mask) != (b & ~wording_mask)) return false;
    return std::popcount((a ^ b) & wording_mask) <= distance_max;
}

}  // namespace torale::core
