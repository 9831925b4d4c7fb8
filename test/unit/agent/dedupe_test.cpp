#include "agent/dedupe.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace torale::agent::testing {
namespace {

constexpr Relation fresh = Relation::fresh;
constexpr Relation same = Relation::same;
constexpr Relation update = Relation::update;
constexpr Relation contradiction = Relation::contradiction;
constexpr Relation retraction = Relation::retraction;

// A quote in its source; day 0 = undated, else that day of April 2026.
struct Text {
    std::string quote;
    std::string title{};
    int day = 0;
    std::string url{};
};

core::Time april(int day) {
    return core::Time{std::chrono::sys_days{std::chrono::year{2026} / 4 / 1} +
                      std::chrono::days{day - 1}};
}
std::optional<core::Time> date_of(const Text& text) {
    return text.day == 0 ? std::nullopt : std::optional(april(text.day));
}

struct Finding {
    core::Judgement judgement;
    std::vector<core::Source> sources;
};
Finding finding(const std::vector<Text>& texts) {
    Finding made;
    made.judgement.verdict = core::Verdict::met;
    for (const Text& text : texts) {
        core::Source source;
        source.number = static_cast<int>(made.sources.size()) + 1;
        source.url =
            text.url.empty() ? "https://new.test/" + std::to_string(source.number) : text.url;
        source.title = text.title;
        source.snippet = text.quote;
        source.published_at = date_of(text);
        made.judgement.citations.push_back({source.number, text.quote, 0});
        made.sources.push_back(std::move(source));
    }
    return made;
}

// One finding a text, newest first: "told-1" is the newest.
std::vector<ToldFinding> told_before(const std::vector<Text>& texts) {
    std::vector<ToldFinding> told;
    for (const Text& text : texts) {
        ToldFinding& one = told.emplace_back();
        one.notification_id = "told-" + std::to_string(told.size());
        one.created_at = text.day == 0 ? april(1) : april(text.day);
        one.body = text.quote;
        one.quotes.push_back(
            {text.quote,
             text.url.empty() ? "https://told.test/" + std::to_string(told.size()) : text.url,
             date_of(text), text.title});
    }
    return told;
}

struct Row {
    const char* what;
    std::vector<Text> told;
    std::vector<Text> now;
    Relation relation;
    bool is_contested = false;
};

void check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        const Finding now = finding(row.now);
        const std::vector<ToldFinding> told = told_before(row.told);
        const Resolution resolution = resolve(now.judgement, now.sources, told);
        EXPECT_STREQ(name_of(resolution.relation), name_of(row.relation))
            << row.what << ": " << resolution.why;
        EXPECT_EQ(resolution.is_contested, row.is_contested) << row.what << ": " << resolution.why;
        EXPECT_EQ(resolution.earlier_id.empty(), resolution.relation == fresh) << row.what;
        EXPECT_LE(resolution.candidates.size(), 5u) << row.what;
        EXPECT_FALSE(resolution.why.empty()) << row.what;
    }
}

const std::string launch = "Acme will launch the Widget Pro in Berlin on 5 May 2026 for $499.";

