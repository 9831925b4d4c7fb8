// Several claims, several findings, and time: what a whole finding is beside what was told.
#include "unit/agent/told.hpp"

namespace torale::agent::testing {
namespace {

const std::vector<Row> additions{
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
};
TEST(resolve, an_added_fact_is_an_update) {
    check(additions);
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

const std::vector<Row> states{
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
};
TEST(resolve, states_that_come_back_are_updates) {
    check(states);
}

const std::vector<Row> doubts{
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
    {"a report in Japanese", {{launch}}, {{"アクメは5月5日にベルリンで新製品を発売する。"}}, fresh},
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
};
TEST(resolve, what_only_a_reader_can_tell_is_contested) {
    check(doubts);
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
