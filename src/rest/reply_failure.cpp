// Failure → the standard error response, and the checks of an answer that make a request fail.
#include <algorithm>
#include <cctype>

#include "core/json.hpp"
#include "rest/reply.hpp"
#include "rest/reply_headers.hpp"

namespace torale::rest {

namespace {

constexpr std::size_t reason_bytes_max = 200;
constexpr std::size_t description_bytes_max = 200;

std::string json_text(std::string_view text) {
    return core::OrderedJson(text).dump(-1, ' ', false,
                                        core::OrderedJson::error_handler_t::replace);
}

std::string json_text_or_null(std::string_view text) {
    return text.empty() ? "null" : json_text(text);
}

std::string details_of(const Failure& failure) {
    // JSON of ours is written as it stands: its members keep their order.
    if (failure.details_are_json && core::parse_json(failure.details)) return failure.details;
    return json_text_or_null(failure.details);
}

// Byte for byte what PostgREST writes: no blanks, this order, always four members. Clients tell
// an error from rows by it.
std::string body_of(const Failure& failure) {
    return "{\"code\":" + json_text(failure.code) + ",\"details\":" + details_of(failure) +
           ",\"hint\":" + json_text_or_null(failure.hint) + ",\"message\":" + json_text(failure.message) +
           "}";
}

// The text of a quoted string: RFC 6750 leaves out the quote, the backslash and what is not ASCII.
std::string error_description(std::string_view message) {
    std::string text = one_line(message, description_bytes_max);
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) >= 0x7f; }, '?');
    return text;
}

std::string challenge_of(const Failure& failure) {
    const bool is_bad_token = failure.code == "PGRST301" || failure.code == "PGRST303";
    if (!is_bad_token) return "Bearer";
    return R"(Bearer error="invalid_token", error_description=")" +
           error_description(failure.message) + "\"";
}

Failure refuse(int status, std::string code, std::string message, std::string details) {
    Failure failure;
    failure.status = status;
    failure.code = std::move(code);
    failure.message = std::move(message);
    failure.details = std::move(details);
    return failure;
}

}  // namespace

core::HttpResponse reply_failure(const Failure& failure) {
    core::HttpResponse response;
    response.status = failure.status;
    response.reason = one_line(failure.reason, reason_bytes_max);
    if (may_have_body(failure.status)) {
        response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
        response.body = body_of(failure);
    }
    // A code raised by a function can be any text; one that is no token has no place in a header.
    if (is_token(failure.code)) {
        response.headers.push_back({"Proxy-Status", "PostgREST; error=" + failure.code});
    }
    for (const core::Header& header : failure.headers) {
        if (is_token(header.name) && is_header_value(header.value)) {
            set_header(response.headers, header.name, header.value);
        }
    }
    if (failure.status == 401 && !core::find_header(response.headers, "WWW-Authenticate")) {
        response.headers.push_back({"WWW-Authenticate", challenge_of(failure)});
    }
    // Clients of the dialect ask again after a 503, and as often as this header says.
    if (failure.status == 503 && !core::find_header(response.headers, "Retry-After")) {
        response.headers.push_back({"Retry-After", "1"});
    }
    return response;
}

std::optional<Failure> refuse_answer(const Plan& plan, const Answer& answer) {
    const std::string count = std::to_string(answer.count);
    if (plan.action == Action::upsert_one && answer.count != 1) {
        return refuse(400, "PGRST115", "Payload values do not match URL in primary key column(s)",
                      "");
    }
    const bool is_singular = plan.media == Media::object || plan.media == Media::object_stripped;
    if (is_singular && answer.count != 1) {
        return refuse(406, "PGRST116", "Cannot coerce the result to a single JSON object",
                      "The result contains " + count + " rows");
    }
    if (plan.affected_max && answer.count > *plan.affected_max) {
        return refuse(400, "PGRST124", "Query result exceeds max-affected preference constraint",
                      "The query affects " + count + " rows");
    }
    return std::nullopt;
}

}  // namespace torale::rest
