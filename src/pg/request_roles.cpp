// Settings that the authenticator could set itself; those that would end the worker are left out.
#include "pg/request_roles.hpp"

#include "pg/open_transaction.hpp"

namespace torale::pg {

namespace {

constexpr auto keep_for = std::chrono::seconds(5);
constexpr std::size_t roles_max = 1000;

constexpr const char* read_settings = R"(
SELECT split_part(s.setting, '=', 1), substr(s.setting, strpos(s.setting, '=') + 1)
FROM pg_catalog.pg_roles r
JOIN pg_catalog.pg_db_role_setting d ON d.setrole = r.oid
    AND d.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
CROSS JOIN LATERAL unnest(d.setconfig) AS s (setting)
JOIN pg_catalog.pg_settings g ON g.name = split_part(s.setting, '=', 1) AND g.context = 'user'
WHERE r.rolname = $1 AND g.name NOT IN ('role', 'session_authorization', 'transaction_timeout',
    'idle_in_transaction_session_timeout', 'idle_session_timeout', 'search_path')
ORDER BY d.setdatabase)";

}  // namespace

const RequestRoles::Settings& RequestRoles::settings_of(const std::string& role) {
    const auto now = std::chrono::steady_clock::now();
    const auto found = known_.find(role);
    if (found != known_.end() && now - found->second.read_at < keep_for)
        return found->second.settings;
    if (known_.size() >= roles_max) known_.clear();
    const Rows rows = run_connected(read_settings, {as_text(role)});
    Known known{{}, now};
    for (std::size_t row = 0; row < rows.size(); ++row)
        known.settings.emplace_back(rows.text(row, 0), rows.text(row, 1));
    return known_.insert_or_assign(role, std::move(known)).first->second.settings;
}

}  // namespace torale::pg
