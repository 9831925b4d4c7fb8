// The socket of the HTTP interface. The launcher opens it and keeps it open over the lives of
// its web workers, so that no client is refused while one is replaced. Workers get it over a Unix
// socket in the data directory.
#pragma once
#include <optional>
#include <string>

#include "pg/descriptor.hpp"
#include "pg/http_sockets.hpp"
#include "pg/settings_http.hpp"
#include "pg/supervision.hpp"

namespace torale::pg {

class HttpListener {
public:
    HttpListener();
    ~HttpListener();
    HttpListener(const HttpListener&) = delete;
    HttpListener& operator=(const HttpListener&) = delete;

    // Listens as the settings say, anew when they changed; tries again every two seconds where
    // it could not.
    void apply(const HttpSettings& settings, Instant now);
    bool is_open() const { return sockets_.listener.is_open(); }
    // Counts sockets: a worker with an older one serves an address that is no longer ours.
    int generation() const { return generation_; }
    // Why it does not listen though it should; "" = it does, or should not.
    const std::string& problem() const { return problem_; }
    std::optional<Instant> retry_at() const;

    int fd() const { return watch_.get(); }  // readable when a worker asks
    void serve();

private:
    void open(const HttpSettings& settings);
    void close();
    void fail(std::string why);

    Descriptor watch_;  // an epoll set: the door comes and goes, who waits wants one descriptor
    Descriptor door_;
    WebSockets sockets_;
    std::string address_;
    int port_ = 0;
    int generation_ = 0;
    std::string problem_;
    Instant retry_at_{};
};

}  // namespace torale::pg
