#include "http/request_reader.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <optional>
#include <utility>

#include "http/chunk_gate.hpp"
#include "http/head_scan.hpp"
#include "http/request_rules.hpp"

namespace torale::http {

namespace beast = boost::beast;
using beast::error_code;
using BeastError = beast::http::error;
using Text = beast::string_view;

namespace {

// Extensions mean nothing to us; without a bound, one-byte chunks would make us read many times
// the bytes of the body.
constexpr std::size_t extension_bytes_max = 4096;

void append(std::string& out, Text text) {
    out.append(text.data(), text.size());
}

// "GET / HTTP/2.0" is a version we do not speak, "GET / b HTTP/1.1" is no request line.
Refusal refused_version(std::string_view head) {
    const std::string_view line = head.substr(0, head.find('\r'));
    const std::string_view version = line.substr(line.rfind(' ') + 1);
    const bool is_version = std::count(line.begin(), line.end(), ' ') == 2 &&
                            version.starts_with("HTTP/") && version.size() > 5 &&
                            version[5] >= '0' && version[5] <= '9';
    if (is_version) return {505, "only HTTP/1.0 and 1.1 are spoken"};
    return {400, "malformed request line"};
}

Refusal refusal_of_head(const error_code& error, std::string_view head) {
    if (error == BeastError::body_limit) return {413, "request body too large"};
    if (error == BeastError::bad_version) return refused_version(head);
    if (error == BeastError::bad_method || error == BeastError::bad_target)
        return {400, "malformed request line"};
    if (error == BeastError::bad_content_length)
        return {400, "bad Content-Length, or one beside Transfer-Encoding"};
    if (error == BeastError::bad_transfer_encoding)
        return {400, "more than one Transfer-Encoding, or one beside Content-Length"};
    return {400, "malformed request header"};
}

}  // namespace

// Collects one request. `refusal` is set when it was our rule that stopped the parser.
class RequestReader::Parser final : public beast::http::basic_parser<true> {
public:
    explicit Parser(core::HttpRequest& request) : request_(request) {}

