// What every search adapter is held to, whatever its wire: odd replies, dates, failures.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "providers/catalog.hpp"
#include "providers/searching.hpp"
#include "unit/providers/wire.hpp"

namespace torale::providers::testing {

// A row as torale.providers ships it, with a key that no message may show.
inline Provider searcher(const char* adapter, core::Json options = core::Json::object()) {
    Provider made = provider(adapter, Kind::search, "the-secret-key");
    made.price_per_call = 0.01;
    made.options = std::move(options);
    return made;
}

inline Outcome<SearchReply> read_with(const Provider& provider, const core::Reply& reply) {
    return find_adapter(provider.adapter)->read_search(provider, reply, now);
}

inline Outcome<SearchReply> read_fixture(const Provider& provider, int status, const char* name,
                                         std::vector<core::Header> headers = {}) {
    const std::string file = provider.adapter + "/" + name;
    if (file.ends_with(".html")) headers.push_back({"Content-Type", "text/html; charset=utf-8"});
    return read_with(provider, http(status, fixture(file), std::move(headers)));
}

// Every filter that a task can have.
inline SearchQuery full_query() {
    SearchQuery query{.text = "ACME rocket launch date", .options = {}, .now = now};
    query.options.max_results = 3;
    query.options.recency = "week";
    query.options.country = "de";
    query.options.language = "DE";
    query.options.include_domains = {"acme.example", "*.gov.example"};
    query.options.exclude_domains = {"pinterest.com"};
    return query;
}

inline core::Json body_of(const Provider& provider, const SearchQuery& query) {
    return core::Json::parse(find_adapter(provider.adapter)->build_search(provider, query).body);
}

struct FailureRow {
    int status;
    const char* file;
    core::Category category;
    const char* says;  // a part of the message
};

inline void expect_failures(const Provider& provider, const std::vector<FailureRow>& rows) {
    for (const FailureRow& row : rows) {
        const auto read = read_fixture(provider, row.status, row.file);
        ASSERT_FALSE(read.ok()) << row.file;
        const core::Failure& failure = read.error();
        EXPECT_EQ(core::name_of(failure.category), std::string(core::name_of(row.category)))
            << row.file;
        EXPECT_NE(failure.message.find(row.says), std::string::npos)
            << row.file << ": " << failure.message;
        EXPECT_EQ(failure.message.rfind(provider.name + ": ", 0), 0U) << failure.message;
        EXPECT_EQ(failure.message.find('<'), std::string::npos) << failure.message;
    }
}

// The reply's own words may hold the key; the message may not.
inline void expect_no_secret(const Provider& provider, int status) {
    const auto read =
        read_with(provider, http(status, R"({"error":{"message":"bad key the-secret-key here"}})"));
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().message.find("the-secret-key"), std::string::npos);
}

inline void expect_odd_replies(const Provider& provider, std::size_t largest) {
    const auto count = [&](const char* name) {
        const auto read = read_fixture(provider, 200, name);
        EXPECT_TRUE(read.ok()) << name << ": " << (read.ok() ? "" : read.error().message);
        return read.ok() ? read->results.size() : 999;
    };
    EXPECT_EQ(count("200_empty.json"), 0U);
    EXPECT_EQ(count("200_null_optionals.json"), 2U);
    EXPECT_EQ(count("200_largest.json"), largest);
    EXPECT_EQ(count("200_invalid_utf8.json"), 1U) << "one bad byte costs one character";
    EXPECT_EQ(count("200_bad_items.json"), 2U) << "what is no web page is passed over";
    EXPECT_EQ(read_fixture(provider, 200, "200_unknown_fields.json")->results.at(0).title, "Extra");
    const auto bad = read_fixture(provider, 200, "200_bad_items.json");
    EXPECT_EQ(bad->results.at(0).title, "");
    EXPECT_EQ(bad->results.at(1).url, "https://a.example/good");
    EXPECT_FALSE(bad->results.at(1).published_at) << "someday is no date";
    for (const char* name : {"200_truncated.json", "200_page.html", "503_nothing.json"}) {
        const auto read = read_fixture(provider, 200, name);
        ASSERT_FALSE(read.ok()) << name;
        EXPECT_EQ(read.error().category, core::Category::bad_reply) << name;
    }
    EXPECT_EQ(read_with(provider, http(200, "[]")).error().category, core::Category::bad_reply);
    EXPECT_EQ(read_with(provider, http(200, "{}")).error().category, core::Category::bad_reply);
    expect_failures(provider, {{502, "502_gateway.html", core::Category::server, "HTTP 502"},
                               {503, "503_nothing.json", core::Category::overload, "HTTP 503"}});
    const auto broken = read_with(provider, fault(core::Fault::broken, true));
    EXPECT_EQ(broken.error().category, core::Category::network);
    EXPECT_TRUE(broken.error().is_ambiguous);
    const auto slow = read_with(provider, fault(core::Fault::timeout, true));
    EXPECT_EQ(slow.error().category, core::Category::timeout);
    const auto hinted = read_fixture(provider, 503, "503_nothing.json", {{"Retry-After", "7"}});
    EXPECT_EQ(hinted.error().retry_after, core::seconds{7});
}

// 200_dates.json: a day, RFC 3339 in two ways, RFC 2822, "3 days ago", "August 20, 2026", none.
inline void expect_dates(const Provider& provider) {
    const auto read = read_fixture(provider, 200, "200_dates.json");
    ASSERT_TRUE(read.ok());
    const auto& results = read->results;
    ASSERT_EQ(results.size(), 7U);
    EXPECT_EQ(results[0].published_at, core::parse_time("2026-08-20"));
    EXPECT_EQ(results[1].published_at, core::parse_time("2026-08-20T09:00:00Z"));
    EXPECT_EQ(results[2].published_at, core::parse_time("2026-08-20T07:00:00.25Z"));
    EXPECT_EQ(results[3].published_at, core::parse_time("2026-08-20T09:00:00Z"));
    EXPECT_EQ(results[4].published_at, now - std::chrono::hours{72});
    EXPECT_EQ(results[5].published_at, core::parse_time("2026-08-20"));
    EXPECT_FALSE(results[6].published_at);
}

}  // namespace torale::providers::testing