TEST(resolve, copies_are_the_same) {
    check({
        {"the same quote at the same address",
         {{launch, "", 3, "https://a.test/"}},
         {{launch, "", 3, "https://a.test/"}},
         same},
        {"the same quote at another address", {{launch}}, {{launch}}, same},
        {"another headline", {{launch, "Acme names a date"}}, {{launch, "Finally: the Pro"}}, same},
        {"case and white space",
         {{launch}},
         {{"ACME will launch the Widget Pro\n in Berlin on 5 May 2026 for $499."}},
         same},
        {"a part of what was told", {{launch + " It is the first of its kind."}}, {{launch}}, same},
        {"fewer details",
         {{launch}},
         {{"Acme will launch the Widget Pro in Berlin on 5 May 2026."}},
         same},
        {"a coarser date",
         {{launch}},
         {{"Acme will launch the Widget Pro in Berlin in May 2026 for $499."}},
         same},
        {"an agency's lead",
         {{launch}},
         {{"Acme said it will launch the Widget Pro in Berlin on 5 May 2026 for $499, Reuters "
           "reported."}},
         update,
         true},
        {"the day of the report",
         {{launch, "", 10}},
         {{"Acme said on 11 April 2026 that it will launch the Widget Pro in Berlin on 5 May 2026 "
           "for $499.",
           "", 11}},
         same},
        {"passive voice",
         {{launch}},
         {{"The Widget Pro will be launched by Acme in Berlin on 5 May 2026 for $499."}},
         same},
        {"other words, the same values",
         {{launch}},
         {{"The Widget Pro from Acme arrives in Berlin on 5 May 2026 and costs $499."}},
         same},
        {"a weekday more",
         {{launch}},
         {{"Acme will launch the Widget Pro in Berlin on Tuesday, 5 May 2026, for $499."}},
         same},
        {"an old article again",
         {{"The council approved the new tram line to the harbour after a long debate.",
           "Tram line approved", 1}},
         {{"The council approved the new tram line to the harbour after a long debate.",
           "Tram line approved", 300}},
         same},
        {"a changelog's CVE in another mail",
         {{"CVE-2026-1234: heap overflow in the parser of libfoo.", "libfoo security update"}},
         {{"CVE-2026-1234: heap overflow in the parser of libfoo.", "[SECURITY] libfoo"}},
         same},
        {"the same generic phrase of the same entry",
         {{"New upstream release.", "curl 7.88.1-1"}},
         {{"New upstream release.", "curl 7.88.1-1"}},
         same},
        {"a headline",
         {{"Acme picks Leipzig for its next plant after months of talks with the state."}},
         {{"Leipzig wins Acme's next plant."}},
         same},
        {"a word in plural",
         {{"The factory in Leipzig makes spare parts for the old tram."}},
         {{"The factories in Leipzig make spare parts for the old trams."}},
         same},
    });
}

TEST(resolve, another_value_is_an_update) {
    check({
        {"the price moved",
         {{launch}},
         {{"Acme will launch the Widget Pro in Berlin on 5 May 2026 for $549."}},
         update},
        {"the currency changed",
         {{launch}},
         {{"Acme will launch the Widget Pro in Berlin on 5 May 2026 for €499."}},
         update},
        {"the date moved",
         {{launch}},
         {{"Acme will launch the Widget Pro in Berlin on 9 June 2026 for $499."}},
         update},
        {"rescheduled in other words",
         {{launch}},
         {{"Acme postponed the launch of the Widget Pro in Berlin to 9 June 2026."}},
         update},
        {"a date made precise",
         {{"Acme will launch the Widget Pro in Berlin in May 2026."}},
         {{"Acme will launch the Widget Pro in Berlin on 5 May 2026."}},
         update,
         true},
        {"another version",
         {{"Version 3.0.1 of libfoo was released with many fixes."}},
         {{"Version 3.0.2 of libfoo was released with many fixes."}},
         update},
        {"another version of the entry",
         {{"Non-maintainer upload by the Security Team.", "openssl 3.0.11-1~deb12u2"}},
         {{"Non-maintainer upload by the Security Team.", "openssl 3.0.11-1~deb12u3"}},
         update},
        {"the same page, another version in its title",
         {{"The new release is available for download now.", "Widget OS 3.1.0", 0,
           "https://a.test/"}},
         {{"The new release is available for download now.", "Widget OS 3.2.0", 0,
           "https://a.test/"}},
         update},
        {"more injured",
         {{"The fire in the paper mill of Lund injured 3 workers."}},
         {{"The fire in the paper mill of Lund injured 5 workers."}},
         update},
        {"number words",
         {{"The fire in the paper mill of Lund injured three workers."}},
         {{"The fire in the paper mill of Lund injured five workers."}},
         update},
        {"another unit",
         {{"The new tunnel under the bay is 12 km long."}},
         {{"The new tunnel under the bay is 12 miles long."}},
         update},
        {"another share",
         {{"Unemployment in the region fell to 5.1 percent."}},
         {{"Unemployment in the region fell to 4.9 percent."}},
         update},
        {"severity of a CVE",
         {{"CVE-2026-1234 in libfoo has a CVSS score of 5.3."}},
         {{"CVE-2026-1234 in libfoo has a CVSS score of 9.8."}},
         update},
        {"a phrase under another number",
         {{"The price is down.", "Widget Pro for $499"}},
         {{"The price is down.", "Widget Pro for $449"}},
         update},
        {"millions",
         {{"Acme raised $50 million for the factory in Leipzig."}},
         {{"Acme raised $80 million for the factory in Leipzig."}},
         update},
    });
}

