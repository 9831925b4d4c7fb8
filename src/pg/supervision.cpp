// Pauses and precedences of the launcher.
#include "pg/supervision.hpp"

#include <algorithm>

namespace torale::pg {

namespace {

using namespace std::chrono_literals;

// An extension may have come by a way that told nobody, such as a physical restore.
constexpr auto probe_again = 10min;
constexpr auto pause_longest = 60s;
constexpr auto life_of_the_healthy = 60s;

std::chrono::seconds pause(std::chrono::seconds first, int failures) {
    const int doublings = std::clamp(failures - 1, 0, 6);
    return std::min<std::chrono::seconds>(first * (1 << doublings), pause_longest);
}

}  // namespace

Step next_step(const Watch& watch, const Wish& wish, Instant now) {
    if (watch.worker != Watch::Worker::none)
        // Who blocks a database has asked its workers himself; a second SIGTERM would kill.
        return wish.may_run || wish.is_blocked ? Step::nothing : Step::stop_worker;
    if (!wish.may_run || wish.is_blocked || now < watch.retry_at) return Step::nothing;
    if (!watch.has_extension) return Step::probe;
    if (*watch.has_extension) return Step::start_scheduler;
    return now - watch.probed_at >= probe_again ? Step::probe : Step::nothing;
}

void note_end(Watch& watch, bool answered, Instant now) {
    const bool was_healthy = answered || now - watch.worker_started >= life_of_the_healthy;
    watch.failures = was_healthy ? 0 : watch.failures + 1;
    watch.retry_at = answered ? now : now + pause(1s, watch.failures);
    watch.worker = Watch::Worker::none;
    if (watch.asked_again) watch.has_extension.reset();
    watch.asked_again = false;
}

void note_starved(Watch& watch, Instant now) {
    if (!watch.starved_since) watch.starved_since = now;
    ++watch.failures;
    watch.retry_at = now + pause(5s, watch.failures);
}

void note_request(Watch& watch) {
    watch.has_extension.reset();
    watch.asked_again = watch.worker != Watch::Worker::none;
    watch.failures = 0;
    watch.retry_at = {};
}

}  // namespace torale::pg
