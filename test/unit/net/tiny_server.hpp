// A small HTTP server in a child process, one epoll loop; tiny_replies.hpp says what it answers.
// A child and not a thread, so that tests can count the threads of their own process.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <string>
#include <unordered_map>

#include "tiny_replies.hpp"

namespace torale::net::test {

// A socket bound to a free port of 127.0.0.1. A bound UDP socket that nobody reads is a resolver
// that swallows every question; a TCP socket that does not listen refuses every connection.
class BoundSocket {
public:
    explicit BoundSocket(int type) : socket_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof name;
        bind(socket_, reinterpret_cast<sockaddr*>(&name), size);
        getsockname(socket_, reinterpret_cast<sockaddr*>(&name), &size);
        port_ = ntohs(name.sin_port);
    }
    ~BoundSocket() { close(socket_); }
    BoundSocket(const BoundSocket&) = delete;
    BoundSocket& operator=(const BoundSocket&) = delete;
    int fd() const { return socket_; }
    int port() const { return port_; }

private:
    int socket_;
    int port_ = 0;
};

class TinyServer {
public:
    TinyServer() : listener_(SOCK_STREAM) {
        listen(listener_.fd(), 8192);
        const pid_t parent = getpid();
        child_ = fork();
        if (child_ != 0) return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) serve();
        _exit(0);
    }
    ~TinyServer() {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }
    TinyServer(const TinyServer&) = delete;
    TinyServer& operator=(const TinyServer&) = delete;

    int port() const { return listener_.port(); }
    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port()) + path;
    }

private:
    using Clock = std::chrono::steady_clock;
    struct Connection {
        int number = 0;
        std::string in;
        std::string out;
    };
    struct Later {
        int socket;
        int number;  // the socket may have become another connection
        Answer answer;
    };

    [[noreturn]] void serve();
    void accept_one();
    void read_from(int socket);
    void write_to(int socket, Connection& connection, Answer::After after);
    void drop(int socket, bool with_reset);
    static bool take_request(std::string& in, std::string& request);

    BoundSocket listener_;
    pid_t child_ = -1;
    int epoll_ = -1;
    int accepted_ = 0;
    std::unordered_map<int, Connection> connections_;
    std::multimap<Clock::time_point, Later> later_;
};

inline void TinyServer::serve() {
    signal(SIGPIPE, SIG_IGN);
    epoll_ = epoll_create1(0);
    epoll_event event{EPOLLIN, {.fd = listener_.fd()}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_.fd(), &event);
    while (true) {
        int wait_ms = -1;
        if (!later_.empty()) {
            const auto left = later_.begin()->first - Clock::now();
            wait_ms = static_cast<int>(
                std::max<long>(0, std::chrono::ceil<std::chrono::milliseconds>(left).count()));
        }
        epoll_event ready[256];
        const int count = epoll_wait(epoll_, ready, 256, wait_ms);
        for (int at = 0; at < count; ++at) {
            if (ready[at].data.fd == listener_.fd())
                accept_one();
            else
                read_from(ready[at].data.fd);
        }
        while (!later_.empty() && later_.begin()->first <= Clock::now()) {
            const Later due = std::move(later_.begin()->second);
            later_.erase(later_.begin());
            const auto found = connections_.find(due.socket);
            if (found == connections_.end() || found->second.number != due.number) continue;
            found->second.out += due.answer.bytes;
            write_to(due.socket, found->second, due.answer.after);
        }
    }
}

inline void TinyServer::accept_one() {
    const int socket = accept4(listener_.fd(), nullptr, nullptr, 0);
    if (socket < 0) return;
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_[socket] = {++accepted_, {}, {}};
    epoll_event event{EPOLLIN, {.fd = socket}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
}

inline bool TinyServer::take_request(std::string& in, std::string& request) {
    const auto end = in.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    std::size_t length = 0;
    const auto field = in.find("Content-Length: ");
    if (field < end) length = static_cast<std::size_t>(std::atol(in.c_str() + field + 16));
    if (in.size() < end + 4 + length) return false;
    request = in.substr(0, end + 4 + length);
    in.erase(0, request.size());
    return true;
}

inline void TinyServer::read_from(int socket) {
    char bytes[65536];
    const auto count = recv(socket, bytes, sizeof bytes, 0);
    if (count <= 0) return drop(socket, false);
    Connection& connection = connections_[socket];
    connection.in.append(bytes, static_cast<std::size_t>(count));
    std::string request;
    // A TLS greeting: said in plain text that this is no TLS.
    if (connection.in[0] == 0x16) {
        connection.out = "HTTP/1.1 400 Bad Request\r\n\r\n";
        return write_to(socket, connection, Answer::After::close);
    }
    while (take_request(connection.in, request)) {
        Answer answer = answer_to(request, connection.number);
        if (answer.delay_ms > 0) {
            const auto when = Clock::now() + std::chrono::milliseconds(answer.delay_ms);
            later_.emplace(when, Later{socket, connection.number, std::move(answer)});
            continue;
        }
        connection.out += answer.bytes;
        const auto after = answer.after;
        write_to(socket, connection, after);
        if (after == Answer::After::close || after == Answer::After::reset) return;
    }
}

// Blocking, so a large body stops the others for a moment; no test minds.
inline void TinyServer::write_to(int socket, Connection& connection, Answer::After after) {
    std::string_view out = connection.out;
    while (!out.empty()) {
        const auto count = send(socket, out.data(), out.size(), MSG_NOSIGNAL);
        if (count <= 0) return drop(socket, false);
        out.remove_prefix(static_cast<std::size_t>(count));
    }
    connection.out.clear();
    if (after == Answer::After::close) drop(socket, false);
    if (after == Answer::After::reset) drop(socket, true);
}

inline void TinyServer::drop(int socket, bool with_reset) {
    const linger abort_on_close{1, 0};
    if (with_reset)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &abort_on_close, sizeof abort_on_close);
    close(socket);
    connections_.erase(socket);
}

}  // namespace torale::net::test