    int version = 11;
    std::optional<Refusal> refusal;
    std::uint64_t chunk_left = 0;
    bool is_first_chunk = true;

private:
    void on_request_impl(beast::http::verb, Text method, Text target, int http_version,
                         error_code&) override {
        append(request_.method, method);
        append(request_.target, target);
        version = http_version;
    }
    void on_response_impl(int, Text, int, error_code&) override {}
    void on_field_impl(beast::http::field, Text name, Text value, error_code&) override {
        core::Header& header = request_.headers.emplace_back();
        append(header.name, name);
        append(header.value, value);
    }
    // Newer versions of Beast ask for it, older ones do not know it. Trailers are refused before.
    void on_trailer_field_impl(beast::http::field, Text, Text, error_code&) {}
    void on_header_impl(error_code& error) override {
        refusal = refusal_of(request_, version);
        if (refusal) error = BeastError::bad_field;
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(Text body, error_code&) override {
        append(request_.body, body);
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t size, Text extensions, error_code& error) override {
        chunk_left = size;
        is_first_chunk = false;
        extension_bytes_ += extensions.size();
        if (extension_bytes_ <= extension_bytes_max) return;
        refusal = Refusal{400, "chunk extensions too large"};
        error = BeastError::bad_chunk_extension;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code&) override {
        append(request_.body, body);
        chunk_left -= body.size();
        return body.size();
    }
    void on_finish_impl(error_code&) override {}

    core::HttpRequest& request_;
    std::size_t extension_bytes_ = 0;
};

struct RequestReader::Message {
    HeadScan scan;
    core::HttpRequest request;
    std::optional<Parser> parser;  // once the head is there
    std::optional<Refusal> refusal;
    bool is_complete = false;
    // Kept until the next head, for the response.
    bool is_head_method = false;
    bool is_http_1_0 = false;
    bool is_keep_alive = false;
    bool is_expecting = false;
};

RequestReader::RequestReader(const Limits& limits)
    : limits_(limits), message_(std::make_unique<Message>()) {}
RequestReader::~RequestReader() = default;

const Refusal& RequestReader::refusal() const {
    return *message_->refusal;
}
bool RequestReader::is_head_method() const {
    return message_->is_head_method;
}
bool RequestReader::is_http_1_0() const {
    return message_->is_http_1_0;
}
bool RequestReader::is_keep_alive() const {
    return message_->is_keep_alive;
}
bool RequestReader::take_expectation() {
    return std::exchange(message_->is_expecting, false);
}

RequestReader::Progress RequestReader::refuse(Refusal refusal) {
    message_->refusal = refusal;
    return Progress::refused;
}

RequestReader::Progress RequestReader::read() {
    if (message_->refusal) return Progress::refused;
    if (message_->is_complete) return Progress::complete;
    Progress progress = message_->parser ? Progress::body : read_head();
    if (progress == Progress::body) progress = read_body();
    forget_read();
    return progress;
}

RequestReader::Progress RequestReader::read_head() {
    const std::string_view unread = std::string_view(buffer_).substr(used_);
    if (unread.empty()) return Progress::idle;
    Message& message = *message_;
    message.is_head_method = false;  // not known yet, should the head be refused
    const auto found =
        message.scan.scan(unread, static_cast<std::size_t>(limits_.header_bytes_max));
    if (found == HeadScan::Progress::refused) return refuse(message.scan.refusal());
    if (found == HeadScan::Progress::incomplete) return Progress::head;

    const std::string_view head =
        unread.substr(message.scan.begin(), message.scan.end() - message.scan.begin());
    Parser& parser = message.parser.emplace(message.request);
    parser.header_limit(std::numeric_limits<std::uint32_t>::max());
    parser.body_limit(static_cast<std::uint64_t>(limits_.body_bytes_max));
    error_code error;
    const std::size_t eaten = parser.put({head.data(), head.size()}, error);
    message.is_head_method = message.request.method == "HEAD";
    if (parser.refusal) return refuse(*parser.refusal);
    if (error || eaten != head.size()) return refuse(refusal_of_head(error, head));

    used_ += message.scan.end();
    message.is_http_1_0 = parser.version < 11;
    message.is_keep_alive = parser.keep_alive();
    message.is_expecting = !message.is_http_1_0 && !parser.is_done() && used_ == buffer_.size() &&
                           core::find_header(message.request.headers, "expect").has_value();
    return Progress::body;
}

RequestReader::Progress RequestReader::read_body() {
    Parser& parser = *message_->parser;
    while (!parser.is_done()) {
        const bool is_at_chunk = parser.chunked() && parser.chunk_left == 0;
        const std::string_view unread = std::string_view(buffer_).substr(used_);
        if (unread.empty()) return Progress::body;
        if (is_at_chunk) {
            const ChunkGate gate = look_at_chunk(unread, parser.is_first_chunk);
            if (gate == ChunkGate::incomplete) return Progress::body;
            if (gate == ChunkGate::refused) return refuse({400, "malformed chunk, or a trailer"});
        }
        error_code error;
        used_ += parser.put({unread.data(), unread.size()}, error);
        if (parser.refusal) return refuse(*parser.refusal);
        if (error == BeastError::body_limit) return refuse({413, "request body too large"});
        if (error) return refuse({400, "malformed request body"});
    }
    message_->is_complete = true;
    return Progress::complete;
}

// What is left of a pipeline is not moved for each of its requests.
void RequestReader::forget_read() {
    constexpr std::size_t worth_moving = 16 << 10;
    if (used_ == buffer_.size()) {
        buffer_.clear();
        used_ = 0;
        if (buffer_.capacity() > worth_moving) buffer_ = std::string();
    } else if (used_ > worth_moving) {
        buffer_.erase(0, used_);
        used_ = 0;
    }
}

core::HttpRequest RequestReader::take() {
    Message& message = *message_;
    core::HttpRequest request = std::exchange(message.request, {});
    message.parser.reset();
    message.scan = HeadScan();
    message.is_complete = false;
    return request;
}

}  // namespace torale::http
