// What a connection makes of bytes, as text: "GET /a?b=c|body" per request, then "400", "more"
// (in the middle of a request) or nothing.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/connection.hpp"

namespace torale::http::test {

inline core::HttpResponse ok(std::string body = "ok") {
    core::HttpResponse response;
    response.body = std::move(body);
    return response;
}

// Requests answered at once, in the order of their turn; `written` collects all that is sent.
class Talk {
public:
    explicit Talk(Limits limits = {}) : terms_{limits, "Tue, 24 Nov 2026 14:47:13 GMT"} {}

    void hear(std::string_view bytes) {
        wire_.receive(bytes);
        while (is_open()) {
            const auto request = wire_.next_request();
            written_ += wire_.unsent();
            wire_.sent(wire_.unsent().size());
            if (!request) return;
            requests_.push_back(*request);
            if (is_answering) say(ok());
            if (!wire_.has_unread()) return;
        }
    }
    void say(const core::HttpResponse& response) {
        wire_.answer(response);
        written_ += wire_.unsent();
        wire_.sent(wire_.unsent().size());
    }

    bool is_open() const {
        const Phase phase = wire_.phase();
        return phase == Phase::fresh || phase == Phase::idle || phase == Phase::head ||
               phase == Phase::body;
    }
    std::vector<std::string> outcome() const {
        std::vector<std::string> lines;
        for (const auto& request : requests_) {
            lines.push_back(request.method + " " + request.target);
            if (!request.body.empty()) lines.back() += "|" + request.body;
        }
        const Phase phase = wire_.phase();
        if (wire_.is_refused()) lines.push_back(last_status());
        if (phase == Phase::head || phase == Phase::body) lines.push_back("more");
        return lines;
    }
    const std::vector<core::HttpRequest>& requests() const { return requests_; }
    const std::string& written() const { return written_; }
    Connection& wire() { return wire_; }
    Terms& terms() { return terms_; }

    bool is_answering = true;

private:
    std::string last_status() const {
        const auto at = written_.rfind("HTTP/1.1 ");
        return at == std::string::npos ? "none" : written_.substr(at + 9, 3);
    }

    Terms terms_;
    Connection wire_{terms_};
    std::vector<core::HttpRequest> requests_;
    std::string written_;
};

}  // namespace torale::http::test
