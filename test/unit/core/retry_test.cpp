// What a failed call means, and when it is tried again.
#include "core/retry.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>

namespace torale::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time now = parse_time("2026-12-01T09:00:00Z").value();

constexpr Category categories[] = {Category::rate_limit, Category::quota,       Category::auth,
                                   Category::overload,   Category::server,      Category::network,
                                   Category::timeout,    Category::bad_request, Category::bad_reply,
                                   Category::declined,   Category::too_large,   Category::blocked,
                                   Category::config,     Category::cancelled,   Category::internal};

Reply reply_of(int status, std::vector<Header> headers = {}) {
    Reply reply;
    reply.status = status;
    reply.headers = std::move(headers);
    reply.request_sent = true;
    return reply;
}

Reply reply_of(Fault fault, bool request_sent) {
    Reply reply;
    reply.fault = fault;
    reply.request_sent = request_sent;
    return reply;
}

Failure failure_of(Category category, std::optional<milliseconds> retry_after = {}) {
    Failure failure;
    failure.category = category;
    failure.retry_after = retry_after;
    return failure;
}

struct StatusMeans {
    int status;
    Category category;
};
void PrintTo(const StatusMeans& row, std::ostream* out) {
    *out << row.status;
}

class Status : public testing::TestWithParam<StatusMeans> {};

TEST_P(Status, has_its_category) {
    const Failure failure = classify(reply_of(GetParam().status), now);
    EXPECT_STREQ(name_of(failure.category), name_of(GetParam().category));
    EXPECT_EQ(failure.http_status, GetParam().status);
    EXPECT_FALSE(failure.message.empty());
    EXPECT_FALSE(failure.is_ambiguous);
}

INSTANTIATE_TEST_SUITE_P(
    table, Status,
    testing::Values(StatusMeans{200, Category::bad_reply}, StatusMeans{204, Category::bad_reply},
                    StatusMeans{301, Category::config}, StatusMeans{308, Category::config},
                    StatusMeans{400, Category::bad_request}, StatusMeans{401, Category::auth},
                    StatusMeans{402, Category::quota}, StatusMeans{403, Category::auth},
                    StatusMeans{404, Category::bad_request},
                    StatusMeans{405, Category::bad_request}, StatusMeans{408, Category::timeout},
                    StatusMeans{409, Category::overload}, StatusMeans{410, Category::bad_request},
                    StatusMeans{413, Category::bad_request},
                    StatusMeans{415, Category::bad_request},
                    StatusMeans{422, Category::bad_request}, StatusMeans{425, Category::overload},
                    StatusMeans{429, Category::rate_limit}, StatusMeans{432, Category::quota},
                    StatusMeans{433, Category::quota}, StatusMeans{499, Category::bad_request},
                    StatusMeans{500, Category::server}, StatusMeans{502, Category::server},
                    StatusMeans{503, Category::overload}, StatusMeans{504, Category::server},
                    StatusMeans{520, Category::server}, StatusMeans{527, Category::server},
                    StatusMeans{529, Category::overload}, StatusMeans{599, Category::server},
                    StatusMeans{0, Category::bad_reply}, StatusMeans{100, Category::bad_reply},
                    StatusMeans{700, Category::bad_reply}));

struct FaultMeans {
    Fault fault;
    bool request_sent;
    Category category;
    bool is_ambiguous;
};
void PrintTo(const FaultMeans& row, std::ostream* out) {
    *out << "fault " << static_cast<int>(row.fault) << (row.request_sent ? " sent" : " unsent");
}

class FaultOf : public testing::TestWithParam<FaultMeans> {};