TEST(resolve, an_added_fact_is_an_update) {
    check({
        {"an added price",
         {{"Acme will launch the Widget Pro in Berlin on 5 May 2026."}},
         {{launch}},
         update,
         true},
        {"an added sentence",
         {{launch}},
         {{launch + " Schools will receive a version without a battery."}},
         update,
         true},
        {"an added name",
         {{"The council approved the tram line to the harbour."}},
         {{"The council approved the tram line to the harbour of Lund."}},
         update,
         true},
        {"a version that begins like the told one",
         {{"The maintainers released version 3.1.1 of libfoo with fixes."}},
         {{"The maintainers released version 3.1 of libfoo with fixes."}},
         update,
         true},
        {"a further clause with a no",
         {{launch}},
         {{launch + " There is no version for schools."}},
         update,
         true},
        {"one claim told, another not",
         {{launch}},
         {{launch}, {"The tram to Lund resumes service after repairs of the bridge."}},
         update},
        {"both claims told",
         {{launch}, {"The tram to Lund resumes service after repairs of the bridge."}},
         {{"The tram to Lund resumes service after repairs of the bridge."}, {launch}},
         same},
        {"one told, the other changed",
         {{launch}, {"Version 3.0.1 of libfoo was released with many fixes."}},
         {{launch}, {"Version 3.0.2 of libfoo was released with many fixes."}},
         update},
    });
}

TEST(resolve, another_subject_is_new) {
    check({
        {"nothing was told", {}, {{launch}}, fresh},
        {"something else",
         {{launch}},
         {{"The tram to Lund resumes service after repairs of the bridge."}},
         fresh},
        {"a rival with the same figure",
         {{"Shares of Acme fell after it raised $50 million from investors in Leipzig."}},
         {{"Shares of Globex fell after it raised $50 million from investors in Leipzig."}},
         fresh},
        {"a rival that opens the sentence",
         {{"Acme raises $50 million in a round led by old investors."}},
         {{"Globex raises $50 million in a round led by old investors."}},
         fresh,
         true},
        {"a rival with another figure",
         {{"Acme raises $50 million in a round led by old investors."}},
         {{"Globex raises $70 million in a round led by old investors."}},
         fresh},
        {"another town",
         {{"A fire broke out in the paper mill of Lund at night."}},
         {{"A fire broke out in the paper mill of Ystad at night."}},
         fresh},
        {"another CVE",
         {{"CVE-2026-1234 allows code execution in the parser of libfoo."}},
         {{"CVE-2026-1299 allows code execution in the parser of libfoo."}},
         fresh},
        {"a phrase of any entry",
         {{"New upstream release.", "curl 7.88.1-1"}},
         {{"New upstream release.", "gnutls28 3.7.9-2"}},
         fresh},
        {"the same words, another package",
         {{"Non-maintainer upload by the Security Team.", "openssl 3.0.11-1~deb12u2"}},
         {{"Non-maintainer upload by the Security Team.", "curl 7.88.1-10+deb12u5"}},
         fresh},
        {"another product of the maker",
         {{"Acme unveiled the Widget Pro at the fair in Hanover."}},
         {{"Acme unveiled the Gadget Mini at the fair in Cologne."}},
         fresh},
    });
}

