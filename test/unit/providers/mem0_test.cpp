#include "providers/mem0.hpp"

#include <gtest/gtest.h>

#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Category;
using core::Json;
using testing::fixture;
using testing::http;
using testing::now;

const MemoryScope scope{.owner = "u1", .task_id = "task-7"};

Provider service(Json options = Json::object()) {
    Provider made = testing::provider("mem0", Kind::memory, "m0-secret-key");
    made.options = std::move(options);
    made.price_per_call = 0.001;
    return made;
}

core::Reply reply_of(int status, const char* name) {
    return http(status, fixture(std::string("mem0/") + name));
}

TEST(build_search, has_the_documented_shape) {
    const core::Request request =
        mem0::build_search(service(), {.scope = scope, .text = "where are launch dates published"});
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://mem0.test/v3/memories/search/") << "with its slash";
    EXPECT_EQ(core::find_header(request.headers, "authorization"), "Token m0-secret-key");
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("mem0/request.json")));
    EXPECT_EQ(request.limits.total_timeout_ms, 15'000);
}

TEST(build_search, keeps_its_numbers_within_the_service_s_bounds) {
    const Provider provider = service({{"threshold", 0.3}});
    const auto body = [&](int wanted) {
        return Json::parse(
            mem0::build_search(provider, {.scope = scope, .text = "x", .results_max = wanted})
                .body);
    };
    EXPECT_EQ(body(0)["top_k"], 1);
    EXPECT_EQ(body(5000)["top_k"], 1000);
    EXPECT_EQ(body(5)["threshold"], 0.3);
}

TEST(build_add, has_the_documented_shape) {
    const MemoryNote note{
        .scope = scope, .text = "Vendor blog publishes launch dates first.", .kind = "source"};
    const core::Request request = mem0::build_add(service(), note);
    EXPECT_EQ(request.url, "https://mem0.test/v3/memories/add/");
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("mem0/request_add.json")));
    EXPECT_EQ(request.body.find("secret"), std::string::npos);
    const core::Request inferring = mem0::build_add(service({{"infer", true}}), note);
    EXPECT_EQ(Json::parse(inferring.body)["infer"], true);
    EXPECT_GT(inferring.limits.total_timeout_ms, request.limits.total_timeout_ms);
}

TEST(build, speaks_to_the_self_hosted_server) {
    Provider provider = service({{"dialect", "oss"}});
    const core::Request search = mem0::build_search(provider, {.scope = scope, .text = "x"});
    EXPECT_EQ(search.url, "https://mem0.test/search");
    EXPECT_EQ(core::find_header(search.headers, "x-api-key"), "m0-secret-key");
    EXPECT_EQ(Json::parse(search.body)["filters"], Json({{"user_id", "u1"}, {"run_id", "task-7"}}));
    const core::Request add = mem0::build_add(provider, {.scope = scope, .text = "x", .kind = ""});
    EXPECT_EQ(add.url, "https://mem0.test/memories");
    EXPECT_EQ(Json::parse(add.body)["run_id"], "task-7");
    EXPECT_FALSE(Json::parse(add.body).contains("metadata"));
    provider.api_key.clear();
    EXPECT_FALSE(core::find_header(
        mem0::build_search(provider, {.scope = scope, .text = "x"}).headers, "x-api-key"));
}

TEST(read_search, reads_memories_with_their_kind) {
    const auto read = mem0::read_search(service(), reply_of(200, "200_search.json"), now);
    ASSERT_TRUE(read.ok());
    ASSERT_EQ(read->memories.size(), 2u);
    EXPECT_EQ(
        read->memories[0],
        (core::Memory{.content = "Vendor blog publishes launch dates first", .kind = "source"}));
    EXPECT_EQ(read->memories[1].kind, "note");
    EXPECT_DOUBLE_EQ(read->usage.cost_usd, 0.001);
}