TEST_P(FaultOf, has_its_category) {
    const Failure failure = classify(reply_of(GetParam().fault, GetParam().request_sent), now);
    EXPECT_STREQ(name_of(failure.category), name_of(GetParam().category));
    EXPECT_EQ(failure.is_ambiguous, GetParam().is_ambiguous);
    EXPECT_EQ(failure.http_status, 0);
    EXPECT_FALSE(failure.message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    table, FaultOf,
    testing::Values(FaultMeans{Fault::resolve, false, Category::network, false},
                    FaultMeans{Fault::connect, false, Category::network, false},
                    FaultMeans{Fault::tls, false, Category::network, false},
                    FaultMeans{Fault::tls_verify, false, Category::config, false},
                    FaultMeans{Fault::timeout, false, Category::network, false},
                    FaultMeans{Fault::timeout, true, Category::timeout, true},
                    FaultMeans{Fault::broken, false, Category::network, false},
                    FaultMeans{Fault::broken, true, Category::network, true},
                    FaultMeans{Fault::too_large, true, Category::too_large, true},
                    FaultMeans{Fault::blocked, false, Category::blocked, false},
                    FaultMeans{Fault::bad_url, false, Category::config, false},
                    FaultMeans{Fault::redirect, true, Category::config, false},
                    FaultMeans{Fault::no_file, false, Category::internal, false},
                    FaultMeans{Fault::cancelled, true, Category::cancelled, true},
                    FaultMeans{Fault::cancelled, false, Category::cancelled, false},
                    FaultMeans{Fault::paused, false, Category::overload, false}));

TEST(classify, a_call_that_was_not_sent_is_not_repeated_in_its_run) {
    Reply reply;
    reply.fault = Fault::paused;
    const Failure failure = classify(reply, Time{});
    EXPECT_EQ(failure.should_retry, false);
    EXPECT_EQ(retry_in_run(failure, 0, 0.0), std::nullopt);
}

TEST(classify, decides_by_type_and_not_by_words) {
    Reply reply = reply_of(500);
    reply.body = "429 rate limit quota invalid timeout";
    EXPECT_EQ(classify(reply, now).category, Category::server);
    Reply broken = reply_of(Fault::broken, true);
    broken.fault_text = "429 rate limit";
    EXPECT_EQ(classify(broken, now).category, Category::network);
}

TEST(classify, reads_hints_of_errors_alone) {
    EXPECT_EQ(classify(reply_of(429, {{"Retry-After", "7"}}), now).retry_after, seconds{7});
    EXPECT_EQ(classify(reply_of(503, {{"Retry-After", "7"}}), now).retry_after, seconds{7});
    EXPECT_EQ(classify(reply_of(200, {{"Retry-After", "7"}}), now).retry_after, std::nullopt);
}

TEST(classify, says_no_secret) {
    Reply reply = reply_of(401, {{"x-api-key", "hunter2"}});
    reply.body = "bad key hunter2";
    EXPECT_EQ(classify(reply, now).message, "the service refused the key (HTTP 401)");
}

TEST(name_of, names_each_category_once) {
    std::set<std::string> names;
    for (const Category category : categories) names.insert(name_of(category));
    EXPECT_EQ(names.size(), std::size(categories));
    EXPECT_STREQ(name_of(Category::rate_limit), "rate_limit");
    EXPECT_STREQ(name_of(Category::internal), "internal");
}

TEST(retry_hint, reads_seconds_milliseconds_and_dates) {
    EXPECT_EQ(retry_hint({{"Retry-After", "30"}}, now), seconds{30});
    EXPECT_EQ(retry_hint({{"retry-after", " 1.5 "}}, now), milliseconds{1500});
    EXPECT_EQ(retry_hint({{"retry-after-ms", "250"}}, now), milliseconds{250});
    EXPECT_EQ(retry_hint({{"Retry-After", "Tue, 01 Dec 2026 09:02:00 GMT"}}, now), minutes{2});
    EXPECT_EQ(retry_hint({}, now), std::nullopt);
}

TEST(retry_hint, prefers_milliseconds) {
    EXPECT_EQ(retry_hint({{"Retry-After", "30"}, {"retry-after-ms", "1200"}}, now),
              milliseconds{1200});
    EXPECT_EQ(retry_hint({{"Retry-After", "30"}, {"retry-after-ms", "0"}}, now), seconds{30});
    EXPECT_EQ(retry_hint({{"Retry-After", "30"}, {"retry-after-ms", "soon"}}, now), seconds{30});
}

TEST(retry_hint, ignores_what_is_not_ahead) {
    for (const char* text : {"0", "-5", "0.0", "", "soon", "1e3", "1.2.3", ".", "nan", "inf", "5 s",
                             "Tue, 01 Dec 2026 08:59:00 GMT", "Tue, 01 Dec 2026 09:00:00 GMT"}) {
        EXPECT_EQ(retry_hint({{"Retry-After", text}}, now), std::nullopt) << text;
    }
}

TEST(retry_hint, is_never_longer_than_a_day) {
    EXPECT_EQ(retry_hint({{"Retry-After", "99999999999999999999999999"}}, now), hours{24});
    EXPECT_EQ(retry_hint({{"Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT"}}, now), hours{24});
}

TEST(parse_delay, reads_durations_with_units) {
    EXPECT_EQ(parse_delay("37s"), seconds{37});
    EXPECT_EQ(parse_delay("1.5s"), milliseconds{1500});
    EXPECT_EQ(parse_delay("250ms"), milliseconds{250});
    EXPECT_EQ(parse_delay("6m0s"), minutes{6});
    EXPECT_EQ(parse_delay("1h2m3s"), hours{1} + minutes{2} + seconds{3});
    EXPECT_EQ(parse_delay("0.1ms"), milliseconds{1});
    for (const char* text : {"", "37", "s", "-3s", "3d", "0s", "3s x", "1.2.3s"}) {
        EXPECT_EQ(parse_delay(text), std::nullopt) << text;
    }
}

struct InRun {
    Category category;
    std::vector<milliseconds> pauses;  // without jitter
};
void PrintTo(const InRun& row, std::ostream* out) {
    *out << name_of(row.category);
}

class RetryInRun : public testing::TestWithParam<InRun> {};

TEST_P(RetryInRun, repeats_that_often_and_no_more) {
    const Failure failure = failure_of(GetParam().category);
    int attempt = 0;
    for (const milliseconds pause : GetParam().pauses) {
        EXPECT_EQ(retry_in_run(failure, attempt++, 0.0), pause);
    }
    EXPECT_EQ(retry_in_run(failure, attempt, 0.0), std::nullopt);
    EXPECT_EQ(retry_in_run(failure, 1'000'000, 0.0), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    table, RetryInRun,
    testing::Values(InRun{Category::overload, {seconds{1}, seconds{2}, seconds{4}}},
                    InRun{Category::server, {milliseconds{500}, seconds{1}}},
                    InRun{Category::network, {milliseconds{500}, seconds{1}}},
                    InRun{Category::timeout, {seconds{1}}},
                    InRun{Category::bad_reply, {milliseconds{500}}},
                    InRun{Category::rate_limit, {}}, InRun{Category::quota, {}},
                    InRun{Category::auth, {}}, InRun{Category::bad_request, {}},
                    InRun{Category::declined, {}}, InRun{Category::too_large, {}},
                    InRun{Category::blocked, {}}, InRun{Category::config, {}},
                    InRun{Category::cancelled, {}}, InRun{Category::internal, {}}));

TEST(retry_in_run, takes_the_hint_when_it_is_short) {
    EXPECT_EQ(retry_in_run(failure_of(Category::rate_limit, seconds{7}), 0, 0.9), seconds{7});
    EXPECT_EQ(retry_in_run(failure_of(Category::rate_limit, seconds{7}), 3, 0.9), seconds{7});
    EXPECT_EQ(retry_in_run(failure_of(Category::rate_limit, seconds{7}), 4, 0.9), std::nullopt);
    EXPECT_EQ(retry_in_run(failure_of(Category::overload, seconds{60}), 0, 0.9), seconds{60});
}

TEST(retry_in_run, leaves_a_long_wait_to_the_schedule) {
    EXPECT_EQ(retry_in_run(failure_of(Category::rate_limit, seconds{61}), 0, 0), std::nullopt);
    EXPECT_EQ(retry_in_run(failure_of(Category::server, hours{1}), 0, 0), std::nullopt);
}

TEST(retry_in_run, does_what_the_service_says) {
    const auto said = [](int status, const char* word) {
        return classify(reply_of(status, {{"x-should-retry", word}}), now);
    };
    EXPECT_EQ(retry_in_run(said(503, "false"), 0, 0), std::nullopt);
    EXPECT_EQ(retry_in_run(said(400, "true"), 0, 0), milliseconds{500});
    EXPECT_EQ(retry_in_run(said(400, "true"), 2, 0), std::nullopt);
    EXPECT_EQ(retry_in_run(said(401, "true"), 0, 0), std::nullopt);
    EXPECT_EQ(retry_in_run(said(503, "maybe"), 0, 0), seconds{1});
}

TEST(retry, shortens_a_pause_by_a_quarter_at_most) {
    const Failure overload = failure_of(Category::overload);
    EXPECT_EQ(retry_in_run(overload, 0, 0.0), milliseconds{1000});
    EXPECT_EQ(retry_in_run(overload, 0, 0.5), milliseconds{875});
    EXPECT_EQ(retry_in_run(overload, 0, 1.0), milliseconds{750});
    EXPECT_EQ(retry_later(overload, 1, 0.0), seconds{60});
    EXPECT_EQ(retry_later(overload, 1, 1.0), seconds{45});
    EXPECT_EQ(retry_later(overload, 1, 7.0), seconds{45});
}

struct Later {
    Category category;
    std::vector<seconds> pauses;
};
void PrintTo(const Later& row, std::ostream* out) {
    *out << name_of(row.category);
}

class RetryLater : public testing::TestWithParam<Later> {};

TEST_P(RetryLater, waits_longer_each_time_and_then_gives_up) {
    const Failure failure = failure_of(GetParam().category);
    int attempt = 1;
    for (const seconds pause : GetParam().pauses) {
        EXPECT_EQ(retry_later(failure, attempt++, 0.0), pause);
    }
    EXPECT_EQ(retry_later(failure, attempt, 0.0), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    table, RetryLater,
    testing::Values(Later{Category::rate_limit,
                          {seconds{30}, seconds{120}, seconds{480}, seconds{1920}, seconds{3600}}},
                    Later{Category::quota, {hours{1}, hours{2}, hours{4}}},
                    Later{Category::timeout, {seconds{10}, seconds{30}, seconds{90}}},
                    Later{Category::network, {seconds{10}, seconds{30}, seconds{90}}},
                    Later{Category::overload, {seconds{60}, seconds{180}}},
                    Later{Category::server, {seconds{60}, seconds{180}}},
                    Later{Category::bad_reply, {seconds{60}, seconds{180}}},
                    Later{Category::internal, {seconds{300}}}, Later{Category::auth, {}},
                    Later{Category::bad_request, {}}, Later{Category::declined, {}},
                    Later{Category::too_large, {}}, Later{Category::blocked, {}},
                    Later{Category::config, {}}, Later{Category::cancelled, {}}));

TEST(retry_later, takes_the_hint_within_bounds) {
    EXPECT_EQ(retry_later(failure_of(Category::rate_limit, seconds{200}), 1, 0.5), seconds{200});
    EXPECT_EQ(retry_later(failure_of(Category::rate_limit, hours{20}), 1, 0.5), hours{1});
    EXPECT_EQ(retry_later(failure_of(Category::quota, hours{20}), 1, 0.5), hours{20});
    EXPECT_EQ(retry_later(failure_of(Category::server, milliseconds{1}), 1, 0.5), seconds{1});
    EXPECT_EQ(retry_later(failure_of(Category::bad_request, seconds{5}), 1, 0.5), std::nullopt);
    EXPECT_EQ(retry_later(failure_of(Category::rate_limit, seconds{5}), 6, 0.5), std::nullopt);
}

TEST(cooldown, is_for_what_concerns_the_whole_provider) {
    for (const Category category : categories) {
        const bool expected = category == Category::rate_limit || category == Category::quota ||
                              category == Category::auth;
        EXPECT_EQ(cools_provider(category), expected) << name_of(category);
    }
}

TEST(cooldown, is_the_hint_or_a_default) {
    EXPECT_EQ(cooldown_of(failure_of(Category::rate_limit)), seconds{30});
    EXPECT_EQ(cooldown_of(failure_of(Category::quota)), hours{1});
    EXPECT_EQ(cooldown_of(failure_of(Category::auth)), minutes{10});
    EXPECT_EQ(cooldown_of(failure_of(Category::rate_limit, seconds{7})), seconds{7});
    EXPECT_EQ(cooldown_of(failure_of(Category::quota, hours{100})), hours{24});
    EXPECT_EQ(cooldown_of(failure_of(Category::server)), milliseconds{0});
}

}  // namespace
}  // namespace torale::core
