#include "net/fetch.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>

#include "core/ascii.hpp"

namespace torale::net {

namespace {

constexpr std::int64_t expect_above_bytes = 1 << 20;  // where curl starts to ask "100-continue"

bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool same_name(std::string_view left, std::string_view right) {
    return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

// Framing and routing are ours: a user's header list must not be able to smuggle a second
// request or to name another host than the one that was checked.
bool is_ours(std::string_view name) {
    constexpr std::array<std::string_view, 8> ours{
        "host", "content-length",  "transfer-encoding", "connection", "upgrade", "expect",
        "te",   "proxy-connection"};
    return std::any_of(ours.begin(), ours.end(),
                       [&](std::string_view each) { return same_name(each, name); });
}

std::string bracketed(const Address& address) {
    return address.size() == 4 ? address_text(address) : "[" + address_text(address) + "]";
}

}  // namespace

template <class T>
void Exchange::set(CURLoption option, T value) {
    if (curl_easy_setopt(easy_, option, value) != CURLE_OK) is_set_ = false;
}

Exchange::Exchange(Gate& gate) : gate_(gate), easy_(curl_easy_init()) {
    if (easy_ == nullptr) throw std::bad_alloc();
    set_constants();
    if (is_set_) return;
    curl_easy_cleanup(easy_);
    throw std::bad_alloc();
}

Exchange::~Exchange() {
    release();
    curl_easy_cleanup(easy_);
}

// What is the same for all requests is set once: handles are used again without a reset.
void Exchange::set_constants() {
    set(CURLOPT_PRIVATE, static_cast<void*>(this));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_ACCEPT_ENCODING, "");
    // Thousands of transfers wait at the same time, each with its buffers; replies are short.
    set(CURLOPT_BUFFERSIZE, 8L << 10);
    set(CURLOPT_UPLOAD_BUFFERSIZE, 16L << 10);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    // An address is looked up again at least this often, however busy its connection is.
    set(CURLOPT_MAXLIFETIME_CONN, 600L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
#if LIBCURL_VERSION_NUM >= 0x075700
    set(CURLOPT_QUICK_EXIT, 1L);
#endif
#if LIBCURL_VERSION_NUM >= 0x075500
    set(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    set(CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    set(CURLOPT_ERRORBUFFER, tls_text_);
    set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_OPENSOCKETFUNCTION, &Exchange::on_open);
    set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
    // A connection outlives the exchange that opened it.
    set(CURLOPT_CLOSESOCKETFUNCTION, &Exchange::on_close);
    set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&gate_));
    set(CURLOPT_PREREQFUNCTION, &Exchange::on_request);
    set(CURLOPT_PREREQDATA, static_cast<void*>(this));
    gate_.trust.use_in(easy_);
}

bool Exchange::prepare(std::uint64_t transfer, const core::Request& request,
                       const Attempt& attempt) {
    transfer_ = transfer;
    request_ = &request;
    attempt_ = attempt;
    reply_ = {};
    header_bytes_ = 0;
    is_set_ = true;
    is_too_large_ = is_out_of_files_ = false;
    refused_.clear();
    tls_text_[0] = '\0';
    if (!is_token(request.method)) return false;
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_USERAGENT, gate_.user_agent.c_str());
    // curl would treat plain http as possibly HTTP/2 and look at every connection for room.
    set(CURLOPT_HTTP_VERSION,
        static_cast<long>(attempt.target.scheme == "https" ? CURL_HTTP_VERSION_2TLS
                                                           : CURL_HTTP_VERSION_1_1));
    // The name stays in the URL for Host, SNI and the certificate; only the address is ours.
    const std::string pin =
        "::" + bracketed(attempt.address) + ":" + std::to_string(attempt.target.port);
    connect_to_ = curl_slist_append(nullptr, pin.c_str());
    if (connect_to_ == nullptr) return false;
    set(CURLOPT_CONNECT_TO, connect_to_);
    set_method(request);
    set_headers(request);
    set_limits(request.limits, attempt);
    return is_set_;
}

