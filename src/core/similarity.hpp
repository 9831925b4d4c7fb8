// How alike two texts are: trigrams for sentences, one number for whole pages.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace torale::core {

// The distinct trigrams of the folded text as pg_trgm forms them (each word with two blanks
// before it and one behind), sorted.
std::vector<std::uint64_t> trigrams(std::string_view folded);
// Shared by all: 0 … 1; 0 when either is empty.
double trigram_similarity(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b);

// What a copy of a page keeps: 40 bits of similarity hash over the words, and 24 bits over the
// words that make an event (numbers, names, negations, states), which must all stay. Bylines,
// datelines, agency lines, punctuation and the headline do not count, a number that only the
// headline has does. 0 = too short to tell from another. Stored: the value must never change.
std::uint64_t text_fingerprint(std::string_view title, std::string_view text);
// Errs on the side of "no": what is called new costs a judgement, what is called seen is lost.
bool fingerprints_are_near(std::uint64_t a, std::uint64_t b);

}  // namespace torale::core
