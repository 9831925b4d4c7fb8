#include "unit/agent/run_driver.hpp"
#include "unit/scheduler/loop_fixture.hpp"

namespace torale::scheduler {
namespace {

using testing::claim_of;
using testing::LoopTest;
using testing::provider_state;
using testing::start_time;

std::string hex(const std::string& text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += {digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

TEST_F(LoopTest, a_page_is_not_fetched_on_when_its_run_is_over) {
    net::test::TinyServer server;
    const std::string page = server.url("/stall");
    const std::string wish = agent::testing::gemini_calls({{"fetch_url", {{"url", page}}}});
    store.state.judges = {provider_state("gemini", server.url("/say?" + hex(wish) + "&"))};
    store.due_at = start_time;
    store.due.push_back(claim_of(1));
    store.due[0].briefing.task.search_query = "acme rocket by " + page;
    limits.default_mode = agent::Mode::agent;
    limits.run_timeout = core::seconds{5};
    std::size_t at_work = 0;
    std::size_t at_the_end = 1;
    run_until([&] {
        at_work = std::max(at_work, net.in_flight());
        at_the_end = net.in_flight();
        return !store.finished.empty();
    });
    ASSERT_EQ(store.finished.size(), 1U);
    ASSERT_TRUE(store.finished[0].conclusion.failure);
    EXPECT_EQ(store.finished[0].conclusion.failure->category, core::Category::timeout);
    EXPECT_GT(at_work, 0U);
    EXPECT_EQ(at_the_end, 0U) << "the page is still being fetched";
}

}  // namespace
}  // namespace torale::scheduler
