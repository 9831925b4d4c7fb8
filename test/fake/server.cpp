// The only file of the fake that waits.
#include "fake/server.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace torale::fake {
namespace {

constexpr auto drip_period = std::chrono::milliseconds(50);
constexpr auto linger_period = std::chrono::milliseconds(2000);

void require(bool is_good, const char* what) {
    if (!is_good) throw std::system_error(errno, std::generic_category(), what);
}

void raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

struct Server::Connection {
    int fd = -1;
    std::uint64_t generation = 0;
    Phase phase = Phase::reading;
    std::string in;
    std::size_t in_read = 0;
    std::string out;  // may be sent now
    std::size_t out_sent = 0;
    Reply held;  // what the script holds back
    std::size_t held_released = 0;
    bool is_pending = false;
    bool wants_write = false;
};

Server::Server(Handler handler, int port) : handler_(std::move(handler)) {
    raise_file_limit();
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    require(listener_ >= 0, "socket");
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    require(bind(listener_, generic, sizeof address) == 0, "bind");
    require(listen(listener_, 8192) == 0, "listen");
    socklen_t size = sizeof address;
    require(getsockname(listener_, generic, &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    require(epoll_ >= 0, "epoll_create1");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = listener_;
    require(epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) == 0, "epoll_ctl");
}

Server::~Server() {
    for (auto& connection : connections_) {
        if (connection) close(connection->fd);
    }
    close(epoll_);
    close(listener_);
}

void Server::run() {
    std::vector<epoll_event> events(1024);
    while (is_running_) {
        const int count =
            epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms());
        require(count >= 0 || errno == EINTR, "epoll_wait");
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            const auto what = events[static_cast<std::size_t>(i)].events;
            if (fd == listener_) {
                accept_all();
                continue;
            }
            auto& slot = connections_[static_cast<std::size_t>(fd)];
            if (slot && (what & EPOLLOUT)) flush(*slot);
            if (slot && (what & (EPOLLIN | EPOLLERR | EPOLLHUP))) on_readable(*slot);
        }
        fire_timers();
    }
}

void Server::accept_all() {
    for (;;) {
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const auto index = static_cast<std::size_t>(fd);
        if (connections_.size() <= index) connections_.resize(index + 1024);
        connections_[index] = std::make_unique<Connection>();
        connections_[index]->fd = fd;
        connections_[index]->generation = ++generation_;
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
        ++gauges_.accepted;
        gauges_.open_max = std::max(gauges_.open_max, ++gauges_.open);
    }
}

void Server::on_readable(Connection& connection) {
    static char buffer[256 << 10];
    const auto count = recv(connection.fd, buffer, sizeof buffer, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        if (connection.phase == Phase::waiting) ++gauges_.aborted;
        return close_connection(connection);
    }
    if (connection.phase == Phase::closing) return;
    connection.in.append(buffer, static_cast<std::size_t>(count));
    advance(connection);
}

// Answers what has arrived, in order, until a reply has to wait; then sends.
void Server::advance(Connection& connection) {
    while (connection.phase == Phase::reading && connection.in_read < connection.in.size()) {
        Request request;
        std::size_t consumed = 0;
        std::string why;
        const auto rest = std::string_view(connection.in).substr(connection.in_read);
        const auto parsed = parse_request(rest, request, consumed, why);
        if (parsed == Parsed::more) break;
        if (parsed == Parsed::bad) {
            ++gauges_.bad_requests;
            answer(connection, render_reply({.status = 400,
                                             .content_type = "text/plain",
                                             .headers = {},
                                             .close_after_bytes = {}},
                                            why + "\n", false));
            break;
        }
        ++gauges_.requests;
        connection.in_read += consumed;
        answer(connection, handler_(request));
    }
    if (connection.in_read == connection.in.size()) {
        connection.in.clear();
        connection.in_read = 0;
    }
    flush(connection);
}

