// Sending and receiving descriptors.
#include "pg/http_sockets.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "pg/waiter.hpp"

namespace torale::pg {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;
constexpr int socket_count = 3;

union RightsBuffer {
    cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int) * socket_count)];
};

// One byte, since a message needs content to carry rights.
msghdr message_of(iovec& content, RightsBuffer& rights) {
    msghdr message{};
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = rights.bytes;
    message.msg_controllen = sizeof rights.bytes;
    return message;
}

// Nothing while there is none; errno says whether one may still come.
std::optional<WebSockets> receive_sockets(int from) {
    char byte = 0;
    iovec content{&byte, 1};
    RightsBuffer rights{};
    msghdr message = message_of(content, rights);
    const ssize_t count = recvmsg(from, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count <= 0) {
        if (count == 0) errno = ECONNRESET;
        return std::nullopt;
    }
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    int received[socket_count] = {-1, -1, -1};
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof received))
        std::memcpy(received, CMSG_DATA(header), sizeof received);
    errno = EBADMSG;
    WebSockets sockets{Descriptor(received[0]), Descriptor(received[1]), Descriptor(received[2])};
    if (!sockets.listener.is_open()) return std::nullopt;
    return sockets;
}

}  // namespace

sockaddr_un door_address() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, door_path, sizeof door_path);
    return address;
}

void send_sockets(int to, const WebSockets& sockets) {
    char byte = 1;
    iovec content{&byte, 1};
    RightsBuffer rights{};
    const msghdr message = message_of(content, rights);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    const int sent[socket_count] = {sockets.listener.get(), sockets.handoff_send.get(),
                                    sockets.handoff_receive.get()};
    header->cmsg_len = CMSG_LEN(sizeof sent);
    std::memcpy(CMSG_DATA(header), sent, sizeof sent);
    (void)sendmsg(to, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::optional<WebSockets> ask_for_sockets() {
    const Descriptor asking(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const sockaddr_un door = door_address();
    if (connect(asking.get(), reinterpret_cast<const sockaddr*>(&door), sizeof door) != 0)
        return std::nullopt;
    Waiter waiter(asking.get());
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!stop_requested() && std::chrono::steady_clock::now() < deadline) {
        waiter.wait(100ms);
        if (auto sockets = receive_sockets(asking.get())) return sockets;
        if (errno != EAGAIN && errno != EINTR) return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace torale::pg
