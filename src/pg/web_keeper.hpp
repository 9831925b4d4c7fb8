// The launcher's half of HTTP: keeps torale.http_workers web workers in torale.http_database,
// behind one listening socket.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/http_listener.hpp"
#include "pg/shared.hpp"
#include "pg/supervision.hpp"

struct BackgroundWorkerHandle;

namespace torale::pg {

// torale.http_database, as the launcher found it in the catalog.
struct WebPlace {
    std::uint32_t database = 0;  // 0 = there is none of that name
    bool is_open = false;        // a worker may enter
    DatabaseView view;
    bool was_asked = false;  // somebody wants to see it tried again
};

class WebKeeper {
public:
    // Looks once at everything and acts; when to look again at the latest.
    Instant turn(const WebPlace& place, Instant now);
    int fd() const { return listener_.fd(); }  // readable when a worker waits for us
    void serve() { listener_.serve(); }

private:
    struct Slot {
        Watch watch;
        BackgroundWorkerHandle* handle = nullptr;
        bool is_leaving = false;  // asked to stop
        // What it was started for
        std::uint32_t database = 0;
        std::string authenticator;
        int listener = 0;
    };

    void look(const WebPlace& place);
    void listen(const WebPlace& place);
    std::optional<Instant> tend(std::size_t position, const WebPlace& place);
    void reap(Slot& slot, const WebPlace& place);
    bool is_current(const Slot& slot, std::size_t position) const;
    void stop(Slot& slot);
    void start(Slot& slot);
    void refuse(const std::string& problem);
    void let_go();

    HttpListener listener_;
    std::vector<Slot> slots_;
    HttpSettings settings_;
    Instant now_{};
    std::uint32_t database_ = 0;  // that workers are wished for in
    std::uint32_t previous_ = 0;  // that workers still leave
    std::uint32_t role_ = 0;
    std::optional<Instant> blocked_since_;
    int retired_ = 0;
    std::string logged_problem_;
    bool is_starved_ = false;  // one log line an episode
};

}  // namespace torale::pg
