// One story in several pages and passages, and what a reader is asked about it.
#include "agent/story.hpp"

#include "unit/agent/told.hpp"

namespace torale::agent::testing {
namespace {

TEST(story, is_its_source_whatever_passage_is_quoted) {
    const Text other{"Schools will receive a version without a battery.", "Widget Pro", 20};
    Finding now = finding({other});
    auto told = told_before({{launch, "Widget Pro", 1}});
    now.sources[0].content_hash = "a1";
    told[0].quotes[0].content_hash = "b2";
    EXPECT_NE(resolve(now.judgement, now.sources, told).relation, same);
    told[0].quotes[0].content_hash = "a1";
    EXPECT_EQ(resolve(now.judgement, now.sources, told).relation, same);
    now.sources[0].content_hash = told[0].quotes[0].content_hash = "";
    EXPECT_NE(resolve(now.judgement, now.sources, told).relation, same) << "nothing is known";
}

TEST(story, makes_its_round_in_two_days_and_is_news_again_later) {
    const auto relation_on = [](int day) {
        const Finding now = finding({{"The Widget Pro is back in stock.", "Shop", day}});
        return resolve(now.judgement, now.sources,
                       told_before({{"The Widget Pro is back in stock.", "Shop", 1}}))
            .relation;
    };
    EXPECT_EQ(relation_on(2), same);
    EXPECT_EQ(relation_on(3), same);
    EXPECT_EQ(relation_on(9), update);
}

TEST(story, with_more_words_is_told_by_nobody_twice_within_its_round) {
    const std::string more = launch + " Schools will receive a version without a battery.";
    const auto told = told_before({{launch, "", 1}});
    const Finding soon = finding({{more, "", 2}});
    const Finding late = finding({{more, "", 9}});
    EXPECT_EQ(resolve(soon.judgement, soon.sources, told).relation, same);
    EXPECT_EQ(resolve(late.judgement, late.sources, told).relation, update);
}

TEST(story, with_another_value_is_a_change_within_its_round_too) {
    const auto told = told_before({{"Acme sells the Widget Pro in Berlin for $499.", "", 1}});
    const Finding now = finding({{"Acme sells the Widget Pro in Berlin for $449.", "", 2}});
    EXPECT_EQ(resolve(now.judgement, now.sources, told).relation, update);
}

TEST(reader, is_asked_about_all_but_the_sure) {
    const auto told = told_before({{"Acme sells the Widget Pro in Berlin for $499.", "", 1}});
    const auto is_asked = [&](const Text& text) {
        const Finding now = finding({text});
        return resolve(now.judgement, now.sources, told, Reader::model).is_contested;
    };
    EXPECT_TRUE(is_asked({"Acme sells the Widget Pro in Berlin for $449.", "", 2}));
    EXPECT_TRUE(is_asked({"Der Preis ist da.", "", 2})) << "reported in the same days";
    EXPECT_FALSE(is_asked({"Acme sells the Widget Pro in Berlin for $499.", "", 2}));
    EXPECT_FALSE(is_asked({"The tram to Lund resumes service.", "", 20}));
}

TEST(reader, may_call_the_same_what_shares_a_day_or_a_value) {
    const auto told = told_before({{"Acme sells the Widget Pro in Berlin for $499.", "", 1}});
    const auto believes = [&](const Text& text) {
        const Finding now = finding({text});
        return resolve(now.judgement, now.sources, told, Reader::model).believable.contains(0);
    };
    EXPECT_TRUE(believes({"Der Preis ist da.", "", 2}));
    EXPECT_TRUE(believes({"As last month the Widget Pro of Acme costs $499 in Berlin.", "", 25}));
    EXPECT_FALSE(believes({"Acme sells the Widget Pro in Berlin for $449.", "", 25}));
}

TEST(overlap, is_the_share_of_the_shorter_page) {
    const auto story = [](const char* text) { return read_story("", text, "", std::nullopt); };
    EXPECT_DOUBLE_EQ(overlap_of(story("red green blue"), story("blue red green yellow")), 1);
    EXPECT_DOUBLE_EQ(overlap_of(story("red green"), story("red yellow")), 0.5);
    EXPECT_DOUBLE_EQ(overlap_of(story(""), story("red")), 0);
    EXPECT_FALSE(are_near_in_time(story("red"), story("red"))) << "without a date";
}

}  // namespace
}  // namespace torale::agent::testing
