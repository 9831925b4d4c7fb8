// split_sentences, declared in core/text.hpp.
#include <gtest/gtest.h>

#include "core/text.hpp"

namespace torale::core {
namespace {

struct Row {
    const char* text;
    std::vector<std::string_view> sentences;
};

TEST(split_sentences, ends_at_stops_blank_lines_and_list_items) {
    const Row rows[] = {
        {"", {}},
        {" \n\n ", {}},
        {"One. Two! Three? Four", {"One.", "Two!", "Three?", "Four"}},
        {"wrapped\nline stays one. next", {"wrapped\nline stays one.", "next"}},
        {"para one\n\npara two\n \t\nthree", {"para one", "para two", "three"}},
        {"para one\r\n\r\npara two", {"para one", "para two"}},
        {"  * New upstream\n    release\n  * Fix CVE-1\n  - sub\n  + plus",
         {"* New upstream\n    release", "* Fix CVE-1", "- sub", "+ plus"}},
        {"He said \"stop.\" Then (really.) left", {"He said \"stop.\"", "Then (really.)", "left"}},
        {"Er sagte: “Halt.” Dann", {"Er sagte: “Halt.”", "Dann"}},
        {"Wait... what?! Yes.", {"Wait...", "what?!", "Yes."}},
        {"No blank.Here is none", {"No blank.Here is none"}},
    };
    for (const Row& row : rows) EXPECT_EQ(split_sentences(row.text), row.sentences) << row.text;
}

TEST(split_sentences, does_not_end_inside_numbers_versions_and_abbreviations) {
    for (const char* text :
         {"Costs $3.50 today", "Version 3.0.17-1~deb12u2 is out", "See example.com for more",
          "Tools, e.g. curl, are fine", "That is, i.e. Now, fine", "The U.S. Senate voted",
          "Mr. Smith and Dr. Jones met", "About approx. 5 km", "On Sept. 9 and Jan. 3",
          "It opens at 9 a.m. on Monday", "Apple Inc. said so", "J. R. R. Tolkien wrote",
          "Size no. 5 fits", "A vs. B", "pens, etc. are sold"}) {
        EXPECT_EQ(split_sentences(text).size(), 1U) << text;
    }
}

TEST(split_sentences, ends_after_what_only_looks_like_an_abbreviation) {
    const Row rows[] = {
        {"It costs 5. Then more", {"It costs 5.", "Then more"}},
        {"He said no. She left", {"He said no.", "She left"}},
        {"By Apple Inc. The rest", {"By Apple Inc.", "The rest"}},
        {"It opens at 9 a.m. Tickets sell", {"It opens at 9 a.m.", "Tickets sell"}},
        {"Fixed in 3.0.17. Next", {"Fixed in 3.0.17.", "Next"}},
        {"1. First point. 2. Second", {"1. First point.", "2. Second"}},
    };
    for (const Row& row : rows) EXPECT_EQ(split_sentences(row.text), row.sentences) << row.text;
}

TEST(split_sentences, gives_views_in_order_that_cover_every_letter) {
    const std::string text = " A. b\n* c d! e\n\n f?\"  g";
    std::string joined;
    const char* last = text.data();
    for (const std::string_view sentence : split_sentences(text)) {
        EXPECT_GE(sentence.data(), last);
        last = sentence.data() + sentence.size();
        EXPECT_LE(last, text.data() + text.size());
        joined += sentence;
    }
    const auto bare = [](std::string s) {
        std::erase_if(s, [](char c) { return c == ' ' || c == '\n'; });
        return s;
    };
    EXPECT_EQ(bare(joined), bare(text));
}

}  // namespace
}  // namespace torale::core
