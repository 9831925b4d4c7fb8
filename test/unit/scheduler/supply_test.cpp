#include "scheduler/supply.hpp"

#include <gtest/gtest.h>

#include "unit/scheduler/fake_store.hpp"

namespace torale::scheduler {
namespace {

using std::chrono::seconds;
using testing::provider_state;
using testing::start_time;

struct Row {
    const char* name;
    // Adapter, seconds it still cools: 0 = it works, below 0 = the pause is over, no probe yet.
    std::vector<std::pair<const char*, int>> configured;
    std::vector<std::string> usable;
    std::optional<int> out_s = std::nullopt;
    bool is_probe = false;
};

TEST(supply_of, table) {
    const std::vector<Row> rows{
        {"nothing configured", {}, {}},
        {"built-in alone", {{"builtin", 0}}, {"builtin"}},
        {"a keyed one before it hides it", {{"perplexity", 0}, {"builtin", 0}}, {"perplexity"}},
        {"nor does it stand in", {{"perplexity", 9}, {"builtin", 0}}, {}, 9},
        {"put first, it is used", {{"builtin", 0}, {"perplexity", 0}}, {"builtin"}},
        {"put first, no outage behind it counts", {{"builtin", 0}, {"perplexity", 9}}, {"builtin"}},
        {"rules put first", {{"rules", 0}, {"gemini", 0}}, {"rules"}},
        {"between two it is no fallback",
         {{"perplexity", 0}, {"builtin", 0}, {"exa", 0}},
         {"perplexity", "exa"}},
        {"the next of its kind stands in", {{"perplexity", 9}, {"exa", 0}}, {"exa"}},
        {"all cool: the first that is back", {{"perplexity", 9}, {"exa", 4}}, {}, 4},
        {"a pause that is over", {{"gemini", -1}, {"rules", 0}}, {"gemini"}, std::nullopt, true},
        {"one run probes, the next one stands by",
         {{"gemini", -1}, {"anthropic", 0}},
         {"gemini", "anthropic"}},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        ServerState state;
        for (const auto& [adapter, cools_s] : row.configured) {
            state.search.push_back(provider_state(adapter));
            if (cools_s != 0) state.search.back().cooling_until = start_time + seconds{cools_s};
        }
        Throttle throttle;
        throttle.restore(state);
        const Supply supply = supply_of(state.search, throttle, start_time);
        std::vector<std::string> names;
        for (const auto& provider : supply.providers()) names.push_back(provider.name);
        EXPECT_EQ(names, row.usable);
        EXPECT_EQ(supply.is_out, row.out_s.has_value());
        const auto until =
            row.out_s ? std::optional<Time>(start_time + seconds{*row.out_s}) : std::nullopt;
        EXPECT_EQ(supply.out_until, until);
        EXPECT_EQ(supply.is_probe, row.is_probe);
    }
}

TEST(supply_of, while_a_probe_is_under_way_nobody_else_starts) {
    ServerState state;
    state.judges = {provider_state("gemini")};
    state.judges[0].cooling_until = start_time - seconds{1};
    Throttle throttle;
    throttle.restore(state);
    ASSERT_TRUE(throttle.take_probe(throttle.find("gemini"), 1, start_time));
    Supply supply = supply_of(state.judges, throttle, start_time);
    EXPECT_TRUE(supply.is_out);
    EXPECT_FALSE(supply.out_until) << "nobody knows when it ends";
    state.judges.push_back(provider_state("anthropic"));
    throttle.restore(state);
    supply = supply_of(state.judges, throttle, start_time);
    ASSERT_EQ(supply.usable.size(), 1U);
    EXPECT_EQ(supply.usable[0]->provider.name, "anthropic");
    EXPECT_FALSE(supply.has_probe);
}

TEST(supply_of, the_first_that_works_says_how_many_runs) {
    ServerState state;
    state.search = {provider_state("perplexity"), provider_state("exa")};
    state.search[0].provider.rate_per_s = 2;
    state.search[1].provider.concurrency_max = 3;
    Throttle throttle;
    throttle.restore(state);
    EXPECT_EQ(supply_of(state.search, throttle, start_time).runs_max, 20);
    state.search[0].cooling_until = start_time + seconds{60};
    throttle.restore(state);
    EXPECT_EQ(supply_of(state.search, throttle, start_time).runs_max, 6);
}

}  // namespace
}  // namespace torale::scheduler
