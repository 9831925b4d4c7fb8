// Prepared statements of requests, kept by text, role and schema up to a number of bytes; the
// least recently used one goes first. Parameters come untyped: PostgreSQL gives each its type.
#pragma once
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "rest/statement.hpp"

struct _SPI_plan;

namespace torale::pg {

class RequestPlans {
public:
    explicit RequestPlans(std::int64_t bytes_max) : bytes_max_(bytes_max) {}
    ~RequestPlans() { clear(); }
    RequestPlans(const RequestPlans&) = delete;
    RequestPlans& operator=(const RequestPlans&) = delete;

    // In a transaction with SPI connected, as the role `key` names. The row of the statement's
    // one result as text, a column each; nothing for NULL. Throws Error.
    std::vector<std::optional<std::string>> run(const rest::Statement& statement,
                                                const std::string& key);

    void limit(std::int64_t bytes_max);
    void clear();
    std::int64_t count() const { return static_cast<std::int64_t>(plans_.size()); }
    std::int64_t bytes() const { return bytes_; }

private:
    struct Input {  // a parameter's type
        std::uint32_t function = 0;
        std::uint32_t parameter = 0;
    };
    struct Kept {
        std::string key;
        _SPI_plan* plan = nullptr;
        std::vector<Input> inputs;
        std::int64_t bytes = 0;
        int uses = 0;
    };
    Kept& keep(const rest::Statement& statement, const std::string& key);
    void weigh(Kept& kept);
    void forget(std::list<Kept>::iterator kept);
    void trim(std::int64_t bytes_max);

    std::int64_t bytes_max_;
    std::int64_t bytes_ = 0;
    std::list<Kept> plans_;  // most recently used first
    std::unordered_map<std::string, std::list<Kept>::iterator> by_key_;
};

}  // namespace torale::pg
