#include "agent/links.hpp"

#include <gtest/gtest.h>

namespace torale::agent {
namespace {

std::vector<core::Source> known() {
    core::Source web;
    web.url = "https://acme.test/news_(2026)";
    core::Source document;
    document.url = "debian-changelog:openssl/3.0.1";
    core::Source bare;
    bare.url = "https://acme.test/launch";
    return {web, document, bare};
}

struct Row {
    const char* text;
    const char* cleaned;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << '"' << row.text << '"';
}

class Links : public ::testing::TestWithParam<Row> {};

TEST_P(Links, are_known_or_gone) {
    EXPECT_EQ(remove_unknown_links(GetParam().text, known()), GetParam().cleaned);
}

INSTANTIATE_TEST_SUITE_P(
    kept, Links,
    ::testing::Values(
        Row{"plain text, nothing to do", "plain text, nothing to do"},
        Row{"see https://acme.test/launch.", "see https://acme.test/launch."},
        Row{"see HTTPS://ACME.test/launch?utm_source=x now",
            "see HTTPS://ACME.test/launch?utm_source=x now"},
        Row{"[news](https://acme.test/news_(2026))", "[news](https://acme.test/news_(2026))"},
        Row{"[log](debian-changelog:openssl/3.0.1)", "[log](debian-changelog:openssl/3.0.1)"},
        Row{"(https://acme.test/launch)", "(https://acme.test/launch)"},
        Row{"<https://acme.test/launch>", "<https://acme.test/launch>"},
        Row{"a [note] and 3 < 4", "a [note] and 3 < 4"},
        Row{"an open [bracket", "an open [bracket"},
        Row{"what a hit, ftp or www", "what a hit, ftp or www"}, Row{"", ""}));

INSTANTIATE_TEST_SUITE_P(
    removed, Links,
    ::testing::Values(
        Row{"go https://evil.test/x now", "go  now"}, Row{"go HTTP://evil.test", "go "},
        Row{"go www.evil.test/x.", "go ."}, Row{"go Www.Evil.test", "go "},
        Row{"ftp://evil.test/x", ""}, Row{"[words](https://evil.test)", "words"},
        Row{"[words](<https://evil.test>)", "words"},
        Row{"[words](https://evil.test \"title\")", "words"}, Row{"[words](//evil.test)", "words"},
        Row{"[words](javascript:alert(1))", "words"},
        Row{"[words](https&#58;//evil.test)", "words"},
        Row{"![pixel](https://evil.test/p.png)", "pixel"},
        Row{"[![a](https://evil.test/i)](https://evil.test)", "a"},
        Row{"[https://evil.test](https://acme.test/launch)", "[](https://acme.test/launch)"},
        Row{"<https://evil.test>", ""}, Row{"<mailto:a@evil.test>", ""},
        Row{"<a href='//evil.test'>x</a>", "x"},
        Row{"<img src=//evil.test/p", "< img src=//evil.test/p"},
        Row{"https://acme.test/launch@evil.test", ""},
        Row{"https://acme.test/launch.evil.test", ""}, Row{"[r]: //evil.test", "[r] : //evil.test"},
        Row{"[a `]` b](//evil.test)", "[a `]` b] (//evil.test)"}));

TEST(remove_unknown_links, a_link_too_long_to_be_one_is_broken) {
    const std::string text = "[" + std::string(5'000, 'x') + "](//evil.test)";
    EXPECT_EQ(remove_unknown_links(text, known()).find("]("), std::string::npos);
}

TEST(remove_unknown_links, ends_on_brackets_without_end) {
    const std::string deep(10'000, '[');
    EXPECT_LE(remove_unknown_links(deep, known()).size(), deep.size());
    const std::string pairs = std::string(200, '[') + std::string(200, ']');
    EXPECT_LE(remove_unknown_links(pairs, known()).size(), pairs.size());
}

}  // namespace
}  // namespace torale::agent
