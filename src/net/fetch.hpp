// One HTTP exchange: a core::Request put on a curl easy handle, what came back as core::Reply.
// Waits for nothing; shards.hpp drives it.
#pragma once
#include <curl/curl.h>

#include <cstdint>
#include <string>

#include "core/call.hpp"
#include "net/address.hpp"
#include "net/egress.hpp"
#include "net/instant.hpp"
#include "net/trust.hpp"
#include "net/watch.hpp"

namespace torale::net {

// What the callbacks of every exchange look at. Outlives all connections.
struct Gate {
    explicit Gate(const std::string& ca_file) : trust(ca_file) {}
    Watch watch;
    Trust trust;
    EgressPolicy policy;
    std::string user_agent;
    Instant starved_until{};  // the last refused socket + 1 s
};

// Where this attempt goes and how long it may take.
struct Attempt {
    Target target;
    Address address;
    std::int64_t connect_timeout_ms = 0;
    std::int64_t total_timeout_ms = 0;
};

class Exchange {
public:
    explicit Exchange(Gate& gate);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    CURL* easy() const { return easy_; }
    std::uint64_t transfer() const { return transfer_; }
    std::size_t shard() const { return shard_; }
    void enter(std::size_t shard) { shard_ = shard; }

    // `request` must stay where it is until finish() or release(). False: out of memory or a
    // method that is no token.
    bool prepare(std::uint64_t transfer, const core::Request& request, const Attempt& attempt);
    // After curl said DONE. The caller knows how long it took.
    core::Reply finish(CURLcode code);
    // Lets go of the request and its reply.
    void release();

private:
    static std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* self) noexcept;
    static std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* self) noexcept;
    static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* peer) noexcept;
    static int on_close(void* gate, curl_socket_t socket) noexcept;
    static int on_request(void* self, char* peer, char*, int, int) noexcept;

    template <class T>
    void set(CURLoption option, T value);
    void set_constants();
    void set_method(const core::Request& request);
    void set_headers(const core::Request& request);
    void set_limits(const core::Limits& limits, const Attempt& attempt);
    void add_header(const std::string& line);
    bool is_allowed(const Address& address);
    core::Fault fault_of(CURLcode code) const;
    std::string explain(CURLcode code, core::Fault fault) const;

    Gate& gate_;
    CURL* easy_;
    std::uint64_t transfer_ = 0;
    std::size_t shard_ = 0;
    const core::Request* request_ = nullptr;
    Attempt attempt_;
    core::Reply reply_;
    curl_slist* headers_ = nullptr;
    curl_slist* connect_to_ = nullptr;
    std::int64_t header_bytes_ = 0;
    bool is_set_ = true;  // no option was refused
    bool is_too_large_ = false;
    bool is_out_of_files_ = false;
    std::string refused_;  // why the guard refused the peer
    char tls_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace torale::net
