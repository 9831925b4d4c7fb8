// One connection without its socket: bytes in, requests out; responses in, bytes out. Its phase
// says what it waits for.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/http.hpp"
#include "http/limits.hpp"
#include "http/request_reader.hpp"

namespace torale::http {

// What holds for all connections of a worker.
struct Terms {
    Limits limits;
    std::string date;
    bool is_draining = false;
};

enum class Phase {
    fresh,      // nothing was ever read
    idle,       // between two requests, nothing read
    head,       // in the middle of a request's head
    body,       // and of its body
    running,    // the request waits for its answer
    writing,    // bytes wait for the socket
    streaming,  // open for push(), nothing unsent
    lingering,  // all is said; what the client still sends is thrown away
    over        // to be closed
};
constexpr std::size_t phases = static_cast<std::size_t>(Phase::over) + 1;

class Connection {
public:
    // `terms` is the caller's and changes as time goes by.
    explicit Connection(const Terms& terms) : terms_(terms), reader_(terms.limits) {}

    void receive(std::string_view bytes) { reader_.feed(bytes); }
    // The next request, once its bytes are there. May leave bytes to send: a refusal or
    // "100 Continue". Only in the phases fresh, idle, head and body.
    std::optional<core::HttpRequest> next_request();
    // There is something for next_request() that was received before.
    bool has_unread() const { return reader_.has_unread(); }

    void answer(const core::HttpResponse& response);
    void refuse(const Refusal& refusal);
    void push(std::string_view bytes);
    void end_stream();

    std::string_view unsent() const { return std::string_view(out_).substr(sent_); }
    void sent(std::size_t bytes);

    Phase phase() const;
    bool is_streaming() const { return is_streaming_; }
    bool is_refused() const { return is_refused_; }

private:
    const Terms& terms_;
    RequestReader reader_;
    RequestReader::Progress progress_ = RequestReader::Progress::idle;
    std::string out_;
    std::size_t sent_ = 0;
    int requests_ = 0;
    bool is_running_ = false;
    bool is_streaming_ = false;
    bool is_chunked_ = false;
    bool is_last_ = false;      // the response under way ends the connection
    bool is_our_will_ = false;  // and the client may not know: it may be sending
    bool is_refused_ = false;
    bool is_ended_ = false;
};

}  // namespace torale::http