TEST(resolve, the_opposite_is_said_so) {
    check({
        {"a denial",
         {{"Acme will buy the chip maker Globex for $2 billion."}},
         {{"Acme denied that it will buy the chip maker Globex."}},
         retraction},
        {"a correction",
         {{launch}},
         {{"Correction: Acme will launch the Widget Pro in Berlin on 6 May 2026, an earlier report "
           "was wrong."}},
         retraction},
        {"a retraction",
         {{"The study found that the drug halves the risk of a stroke."}},
         {{"The journal retracted the study which found that the drug halves the risk of a "
           "stroke."}},
         retraction},
        {"cancelled",
         {{launch}},
         {{"Acme has cancelled the launch of the Widget Pro in Berlin."}},
         contradiction},
        {"negated",
         {{"The ferry to the island runs on the first weekend of June."}},
         {{"The ferry to the island does not run on the first weekend of June."}},
         contradiction},
        {"negated, short form",
         {{"The ferry to the island runs on the first weekend of June."}},
         {{"The ferry to the island won't run on the first weekend of June."}},
         contradiction},
        {"rejected",
         {{"The senate approved the bill on data protection late at night."}},
         {{"The senate rejected the bill on data protection late at night."}},
         contradiction},
        {"recalled",
         {{"Acme sells the Widget Pro with the new battery in all shops."}},
         {{"Acme recalled the Widget Pro with the new battery from all shops."}},
         contradiction},
        {"an end to a negation",
         {{"The airline has not published the new timetable for summer flights."}},
         {{"The airline has published the new timetable for summer flights."}},
         contradiction},
        {"not only is no negation",
         {{launch}},
         {{"Acme will launch not only the Widget Pro in Berlin on 5 May 2026 for $499."}},
         same},
    });
}

const Text in_stock{"The Widget Pro is in stock at the shop of Acme.", "Widget Pro", 2,
                    "https://shop.test/pro"};
const Text sold_out{"The Widget Pro is sold out at the shop of Acme.", "Widget Pro", 9,
                    "https://shop.test/pro"};

Text on_day(Text text, int day, std::string url = "") {
    text.day = day;
    if (!url.empty()) text.url = std::move(url);
    return text;
}

TEST(resolve, states_that_come_back_are_updates) {
    check({
        {"sold out", {in_stock}, {sold_out}, update},
        {"in stock again, in the same words", {sold_out, in_stock}, {on_day(in_stock, 20)}, update},
        {"in stock again, an undated page", {sold_out, in_stock}, {on_day(in_stock, 0)}, update},
        {"still sold out", {sold_out, in_stock}, {on_day(sold_out, 12)}, same},
        {"an old page about the stock",
         {sold_out, in_stock},
         {on_day(in_stock, 3, "https://b.test/")},
         same},
        {"a page without a date elsewhere",
         {sold_out, in_stock},
         {on_day(in_stock, 0, "https://b.test/")},
         update,
         true},
        {"back in stock",
         {in_stock},
         {{"The Widget Pro is back in stock at the shop of Acme.", "Widget Pro", 20}},
         update},
        {"unavailable",
         {{"Tickets for the concert in Lund are available at the box office."}},
         {{"Tickets for the concert in Lund are unavailable at the box office."}},
         update},
        {"not available any more",
         {{"Tickets for the concert in Lund are available at the box office."}},
         {{"Tickets for the concert in Lund are not available at the box office."}},
         update},
        {"the price goes back",
         {{"The Widget Pro costs $549 at the shop of Acme.", "", 9},
          {"The Widget Pro costs $499 at the shop of Acme.", "", 2}},
         {{"The Widget Pro costs $499 at the shop of Acme.", "", 20}},
         update},
        {"another outlet with the new price",
         {{"The Widget Pro costs $549 at the shop of Acme.", "", 9},
          {"The Widget Pro costs $499 at the shop of Acme.", "", 2}},
         {{"The Widget Pro costs $549 at the shop of Acme.", "", 10}},
         same},
        {"a cached copy of the old price",
         {{"The Widget Pro costs $549 at the shop of Acme.", "", 9},
          {"The Widget Pro costs $499 at the shop of Acme.", "", 0, "https://b.test/"}},
         {{"The Widget Pro costs $499 at the shop of Acme.", "", 0, "https://b.test/"}},
         same},
        {"the road opens again",
         {{"The road over the pass is closed to all traffic.", "", 9},
          {"The road over the pass is open to all traffic.", "", 2}},
         {{"The road over the pass is open to all traffic.", "", 30}},
         update},
    });
}

