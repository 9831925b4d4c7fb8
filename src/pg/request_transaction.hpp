// One request's transaction: admitted as the authenticator, run as the role, left without a trace.
#pragma once
#include <string>

#include "pg/error.hpp"
#include "pg/request_database.hpp"
#include "pg/request_plans.hpp"
#include "pg/request_roles.hpp"

namespace torale::pg {

rest::SqlError sql_error(const Error& error);

struct RequestParts {
    const RequestDatabaseOptions& options;
    RequestPlans& plans;
    RequestRoles& roles;
};

class PgRequestTransaction final : public rest::RequestTransaction {
public:
    // Throws Error and ExtensionGone.
    explicit PgRequestTransaction(RequestParts parts);
    ~PgRequestTransaction() override;

    rest::Result<rest::Identity> admit(const rest::Credential& credential,
                                       const std::optional<rest::Verified>& token) override;
    core::Result<bool, rest::SqlError> apply(const rest::Identity& identity,
                                             const rest::RequestSettings& settings) override;
    core::Result<rest::Answer, rest::SqlError> run(const rest::Statement& statement) override;
    core::Result<std::int64_t, rest::SqlError> estimate(const rest::Statement& statement) override;
    core::Result<std::optional<std::string>, rest::SqlError> feed_items(
        const std::string& token_hash) override;
    core::Result<bool, rest::SqlError> commit() override;

private:
    void open(const std::string& isolation);
    void commit_open();
    void abort_open();
    void set_up(const rest::Identity& identity, const rest::RequestSettings& settings);

    RequestParts parts_;
    std::string plan_key_;
    bool is_open_ = false;
};

}  // namespace torale::pg
