// Plan + Answer → the response of a request that succeeded. One function an action, since each
// has its own status, and its own idea of what Content-Range counts.
#include "rest/reply.hpp"

#include "core/json.hpp"
#include "rest/query_string.hpp"
#include "rest/reply_headers.hpp"
#include "rest/reply_override.hpp"

namespace torale::rest {

namespace {

using Headers = std::vector<core::Header>;

std::string content_range(std::int64_t offset, std::int64_t count,
                          std::optional<std::int64_t> total) {
    std::string text = "*";
    if (count > 0 && total != 0) {
        text = std::to_string(offset) + "-" + std::to_string(offset + count - 1);
    }
    return text + "/" + (total ? std::to_string(*total) : "*");
}

// Writes count what they changed, if a count was asked; there are no rows beside those.
std::optional<std::int64_t> affected(const Plan& plan, const Answer& answer) {
    if (plan.count == Count::none || plan.count == Count::planned) return std::nullopt;
    return answer.count;
}

bool returns_rows(const Ask& ask) {
    return ask.prefer.return_ == Return::representation;
}

void add_body(core::HttpResponse& response, const Ask& ask, const Plan& plan,
              const Answer& answer) {
    if (!plan.is_head) response.body = answer.body;
    if (plan.media_type.empty()) return;
    response.headers.push_back({"Content-Type", plan.media_type});
    if (ask.schema_was_named) response.headers.push_back({"Content-Profile", ask.schema});
}

Failure offset_beyond(std::int64_t offset, std::int64_t total) {
    Failure failure;
    failure.status = 416;
    failure.code = "PGRST103";
    failure.message = "Requested range not satisfiable";
    failure.details = "An offset of " + std::to_string(offset) +
                      " was requested, but there are only " + std::to_string(total) + " rows.";
    failure.headers = {{"Content-Range", "*/" + std::to_string(total)}};
    return failure;
}

// Status and Content-Range of rows that were read, by a call too.
Result<core::HttpResponse> reply_page(const Plan& plan, const Answer& answer) {
    const std::int64_t offset = plan.read.offset;
    if (answer.total && offset > *answer.total) return offset_beyond(offset, *answer.total);
    core::HttpResponse response;
    response.status = answer.total && answer.count < *answer.total ? 206 : 200;
    response.headers.push_back(
        {"Content-Range", content_range(offset, answer.count, answer.total)});
    return response;
}

Result<core::HttpResponse> reply_read(const Ask& ask, const Plan& plan, const Answer& answer) {
    auto response = reply_page(plan, answer);
    if (!response) return response;
    std::string location = "/" + percent_encode(ask.name);
    if (!ask.query.canonical.empty()) location += "?" + ask.query.canonical;
    response->headers.push_back({"Content-Location", std::move(location)});
    add_body(*response, ask, plan, answer);
    return response;
}

Result<core::HttpResponse> reply_call(const Ask& ask, const Plan& plan, const Answer& answer) {
    auto response = reply_page(plan, answer);
    if (!response) return response;
    if (plan.call && plan.call->routine != nullptr && plan.call->routine->returns_void) {
        response->status = 204;
        return response;
    }
    add_body(*response, ask, plan, answer);
    return response;
}

// One condition of Location: text as it is, null by `is`.
std::string key_condition(const std::string& column, const core::OrderedJson& value) {
    const std::string name = percent_encode(column);
    if (value.is_null()) return name + "=is.null";
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    return name + "=eq." + percent_encode(text);
}

void add_location(Headers& headers, const Ask& ask, const Answer& answer) {
    const bool has_one_row = answer.count == 1 && !answer.location.empty();
    if (ask.prefer.return_ != Return::headers_only || !has_one_row) return;
    const auto key = core::OrderedJson::parse(answer.location, nullptr, false);
    if (!key.is_object() || key.empty()) return;
    std::string location = "/" + percent_encode(ask.name);
    char separator = '?';
    for (const auto& [column, value] : key.items()) {
        location += separator + key_condition(column, value);
        separator = '&';
    }
    headers.push_back({"Location", std::move(location)});
}

core::HttpResponse reply_insert(const Ask& ask, const Plan& plan, const Answer& answer) {
    core::HttpResponse response;
    const bool only_updated =
        ask.prefer.resolution == Resolution::merge_duplicates && answer.inserted <= 0;
    response.status = only_updated ? 200 : 201;
    add_location(response.headers, ask, answer);
    response.headers.push_back({"Content-Range", content_range(0, 0, affected(plan, answer))});
    if (returns_rows(ask)) add_body(response, ask, plan, answer);
    return response;
}

core::HttpResponse reply_update(const Ask& ask, const Plan& plan, const Answer& answer) {
    core::HttpResponse response;
    response.status = returns_rows(ask) ? 200 : 204;
    response.headers.push_back(
        {"Content-Range", content_range(0, answer.count, affected(plan, answer))});
    if (returns_rows(ask)) add_body(response, ask, plan, answer);
    return response;
}

core::HttpResponse reply_remove(const Ask& ask, const Plan& plan, const Answer& answer) {
    core::HttpResponse response;
    response.status = returns_rows(ask) ? 200 : 204;
    response.headers.push_back({"Content-Range", content_range(0, 0, affected(plan, answer))});
    if (returns_rows(ask)) add_body(response, ask, plan, answer);
    return response;
}

core::HttpResponse reply_upsert_one(const Ask& ask, const Plan& plan, const Answer& answer) {
    core::HttpResponse response;
    if (!returns_rows(ask)) {
        response.status = 204;
        return response;
    }
    response.status = answer.inserted > 0 ? 201 : 200;
    add_body(response, ask, plan, answer);
    return response;
}

Result<core::HttpResponse> reply_action(const Ask& ask, const Plan& plan, const Answer& answer) {
    switch (plan.action) {
        case Action::read:
            return reply_read(ask, plan, answer);
        case Action::call:
            return reply_call(ask, plan, answer);
        case Action::insert:
            return reply_insert(ask, plan, answer);
        case Action::update:
            return reply_update(ask, plan, answer);
        case Action::remove:
            return reply_remove(ask, plan, answer);
        case Action::upsert_one:
            return reply_upsert_one(ask, plan, answer);
        case Action::options:
        case Action::describe:
            break;
    }
    // These are answered from the schema alone, by reply_options() and render_openapi().
    Failure failure;
    failure.status = 500;
    failure.code = "PGRSTX00";
    failure.message = "no rows are read for this request";
    return failure;
}

// Names of relations still work where there is an alias; clients are told to mend their URLs.
void add_warnings(Headers& headers, const ReadPlan& node) {
    for (const ReadPlan& embed : node.embeds) {
        if (embed.is_misnamed) {
            headers.push_back(
                {"Warning",
                 "299 PostgREST \"Embedded resource was referenced by relation name even though it "
                 "has an alias. Update `" +
                     percent_encode(embed.target) + "` to `" + percent_encode(embed.key) +
                     "` in query string filters, orders or limits.\""});
        }
        add_warnings(headers, embed);
    }
}

}  // namespace

Result<core::HttpResponse> reply(const Ask& ask, const Plan& plan, const Answer& answer) {
    auto response = reply_action(ask, plan, answer);
    if (!response) return response;
    if (!plan.preferences_applied.empty()) {
        response->headers.push_back({"Preference-Applied", plan.preferences_applied});
    }
    add_warnings(response->headers, plan.read);
    set_header(response->headers, "Vary", "Accept, Prefer, Range");
    return override_response(std::move(*response), answer);
}

}  // namespace torale::rest
