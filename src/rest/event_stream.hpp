// Server-sent events as bytes: frames out, the last id that a client saw in. Pure.
#pragma once
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/http.hpp"

namespace torale::rest {

inline constexpr std::string_view event_stream_type = "text/event-stream";

// Events of one stream come with ids that a client sends back when it reconnects.
struct StreamEvent {
    std::string id;    // "" = leaves the client's last id as it is
    std::string name;  // "" = "message"
    std::string data;  // any text; empty ones are still delivered
    bool operator==(const StreamEvent&) const = default;
};
// One frame with the blank line that ends it. Line breaks within id and name would start fields of
// their own, so they are dropped; those of data are kept as \n.
std::string write_event(const StreamEvent& event);
// ": text", invisible to clients: keeps the connection from looking idle.
std::string write_heartbeat(std::string_view text);
// How long a client waits before it reconnects.
std::string write_retry(core::milliseconds wait);

// A response that starts a stream; `beginning` are its first frames.
core::HttpResponse start_event_stream(std::string beginning);

// Last-Event-ID, else the parameter last_event_id of the query (a first connection cannot set
// headers in browsers); "" when there is none or it is no id that write_event() wrote.
std::string last_event_id(const core::HttpRequest& request);

}  // namespace torale::rest
