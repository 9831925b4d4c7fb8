#include "agent/told_claims.hpp"

#include "unit/agent/told.hpp"

namespace torale::agent::testing {
namespace {

TEST(read_told, keeps_the_order_and_gives_undated_sources_the_day_they_were_told) {
    auto findings = told_before({{launch, "Widget Pro", 9}, {"The tram resumes service.", "Tram"}});
    findings[0].quotes.push_back({"Schools wait.", "https://told.test/1", april(8), "Schools"});
    findings[0].quotes[1].text = "Schools wait. Teachers complain.";
    const Told told = read_told(findings);
    ASSERT_EQ(told.claims.size(), 3U);
    EXPECT_EQ(told.claims[1].finding, 0U);
    EXPECT_TRUE(told.claims[1].story.words.contains("complain"));
    EXPECT_EQ(told.claims[2].finding, 1U);
    EXPECT_EQ(told.claims[2].story.published_at, findings[1].created_at);
    EXPECT_FALSE(told.claims[2].claim.published_at);
    ASSERT_EQ(told.contexts.size(), 2U);
    EXPECT_TRUE(told.contexts[0].words.contains("school")) << "all quotes of a finding";
}

TEST(read_cited, takes_the_source_of_each_citation_and_none_that_is_not_there) {
    Finding now = finding({{launch, "Widget Pro", 3}});
    now.sources[0].content_hash = "a1";
    now.judgement.citations.push_back({99, "nowhere", 0});
    const auto cited = read_cited(now.judgement, now.sources, april(1));
    ASSERT_EQ(cited.size(), 1U);
    EXPECT_EQ(cited[0].source, &now.sources[0]);
    EXPECT_EQ(cited[0].story.content_hash, "a1");
    EXPECT_EQ(cited[0].reference, april(3));
}

}  // namespace
}  // namespace torale::agent::testing