TEST(read_search, takes_every_shape_of_its_versions) {
    struct Row {
        const char* name;
        std::size_t count;
    };
    for (const Row& row : {Row{"200_search_empty.json", 0}, Row{"200_search_bare_list.json", 1},
                           Row{"200_search_bad_items.json", 1}, Row{"200_unknown_fields.json", 1},
                           Row{"200_invalid_utf8.json", 1}}) {
        const auto read = mem0::read_search(service(), reply_of(200, row.name), now);
        ASSERT_TRUE(read.ok()) << row.name;
        EXPECT_EQ(read->memories.size(), row.count) << row.name;
    }
}

TEST(read_add, is_content_with_a_promise) {
    for (const char* name : {"200_add_pending.json", "200_add_list.json"}) {
        const auto read = mem0::read_add(service(), reply_of(200, name), now);
        ASSERT_TRUE(read.ok()) << name;
        EXPECT_TRUE(read->memories.empty()) << name;
    }
    for (const char* name : {"200_add_succeeded.json", "200_add_oss.json"}) {
        const auto read = mem0::read_add(service(), reply_of(200, name), now);
        ASSERT_TRUE(read.ok()) << name;
        ASSERT_EQ(read->memories.size(), 1u) << name;
        EXPECT_EQ(read->memories[0].content, "Vendor blog publishes launch dates first.");
    }
}

TEST(read_add, refuses_what_says_nothing_or_that_it_failed) {
    const auto failed = mem0::read_add(service(), reply_of(200, "200_add_failed.json"), now);
    ASSERT_FALSE(failed.ok());
    EXPECT_NE(failed.error().message.find("could not be stored"), std::string::npos);
    EXPECT_FALSE(mem0::read_add(service(), http(200, "{}"), now).ok());
    EXPECT_FALSE(mem0::read_add(service(), http(200, "7"), now).ok());
}

struct Row {
    int status;
    const char* name;
    Category category;
    const char* said;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}

class Failures : public ::testing::TestWithParam<Row> {};

TEST_P(Failures, have_their_category_and_words) {
    const auto [status, name, category, said] = GetParam();
    for (const auto read : {mem0::read_search, mem0::read_add}) {
        const auto reply = read(service(), reply_of(status, name), now);
        ASSERT_FALSE(reply.ok());
        EXPECT_EQ(reply.error().category, category) << reply.error().message;
        EXPECT_NE(reply.error().message.find(said), std::string::npos) << reply.error().message;
        EXPECT_EQ(reply.error().message.find("secret"), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(
    replies, Failures,
    ::testing::Values(
        Row{301, "301_missing_slash.html", Category::config, "redirects"},
        Row{400, "400_top_level_id.json", Category::bad_request, "Use filters instead"},
        Row{400, "400_no_filters.json", Category::bad_request, "At least one of the filters"},
        Row{401, "401_invalid_key.json", Category::auth, "Invalid API key"},
        Row{403, "403_forbidden.json", Category::auth, "permission"},
        Row{404, "404_not_found.json", Category::bad_request, "Memory not found"},
        Row{413, "413_quota.json", Category::quota, "quota exceeded"},
        Row{422, "422_detail.json", Category::bad_request, "field required"},
        Row{429, "429_rate_limit.json", Category::rate_limit, "throttled"},
        Row{500, "500_internal.json", Category::server, "Internal Server Error"},
        Row{502, "502_gateway.html", Category::server, "HTTP 502"},
        Row{503, "503_unavailable.json", Category::overload, "Service Unavailable"},
        Row{200, "200_page.html", Category::bad_reply, "not what the service documents"},
        Row{200, "200_truncated.json", Category::bad_reply, "not what the service documents"},
        Row{200, "200_nothing.json", Category::bad_reply, "not what the service documents"}));

TEST(read_add, a_note_that_may_have_arrived_is_ambiguous) {
    EXPECT_TRUE(mem0::read_add(service(), testing::fault(core::Fault::timeout, true), now)
                    .error()
                    .is_ambiguous);
    EXPECT_FALSE(
        mem0::read_add(service(), testing::fault(core::Fault::connect), now).error().is_ambiguous);
}

}  // namespace
}  // namespace torale::providers
