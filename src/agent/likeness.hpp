// Two claims beside each other: may they be one event? Thresholds nominate, guards refuse.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/statement.hpp"

namespace torale::agent {

// A quote and the source that it stands in.
struct Claim {
    std::string url;
    std::optional<core::Time> published_at;
    std::uint64_t fingerprint = 0;
    Statement quote;
    Statement title;
    Statement titled;  // title and quote as one text: what a quote that does not stand alone says
};
Claim read_claim(std::string_view quote, std::string_view title,
                 std::optional<core::Time> published_at, core::Time reference);

// All that a told finding said, over its quotes.
struct ToldContext {
    std::set<std::string> words;
    std::vector<Fact> facts;
};
void add_to(ToldContext& context, const Claim& claim);

struct Likeness {
    // `maybe`: only a reader can say whether it is the same; `maybe_adds` tells what it is else.
    enum class Kind { unrelated, same, maybe, changed, contradicts, withdraws };
    Kind kind = Kind::unrelated;
    bool maybe_adds = false;
    double score = 0;
    const char* why = "";
    bool shares_value = false;  // but for bare numbers
};
Likeness compare_claims(const Claim& now, const Claim& told, const ToldContext& context);

// True when a sentence of `text` says the opposite state of the same thing ("sold out").
bool tells_the_opposite(const Claim& claim, std::string_view text, core::Time reference);

}  // namespace torale::agent
