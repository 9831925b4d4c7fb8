// The frames of text/event-stream (WHATWG HTML, 9.2.6).
#include "rest/event_stream.hpp"

#include <algorithm>
#include <optional>

#include "core/json.hpp"
#include "rest/query_string.hpp"

namespace torale::rest {

namespace {

constexpr std::size_t id_bytes_max = 256;

// A field's value on its one line. NUL in an id makes clients ignore it whole.
std::string on_one_line(std::string_view text) {
    std::string line(text);
    std::erase_if(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    return line;
}

// Calls `take` for each line; CR LF, LF and CR all end one, as they do for the client.
template <class Take>
void for_each_line(std::string_view text, Take take) {
    while (true) {
        const std::size_t end = text.find_first_of("\r\n");
        take(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
    }
}

std::string_view parameter_of(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
            return pair.substr(equals + 1);
        }
    }
    return {};
}

}  // namespace

std::string write_event(const StreamEvent& event) {
    std::string frame;
    if (!event.id.empty()) frame += "id: " + on_one_line(event.id) + "\n";
    if (!event.name.empty()) frame += "event: " + on_one_line(event.name) + "\n";
    // The stream is UTF-8 by definition, whatever the text was.
    for_each_line(core::clean_utf8(event.data), [&](std::string_view line) {
        frame += "data: ";
        frame += line;
        frame += '\n';
    });
    return frame + "\n";
}

std::string write_heartbeat(std::string_view text) {
    return ": " + on_one_line(text) + "\n\n";
}

std::string write_retry(core::milliseconds wait) {
    return "retry: " + std::to_string(std::max<std::int64_t>(0, wait.count())) + "\n\n";
}

core::HttpResponse start_event_stream(std::string beginning) {
    core::HttpResponse response;
    // Proxies that buffer would hold events back until their buffer is full.
    response.headers = {{"Content-Type", std::string(event_stream_type)},
                        {"Cache-Control", "no-store"},
                        {"X-Accel-Buffering", "no"}};
    response.body = std::move(beginning);
    response.is_stream = true;
    return response;
}

std::string last_event_id(const core::HttpRequest& request) {
    std::string id;
    if (const auto header = core::find_header(request.headers, "Last-Event-ID")) {
        id = *header;
    } else if (const auto decoded =
                   percent_decode(parameter_of(request.query(), "last_event_id"), true)) {
        id = *decoded;
    }
    const bool is_ours = id.size() <= id_bytes_max && on_one_line(id) == id;
    return is_ours ? id : "";
}

}  // namespace torale::rest
