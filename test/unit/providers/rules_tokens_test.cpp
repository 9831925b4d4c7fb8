#include "providers/rules_tokens.hpp"

#include <gtest/gtest.h>

namespace torale::providers::rules {
namespace {

std::vector<std::string> fold_all(std::string_view text) {
    std::vector<std::string> words;
    for (const Token& token : tokenize(text)) words.push_back(token.folded);
    return words;
}

TEST(tokenize, keeps_together_what_is_one_word) {
    using Words = std::vector<std::string>;
    EXPECT_EQ(fold_all("Python-OpenSSL 3.0.17-1~deb12u2, (CVE-2025-9230)"),
              (Words{"python-openssl", "3.0.17-1~deb12u2", "cve-2025-9230"}));
    EXPECT_EQ(fold_all("Apple's CVEs and Größe’s TVs"),
              (Words{"apple", "cve", "and", "grösse", "tv"}));
    EXPECT_EQ(fold_all("$1,234.50 is 5%; 16GB, 1,2"),
              (Words{"$", "1,234.50", "is", "5", "%", "16gb", "1", "2"}));
    EXPECT_EQ(fold_all("a/b 06/25/2026 at 5:03 #1036999 C++ C# u.s."),
              (Words{"a", "b", "06/25/2026", "at", "5:03", "#1036999", "c++", "c#", "u.s"}));
    EXPECT_EQ(fold_all("“hi” — nb‑hyphen €5…"), (Words{"\"", "hi", "\"", "nb-hyphen", "€", "5"}));
    EXPECT_EQ(fold_all(""), Words{});
}

TEST(tokenize, says_where_a_token_stands_and_how_it_is_written) {
    const std::string text = "No May—not, but -5";
    const std::vector<Token> tokens = tokenize(text);
    ASSERT_EQ(tokens.size(), 5U);
    for (const Token& token : tokens) {
        EXPECT_EQ(text.substr(token.offset, token.raw.size()), token.raw);
    }
    EXPECT_TRUE(tokens[1].is_capital);
    EXPECT_FALSE(tokens[2].is_capital);
    EXPECT_EQ(tokens[4].kind, Token::Kind::number);
    EXPECT_TRUE(tokens[4].is_negative);
    EXPECT_FALSE(tokenize("3-5")[0].is_negative);
}

TEST(tokenize, begins_a_clause_at_marks_and_at_words_that_turn) {
    const std::vector<Token> tokens = tokenize("a, b (c) d: e while f - g h-i");
    std::vector<int> clauses;
    for (const Token& token : tokens) clauses.push_back(token.clause);
    // a | b | c | d | e | while f | g h-i
    ASSERT_EQ(tokens.size(), 9U);
    for (std::size_t i : {1U, 2U, 3U, 4U, 5U, 7U}) EXPECT_GT(clauses[i], clauses[i - 1]) << i;
    EXPECT_EQ(clauses[5], clauses[6]);
    EXPECT_EQ(clauses[7], clauses[8]);
}

}  // namespace
}  // namespace torale::providers::rules
