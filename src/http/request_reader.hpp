// Bytes in, requests or one refusal out; no socket, no clock. The same bytes give the same
// outcome however they are cut. Built on Boost.Beast's parser, stricter than it.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/http.hpp"
#include "http/limits.hpp"
#include "http/refusal.hpp"

namespace torale::http {

class RequestReader {
public:
    enum class Progress {
        idle,  // not one byte of a request
        head,
        body,
        complete,  // take() it
        refused    // for good
    };

    // `limits` is the caller's and may change.
    explicit RequestReader(const Limits& limits);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    void feed(std::string_view bytes) { buffer_.append(bytes); }
    // Reads on in what was fed, not past the end of one request.
    Progress read();
    // The request that read() completed; what was fed behind it is the next one's.
    core::HttpRequest take();
    // Bytes that belong to no request taken or being read.
    bool has_unread() const { return used_ < buffer_.size(); }

    const Refusal& refusal() const;
    // Of the request whose head was read last.
    bool is_head_method() const;
    bool is_http_1_0() const;
    bool is_keep_alive() const;
    // The client waits for "100 Continue" before it sends the body; true once a request.
    bool take_expectation();

private:
    class Parser;
    struct Message;
    Progress read_head();
    Progress read_body();
    Progress refuse(Refusal refusal);
    void forget_read();

    const Limits& limits_;
    std::string buffer_;
    std::size_t used_ = 0;  // bytes of buffer_ that are read
    std::unique_ptr<Message> message_;
};

}  // namespace torale::http
