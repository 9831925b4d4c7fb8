// A database of notes: what a request asked of it, in order, and answers made beforehand.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "rest/handle.hpp"

namespace torale::rest::testing {

struct FakeDatabase final : Database {
    std::shared_ptr<const Schema> now;
    std::shared_ptr<const Schema> next;  // what newer_schema() finds
    std::vector<std::string> calls;
    std::deque<core::Result<Answer, SqlError>> answers;
    Result<Identity> identity = Identity{.role = "web_user", .is_anonymous = false};
    std::optional<SqlError> apply_error;
    std::optional<SqlError> commit_error;
    std::int64_t planned = 0;
    std::optional<std::string> feed;
    RequestSettings settings;
    Statement statement;

    struct Transaction final : RequestTransaction {
        FakeDatabase& database;
        bool is_over = false;
        explicit Transaction(FakeDatabase& owner) : database(owner) {}
        ~Transaction() override {
            if (!is_over) database.calls.push_back("abort");
        }
        Result<Identity> admit(const Credential&, const std::optional<Verified>&) override {
            database.calls.push_back("admit");
            return database.identity;
        }
        core::Result<bool, SqlError> apply(const Identity&, const RequestSettings& given) override {
            database.calls.push_back("apply");
            database.settings = given;
            if (database.apply_error) return *database.apply_error;
            return true;
        }
        core::Result<Answer, SqlError> run(const Statement& given) override {
            database.calls.push_back("run");
            database.statement = given;
            if (database.answers.empty()) return Answer{.count = 0, .body = "[]"};
            auto answer = database.answers.front();
            database.answers.pop_front();
            return answer;
        }
        core::Result<std::int64_t, SqlError> estimate(const Statement&) override {
            database.calls.push_back("estimate");
            return database.planned;
        }
        core::Result<std::optional<std::string>, SqlError> feed_items(
            const std::string& hash) override {
            database.calls.push_back("feed " + hash.substr(0, 8));
            return database.feed;
        }
        core::Result<bool, SqlError> commit() override {
            is_over = true;
            database.calls.push_back("commit");
            if (database.commit_error) return *database.commit_error;
            return true;
        }
    };

    std::shared_ptr<const Schema> schema() override { return now; }
    std::shared_ptr<const Schema> newer_schema() override {
        calls.push_back("newer schema");
        if (next) now = next;
        return now;
    }
    core::Result<std::unique_ptr<RequestTransaction>, SqlError> begin() override {
        calls.push_back("begin");
        return std::unique_ptr<RequestTransaction>(std::make_unique<Transaction>(*this));
    }
};

struct FakeLimiter final : Limiter {
    Quota quota;
    std::vector<std::string> counted;
    std::vector<std::string> refused;
    std::set<std::string> locked;

    Quota count_request(const std::string& key, std::int64_t) override {
        counted.push_back(key);
        return quota;
    }
    bool is_locked_out(const std::string& remote) override { return locked.contains(remote); }
    void count_refusal(const std::string& remote) override { refused.push_back(remote); }
};

struct FixedClock final : core::Clock {
    core::Time time = core::Time(core::seconds(1'800'000'000));
    core::Time now() const override { return time; }
};

// A service of schema "api" over the fakes, without keys and without a schema read yet.
class ServiceTest : public ::testing::Test {
protected:
    FakeDatabase database;
    FakeLimiter limiter;
    FixedClock clock;
    KeySet keys;
    TokenCache known;
    Service service{.database = database,
                    .limiter = limiter,
                    .clock = clock,
                    .keys = keys,
                    .known_tokens = known,
                    .schemas = {"api"}};
};

inline std::string header(const core::HttpResponse& response, std::string_view name) {
    return std::string(core::find_header(response.headers, name).value_or("-"));
}

}  // namespace torale::rest::testing
