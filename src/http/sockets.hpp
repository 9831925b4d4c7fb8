// The system calls on the worker's sockets. Nothing here waits.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace torale::http {

enum class SocketState {
    ok,
    would_block,
    closed,      // by the other side, or broken
    no_resource  // out of descriptors or memory
};

struct Accepted {
    SocketState state = SocketState::would_block;
    int socket = -1;
};
// Non-blocking, close-on-exec, without Nagle's delay.
Accepted accept_connection(int listener);

struct Moved {
    SocketState state = SocketState::ok;
    std::size_t bytes = 0;
};
Moved receive_bytes(int socket, char* bytes, std::size_t bytes_max);
Moved send_bytes(int socket, std::string_view bytes);

// "" for what is neither IPv4 nor IPv6.
std::string remote_address(int socket);

// Passes a copy of `socket` through `channel`; async-signal-safe.
bool send_socket(int channel, int socket) noexcept;
Accepted receive_socket(int channel);

}  // namespace torale::http
