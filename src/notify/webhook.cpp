// Builds a signed POST and reads the receiver's answer.
#include "notify/webhook.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "notify/signature.hpp"

namespace torale::notify::webhook {

namespace {

using core::OrderedJson;

std::int64_t unix_seconds(core::Time time) {
    return std::chrono::floor<core::seconds>(time).time_since_epoch().count();
}

// The original names an event by its execution; a test has none.
std::string body_id(const Message& message) {
    return message.event_type == "torale.test" ? "test_" + message.delivery_id
           : message.execution_id.empty()      ? message.notification_id
                                               : message.execution_id;
}

bool is_ours(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static constexpr std::array<std::string_view, 5> reserved{
        "content-type", "user-agent", "host", "content-length", "transfer-encoding"};
    return name.starts_with("x-torale-") || name.starts_with("webhook-") ||
           std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

// What a log or a user may see of a stranger's reply: printable ASCII, short.
std::string sanitised(std::string_view text, std::size_t chars_max) {
    std::string clean;
    for (const char c : text.substr(0, chars_max)) {
        clean += c >= ' ' && c < 0x7f ? c : ' ';
    }
    return clean;
}

}  // namespace

std::string render_payload(const Message& message) {
    OrderedJson sources = OrderedJson::array();
    for (const Link& link : message.sources) {
        sources.push_back(OrderedJson{{"url", link.url}, {"title", link.title}});
    }
    OrderedJson data;
    data["task"] = OrderedJson{{"id", message.task_id},
                               {"name", message.task_name},
                               {"search_query", message.search_query},
                               {"condition_description", nullptr}};
    if (message.condition_description) {
        data["task"]["condition_description"] = *message.condition_description;
    }
    data["execution"] = OrderedJson{{"id", body_id(message)},
                                    {"notification", message.body},
                                    {"completed_at", message.completed_at}};
    data["result"] = OrderedJson{{"answer", message.body}, {"grounding_sources", sources}};
    if (!message.context.is_null() && !message.context.empty()) data["context"] = message.context;
    OrderedJson payload;
    payload["id"] = body_id(message);
    payload["event_type"] = message.event_type;
    payload["created_at"] = unix_seconds(message.created_at);
    payload["object"] = "event";
    payload["api_version"] = "v1";
    payload["data"] = std::move(data);
    return payload.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

core::Request build_request(const Channel& channel, const Message& message, core::Time now) {
    core::Request request;
    request.purpose = core::Purpose::channel;
    request.url = channel.target;
    request.body = render_payload(message);
    request.limits.body_bytes_max = 64 << 10;
    const std::int64_t at = unix_seconds(now);
    const std::string secret = channel.secrets.empty() ? "" : channel.secrets.front();
    request.headers = {
        {"Content-Type", "application/json"},
        {"User-Agent", "Torale-Webhooks/1.0"},
        {"X-Torale-Event", message.event_type},
        {"X-Torale-Delivery", body_id(message)},
        {"X-Torale-Timestamp", std::to_string(at)},
        {"X-Torale-Signature", torale_signature(secret, at, request.body)},
        {"webhook-id", message.delivery_id},
        {"webhook-timestamp", std::to_string(at)},
        {"webhook-signature",
         standard_signature(channel.secrets, message.delivery_id, at, request.body)},
    };
    for (const core::Header& header : channel.headers) {
        if (!is_ours(header.name)) request.headers.push_back(header);
    }
    return request;
}

Answer read_answer(const core::Reply& reply, core::Time now) {
    Answer answer;
    if (reply.fault) {
        answer.error = sanitised(reply.fault_text, 200);
        return answer;
    }
    if (reply.status >= 200 && reply.status < 300) {
        answer.told = Told::delivered;
        return answer;
    }
    answer.error =
        "the receiver answered " + std::to_string(reply.status) + ": " + sanitised(reply.body, 150);
    if (reply.status == 410) answer.told = Told::gone;
    answer.retry_after = core::retry_hint(reply.headers, now);
    return answer;
}

}  // namespace torale::notify::webhook