void Exchange::set_method(const core::Request& request) {
    const bool has_body = request.method == "POST" || !request.body.empty();
    set(CURLOPT_CUSTOMREQUEST, static_cast<char*>(nullptr));
    set(CURLOPT_HTTPGET, 1L);  // takes back POST and NOBODY
    if (request.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
        return;
    }
    if (has_body) {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(CURLOPT_POSTFIELDS, request.body.data());
    }
    if (request.method != (has_body ? "POST" : "GET"))
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void Exchange::add_header(const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_, line.c_str());
    if (longer == nullptr)
        is_set_ = false;
    else
        headers_ = longer;
}

void Exchange::set_headers(const core::Request& request) {
    bool has_type = false;
    for (const core::Header& header : request.headers) {
        if (!is_token(header.name) || is_ours(header.name)) continue;
        has_type = has_type || same_name(header.name, "content-type");
        // curl drops "Name:" and sends an empty value for "Name;".
        std::string line = header.name + (header.value.empty() ? ";" : ": ") + header.value;
        for (char& c : line)
            if (c == '\r' || c == '\n' || c == '\0') c = ' ';
        add_header(line);
    }
    // Without these curl claims a form, and waits a second for "100 Continue".
    if (!has_type) add_header("Content-Type:");
    if (static_cast<std::int64_t>(request.body.size()) >= expect_above_bytes) add_header("Expect:");
    set(CURLOPT_HTTPHEADER, headers_);
}

void Exchange::set_limits(const core::Limits& limits, const Attempt& attempt) {
    const auto positive = [](std::int64_t ms) {
        return static_cast<long>(std::max<std::int64_t>(ms, 1));
    };
    set(CURLOPT_CONNECTTIMEOUT_MS, positive(attempt.connect_timeout_ms));
    set(CURLOPT_TIMEOUT_MS, positive(attempt.total_timeout_ms));
    // A watch that cannot fire before the total limit is a timer a second for nothing.
    const bool is_watched =
        limits.low_speed_ms > 0 && limits.low_speed_ms < limits.total_timeout_ms;
    set(CURLOPT_LOW_SPEED_LIMIT, is_watched ? 1L : 0L);
    set(CURLOPT_LOW_SPEED_TIME,
        is_watched ? static_cast<long>((limits.low_speed_ms + 999) / 1000) : 0L);
    set(CURLOPT_MAXFILESIZE_LARGE,
        static_cast<curl_off_t>(std::max<std::int64_t>(limits.body_bytes_max, 1)));
}

// Counts what decompression made of the body: curl's own limit sees compressed bytes only.
std::size_t Exchange::on_body(char* bytes, std::size_t, std::size_t count, void* self) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    std::string& body = exchange.reply_.body;
    const auto room = exchange.request_->limits.body_bytes_max;
    if (static_cast<std::int64_t>(body.size() + count) > room) {
        exchange.is_too_large_ = true;
        return 0;
    }
    try {
        body.append(bytes, count);
    } catch (const std::bad_alloc&) {
        exchange.is_too_large_ = true;
        return 0;
    }
    return count;
}

std::size_t Exchange::on_header(char* bytes, std::size_t, std::size_t count, void* self) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.header_bytes_ += static_cast<std::int64_t>(count);
    if (exchange.header_bytes_ > exchange.request_->limits.header_bytes_max) {
        exchange.is_too_large_ = true;
        return 0;
    }
    const std::string_view line(bytes, count);
    auto& headers = exchange.reply_.headers;
    try {
        if (line.starts_with("HTTP/")) {
            headers.clear();  // an interim reply came before
            return count;
        }
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return count;
        headers.push_back(
            {std::string(line.substr(0, colon)), std::string(core::trim(line.substr(colon + 1)))});
    } catch (const std::bad_alloc&) {
        exchange.is_too_large_ = true;
        return 0;
    }
    return count;
}

bool Exchange::is_allowed(const Address& address) {
    refused_ = check_peer(gate_.policy, request_->purpose, attempt_.target, address);
    return refused_.empty();
}

