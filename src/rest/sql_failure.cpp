// SQLSTATE → HTTP: which status an error of PostgreSQL becomes, and the two ways in which a
// function takes control of it (RAISE with PTxyz, RAISE with PGRST).
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "core/json.hpp"
#include "rest/reply.hpp"
#include "rest/reply_headers.hpp"

namespace torale::rest {

namespace {

constexpr std::string_view message_shape =
    "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: "
    "'details', 'hint'.";
constexpr std::string_view detail_shape =
    "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: "
    "'status_text'.";

struct StatusRow {
    std::string_view prefix;  // of the SQLSTATE
    int status;
};

// The first row that fits counts, so that a state stands before its class. What no row names is
// 400. A statement that ran out of time (57014) is 504 where PostgREST says 500: the request was
// sound, and a gateway's word for it lets clients tell it from a fault.
constexpr std::array<StatusRow, 30> status_rows{{
    {"57014", 504}, {"57P01", 503}, {"53400", 500}, {"23503", 409}, {"23505", 409}, {"25006", 405},
    {"42883", 404}, {"42P01", 404}, {"42P17", 500}, {"P0001", 400}, {"08", 503},    {"53", 503},
    {"0L", 403},    {"0P", 403},    {"28", 403},    {"09", 500},    {"25", 500},    {"2D", 500},
    {"38", 500},    {"39", 500},    {"3B", 500},    {"40", 500},    {"54", 500},    {"55", 500},
    {"57", 500},    {"58", 500},    {"F0", 500},    {"HV", 500},    {"P0", 500},    {"XX", 500},
}};

// What an HTTP response that is complete and an answer can have: 1xx would promise another one.
constexpr int status_min = 200;
constexpr int status_max = 599;

int status_of_role_error(const std::string& message) {
    const bool names_role = message.starts_with("role ") && message.ends_with("does not exist");
    return names_role ? 401 : 400;
}

int status_of(const SqlError& error, bool is_anonymous) {
    const std::string& state = error.sqlstate;
    if (state == "42501") return is_anonymous ? 401 : 403;
    if (state == "22023") return status_of_role_error(error.message);
    if (state == "21000") return error.message.ends_with("requires a WHERE clause") ? 400 : 500;
    if (state == "42883" && error.message.starts_with("function xmlagg(")) return 406;
    for (const StatusRow& row : status_rows) {
        if (state.starts_with(row.prefix)) return row.status;
    }
    return 400;
}

// RAISE SQLSTATE 'PTxyz': xyz is the status, the message its reason phrase too.
int status_of_raise(std::string_view digits) {
    int status = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
    const bool is_number = fault == std::errc{} && end == digits.data() + digits.size();
    return is_number && status >= status_min && status <= status_max ? status : 500;
}

std::optional<std::string> text_member(const core::Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

// An optional member: absent and null are nothing, anything but text is a fault.
bool read_optional(const core::Json& object, const char* name, std::string& into) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return true;
    if (!found->is_string()) return false;
    into = found->get<std::string>();
    return true;
}

bool read_raised_message(const std::string& text, Failure& failure) {
    const auto json = core::parse_json(text);
    if (!json || !json->is_object()) return false;
    const auto code = text_member(*json, "code");
    const auto message = text_member(*json, "message");
    if (!code || !message) return false;
    failure.code = *code;
    failure.message = *message;
    return read_optional(*json, "details", failure.details) &&
           read_optional(*json, "hint", failure.hint);
}

bool read_raised_headers(const core::Json& headers, Failure& failure) {
    if (!headers.is_object()) return false;
    for (const auto& [name, value] : headers.items()) {
        if (!value.is_string() || !is_token(name)) return false;
        const auto text = value.get<std::string>();
        if (!is_header_value(text)) return false;
        failure.headers.push_back({name, text});
    }
    return true;
}

bool read_raised_detail(const std::string& text, Failure& failure) {
    const auto json = core::parse_json(text);
    if (!json || !json->is_object()) return false;
    const auto status = json->find("status");
    const auto headers = json->find("headers");
    if (status == json->end() || !status->is_number_integer() || headers == json->end()) {
        return false;
    }
    if (*status < status_min || *status > status_max) return false;
    failure.status = status->get<int>();
    return read_optional(*json, "status_text", failure.reason) &&
           read_raised_headers(*headers, failure);
}

Failure unreadable_raise(std::string details, std::string_view hint) {
    Failure failure;
    failure.status = 500;
    failure.code = "PGRST121";
    failure.message = R"(Could not parse JSON in the "RAISE SQLSTATE 'PGRST'" error)";
    failure.details = std::move(details);
    failure.hint = hint;
    return failure;
}

Failure raised_failure(const SqlError& error) {
    Failure failure;
    if (!read_raised_message(error.message, failure)) {
        return unreadable_raise("Invalid JSON value for MESSAGE: '" + error.message + "'",
                                message_shape);
    }
    if (error.detail.empty()) {
        return unreadable_raise("DETAIL is missing in the RAISE statement", detail_shape);
    }
    if (!read_raised_detail(error.detail, failure)) {
        return unreadable_raise("Invalid JSON value for DETAIL: '" + error.detail + "'",
                                detail_shape);
    }
    return failure;
}

}  // namespace

Failure failure_of(const SqlError& error, bool is_anonymous) {
    if (error.sqlstate == "PGRST") return raised_failure(error);
    Failure failure;
    failure.code = error.sqlstate;
    failure.message = error.message;
    failure.details = error.detail;
    failure.hint = error.hint;
    if (error.sqlstate.starts_with("PT")) {
        failure.status = status_of_raise(std::string_view(error.sqlstate).substr(2));
        failure.reason = error.message;
    } else {
        failure.status = status_of(error, is_anonymous);
    }
    return failure;
}

}  // namespace torale::rest
