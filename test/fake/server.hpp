// One thread, one epoll set, one heap of timers: thousands of connections with delayed replies.
// Pipelined requests are answered in order; a delayed reply holds back those behind it.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "fake/http.hpp"

namespace torale::fake {

struct Gauges {
    std::uint64_t accepted = 0;
    std::uint64_t requests = 0;
    std::uint64_t bad_requests = 0;
    std::uint64_t aborted = 0;  // the peer left while its reply was pending
    std::uint64_t open = 0, open_max = 0;
    std::uint64_t pending = 0, pending_max = 0;  // replies that wait for their time
};

class Server {
public:
    using Handler = std::function<Reply(const Request&)>;

    // Listens on 127.0.0.1; port 0 takes a free one. Throws std::system_error.
    Server(Handler handler, int port);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    int port() const { return port_; }
    void run();
    // From inside the handler: what is queued is still flushed.
    void stop() { is_running_ = false; }
    const Gauges& gauges() const { return gauges_; }

private:
    using Clock = std::chrono::steady_clock;
    enum class Phase { reading, waiting, sending, closing };
    struct Connection;
    struct Timer {
        Clock::time_point due;
        int fd;
        std::uint64_t generation;
        bool operator>(const Timer& other) const { return due > other.due; }
    };

    void accept_all();
    void on_readable(Connection& connection);
    void advance(Connection& connection);
    void answer(Connection& connection, Reply reply);
    void release(Connection& connection);
    void flush(Connection& connection);
    void finish_closing(Connection& connection);
    void close_connection(Connection& connection);
    void set_pending(Connection& connection, bool is_pending);
    void wake_after(Connection& connection, std::chrono::milliseconds delay);
    int wait_ms() const;
    void fire_timers();
    void watch(Connection& connection, bool wants_write);

    Handler handler_;
    int listener_ = -1;
    int epoll_ = -1;
    int port_ = 0;
    bool is_running_ = true;
    std::uint64_t generation_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;  // by fd
    std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
    Gauges gauges_;
};

}  // namespace torale::fake
