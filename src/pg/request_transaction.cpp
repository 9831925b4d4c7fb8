// The order is PostgREST's: settings of the role, the role, the request's settings, the
// pre-request function, the statement. Everything is local to the transaction.
#include "pg/request_transaction.hpp"

#include <cstdlib>

#include "pg/boundary.hpp"
#include "pg/open_transaction.hpp"
#include "pg/request_admission.hpp"
#include "pg/request_session.hpp"
#include "rest/render.hpp"
#include "rest/reply.hpp"

namespace torale::pg {

rest::SqlError sql_error(const Error& error) {
    return {error.sqlstate, error.message, error.detail, error.hint};
}

namespace {

template <class Body>
auto caught(Body&& body) -> core::Result<decltype(body()), rest::SqlError> {
    try {
        return body();
    } catch (const Error& error) {
        return sql_error(error);
    }
}

// Not as the authenticator, which may ask who anybody is, and never as a superuser. Inside a guard.
void take_on(const std::string& role) {
    set_local("role", role);
    if (GetUserId() != GetSessionUserId() && !superuser()) return;
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
            errmsg("permission denied to set role \"%s\"", role.c_str()));
}

bool is_set(const char* name) {
    const char* value = GetConfigOption(name, true, false);
    return value != nullptr && value[0] != '\0';
}

std::int64_t number(const std::optional<std::string>& text) {
    return text ? std::strtoll(text->c_str(), nullptr, 10) : 0;
}

rest::Answer read_answer(std::vector<std::optional<std::string>> row) {
    if (row.size() != 7) throw Error("XX000", "a request's statement returns seven columns");
    rest::Answer answer;
    if (row[0]) answer.total = number(row[0]);
    answer.count = number(row[1]);
    answer.body = std::move(row[2]).value_or("");
    answer.headers = std::move(row[3]).value_or("");
    answer.status = std::move(row[4]).value_or("");
    answer.location = std::move(row[5]).value_or("");
    answer.inserted = number(row[6]);
    return answer;
}

// "Plan Rows" of the topmost node.
std::int64_t planned_rows(const std::string& plan) {
    const std::size_t found = plan.find("\"Plan Rows\":");
    if (found == std::string::npos) return 0;
    return std::strtoll(plan.c_str() + found + 12, nullptr, 10);
}

// Nothing may be left behind for the next request: a session that cannot be cleaned ends.
void reset_or_end() noexcept {
    try {
        reset_session();
    } catch (const std::exception& error) {
        ereport(FATAL, errmsg_internal("session not reset: %s", error.what()));
    }
}

}  // namespace

PgRequestTransaction::PgRequestTransaction(RequestParts parts) : parts_(parts) {
    open("");
}

PgRequestTransaction::~PgRequestTransaction() {
    if (is_open_) abort_open();
}

void PgRequestTransaction::open(const std::string& isolation) {
    // Admission waits for locks as statements do.
    open_transaction({.activity = "torale: request",
                      .timeout_ms = parts_.options.statement_timeout_ms,
                      .isolation = isolation});
    is_open_ = true;
}

// Throws what a deferred constraint raises; the transaction is over in any case.
void PgRequestTransaction::commit_open() {
    try {
        commit_transaction();
    } catch (const Error&) {
        abort_open();
        throw;
    }
    is_open_ = false;
    reset_or_end();
    report_idle();
}

void PgRequestTransaction::abort_open() {
    is_open_ = false;
    abort_transaction();
    reset_or_end();
}

rest::Result<rest::Identity> PgRequestTransaction::admit(
    const rest::Credential& credential, const std::optional<rest::Verified>& token) {
    try {
        return admit_request(parts_.options, credential, token);
    } catch (const Error& error) {
        return rest::failure_of(sql_error(error), true);
    }
}

void PgRequestTransaction::set_up(const rest::Identity& identity,
                                  const rest::RequestSettings& settings) {
    const RequestRoles::Settings& role_settings = parts_.roles.settings_of(identity.role);
    const std::string path =
        rest::render_search_path(settings.search_path_schema, parts_.options.extra_search_path);
    guarded([&] {
        for (const auto& [name, value] : role_settings) set_local(name.c_str(), value);
        take_on(identity.role);
        set_local("search_path", path);
        if (!identity.owner.empty() || is_set("torale.request_owner"))
            set_local("torale.request_owner", identity.owner);
        set_local("request.jwt.claims", identity.claims);
        set_local("request.method", settings.method);
        set_local("request.path", settings.path);
        set_local("request.headers", settings.headers);
        set_local("request.cookies", settings.cookies);
        if (!settings.timezone.empty()) set_local("TimeZone", settings.timezone);
        for (const auto& [name, value] : settings.routine_settings) set_local(name.c_str(), value);
        XactReadOnly = settings.is_read_only || RecoveryInProgress();
        arm_timeout(StatementTimeout > 0 ? StatementTimeout : parts_.options.statement_timeout_ms);
    });
    plan_key_ = identity.role + '\0' + path;
}

core::Result<bool, rest::SqlError> PgRequestTransaction::apply(
    const rest::Identity& identity, const rest::RequestSettings& settings) {
    return caught([&] {
        if (!settings.isolation.empty() && settings.isolation != "read committed") {
            // Admission has taken a snapshot already: the level can only be set before the first.
            commit_open();
            open(settings.isolation);
        }
        set_up(identity, settings);
        if (!parts_.options.pre_request.empty())
            parts_.plans.run(rest::render_bare_call(parts_.options.pre_request), plan_key_);
        return true;
    });
}

core::Result<rest::Answer, rest::SqlError> PgRequestTransaction::run(
    const rest::Statement& statement) {
    return caught([&] { return read_answer(parts_.plans.run(statement, plan_key_)); });
}

core::Result<std::int64_t, rest::SqlError> PgRequestTransaction::estimate(
    const rest::Statement& statement) {
    return caught([&] {
        const rest::Statement explain{"EXPLAIN (FORMAT JSON) " + statement.sql,
                                      statement.parameters};
        return planned_rows(parts_.plans.run(explain, plan_key_).at(0).value_or(""));
    });
}

core::Result<std::optional<std::string>, rest::SqlError> PgRequestTransaction::feed_items(
    const std::string& token_hash) {
    return caught([&] {
        const Rows rows =
            run_connected("SELECT torale_internal.feed_items($1)::text", {as_text(token_hash)});
        return rows.size() == 1 ? rows.optional_text(0, 0) : std::nullopt;
    });
}

core::Result<bool, rest::SqlError> PgRequestTransaction::commit() {
    return caught([&] {
        commit_open();
        return true;
    });
}

}  // namespace torale::pg
