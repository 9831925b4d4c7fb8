#include "core/similarity.hpp"

#include <gtest/gtest.h>

#include <string>

namespace torale::core::testing {
namespace {

double alike(std::string_view a, std::string_view b) {
    return trigram_similarity(trigrams(a), trigrams(b));
}

// Values that pg_trgm's similarity() gives.
TEST(trigram_similarity, counts_as_pg_trgm_does) {
    EXPECT_EQ(trigrams("cat").size(), 4u);  // "  c", " ca", "cat", "at "
    EXPECT_NEAR(alike("word", "two words"), 0.363636, 1e-5);
    EXPECT_NEAR(alike("acme ships widget", "acme shipped a widget"), 0.695652, 1e-5);
    EXPECT_DOUBLE_EQ(alike("foo bar", "bar, foo!"), 1.0);
    EXPECT_DOUBLE_EQ(alike("", "x"), 0.0);
    EXPECT_DOUBLE_EQ(alike("abc", "xyz"), 0.0);
    EXPECT_DOUBLE_EQ(alike("müller", "müller"), 1.0);
}

const std::string report =
    "Acme said the Widget Pro goes on sale in Berlin on 5 May for 499 euros. The maker of small "
    "machines had promised the device for years. It follows the Widget, which found few buyers "
    "outside the workshop and was dropped from most catalogues last autumn. The chief executive, "
    "Jane Doe, told analysts that the factory in Leipzig can make enough of them for the whole "
    "season. Shops that want to show it need a permit from the company, she said, and should ask "
    "for one early. Analysts expect strong demand among hobbyists. The company does not plan a "
    "smaller model.";
const std::string brief = "Acme said the Widget Pro goes on sale in Berlin on 5 May for 499 euros.";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct Pair {
    const char* what;
    std::string title_a, a, title_b, b;
    bool near;
};

const std::string head = "Widget Pro goes on sale";

const std::vector<Pair> pairs{
    {"the same", head, report, head, report, true},
    {"a short text", head, brief, head, brief, true},
    {"another headline", head, report, "At last: Acme's new machine has a date", report, true},
    {"a byline", head, report, head, "By Jim Roe\n" + report, true},
    {"a byline of two", head, brief, head, "By Jim Roe and Ann Poe\n\n" + brief, true},
    {"a dateline", head, report, head, "BERLIN, April 12 (Reuters) - " + report, true},
    {"a dateline with a long dash", head, report, head, "BERLIN (AP) — " + report, true},
    {"the agency's last line", head, report, head,
     report + " Reporting by Jim Roe; editing by Ann Poe", true},
    {"a line that names the agency", head, report, head, report + "\n\nReuters contributed.", true},
    {"both, and a headline", head, report, "News", "By Jim Roe\n" + report + "\n(AFP)", true},
    {"other quotes and dashes", head, replaced(report, "small machines", "“small” machines"), head,
     replaced(report, "small machines", "\"small\" machines"), true},
    {"line breaks", head, report, head, replaced(report, "device for", "device\nfor"), true},
    {"an edited word of many", head, report, head, replaced(report, "strong demand", "good demand"),
     true},
    {"a number of the headline that the text has", head, report, "Acme asks 499 for it", report,
     true},
    {"another price", head, report, head, replaced(report, "499", "449"), false},
    {"another price in a short text", head, brief, head, replaced(brief, "499", "449"), false},
    {"another day", head, report, head, replaced(report, "5 May", "6 May"), false},
    {"another month", head, report, head, replaced(report, "5 May", "5 June"), false},
    {"another town", head, report, head, replaced(report, "Berlin", "Munich"), false},
    {"another maker's device", head, report, head, replaced(report, "Widget Pro", "Gadget Pro"),
     false},
    {"a denial", head, report, head, replaced(report, "Acme said the", "Acme denied the"), false},
    {"a negation", head, report, head, replaced(report, "goes on sale", "does not go on sale"),
     false},
    {"one fact more", head, report, head, report + " The launch is cancelled.", false},
    {"one number more", head, report, head, report + " It weighs 3 kg.", false},
    {"one name more", head, report, head, report + " The importer is Globex.", false},
    {"another number in the headline", "curl 7.88", report, "curl 7.89", report, false},
    {"numbers change places", head,
     "From 549 to 499 went the price of the Widget Pro at Acme "
     "in May, the shop said.",
     head,
     "From 499 to 549 went the price of the Widget Pro at Acme in "
     "May, the shop said.",
     false},
    {"one word of a short text", head, replaced(brief, "goes", "stays"), head, brief, false},
    {"the tide of a short text", head,
     "The registration for the city marathon of next year is open to runners of all ages.", head,
     "The registration for the city marathon of next year is closed to runners of all ages.",
     false},
    {"minus", head,
     "The record low at the station on the hill this winter was -5 degrees, they "
     "said.",
     head,
     "The record low at the station on the hill this winter was 5 degrees, they "
     "said.",
     false},
    {"the currency", head,
     "The new machine for small workshops costs $499 in all shops of the "
     "country.",
     head,
     "The new machine for small workshops costs €499 in all shops of the "
     "country.",
     false},
    {"a version", head,
     "The maintainers released version 3.0.1 of the library with a number of "
     "fixes.",
     head,
     "The maintainers released version 3.0.2 of the library with a number of "
     "fixes.",
     false},
    {"who signed it", head,
     "The bill went through both chambers after a long night of talks. It "
     "was signed by the president.",
     head,
     "The bill went through both chambers after a long "
     "night of talks. It was vetoed by the president.",
     false},
};

TEST(fingerprints_are_near, copies_are_and_other_reports_are_not) {
    for (const Pair& pair : pairs) {
        const std::uint64_t a = text_fingerprint(pair.title_a, pair.a);
        const std::uint64_t b = text_fingerprint(pair.title_b, pair.b);
        EXPECT_NE(a, 0u) << pair.what;
        EXPECT_NE(b, 0u) << pair.what;
        EXPECT_EQ(fingerprints_are_near(a, b), pair.near) << pair.what;
        EXPECT_EQ(fingerprints_are_near(b, a), pair.near) << pair.what;
    }
}

TEST(fingerprints_are_near, a_changed_number_is_never_near) {
    for (int price = 1; price < 2'000; ++price) {
        const std::string other = replaced(report, "499", std::to_string(price));
        ASSERT_EQ(
            fingerprints_are_near(text_fingerprint(head, report), text_fingerprint(head, other)),
            price == 499)
            << price;
    }
}

TEST(text_fingerprint, short_texts_have_none) {
    EXPECT_EQ(text_fingerprint("Widget", ""), 0u);
    EXPECT_EQ(text_fingerprint("Widget", "The widget is out."), 0u);
    EXPECT_EQ(text_fingerprint("Widget", "By Jim Roe\nThe widget is out.\nReuters contributed"),
              0u);
    EXPECT_FALSE(fingerprints_are_near(0, 0));
}

// Stored in torale.sources: a change of the rule makes every stored value useless.
TEST(text_fingerprint, keeps_its_value) {
    EXPECT_EQ(text_fingerprint(head, brief), text_fingerprint("", brief));
    EXPECT_EQ(text_fingerprint(head, brief), 13598593705578590235U);
}

TEST(text_fingerprint, takes_any_bytes) {
    std::string bytes;
    for (int i = 0; i < 4'000; ++i) bytes += static_cast<char>(i * 37 % 256);
    text_fingerprint(bytes, bytes);
    text_fingerprint("\xE2", "\xE2\x80");
    text_fingerprint("\xC2", std::string(100, '\xE2'));
    EXPECT_FALSE(trigrams(bytes).empty());
}

}  // namespace
}  // namespace torale::core::testing
