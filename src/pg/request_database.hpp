// The database behind the HTTP dialect: the schema cache of this worker and one short transaction
// a request, as torale_authenticator and then as the request's role.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rest/ports.hpp"

namespace torale::pg {

struct RequestDatabaseOptions {
    std::vector<std::string> schemas;  // exposed, the first is the default
    std::vector<std::string> extra_search_path;
    std::string anon_role;    // "" = no anonymous access
    std::string pre_request;  // function to call, as "schema.name" or "name"; "" = none
    std::int64_t plan_cache_bytes = 16 << 20;
    int statement_timeout_ms = 30'000;  // where no statement_timeout applies; 0 = none
    bool is_open = false;               // development: everybody is the owner "local"
};

// One per web worker, after begin_session(). Nothing is read before the first request.
class RequestDatabase final : public rest::Database {
public:
    explicit RequestDatabase(RequestDatabaseOptions options);
    ~RequestDatabase() override;

    std::shared_ptr<const rest::Schema> schema() override;
    std::shared_ptr<const rest::Schema> newer_schema() override;
    core::Result<std::unique_ptr<rest::RequestTransaction>, rest::SqlError> begin() override;

    // After a reload of the configuration, and when NOTIFY pgrst asks: the schema is read again
    // before the next request.
    void apply(RequestDatabaseOptions options);
    void forget_schema();

    struct Counts {
        std::int64_t schema_loads = 0;
        std::int64_t schema_failures = 0;
        double schema_seconds = 0;  // of the last load
        std::int64_t plans = 0;
        std::int64_t plan_bytes = 0;
    };
    Counts counts() const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

}  // namespace torale::pg
