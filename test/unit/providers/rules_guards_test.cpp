#include "providers/rules_guards.hpp"

#include <gtest/gtest.h>

namespace torale::providers::rules {
namespace {

// The span of the word written in capitals.
TokenSpan marked(const std::vector<Token>& tokens) {
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        const std::string_view raw = tokens[at].raw;
        if (raw.size() > 2 && raw[1] >= 'A' && raw[1] <= 'Z') return {at, at + 1};
    }
    ADD_FAILURE() << "no marked word";
    return {0, 1};
}

TEST(is_negated, reaches_back_within_the_clause) {
    for (const char* text :
         {"no DATE", "has not been ANNOUNCED", "wasn't ANNOUNCED", "has yet to be ANNOUNCED",
          "without any new known DATE", "they denied it was SOLD", "cannot be SOLD"}) {
        const auto tokens = tokenize(text);
        EXPECT_TRUE(is_negated(tokens, marked(tokens))) << text;
    }
    for (const char* text :
         {"the DATE", "not late, ANNOUNCED", "not late but SOLD", "not only ANNOUNCED",
          "no later than now SOLD", "no doubt SOLD", "No. 5 was SOLD", "ANNOUNCED not late",
          "not one two three four five six SOLD", "do not leak (ANNOUNCED)"}) {
        const auto tokens = tokenize(text);
        EXPECT_FALSE(is_negated(tokens, marked(tokens))) << text;
    }
}

TEST(is_doubted, sees_doubt_before_and_shortly_after) {
    for (const char* text : {"could be SOLD", "may be SOLD", "is expected to be SOLD",
                             "a JUNE launch is likely", "if it is SOLD", "claims it was SOLD"}) {
        const auto tokens = tokenize(text);
        EXPECT_TRUE(is_doubted(tokens, marked(tokens))) << text;
    }
    for (const char* text :
         {"it was SOLD", "in May it was SOLD", "it could rain, it was SOLD", "SOLD, likely soon"}) {
        const auto tokens = tokenize(text);
        EXPECT_FALSE(is_doubted(tokens, marked(tokens))) << text;
    }
}

TEST(is_to_come, tells_plans_from_deeds) {
    for (const char* text : {"will be SOLD", "plans to be SOLD", "to be SOLD", "it'll be SOLD",
                             "is scheduled to be SOLD"}) {
        const auto tokens = tokenize(text);
        EXPECT_TRUE(is_to_come(tokens, marked(tokens))) << text;
    }
    for (const char* text : {"was SOLD", "has been SOLD", "it will rain, it was SOLD"}) {
        const auto tokens = tokenize(text);
        EXPECT_FALSE(is_to_come(tokens, marked(tokens))) << text;
    }
}

TEST(find_denial, depends_on_what_is_asked) {
    const auto denial = [](const char* condition, const char* sentence) {
        const char* found =
            find_denial(tokenize(sentence), parse_condition(condition, core::Time{}));
        return std::string(found == nullptr ? "" : found);
    };
    EXPECT_EQ(denial("a shop opens", "A shop opens?"), "it is a question");
    EXPECT_EQ(denial("a shop opens", "A leak: a shop opens"), "it is a rumour");
    EXPECT_EQ(denial("a leak is found", "A leak was found"), "");
    EXPECT_EQ(denial("a CVE in curl", "Fix a memory leak (CVE-2025-9230)"), "");
    EXPECT_EQ(denial("a shop opens", "A shop opens, it was cancelled"), "it takes the event back");
    EXPECT_EQ(denial("a concert is cancelled", "A concert was cancelled"), "");
    EXPECT_EQ(denial("curl is released", "curl 9 beta released"), "it is about a prerelease");
    EXPECT_EQ(denial("a curl beta is released", "curl 9 beta released"), "");
    EXPECT_EQ(denial("a CVE in curl", "Fix regression of CVE-2025-9230"),
              "it is about a regression of a fix");
    EXPECT_EQ(denial("a CVE in curl", "Remove CVE-2025-9230 patch"),
              "it is upkeep of an earlier fix");
    EXPECT_EQ(denial("a CVE in curl", "The fix for CVE-2025-9230 was wrong"),
              "it is about an earlier fix");
    EXPECT_EQ(denial("a CVE in curl", "Backport the fix for CVE-2025-9230"), "");
}

TEST(is_rumour, reads_titles) {
    EXPECT_TRUE(is_rumour(tokenize("iPhone 18 rumours: what we know")));
    EXPECT_FALSE(is_rumour(tokenize("iPhone 18 announced")));
}

}  // namespace
}  // namespace torale::providers::rules
