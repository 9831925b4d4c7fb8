// Opening the listening socket and the door where workers ask for it.
#include "pg/http_listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "pg/http_sockets.hpp"
#include "pg/log.hpp"

namespace torale::pg {

namespace {

using namespace std::chrono_literals;

constexpr int backlog = 1024;
constexpr auto between_tries = 2s;
constexpr mode_t owner_only = 0177;

std::string last_error() {
    return std::system_category().message(errno);
}

bool set_option(int socket, int level, int option, int value) {
    return setsockopt(socket, level, option, &value, sizeof value) == 0;
}

struct Endpoint {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// The setting was checked: it is an IPv4 or an IPv6 address.
Endpoint endpoint_of(const std::string& address, int port) {
    Endpoint endpoint;
    sockaddr_in v4{};
    if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(static_cast<std::uint16_t>(port));
        std::memcpy(&endpoint.storage, &v4, endpoint.size = sizeof v4);
        return endpoint;
    }
    sockaddr_in6 v6{};
    inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&endpoint.storage, &v6, endpoint.size = sizeof v6);
    return endpoint;
}

// Not open, with errno, when the system refuses.
Descriptor listen_on(const std::string& address, int port) {
    const Endpoint endpoint = endpoint_of(address, port);
    Descriptor listener(
        socket(endpoint.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!listener.is_open()) return listener;
    const bool is_ready = set_option(listener.get(), SOL_SOCKET, SO_REUSEADDR, 1) &&
                          bind(listener.get(), endpoint.get(), endpoint.size) == 0 &&
                          listen(listener.get(), backlog) == 0;
    if (is_ready) return listener;
    const int failure = errno;
    listener.reset();
    errno = failure;
    return listener;
}

// Where workers ask; readable and writable for the server's own user alone.
Descriptor open_door() {
    const sockaddr_un path = door_address();
    Descriptor door(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!door.is_open()) return door;
    unlink(door_path);
    const mode_t previous = umask(owner_only);
    const bool is_bound =
        bind(door.get(), reinterpret_cast<const sockaddr*>(&path), sizeof path) == 0;
    umask(previous);
    if (!is_bound || listen(door.get(), backlog) != 0) door.reset();
    return door;
}

bool open_pair(WebSockets& sockets) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    sockets.handoff_send.reset(ends[0]);
    sockets.handoff_receive.reset(ends[1]);
    return true;
}

}  // namespace

HttpListener::HttpListener() : watch_(epoll_create1(EPOLL_CLOEXEC)) {
    unlink(door_path);
}

HttpListener::~HttpListener() {
    close();
}

std::optional<Instant> HttpListener::retry_at() const {
    if (problem_.empty()) return std::nullopt;
    return retry_at_;
}

void HttpListener::close() {
    if (door_.is_open()) unlink(door_path);
    door_.reset();
    sockets_ = {};
}

// One log line as long as the reason stays the same.
void HttpListener::fail(std::string why) {
    close();
    if (why != problem_)
        log_line("http not listening address=" + address_ + " port=" + std::to_string(port_) +
                 " error=" + why);
    problem_ = std::move(why);
}

void HttpListener::open(const HttpSettings& settings) {
    if (!settings.is_allowed())
        return fail("not a loopback address and torale.http_allow_remote is off");
    sockets_.listener = listen_on(address_, port_);
    if (!sockets_.listener.is_open()) return fail(last_error());
    if (!open_pair(sockets_)) return fail(last_error());
    door_ = open_door();
    if (!door_.is_open()) return fail(last_error());
    epoll_event event{};
    event.events = EPOLLIN;
    if (epoll_ctl(watch_.get(), EPOLL_CTL_ADD, door_.get(), &event) != 0) return fail(last_error());
    problem_.clear();
    ++generation_;
    log_line("http listening address=" + address_ + " port=" + std::to_string(port_));
}

void HttpListener::apply(const HttpSettings& settings, Instant now) {
    const bool is_same = settings.address == address_ && settings.port == port_;
    const bool is_served = is_open() && is_same && settings.is_allowed();
    if (is_served) return;
    if (is_open()) {
        close();
        log_line("http closed address=" + address_ + " port=" + std::to_string(port_));
    }
    if (!is_same) problem_.clear();
    address_ = settings.address;
    port_ = settings.port;
    if (port_ == 0) return;
    if (!problem_.empty() && now < retry_at_) return;
    retry_at_ = now + between_tries;
    open(settings);
}

void HttpListener::serve() {
    while (door_.is_open()) {
        const Descriptor asking(accept4(door_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!asking.is_open()) return;
        send_sockets(asking.get(), sockets_);
    }
}

}  // namespace torale::pg
