#include "http/sockets.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/address.hpp"

namespace torale::http {
namespace {

SocketState state_of_errno() {
    switch (errno) {
        case EAGAIN:
        case EINTR:
            return SocketState::would_block;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            return SocketState::no_resource;
        default:
            return SocketState::closed;
    }
}

// Room for one descriptor beside a message, aligned as the kernel wants it.
union Passed {
    char bytes[CMSG_SPACE(sizeof(int))];
    cmsghdr aligned;
};

// `part` is one byte, since a message needs content to carry a descriptor.
msghdr message_of(iovec& part, Passed& passed) noexcept {
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = passed.bytes;
    message.msg_controllen = sizeof passed.bytes;
    return message;
}

}  // namespace

Accepted accept_connection(int listener) {
    const int socket = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return {state_of_errno(), -1};
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return {SocketState::ok, socket};
}

Moved receive_bytes(int socket, char* bytes, std::size_t bytes_max) {
    const ssize_t count = recv(socket, bytes, bytes_max, 0);
    if (count > 0) return {SocketState::ok, static_cast<std::size_t>(count)};
    return {count == 0 ? SocketState::closed : state_of_errno(), 0};
}

Moved send_bytes(int socket, std::string_view bytes) {
    const ssize_t count = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) return {SocketState::ok, static_cast<std::size_t>(count)};
    // Short of memory it is as if the peer's window were full.
    const SocketState state = state_of_errno();
    return {state == SocketState::no_resource ? SocketState::would_block : state, 0};
}

std::string remote_address(int socket) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto* name = reinterpret_cast<sockaddr*>(&peer);
    if (getpeername(socket, name, &size) != 0) return {};
    const auto address = net::address_of(*name);
    return address ? net::address_text(net::unmapped(*address)) : std::string();
}

bool send_socket(int channel, int socket) noexcept {
    char nothing = 0;
    iovec part{&nothing, 1};
    Passed passed{};
    const msghdr message = message_of(part, passed);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof socket);
    std::memcpy(CMSG_DATA(header), &socket, sizeof socket);
    return sendmsg(channel, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

Accepted receive_socket(int channel) {
    char nothing = 0;
    iovec part{&nothing, 1};
    Passed passed{};
    msghdr message = message_of(part, passed);
    const ssize_t count = recvmsg(channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return {state_of_errno(), -1};
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    // Out of descriptors the kernel drops the connection and hands over the message alone.
    if ((message.msg_flags & MSG_CTRUNC) != 0) return {SocketState::no_resource, -1};
    if (count == 0 && header == nullptr) return {SocketState::closed, -1};
    const bool is_descriptor = header != nullptr && header->cmsg_level == SOL_SOCKET &&
                               header->cmsg_type == SCM_RIGHTS &&
                               header->cmsg_len == CMSG_LEN(sizeof(int));
    if (!is_descriptor) return {SocketState::ok, -1};
    int socket = -1;
    std::memcpy(&socket, CMSG_DATA(header), sizeof socket);
    return {SocketState::ok, socket};
}

}  // namespace torale::http
