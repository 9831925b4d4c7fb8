#include "agent/run.hpp"
#include "unit/agent/run_driver.hpp"

namespace torale::agent::testing {
namespace {

using core::Verdict;
using std::chrono::hours;

const char* const launch = "Acme will launch its rocket on 14 March 2027 from Wallops Island.";

TEST(search, asks_for_documents_when_no_provider_has_a_key) {
    Briefing briefing = local_briefing();
    briefing.search_providers = {provider("perplexity", providers::Kind::search), builtin()};
    Driver run(briefing);
    EXPECT_EQ(run.query().owner, "pg:ada");
    EXPECT_FALSE(run.query().words.empty());
}

TEST(search, prefers_the_keyed_provider) {
    Driver run(keyed_briefing());
    EXPECT_EQ(run.request().url, "https://perplexity.test/search");
    EXPECT_EQ(run.call().provider, "perplexity");
}

TEST(search, without_documents_and_keys_is_unknown_and_not_not_met) {
    Briefing briefing = local_briefing();
    briefing.has_documents = false;
    Driver run(briefing);
    EXPECT_FALSE(run.conclusion().failure);
    EXPECT_FALSE(run.conclusion().judged);
    EXPECT_EQ(run.conclusion().skip_reason, "no_sources");
    EXPECT_EQ(run.conclusion().judgement.verdict, Verdict::unknown);
}

TEST(search, without_any_usable_provider_is_unknown_too) {
    Briefing briefing = local_briefing();
    briefing.search_providers.clear();
    EXPECT_EQ(Driver(briefing).conclusion().skip_reason, "no_sources");
}

TEST(search, that_finds_nothing_is_not_met_without_a_paid_judge) {
    Driver run(keyed_briefing());
    run.reply(http(200, fixture("perplexity/200_empty.json")));
    EXPECT_TRUE(run.conclusion().judged);
    EXPECT_EQ(run.conclusion().judgement.verdict, Verdict::not_met);
    EXPECT_EQ(run.conclusion().judgement.evidence, "the search found nothing");
    EXPECT_DOUBLE_EQ(run.conclusion().usage.cost_usd, 0.005);
}

TEST(search, reports_what_the_database_could_not_do) {
    Driver run(local_briefing());
    core::Reply refusal;
    refusal.fault_text = "statement timeout";
    run.reply(refusal);
    ASSERT_TRUE(run.conclusion().failure);
    EXPECT_EQ(run.conclusion().failure->category, core::Category::internal);
    EXPECT_EQ(run.conclusion().failure->message, "statement timeout");
}

TEST(check, commits_the_paid_reply_before_the_judge_is_called) {
    Driver run(keyed_briefing());
    const std::string body = fixture("perplexity/200_full.json");
    run.reply(http(200, body));
    ASSERT_TRUE(run.asks_to_check());
    const StoredReply expected{"search:perplexity:0", 200, body};
    EXPECT_EQ(run.check().replies, std::vector{expected});
    EXPECT_FALSE(run.check().hashes.empty());
    run.know();
    EXPECT_EQ(run.call().provider, "gemini");
}

TEST(check, is_skipped_when_there_is_nothing_to_commit_or_to_ask) {
    Driver run(local_briefing());
    run.reply(hits({launch}));
    EXPECT_TRUE(run.is_concluded());
}

TEST(check, asks_which_documents_a_later_run_already_knows) {
    Briefing briefing = local_briefing();
    briefing.is_first_run = false;
    Driver run(briefing);
    run.reply(hits({launch, "Acme paints its hangar."}));
    EXPECT_TRUE(run.check().replies.empty());
    ASSERT_EQ(run.check().hashes.size(), 2U);
    const std::string known = run.check().hashes[1];
    run.know({known});
    ASSERT_EQ(run.conclusion().sources.size(), 2U);
    EXPECT_TRUE(run.conclusion().sources[0].is_new);
    EXPECT_FALSE(run.conclusion().sources[1].is_new);
    EXPECT_EQ(find_step(run.conclusion(), "search")->detail["new"], 1);
}

TEST(check, counts_every_source_as_new_on_the_first_run) {
    Driver run(keyed_briefing());
    run.reply(http(200, fixture("perplexity/200_full.json")));
    const auto hashes = run.check().hashes;
    run.know({hashes.begin(), hashes.end()});
    EXPECT_TRUE(run.asks_http()) << "a first run is always judged";
}

// A later run whose one source is known.
Driver known_source(hours since_judged, bool gate_enabled) {
    Briefing briefing = keyed_briefing();
    briefing.is_first_run = false;
    briefing.last_judged_at = now - since_judged;
    briefing.gate_enabled = gate_enabled;
    Driver run(briefing);
    run.reply(http(200, fixture("perplexity/200_full.json")));
    const auto hashes = run.check().hashes;
    run.know({hashes.begin(), hashes.end()});
    return run;
}

TEST(gate, keeps_quiet_when_nothing_changed) {
    const Driver run = known_source(hours{23}, true);
    EXPECT_FALSE(run.conclusion().failure);
    EXPECT_FALSE(run.conclusion().judged);
    EXPECT_EQ(run.conclusion().skip_reason, "unchanged");
    EXPECT_FALSE(run.conclusion().judgement.notification);
    EXPECT_EQ(find_step(run.conclusion(), "judge")->status, "skipped");
}

TEST(gate, opens_once_a_day) {
    EXPECT_TRUE(known_source(hours{24}, true).asks_http());
}

TEST(gate, is_off_for_previews_and_forced_runs) {
    EXPECT_TRUE(known_source(hours{1}, false).asks_http());
}

TEST(gate, opens_for_one_new_source) {
    Briefing briefing = keyed_briefing();
    briefing.is_first_run = false;
    briefing.last_judged_at = now - hours{1};
    Driver run(briefing);
    run.reply(http(200, fixture("perplexity/200_full.json")));
    auto hashes = run.check().hashes;
    ASSERT_GE(hashes.size(), 2U);
    hashes.pop_back();
    run.know({hashes.begin(), hashes.end()});
    EXPECT_TRUE(run.asks_http());
}

}  // namespace
}  // namespace torale::agent::testing
