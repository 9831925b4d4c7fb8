// What web workers share with each other and with every backend: generations that say when the
// schema or an owner's events may have changed, rate tables, counters. As harmless without shared
// memory as shared.hpp.
#pragma once
#include <cstdint>
#include <string_view>

#include "pg/http_counters.hpp"
#include "pg/rate_table.hpp"
#include "pg/shared.hpp"

namespace torale::pg {

// --- a web worker, after begin_session() ---
// Grows when NOTIFY pgrst has committed in this database; the latch is set then.
std::uint64_t schema_generation();
// Grows when something was committed in this database while a worker has streams open; the latch
// is set at the first commit after this was read.
std::uint64_t event_generation();

struct WebReport {
    int connections = 0;
    int streams = 0;
    bool operator==(const WebReport&) const = default;
};
void report_web(const WebReport& report);
// Of this worker's database.
struct WebTotals {
    int workers = 0;
    int connections = 0;
    int streams = 0;
};
WebTotals web_totals();
// This worker ends because it has done its part: the next one may start at once.
void report_retirement();

// Null without shared memory.
RateTable* request_rates();
RateTable* refusal_rates();
HttpCounters* http_counters();
// Keys are hashed with it, so that nobody can aim at another's place in a rate table.
std::uint64_t rate_seed();

// --- any backend, after commit ---
// Whether anybody has streams open; costs a load.
bool has_streams();
void note_events(std::uint32_t database);
void note_schema_change(std::uint32_t database);

// --- the launcher ---
// `off`: no web worker is wished for there. A start forgets the last error.
void set_web_state(std::uint32_t database, DatabaseState state, std::string_view error = {});
// How many workers have retired since the last call.
int take_retirements(std::uint32_t database);

}  // namespace torale::pg
