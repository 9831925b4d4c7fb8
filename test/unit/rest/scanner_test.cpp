#include "rest/scanner.hpp"

#include "unit/rest/query_words.hpp"

namespace torale::rest {
namespace {

TEST(Scanner, steps_over_what_it_is_told_and_nothing_else) {
    Scanner scanner("ab  c");
    EXPECT_FALSE(scanner.skip('b'));
    EXPECT_TRUE(scanner.skip("ab"));
    EXPECT_FALSE(scanner.skip("  d"));
    scanner.skip_blanks();
    EXPECT_EQ(scanner.peek(), 'c');
    EXPECT_EQ(scanner.peek(1), '\0');
    EXPECT_TRUE(scanner.skip('c'));
    EXPECT_TRUE(scanner.at_end());
    EXPECT_FALSE(scanner.skip('c'));
    EXPECT_EQ(scanner.peek(), '\0');
}

TEST(Scanner, takes_text_up_to_a_stop_or_the_end) {
    Scanner scanner("one,two");
    EXPECT_EQ(scanner.take_until(",)"), "one");
    EXPECT_EQ(scanner.take_until(",)"), "");
    scanner.skip(',');
    EXPECT_EQ(scanner.take_until(",)"), "two");
}

TEST(Scanner, takes_quoted_text_whole_or_not_at_all) {
    Scanner scanner(R"("a\"b\\c\d",)");
    EXPECT_EQ(scanner.take_quoted(), R"(a"b\cd)");
    EXPECT_EQ(scanner.peek(), ',');
    for (const std::string_view text : {R"("a)", R"("a\")", R"("a\)", "\"", "a\"", ""}) {
        Scanner open(text);
        EXPECT_EQ(open.take_quoted(), std::nullopt) << text;
        EXPECT_EQ(open.offset(), 0u) << text;
    }
    EXPECT_EQ(Scanner(R"("")").take_quoted(), "");
}

TEST(Scanner, reports_the_first_fault_in_characters) {
    Scanner scanner("\xC3\xA4\xE2\x82\xAC\"x");
    scanner.fail_at(5, "a letter");
    scanner.fail_at(0, "something else");
    const Failure failure = scanner.failure("filter");
    EXPECT_EQ(failure.status, 400);
    EXPECT_EQ(failure.code, "PGRST100");
    EXPECT_EQ(failure.message,
              "\"failed to parse filter (\xC3\xA4\xE2\x82\xAC\"x)\" (line 1, column 3)");
    EXPECT_EQ(failure.details, "unexpected \"\\\"\" expecting a letter");
    EXPECT_EQ(scanner.failure("filter", 2).message.substr(failure.message.size() - 9),
              "column 5)");
}

TEST(Scanner, shows_a_character_whole_and_the_end_as_such) {
    Scanner scanner("a\xE2\x82\xAC");
    scanner.fail_at(1, "x");
    EXPECT_EQ(scanner.failure("it").details, "unexpected \"\xE2\x82\xAC\" expecting x");
    Scanner ended("a");
    ended.skip('a');
    EXPECT_FALSE(ended.expect(')'));
    EXPECT_EQ(ended.failure("it").details, "unexpected end of input expecting \")\"");
}

TEST(Scanner, does_not_send_a_long_text_back) {
    const std::string text(10'000, 'x');
    Scanner scanner(text);
    scanner.fail("y");
    EXPECT_LT(scanner.failure("it").message.size(), 500u);
}

TEST(is_plain_text, refuses_what_a_text_parameter_cannot_hold) {
    EXPECT_TRUE(is_plain_text(""));
    EXPECT_TRUE(is_plain_text("a\x7F\t"));
    EXPECT_TRUE(is_plain_text("\xC3\xA4\xF0\x9F\x98\x80"));
    for (const std::string_view text :
         {std::string_view("a\0b", 3), std::string_view("\0", 1), std::string_view("\xFF"),
          std::string_view("\xC3"), std::string_view("\xC0\x80"), std::string_view("\xED\xA0\x80"),
          std::string_view("\xF4\x90\x80\x80"), std::string_view("\x80")}) {
        EXPECT_FALSE(is_plain_text(text));
    }
}

}  // namespace
}  // namespace torale::rest
