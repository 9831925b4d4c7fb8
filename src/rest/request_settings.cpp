// Names in lower case, values as they came, made valid UTF-8.
#include "rest/request_settings.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "core/json.hpp"

namespace torale::rest {

namespace {

bool is_hidden(std::string_view name) {
    return name == "cookie" || name == "authorization" || name == "apikey";
}

}  // namespace

std::string headers_json(const core::HttpRequest& request) {
    core::Json object = core::Json::object();
    for (const core::Header& header : request.headers) {
        std::string name = core::lower_ascii(header.name);
        if (!is_hidden(name)) object[std::move(name)] = core::clean_utf8(header.value);
    }
    return core::write_json(object);
}

std::string cookies_json(const core::HttpRequest& request) {
    core::Json object = core::Json::object();
    for (const core::Header& header : request.headers) {
        if (!core::equals_ignoring_case(header.name, "cookie")) continue;
        const std::string_view text = header.value;
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find(';', begin), text.size());
            const std::string_view pair = text.substr(begin, end - begin);
            const std::size_t equals = pair.find('=');
            begin = end + 1;
            if (equals == std::string_view::npos) continue;
            const std::string_view name = core::trim(pair.substr(0, equals), " ");
            // The session cookie is a credential.
            if (name.empty() || name == "__session") continue;
            object[core::clean_utf8(name)] =
                core::clean_utf8(core::trim(pair.substr(equals + 1), " "));
        }
    }
    return core::write_json(object);
}

RequestSettings settings_of(const core::HttpRequest& request, const Ask& ask, const Plan& plan) {
    return {.search_path_schema = ask.schema,
            .method = ask.method,
            .path = ask.path,
            .headers = headers_json(request),
            .cookies = cookies_json(request),
            .timezone = ask.prefer.timezone,
            .is_read_only = plan.is_read_only,
            .isolation = plan.isolation,
            .routine_settings = plan.routine_settings};
}

}  // namespace torale::rest
