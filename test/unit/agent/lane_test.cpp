#include "agent/lane.hpp"

#include <gtest/gtest.h>

namespace torale::agent {
namespace {

providers::Provider row(const char* adapter, const char* key) {
    providers::Provider made;
    made.name = made.adapter = adapter;
    made.api_key = key;
    return made;
}

std::string names(const std::vector<providers::Provider>& rows) {
    std::string all;
    for (const auto* provider : usable_lane(rows).providers) all += provider->name + " ";
    return all;
}

TEST(lane, leaves_out_what_has_no_key_or_is_unknown) {
    EXPECT_EQ(names({row("perplexity", ""), row("nobody", "key"), row("tavily", "key")}),
              "tavily ");
}

// An outage of the real search must not read as "nothing found".
TEST(lane, takes_a_local_provider_first_or_not_at_all) {
    EXPECT_EQ(names({row("builtin", ""), row("perplexity", "key")}), "builtin ");
    EXPECT_EQ(names({row("perplexity", "key"), row("builtin", "")}), "perplexity ");
}

TEST(lane, wants_the_key_that_its_row_names) {
    providers::Provider local = row("openai", "");
    EXPECT_EQ(names({local}), "openai ");
    local.names_secret = true;
    EXPECT_EQ(names({local}), "");
}

}  // namespace
}  // namespace torale::agent
