#include "agent/run.hpp"

#include "unit/agent/run_driver.hpp"

namespace torale::agent::testing {
namespace {

using core::Category;
using core::Fault;
using core::milliseconds;
using core::seconds;

struct Trouble {
    const char* name;
    core::Reply reply;
    Category category;
    int requests;   // in all, when each is answered the same way
    bool deferred;  // the provider pauses, the run loses no attempt
};
void PrintTo(const Trouble& row, std::ostream* out) {
    *out << row.name;
}

core::Reply from(int status, const char* name, std::vector<core::Header> headers = {}) {
    return http(status, fixture(name), std::move(headers));
}

void expect_failure(Driver& run, const Trouble& trouble) {
    int requests = 0;
    while (run.asks_http()) {
        ++requests;
        ASSERT_LT(requests, 10);
        run.reply(trouble.reply);
    }
    ASSERT_TRUE(run.conclusion().failure);
    const Conclusion& end = run.conclusion();
    EXPECT_EQ(end.failure->category, trouble.category) << core::name_of(end.failure->category);
    EXPECT_EQ(requests, trouble.requests);
    EXPECT_EQ(end.deferred, trouble.deferred);
    EXPECT_EQ(end.cooldowns.size(), trouble.deferred ? 1U : 0U);
    EXPECT_FALSE(end.judged);
    EXPECT_EQ(end.failure->message.find("secret"), std::string::npos);
    int failed = 0;
    for (const Step& step : end.steps) {
        failed += step.status == "failed" ? 1 : 0;
        EXPECT_EQ(core::write_json(step.detail).find("secret"), std::string::npos);
    }
    EXPECT_EQ(failed, requests) << "each try is in the trace";
}

class SearchTrouble : public ::testing::TestWithParam<Trouble> {};

TEST_P(SearchTrouble, is_a_failure_and_never_nothing_found) {
    Driver run(keyed_briefing());
    expect_failure(run, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    perplexity, SearchTrouble,
    ::testing::Values(
        Trouble{"resolve", fault(Fault::resolve), Category::network, 3, false},
        Trouble{"connect", fault(Fault::connect), Category::network, 3, false},
        Trouble{"tls", fault(Fault::tls), Category::network, 3, false},
        Trouble{"certificate", fault(Fault::tls_verify), Category::config, 1, false},
        Trouble{"timeout_unsent", fault(Fault::timeout), Category::network, 3, false},
        Trouble{"timeout_sent", fault(Fault::timeout, true), Category::timeout, 2, false},
        Trouble{"broken", fault(Fault::broken, true), Category::network, 3, false},
        Trouble{"too_large", fault(Fault::too_large, true), Category::too_large, 1, false},
        Trouble{"blocked", fault(Fault::blocked), Category::blocked, 1, false},
        Trouble{"bad_url", fault(Fault::bad_url), Category::config, 1, false},
        Trouble{"cancelled", fault(Fault::cancelled), Category::cancelled, 1, false},
        Trouble{"html", from(200, "perplexity/200_page.html"), Category::bad_reply, 2, false},
        Trouble{"cut", from(200, "perplexity/200_truncated.json"), Category::bad_reply, 2, false},
        Trouble{"empty", from(200, "perplexity/200_nothing.json"), Category::bad_reply, 2, false},
        Trouble{"no_list", from(200, "perplexity/200_results_not_a_list.json"), Category::bad_reply,
                2, false},
        Trouble{"inner_error", from(200, "perplexity/200_error_inside.json"), Category::server, 3,
                false},
        Trouble{"redirect", http(302, ""), Category::config, 1, false},
        Trouble{"bad_request", from(400, "perplexity/400_bad_request.json"), Category::bad_request,
                1, false},
        Trouble{"key", from(401, "perplexity/401_invalid_key.json"), Category::auth, 1, true},
        Trouble{"key_html", from(401, "perplexity/401_nginx.html"), Category::auth, 1, true},
        Trouble{"payment", http(402, ""), Category::quota, 1, true},
        Trouble{"forbidden", from(403, "perplexity/403_forbidden.json"), Category::auth, 1, true},
        Trouble{"not_found", from(404, "perplexity/404_not_found.json"), Category::bad_request, 1,
                false},
        Trouble{"request_timeout", http(408, ""), Category::timeout, 2, false},
        Trouble{"conflict", http(409, ""), Category::overload, 4, false},
        Trouble{"invalid", from(422, "perplexity/422_max_results.json"), Category::bad_request, 1,
                false},
        Trouble{"rate", from(429, "perplexity/429_rate_limited.json"), Category::rate_limit, 1,
                true},
        Trouble{"server", from(500, "perplexity/500_internal.json"), Category::server, 3, false},
        Trouble{"gateway", from(502, "perplexity/502_gateway.html"), Category::server, 3, false},
        Trouble{"overload", from(503, "perplexity/503_nothing.json"), Category::overload, 4, false},
        Trouble{"cloudflare", http(520, "<html>"), Category::server, 3, false}));

class JudgeTrouble : public ::testing::TestWithParam<Trouble> {};

TEST_P(JudgeTrouble, is_a_failure_and_never_a_verdict) {
    Driver run(keyed_briefing());
    run.reply(from(200, "perplexity/200_full.json"));
    run.know();
    expect_failure(run, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    gemini, JudgeTrouble,
    ::testing::Values(
        Trouble{"timeout_sent", fault(Fault::timeout, true), Category::timeout, 2, false},
        Trouble{"invalid", from(400, "gemini/400_invalid_argument.json"), Category::bad_request, 1,
                false},
        Trouble{"key", from(400, "gemini/400_api_key_invalid.json"), Category::auth, 1, true},
        Trouble{"region", from(400, "gemini/400_failed_precondition.json"), Category::auth, 1,
                true},
        Trouble{"denied", from(403, "gemini/403_permission_denied.json"), Category::auth, 1, true},
        Trouble{"model", from(404, "gemini/404_unknown_model.json"), Category::bad_request, 1,
                false},
        Trouble{"minute", from(429, "gemini/429_per_minute.json"), Category::rate_limit, 1, true},
        Trouble{"array", from(429, "gemini/429_in_array.json"), Category::rate_limit, 1, true},
        Trouble{"bare", from(429, "gemini/429_bare.json"), Category::rate_limit, 1, true},
        Trouble{"day", from(429, "gemini/429_per_day.json"), Category::quota, 1, true},
        Trouble{"server", from(500, "gemini/500_internal.json"), Category::server, 3, false},
        Trouble{"page", from(502, "gemini/502_page.html"), Category::server, 3, false},
        Trouble{"overload", from(503, "gemini/503_unavailable.json"), Category::overload, 4, false},
        Trouble{"deadline", from(504, "gemini/504_deadline.json"), Category::server, 3, false}));

TEST(defer, waits_as_long_as_the_body_says) {
    Driver run(keyed_briefing());
    run.reply(from(200, "perplexity/200_full.json"));
    run.know();
    run.reply(from(429, "gemini/429_per_minute.json"));
    ASSERT_EQ(run.conclusion().cooldowns.size(), 1U);
    const Cooldown& cooldown = run.conclusion().cooldowns[0];
    EXPECT_EQ(cooldown.provider, "gemini");
    EXPECT_EQ(cooldown.pause, seconds{37});
    EXPECT_EQ(cooldown.category, Category::rate_limit);
    EXPECT_EQ(run.conclusion().failure->retry_after, seconds{37});
}

TEST(defer, waits_as_long_as_the_header_says) {
    Driver run(keyed_briefing());
    run.reply(from(429, "perplexity/429_rate_limited.json", {{"retry-after", "90"}}));
    EXPECT_TRUE(run.conclusion().deferred);
    EXPECT_EQ(run.conclusion().cooldowns.at(0).pause, seconds{90});
}

TEST(repeat, a_short_polite_wait_stays_inside_the_run) {
    Driver run(keyed_briefing());
    run.reply(from(429, "perplexity/429_rate_limited.json", {{"retry-after-ms", "1500"}}));
    EXPECT_EQ(run.call().delay, milliseconds{1500});
    run.reply(from(200, "perplexity/200_full.json"));
    EXPECT_TRUE(run.asks_to_check());
}

TEST(repeat, waits_longer_each_time) {
    Driver run(keyed_briefing());
    run.reply(http(503, ""));
    const milliseconds first = run.call().delay;
    run.reply(http(503, ""));
    EXPECT_GT(first, milliseconds{0});
    EXPECT_GT(run.call().delay, first);
}

TEST(fall_back, goes_to_the_next_keyed_provider) {
    for (const int status : {401, 402, 429}) {
        Briefing briefing = keyed_briefing();
        briefing.search_providers = {perplexity("first"), perplexity("second"), builtin()};
        Driver run(briefing);
        run.reply(http(status, ""));
        ASSERT_TRUE(run.asks_http()) << status;
        EXPECT_EQ(run.call().provider, "second");
        run.reply(from(200, "perplexity/200_full.json"));
        EXPECT_EQ(run.check().replies.at(0).key, "search:second:0");
        run.know();
        run.reply(from(200, "gemini/200_met.json"));
        EXPECT_FALSE(run.conclusion().failure);
        EXPECT_EQ(run.conclusion().cooldowns.at(0).provider, "first") << "it still has to pause";
    }
}

TEST(fall_back, leaves_an_overloaded_judge_after_its_repeats) {
    Briefing briefing = keyed_briefing();
    briefing.judges = {gemini("first"), gemini("second"), rules()};
    Driver run(briefing);
    run.reply(from(200, "perplexity/200_full.json"));
    run.know();
    while (run.call().provider == "first") run.reply(from(503, "gemini/503_unavailable.json"));
    EXPECT_EQ(run.call().provider, "second");
    run.reply(from(200, "gemini/200_met.json"));
    EXPECT_FALSE(run.conclusion().failure);
    EXPECT_TRUE(run.conclusion().cooldowns.empty());
}

TEST(fall_back, never_hides_an_outage_behind_the_local_search_or_judge) {
    Driver search(keyed_briefing());
    search.reply(from(401, "perplexity/401_invalid_key.json"));
    EXPECT_TRUE(search.conclusion().failure);
    Driver judge(keyed_briefing());
    judge.reply(from(200, "perplexity/200_full.json"));
    judge.know();
    judge.reply(from(403, "gemini/403_permission_denied.json"));
    EXPECT_TRUE(judge.conclusion().failure);
    EXPECT_FALSE(judge.conclusion().judged);
}

}  // namespace
}  // namespace torale::agent::testing
