// response.headers and response.status over a response. Both are texts that any function of the
// schema can set: nothing of them reaches the wire unchecked.
#include "rest/reply_override.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "rest/header_list.hpp"
#include "rest/reply_headers.hpp"

namespace torale::rest {

namespace {

Failure bad_headers() {
    Failure failure;
    failure.status = 500;
    failure.code = "PGRST111";
    failure.message =
        "response.headers guc must be a JSON array composed of objects with a single key and a "
        "string value";
    return failure;
}

Failure bad_status() {
    Failure failure;
    failure.status = 500;
    failure.code = "PGRST112";
    failure.message = "response.status guc must be a valid status code";
    return failure;
}

// Who sets these decides where the message ends: a function that could would smuggle a response.
bool frames_message(std::string_view name) {
    constexpr std::array<std::string_view, 8> framing{
        "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",
        "Upgrade",        "Trailer",           "TE",         "Proxy-Connection"};
    return std::any_of(framing.begin(), framing.end(),
                       [&](std::string_view one) { return core::equals_ignoring_case(one, name); });
}

std::optional<std::vector<core::Header>> parse_headers(const std::string& text) {
    const auto json = core::parse_json(text);
    if (!json || !json->is_array()) return std::nullopt;
    std::vector<core::Header> headers;
    for (const core::Json& entry : *json) {
        if (!entry.is_object() || entry.size() != 1) return std::nullopt;
        const auto pair = entry.begin();
        if (!pair.value().is_string()) return std::nullopt;
        core::Header header{pair.key(), pair.value().get<std::string>()};
        if (!is_token(header.name) || !is_header_value(header.value)) return std::nullopt;
        if (!frames_message(header.name)) headers.push_back(std::move(header));
    }
    return headers;
}

std::optional<int> parse_status(const std::string& text) {
    int status = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, status);
    if (fault != std::errc{} || stop != end || status < 200 || status > 599) return std::nullopt;
    return status;
}

}  // namespace

Result<core::HttpResponse> override_response(core::HttpResponse response, const Answer& answer) {
    if (!answer.headers.empty()) {
        const auto headers = parse_headers(answer.headers);
        if (!headers) return bad_headers();
        for (const core::Header& header : *headers) remove_header(response.headers, header.name);
        response.headers.insert(response.headers.end(), headers->begin(), headers->end());
    }
    if (!answer.status.empty()) {
        const auto status = parse_status(answer.status);
        if (!status) return bad_status();
        response.status = *status;
        if (!may_have_body(*status)) response.body.clear();
    }
    return response;
}

}  // namespace torale::rest