void Server::answer(Connection& connection, Reply reply) {
    connection.held = std::move(reply);
    connection.held_released = 0;
    if (connection.held.delay_ms == 0) return release(connection);
    connection.phase = Phase::waiting;
    set_pending(connection, true);
    wake_after(connection, std::chrono::milliseconds(connection.held.delay_ms));
}

// Moves the part of the held reply whose time has come to what may be sent.
void Server::release(Connection& connection) {
    set_pending(connection, false);
    auto& held = connection.held;
    std::size_t until = held.bytes.size();
    auto next = drip_period;
    if (connection.held_released < held.head_bytes &&
        (held.body_delay_ms > 0 || held.drip_bytes_per_s > 0)) {
        until = held.head_bytes;
        if (held.body_delay_ms > 0) next = std::chrono::milliseconds(held.body_delay_ms);
    } else if (held.drip_bytes_per_s > 0) {
        const auto step = static_cast<std::size_t>(std::max(1, held.drip_bytes_per_s / 20));
        until = std::min(until, connection.held_released + step);
        if (held.drip_bytes_per_s < 20)
            next = std::chrono::milliseconds(1000) / held.drip_bytes_per_s;
    }
    connection.out.append(held.bytes, connection.held_released, until - connection.held_released);
    connection.held_released = until;
    if (until < held.bytes.size()) {
        connection.phase = Phase::waiting;
        return wake_after(connection, next);
    }
    connection.phase = held.ending == Ending::keep ? Phase::reading : Phase::sending;
}

void Server::flush(Connection& connection) {
    while (connection.out_sent < connection.out.size()) {
        const auto count = send(connection.fd, connection.out.data() + connection.out_sent,
                                connection.out.size() - connection.out_sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return watch(connection, true);
        if (count < 0) return close_connection(connection);
        connection.out_sent += static_cast<std::size_t>(count);
    }
    connection.out.clear();
    connection.out_sent = 0;
    if (connection.wants_write) watch(connection, false);
    if (connection.phase == Phase::sending) finish_closing(connection);
}

void Server::finish_closing(Connection& connection) {
    if (connection.held.ending == Ending::reset) {
        const linger now{.l_onoff = 1, .l_linger = 0};
        setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        return close_connection(connection);
    }
    // A close with unread input would turn into a reset and eat the reply.
    shutdown(connection.fd, SHUT_WR);
    connection.phase = Phase::closing;
    wake_after(connection, linger_period);
}

void Server::close_connection(Connection& connection) {
    set_pending(connection, false);
    --gauges_.open;
    const int fd = connection.fd;
    close(fd);
    connections_[static_cast<std::size_t>(fd)].reset();
}

void Server::set_pending(Connection& connection, bool is_pending) {
    if (connection.is_pending == is_pending) return;
    connection.is_pending = is_pending;
    if (is_pending) {
        gauges_.pending_max = std::max(gauges_.pending_max, ++gauges_.pending);
    } else {
        --gauges_.pending;
    }
}

void Server::wake_after(Connection& connection, std::chrono::milliseconds delay) {
    timers_.push({Clock::now() + delay, connection.fd, connection.generation});
}

int Server::wait_ms() const {
    if (timers_.empty()) return -1;
    const auto left = timers_.top().due - Clock::now();
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<long long>(ms, 0, 60'000));
}

void Server::fire_timers() {
    if (timers_.empty()) return;
    const auto now = Clock::now();
    while (!timers_.empty() && timers_.top().due <= now) {
        const auto timer = timers_.top();
        timers_.pop();
        auto& slot = connections_[static_cast<std::size_t>(timer.fd)];
        if (!slot || slot->generation != timer.generation) continue;
        if (slot->phase == Phase::closing) {
            close_connection(*slot);
        } else if (slot->phase == Phase::waiting) {
            release(*slot);
            advance(*slot);
        }
    }
}

void Server::watch(Connection& connection, bool wants_write) {
    epoll_event event{};
    event.events = EPOLLIN | (wants_write ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
    event.data.fd = connection.fd;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
    connection.wants_write = wants_write;
}

}  // namespace torale::fake
