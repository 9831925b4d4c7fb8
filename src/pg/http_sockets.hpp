// The sockets of the HTTP interface on their way from the launcher to a web worker: over a Unix
// socket in the data directory, with SCM_RIGHTS.
#pragma once
#include <sys/un.h>

#include <optional>

#include "pg/descriptor.hpp"

namespace torale::pg {

// What a web worker is given. Workers pass each other connections through the handoff pair.
struct WebSockets {
    Descriptor listener;
    Descriptor handoff_send;
    Descriptor handoff_receive;
};

// Relative to the data directory, which is where every server process is at home. Base backups
// leave the content of this folder out.
inline constexpr char door_path[] = "pg_stat_tmp/torale.http";
sockaddr_un door_address();

// The launcher's side. Who is not there any more asks again.
void send_sockets(int to, const WebSockets& sockets);

// The worker's side: asks and waits up to ten seconds. Nothing when the launcher has none.
std::optional<WebSockets> ask_for_sockets();

}  // namespace torale::pg