curl_socket_t Exchange::on_open(void* self, curlsocktype, curl_sockaddr* peer) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    const auto address = address_of(peer->addr);
    if (!address) {
        exchange.refused_ = "not an internet address";
        return CURL_SOCKET_BAD;
    }
    if (!exchange.is_allowed(*address)) return CURL_SOCKET_BAD;
    const int opened = socket(peer->family, peer->socktype | SOCK_CLOEXEC, peer->protocol);
    if (opened >= 0) {
        exchange.gate_.watch.forget(opened);
        return opened;
    }
    exchange.is_out_of_files_ = errno == EMFILE || errno == ENFILE;
    return CURL_SOCKET_BAD;
}

int Exchange::on_close(void* gate, curl_socket_t socket) noexcept {
    static_cast<Gate*>(gate)->watch.forget(socket);
    return close(socket);
}

// The last look before the request leaves, on new and on reused connections: the policy may
// have changed since the connection was made, or it was made for another purpose.
int Exchange::on_request(void* self, char* peer, char*, int, int) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    const auto address = parse_address(peer == nullptr ? "" : peer);
    if (address && exchange.is_allowed(*address)) return CURL_PREREQFUNC_OK;
    if (!address) exchange.refused_ = "unknown peer";
    return CURL_PREREQFUNC_ABORT;
}

core::Reply Exchange::finish(CURLcode code) {
    core::Reply reply = std::move(reply_);
    if (code == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
        reply.status = static_cast<int>(status);
        reply.request_sent = true;
        return reply;
    }
    long sent = 0;
    curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent);
    reply.request_sent = sent > 0;
    reply.fault = fault_of(code);
    reply.fault_text = explain(code, *reply.fault);
    reply.headers.clear();
    reply.body.clear();
    return reply;
}

void Exchange::release() {
    curl_slist_free_all(headers_);
    curl_slist_free_all(connect_to_);
    headers_ = connect_to_ = nullptr;
    request_ = nullptr;
    reply_ = {};
}

core::Fault Exchange::fault_of(CURLcode code) const {
    if (!refused_.empty()) return core::Fault::blocked;
    if (is_out_of_files_) return core::Fault::no_file;
    if (is_too_large_) return core::Fault::too_large;
    switch (static_cast<int>(code)) {
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return core::Fault::bad_url;
        case CURLE_COULDNT_RESOLVE_HOST:
            return core::Fault::resolve;
        case CURLE_COULDNT_CONNECT:
            return core::Fault::connect;
        case CURLE_OPERATION_TIMEDOUT:
            return core::Fault::timeout;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR:
            return core::Fault::tls_verify;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_USE_SSL_FAILED:
            return core::Fault::tls;
        case CURLE_FILESIZE_EXCEEDED:
            return core::Fault::too_large;
        case CURLE_TOO_MANY_REDIRECTS:
            return core::Fault::redirect;
        default:
            return core::Fault::broken;
    }
}

// Only the host and port of the URL: its path and query are often a secret.
std::string Exchange::explain(CURLcode code, core::Fault fault) const {
    const std::string where =
        attempt_.target.host + " port " + std::to_string(attempt_.target.port);
    if (fault == core::Fault::blocked)
        return where + " is blocked: " + bracketed(attempt_.address) + " is in the " + refused_;
    if (fault == core::Fault::no_file) return where + ": out of file descriptors";
    if (is_too_large_ || code == CURLE_FILESIZE_EXCEEDED)
        return where + ": reply larger than " + std::to_string(request_->limits.body_bytes_max) +
               " bytes (headers " + std::to_string(request_->limits.header_bytes_max) + ")";
    std::string text = where + ": " + curl_easy_strerror(code);
    const bool is_tls = fault == core::Fault::tls || fault == core::Fault::tls_verify;
    if (is_tls && tls_text_[0] != '\0') text += std::string(" (") + tls_text_ + ")";
    long os_errno = 0;
    curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &os_errno);
    if (fault == core::Fault::connect && os_errno != 0)
        text += std::string(" (") + std::strerror(static_cast<int>(os_errno)) + ")";
    return text;
}

}  // namespace torale::net
