// A Server on the loopback with its clients in the same thread: turns are run until a condition
// holds or a deadline far away is over.
#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/server.hpp"

namespace torale::http::test {

class Listener {
public:
    explicit Listener(int family = AF_INET) : socket_(socket(family, SOCK_STREAM, 0)) {
        sockaddr_storage name{};
        socklen_t size = sizeof(sockaddr_in);
        if (family == AF_INET6) {
            reinterpret_cast<sockaddr_in6*>(&name)->sin6_addr = in6addr_loopback;
            size = sizeof(sockaddr_in6);
        } else {
            reinterpret_cast<sockaddr_in*>(&name)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        }
        name.ss_family = static_cast<sa_family_t>(family);
        bind(socket_, reinterpret_cast<sockaddr*>(&name), size);
        listen(socket_, 4096);
        fcntl(socket_, F_SETFL, O_NONBLOCK);
        size_ = sizeof name_;
        getsockname(socket_, reinterpret_cast<sockaddr*>(&name_), &size_);
    }
    ~Listener() { close(socket_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    int fd() const { return socket_; }
    const sockaddr* name() const { return reinterpret_cast<const sockaddr*>(&name_); }
    socklen_t name_size() const { return size_; }

private:
    int socket_;
    sockaddr_storage name_{};
    socklen_t size_ = 0;
};

class Client {
public:
    explicit Client(const Listener& listener, int receive_buffer = 0)
        : socket_(socket(listener.name()->sa_family, SOCK_STREAM, 0)) {
        if (receive_buffer > 0)
            setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        if (connect(socket_, listener.name(), listener.name_size()) != 0) is_closed_ = true;
        fcntl(socket_, F_SETFL, O_NONBLOCK);
    }
    ~Client() { hang_up(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    std::size_t send(std::string_view bytes) {
        const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        return count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    void get(const std::string& path) { send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"); }
    // All that came until now.
    const std::string& received() {
        char bytes[65536];
        for (;;) {
            const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
            if (count > 0) {
                received_.append(bytes, static_cast<std::size_t>(count));
                continue;
            }
            if (count == 0 || (errno != EAGAIN && errno != EINTR)) is_closed_ = true;
            return received_;
        }
    }
    bool has(std::string_view text) { return received().find(text) != std::string::npos; }
    int answers() {
        int count = 0;
        const std::string& text = received();
        for (auto at = text.find("HTTP/1.1 "); at != std::string::npos;
             at = text.find("HTTP/1.1 ", at + 1))
            ++count;
        return count;
    }
    bool is_closed() {
        received();
        return is_closed_;
    }
    void hang_up() {
        if (socket_ >= 0) close(std::exchange(socket_, -1));
    }

private:
    int socket_;
    std::string received_;
    bool is_closed_ = false;
};

class Driven {
public:
    using Answer = std::function<core::HttpResponse(const Exchange&)>;

    explicit Driven(const Listener& listener, Limits limits = {}, int handoff = -1)
        : server(listener.fd(), handoff, limits) {}

    // One turn, answered; waits no longer than `longest_ms` for something to do.
    void turn(int longest_ms = 5) {
        const auto timeout = server.timeout();
        const int wait = timeout && timeout->count() < longest_ms
                             ? static_cast<int>(timeout->count())
                             : longest_ms;
        pollfd ready{server.fd(), POLLIN, 0};
        poll(&ready, 1, wait);
        if (const auto exchange = server.turn()) {
            exchanges.push_back(*exchange);
            server.answer(exchange->connection, answer(*exchange));
        }
    }
    testing::AssertionResult run_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline)
                return testing::AssertionFailure() << "not within the deadline";
            turn();
        }
        return testing::AssertionSuccess();
    }

    Server server;
    std::vector<Exchange> exchanges;
    // The path as the body.
    Answer answer = [](const Exchange& exchange) {
        core::HttpResponse response;
        response.body = "<" + std::string(exchange.request.path()) + ">";
        return response;
    };
};

}  // namespace torale::http::test
