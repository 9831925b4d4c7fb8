#include "agent/ledger.hpp"

#include <gtest/gtest.h>

namespace torale::agent {
namespace {

TEST(ledger, gives_a_stored_reply_once) {
    Ledger ledger({{"search:one:0", 200, "body"}});
    const auto taken = ledger.take_stored("search:one:0");
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->body, "body");
    EXPECT_FALSE(ledger.take_stored("search:one:0"));
    EXPECT_FALSE(ledger.take_stored("judge:one:0"));
}

TEST(ledger, keeps_replies_until_they_are_taken_for_a_commit) {
    Ledger ledger({});
    core::Reply reply;
    reply.status = 200;
    reply.body = "paid for";
    ledger.keep("judge:one:0", reply);
    EXPECT_TRUE(ledger.has_uncommitted());
    const auto replies = ledger.take_uncommitted();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0], (StoredReply{"judge:one:0", 200, "paid for", false}));
    EXPECT_FALSE(ledger.has_uncommitted());
}

TEST(ledger, sums_by_provider_and_in_all) {
    Ledger ledger({});
    ledger.book("one", {100, 10, 0.25});
    ledger.book("two", {1, 2, 0.5});
    ledger.book("one", {50, 5, 0.25});
    EXPECT_EQ(ledger.total(), (providers::Usage{151, 17, 1.0}));
    EXPECT_EQ(ledger.take_spending(),
              (std::vector<Spending>{{"one", 2, 150, 15, 0.5}, {"two", 1, 1, 2, 0.5}}));
}

// The service may bill what it never answered: the cap has to hold then too.
TEST(ledger, books_a_call_whose_answer_was_lost_at_what_was_reserved) {
    providers::Provider provider;
    provider.name = "one";
    provider.price_per_call = 0.01;
    core::Failure failure;
    failure.category = core::Category::timeout;
    Ledger ledger({});
    Reservation price;
    price.tokens = 5'000;
    price.cost_usd = 0.5;
    ledger.book_unknown(provider, failure, price);
    EXPECT_EQ(ledger.total(), providers::Usage{}) << "nothing was sent";
    failure.is_ambiguous = true;
    ledger.book_unknown(provider, failure, price);
    ledger.book_unknown(provider, failure, {});
    EXPECT_DOUBLE_EQ(ledger.total().cost_usd, 0.51);
    EXPECT_EQ(ledger.total().tokens_in, 5'000) << "a budget in tokens has to hold as well";
    EXPECT_EQ(ledger.unknown_calls(), 2);
}

TEST(price, of_a_model_counts_its_prompt_and_all_it_may_answer) {
    providers::Provider provider;
    provider.name = "model";
    provider.kind = providers::Kind::llm;
    provider.price_in_per_mtok = 2;
    provider.price_out_per_mtok = 10;
    core::Request request;
    request.body = std::string(2'000, 'x');
    const Reservation price = price_of(provider, "judge:model:0", request, 500);
    EXPECT_EQ(price.tokens, 1'500);
    EXPECT_DOUBLE_EQ(price.cost_usd, 1'000 * 2e-6 + 500 * 10e-6);
    EXPECT_EQ(price.provider, "model");
}

TEST(price, of_a_search_is_its_price_per_call) {
    providers::Provider provider;
    provider.kind = providers::Kind::search;
    provider.price_per_call = 0.005;
    const Reservation price = price_of(provider, "search:s:0", {}, 500);
    EXPECT_EQ(price.tokens, 0);
    EXPECT_DOUBLE_EQ(price.cost_usd, 0.005);
}

// Sonar and OpenAI's search are paid for by tokens as well.
TEST(price, of_a_search_by_a_model_counts_what_it_may_read_and_write) {
    providers::Provider provider;
    provider.kind = providers::Kind::search;
    provider.price_per_call = 0.01;
    provider.price_in_per_mtok = 1;
    provider.price_out_per_mtok = 2;
    core::Request request;
    request.body = R"({"model":"m","max_tokens":128,"q":"12"})";
    const auto sent = static_cast<std::int64_t>(request.body.size() / 2);
    Reservation price = price_of(provider, "search:s:0", request, 0);
    EXPECT_EQ(price.tokens, sent + 128);
    EXPECT_DOUBLE_EQ(price.cost_usd, 0.01 + (static_cast<double>(sent) + 2 * 128) / 1e6);
    request.body = R"({"model":"m","max_output_tokens":4096,"tools":[{"type":"web_search"}]})";
    price = price_of(provider, "search:s:0", request, 0);
    EXPECT_GT(price.tokens, 36'000);
    EXPECT_GT(price.cost_usd, 0.03 + 0.032 + 2 * 0.004096);
}

}  // namespace
}  // namespace torale::agent
