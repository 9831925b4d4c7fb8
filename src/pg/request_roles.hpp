// What a role brings along (ALTER ROLE … SET), as far as a request may set it.
#pragma once
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace torale::pg {

// Read inside the request's transaction as the authenticator, kept for a few seconds: nothing
// tells when pg_db_role_setting changes.
class RequestRoles {
public:
    using Settings = std::vector<std::pair<std::string, std::string>>;
    const Settings& settings_of(const std::string& role);
    void forget() { known_.clear(); }

private:
    struct Known {
        Settings settings;
        std::chrono::steady_clock::time_point read_at;
    };
    std::map<std::string, Known> known_;
};

}  // namespace torale::pg
