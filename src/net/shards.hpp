// Several curl multi handles as one. With thousands of connections to one host libcurl 7.88
// walks the host's whole list for every request; in shards the lists stay short. The first
// shard with room is taken, so at low load there is one, and connections are found again.
#pragma once
#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "net/fetch.hpp"
#include "net/instant.hpp"
#include "net/watch.hpp"

namespace torale::net {

struct Done {
    Exchange* exchange = nullptr;
    CURLcode code = CURLE_OK;
};

class Shards {
public:
    // At most `transfers_per_shard` transfers and connections in each.
    Shards(Gate& gate, std::size_t transfers_per_shard);
    ~Shards();
    Shards(const Shards&) = delete;
    Shards& operator=(const Shards&) = delete;

    // False: curl refused (out of memory).
    bool add(Exchange& exchange);
    void remove(Exchange& exchange);

    std::optional<Instant> deadline() const;
    void run_due(Instant now);
    // What finished since the last call; already removed.
    void take_done(std::vector<Done>& done);

private:
    class Shard;
    Gate& gate_;
    std::size_t transfers_per_shard_;
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace torale::net
