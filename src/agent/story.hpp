// What a whole source tells, whatever sentence of it a judge quotes: two pages may be one story
// though their quotes share no word.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace torale::agent {

struct Story {
    std::string content_hash;                // "" = not known
    std::optional<core::Time> published_at;  // of a told one without a date: when it was told
    std::set<std::string> words;  // stems without stop words, and numbers, of title and text
};
Story read_story(std::string_view title, std::string_view text, std::string_view content_hash,
                 std::optional<core::Time> published_at);

// The source itself: the same address with the same content.
bool is_one_source(const Story& a, const Story& b);
// 0 … 1: the share of the words of the shorter one that the other has too.
double overlap_of(const Story& a, const Story& b);
// Reported within the days in which one event makes its round.
bool are_near_in_time(const Story& a, const Story& b);

}  // namespace torale::agent
