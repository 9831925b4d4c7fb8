// Rows are not in commit order, so each poll looks back over the last half minute again and leaves
// out what it has sent.
#include "rest/event_streams.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "rest/event_stream.hpp"
#include "rest/refusals.hpp"
#include "rest/render.hpp"
#include "rest/reply.hpp"
#include "rest/request_settings.hpp"

namespace torale::rest {

namespace {

constexpr core::seconds overlap{30};
// How far back a client that was away is served; older rows are in the tables.
constexpr core::seconds resume_max{3600};
constexpr int page_size = 500;
constexpr int pages_max = 20;  // of one poll; the next one goes on
constexpr core::milliseconds reconnect_after{2000};

RequestSettings read_settings(const core::HttpRequest& request) {
    RequestSettings settings;
    settings.search_path_schema = "torale";
    settings.method = request.method;
    settings.path = std::string(request.path());
    settings.headers = headers_json(request);
    settings.cookies = cookies_json(request);
    return settings;
}

Failure too_many_of_one() {
    return {.status = 429,
            .code = "PT429",
            .message = "too many event streams of one client",
            .hint = "torale.http_streams_per_client sets the limit.",
            .headers = {{"Retry-After", "5"}}};
}

// Ids begin with the time in sixteen digits of microseconds.
std::string first_id_at(core::Time time) {
    const std::string digits = std::to_string(time.time_since_epoch().count());
    return std::string(digits.size() < 16 ? 16 - digits.size() : 0, '0') + digits;
}

}  // namespace

std::optional<core::Time> event_time(const std::string& event_id) {
    const std::size_t dash = event_id.find('-');
    constexpr std::size_t digits_max = 17;
    if (dash == std::string::npos || dash == 0 || dash > digits_max) return std::nullopt;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < dash; ++i) {
        if (event_id[i] < '0' || event_id[i] > '9') return std::nullopt;
        count = count * 10 + (event_id[i] - '0');
    }
    return core::Time(core::microseconds(count));
}

bool EventStreams::has_its_share(const std::string& client) const {
    const auto own = std::count_if(streams_.begin(), streams_.end(), [&](const auto& entry) {
        return entry.second.client == client;
    });
    return own >= limits_.per_client_max;
}

core::HttpResponse EventStreams::open(std::uint64_t connection, const core::HttpRequest& request,
                                      Service& service) {
    Walk walk{request, service};
    const auto refuse = [&](const Failure& failure) {
        return finished(reply_failure(failure), walk);
    };
    if (static_cast<int>(streams_.size()) >= limits_.streams_max)
        return refuse({.status = 503,
                       .code = "PT503",
                       .message = "too many event streams",
                       .hint = "torale.http_streams_max sets the limit of one worker.",
                       .headers = {{"Retry-After", "5"}}});
    if (const auto refused = authenticate(walk)) return refuse(*refused);
    if (const auto refused = admit(walk)) return refuse(*refused);
    if (walk.identity.is_anonymous) return refuse(anonymous_refused());
    if (const auto refused = within_quota(walk)) return refuse(*refused);
    if (has_its_share(walk.identity.limit_key)) return refuse(too_many_of_one());
    if (const auto committed = walk.transaction->commit(); !committed)
        return refuse(failure_of(committed.error(), false));
    const core::Time now = service.clock.now();
    Stream stream{request, now, {}, walk.identity.limit_key};
    stream.request.body.clear();
    if (const auto last = event_time(last_event_id(request)))
        stream.since = std::clamp(*last, now - resume_max, now);
    streams_.insert_or_assign(connection, std::move(stream));
    return finished(start_event_stream(write_retry(reconnect_after)), walk);
}

void EventStreams::add_event(Stream& stream, const core::Json& event, std::string& frames,
                             std::string& last) {
    last = core::text_of(event, "id");
    if (!stream.sent.insert(last).second) return;
    stream.since = std::max(stream.since, event_time(last).value_or(stream.since));
    frames += write_event({last, core::text_of(event, "kind"),
                           core::write_json(event.value("payload", core::Json::object()))});
}

Result<std::string> EventStreams::news(Stream& stream, Service& service) {
    Walk walk{stream.request, service};
    if (auto refused = authenticate(walk)) return *refused;
    if (auto refused = admit(walk)) return *refused;
    const auto applied = walk.transaction->apply(walk.identity, read_settings(stream.request));
    if (!applied) return failure_of(applied.error(), false);
    std::string frames;
    std::string after;
    const core::Time since = stream.since - overlap;
    stream.sent.erase(stream.sent.begin(), stream.sent.lower_bound(first_id_at(since)));
    for (int page = 0; page < pages_max; ++page) {
        const auto answer = walk.transaction->run(render_events(since, after, page_size));
        if (!answer) return failure_of(answer.error(), false);
        for (const core::Json& event : core::parse_json(answer->body).value_or(core::Json::array()))
            add_event(stream, event, frames, after);
        if (answer->count < page_size) break;
    }
    if (const auto committed = walk.transaction->commit(); !committed)
        return failure_of(committed.error(), false);
    return frames;
}

std::vector<EventStreams::Push> EventStreams::poll(Service& service) {
    std::vector<Push> pushes;
    for (auto& [connection, stream] : streams_) {
        auto frames = news(stream, service);
        // A server that is busy or starting is no reason to end a stream; a refusal is.
        const bool ends = !frames && frames.error().status < 500;
        if (ends)
            pushes.push_back({connection, {}, true});
        else if (frames && !frames->empty())
            pushes.push_back({connection, std::move(*frames), false});
    }
    for (const Push& push : pushes)
        if (push.ends) streams_.erase(push.connection);
    return pushes;
}

std::vector<EventStreams::Push> EventStreams::heartbeat() const {
    std::vector<Push> pushes;
    for (const auto& [connection, stream] : streams_)
        pushes.push_back({connection, write_heartbeat("torale"), false});
    return pushes;
}

}  // namespace torale::rest
