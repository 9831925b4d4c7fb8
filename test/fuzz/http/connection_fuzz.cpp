// Whatever a client sends, in whatever pieces: the requests and the refusal are those of the same
// bytes in one piece, and what is accepted holds what the rooms behind rely on.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/connection.hpp"

namespace {

using namespace torale::http;
using torale::core::HttpRequest;
using torale::core::HttpResponse;

struct Outcome {
    std::vector<HttpRequest> requests;
    std::string refusal;
    Phase phase = Phase::fresh;
    bool operator==(const Outcome&) const = default;
};

class Client {
public:
    void send(std::string_view bytes) {
        wire_.receive(bytes);
        while (is_reading(wire_.phase())) {
            auto request = wire_.next_request();
            if (!request) break;
            outcome_.requests.push_back(*std::move(request));
            HttpResponse answer;
            answer.status = 204;
            wire_.answer(answer);
            wire_.sent(wire_.unsent().size());
            if (!wire_.has_unread()) break;
        }
        if (wire_.is_refused() && outcome_.refusal.empty()) outcome_.refusal = status();
        wire_.sent(wire_.unsent().size());
        outcome_.phase = wire_.phase();
    }
    const Outcome& outcome() const { return outcome_; }

private:
    static bool is_reading(Phase phase) {
        return phase == Phase::fresh || phase == Phase::idle || phase == Phase::head ||
               phase == Phase::body;
    }
    std::string status() const {
        std::string_view text = wire_.unsent();
        if (text.starts_with("HTTP/1.1 100")) std::abort();
        return std::string(text.substr(0, 12));
    }

    Terms terms_{Limits{.header_bytes_max = 512, .body_bytes_max = 256}, "now"};
    Connection wire_{terms_};
    Outcome outcome_;
};

void check(const HttpRequest& request) {
    if (request.method.empty()) std::abort();
    if (request.target != "*" && !request.target.starts_with('/')) std::abort();
    if (request.body.size() > 256) std::abort();
    for (const auto& [name, value] : request.headers) {
        if (name.empty() || name.find_first_of(" \t\r\n:") != std::string::npos) std::abort();
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    // The first bytes say how to cut the others.
    constexpr std::size_t cuts = 4;
    if (size < cuts) return 0;
    const std::string_view text(reinterpret_cast<const char*>(bytes) + cuts, size - cuts);

    Client whole;
    whole.send(text);
    Client bytewise;
    for (const char& byte : text) bytewise.send({&byte, 1});
    Client pieces;
    std::size_t at = 0;
    for (std::size_t turn = 0; at < text.size(); ++turn) {
        const std::size_t length = 1 + bytes[turn % cuts];
        pieces.send(text.substr(at, length));
        at += length;
    }
    if (!text.empty() && whole.outcome() != bytewise.outcome()) std::abort();
    if (!text.empty() && whole.outcome() != pieces.outcome()) std::abort();
    for (const auto& request : whole.outcome().requests) check(request);
    return 0;
}