TEST(resolve, what_only_a_reader_can_tell_is_contested) {
    check({
        {"a report in German",
         {{launch}},
         {{"Acme bringt das Widget Pro am 5 May 2026 in Berlin für 499 Dollar auf den Markt."}},
         fresh,
         true},
        {"a report in French with the same names",
         {{"Acme opens its factory in Leipzig, and Jane Doe leads it."}},
         {{"Acme ouvre son usine Leipzig, Jane Doe en prend la direction."}},
         fresh,
         true},
        {"a report in Japanese",
         {{launch}},
         {{"アクメは5月5日にベルリンで新製品を発売する。"}},
         fresh},
        {"few shared words",
         {{"Acme picks Leipzig for its next plant after months of talks with the state."}},
         {{"Leipzig gets the plant."}},
         fresh,
         true},
        {"the same sentence weeks later",
         {{"The bank left its key rate where it was after a short meeting.", "No change", 1}},
         {{"The bank left its key rate where it was after a short meeting.", "Rates stay", 60}},
         update,
         true},
    });
}

TEST(resolve, a_state_that_changed_unseen_is_found_in_the_sources) {
    Finding now = finding({on_day(in_stock, 20)});
    core::Source between;
    between.number = 2;
    between.url = "https://news.test/";
    between.snippet = "Bad luck for buyers. The Widget Pro is sold out at Acme.";
    between.published_at = april(9);
    now.sources.push_back(between);
    const auto told = told_before({in_stock});
    EXPECT_EQ(resolve(now.judgement, now.sources, told).relation, update);
    now.sources.back().published_at = april(1);
    EXPECT_EQ(resolve(now.judgement, now.sources, told).relation, same) << "before it was told";
}

TEST(resolve, a_republished_page_is_known_by_its_fingerprint) {
    const Text old{"The bank left its key rate where it was after a short meeting.", "No change",
                   1};
    Text again = on_day(old, 60);
    again.title = "Rates stay";
    Finding now = finding({again});
    auto told = told_before({old});
    now.sources[0].fingerprint = told[0].quotes[0].fingerprint = 0x123456789ABCDEFU;
    EXPECT_EQ(resolve(now.judgement, now.sources, told).relation, same);
}

TEST(resolve, only_what_is_met_and_cited_is_compared) {
    Finding now = finding({{launch}});
    now.judgement.verdict = core::Verdict::not_met;
    EXPECT_EQ(resolve(now.judgement, now.sources, told_before({{launch}})).relation, fresh);
    now.judgement.verdict = core::Verdict::met;
    now.judgement.citations[0].source = 99;
    EXPECT_EQ(resolve(now.judgement, now.sources, told_before({{launch}})).relation, fresh);
}

TEST(resolve, names_the_finding_that_it_relates_to) {
    const Finding now = finding({{"Version 3.0.2 of libfoo was released with many fixes."}});
    const auto told = told_before({{launch},
                                   {"Version 3.0.1 of libfoo was released with many fixes."},
                                   {"The tram to Lund resumes service."}});
    const Resolution resolution = resolve(now.judgement, now.sources, told);
    EXPECT_EQ(resolution.earlier_id, "told-2");
    EXPECT_EQ(resolution.candidates, std::vector<std::size_t>{1});
}

TEST(resolve, takes_at_most_five_candidates_newest_first_among_equals) {
    std::vector<Text> texts;
    for (int i = 1; i <= 9; ++i) {
        texts.push_back({"Version 3.0." + std::to_string(i) + " of libfoo was released."});
    }
    const Finding now = finding({{"Version 3.0.77 of libfoo was released."}});
    const Resolution resolution = resolve(now.judgement, now.sources, told_before(texts));
    EXPECT_EQ(resolution.candidates, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
    EXPECT_EQ(resolution.earlier_id, "told-1");
}

TEST(settle_contested, tells_what_is_doubtful_and_says_so) {
    const Finding now = finding({{launch + " Schools will receive a version without a battery."}});
    const Resolution contested = resolve(now.judgement, now.sources, told_before({{launch}}));
    ASSERT_TRUE(contested.is_contested);
    const Resolution settled = settle_contested(contested);
    EXPECT_FALSE(settled.is_contested);
    EXPECT_EQ(settled.relation, update);
    EXPECT_EQ(settled.earlier_id, "told-1");
    EXPECT_NE(settled.why.find("no model was asked"), std::string::npos);
    EXPECT_EQ(settle_contested(settled), settled);
}

}  // namespace
}  // namespace torale::agent::testing
