// The supervisor of all databases: knows which have the extension and keeps one scheduler in
// each, and the web workers in the one that HTTP serves. One bad database never ends it.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pg/settings.hpp"
#include "pg/shared.hpp"
#include "pg/supervision.hpp"
#include "pg/web_keeper.hpp"

struct BackgroundWorkerHandle;

namespace torale::pg {

class Launcher {
public:
    // Looks once at everything and acts; when to look again at the latest.
    std::chrono::milliseconds turn();
    int fd() const { return web_.fd(); }  // readable when turn() has something to do

private:
    struct Supervised {
        std::string name;
        Watch watch;
        BackgroundWorkerHandle* handle = nullptr;
        bool exists = true;
        bool is_open = true;  // a worker may enter
    };

    void read_catalog();
    void reap(std::uint32_t oid, Supervised& database, const DatabaseView& view);
    void act(std::uint32_t oid, Supervised& database, const Wish& wish);
    void start(std::uint32_t oid, Supervised& database, WorkerKind kind);
    void start_failed(std::uint32_t oid, Supervised& database);
    std::vector<std::uint32_t> by_patience() const;

    std::map<std::uint32_t, Supervised> databases_;
    WebKeeper web_;
    Settings settings_;
    Instant now_{};
    Instant last_probe_at_{};
    int probes_running_ = 0;
    bool is_starved_ = false;  // one log line an episode
};

}  // namespace torale::pg
