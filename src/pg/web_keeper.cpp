// Which web workers there should be, and what is in the way.
#include "pg/web_keeper.hpp"

#include <algorithm>
#include <cstring>

#include "pg/authenticator.hpp"
#include "pg/boundary.hpp"
#include "pg/log.hpp"
#include "pg/shared_http.hpp"

namespace torale::pg {

namespace {

using namespace std::chrono_literals;

constexpr auto look_again = 5s;
constexpr auto not_before = 10ms;
// Commands on the database are faster; stop_workers() is not, and clients must not hang.
constexpr auto blocked_longest = 5s;

void describe_worker(BackgroundWorker& worker, const std::string& database) {
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    // A standby serves reads.
    worker.bgw_start_time = BgWorkerStart_ConsistentState;
    // As for schedulers: the launcher alone decides about restarts.
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_notify_pid = MyProcPid;
    pg_snprintf(worker.bgw_name, BGW_MAXLEN, "torale web: %s", database.c_str());
    strlcpy(worker.bgw_type, "torale web", BGW_MAXLEN);
    strlcpy(worker.bgw_library_name, "torale", sizeof worker.bgw_library_name);
    strlcpy(worker.bgw_function_name, "torale_web_main", sizeof worker.bgw_function_name);
}

bool has_ended(BackgroundWorkerHandle* handle) {
    return guarded([&] {
        pid_t pid = 0;
        return GetBackgroundWorkerPid(handle, &pid) == BGWH_STOPPED;
    });
}

}  // namespace

bool WebKeeper::is_current(const Slot& slot, std::size_t position) const {
    return position < static_cast<std::size_t>(settings_.workers) && listener_.is_open() &&
           slot.database == database_ && slot.listener == listener_.generation() &&
           slot.authenticator == settings_.authenticator;
}

// Once in the log, as long as it stays the same.
void WebKeeper::refuse(const std::string& problem) {
    set_web_state(database_, DatabaseState::backoff, problem);
    if (problem == logged_problem_ || problem.empty()) return;
    log_line("http not served database=" + settings_.database + " error=" + problem);
    logged_problem_ = problem;
}

// Nobody listens where nobody could answer: a client is refused rather than left waiting.
void WebKeeper::listen(const WebPlace& place) {
    HttpSettings wanted = settings_;
    std::string problem;
    if (wanted.port != 0) {
        const Authenticator found = find_authenticator(settings_.authenticator);
        role_ = found.role;
        problem = found.problem;
        if (place.database == 0) problem = "database does not exist";
        if (place.database != 0 && !place.is_open && !place.view.is_blocked)
            problem = "database accepts no connections";
        if (blocked_since_ && now_ - *blocked_since_ >= blocked_longest)
            problem = "stopped by stop_workers(), or by a command on this database";
        if (!problem.empty()) wanted.port = 0;
    }
    listener_.apply(wanted, now_);
    if (settings_.port == 0) return;
    if (!problem.empty()) {
        refuse(problem);
    } else if (!listener_.is_open()) {
        set_web_state(database_, DatabaseState::backoff,
                      "port " + std::to_string(settings_.port) + ": " + listener_.problem());
    } else {
        logged_problem_.clear();
    }
}

void WebKeeper::reap(Slot& slot, const WebPlace& place) {
    if (slot.handle == nullptr || !has_ended(slot.handle)) return;
    pfree(slot.handle);
    slot.handle = nullptr;
    note_end(slot.watch, false, now_);
    const bool has_retired = retired_ > 0;
    if (has_retired) --retired_;
    if (slot.is_leaving || has_retired || place.view.is_blocked || slot.watch.failures == 0) {
        slot.watch.failures = 0;
        slot.watch.retry_at = now_;
    } else {
        set_web_state(slot.database, DatabaseState::backoff);
    }
    slot.is_leaving = false;
}

void WebKeeper::stop(Slot& slot) {
    // A second SIGTERM would kill.
    if (std::exchange(slot.is_leaving, true)) return;
    guarded([&] { TerminateBackgroundWorker(slot.handle); });
}

void WebKeeper::start(Slot& slot) {
    set_web_state(database_, DatabaseState::starting);
    BackgroundWorker worker{};
    describe_worker(worker, settings_.database);
    worker.bgw_main_arg = ObjectIdGetDatum(database_);
    std::memcpy(worker.bgw_extra, &role_, sizeof role_);
    BackgroundWorkerHandle* handle = guarded([&] {
        MemoryContextSwitchTo(TopMemoryContext);
        BackgroundWorkerHandle* registered = nullptr;
        return RegisterDynamicBackgroundWorker(&worker, &registered) ? registered : nullptr;
    });
    if (handle == nullptr) {
        note_starved(slot.watch, now_);
        set_web_state(database_, DatabaseState::no_slot, "no free background worker slot");
        if (!std::exchange(is_starved_, true))
            log_line("http has no free background worker slot, increase max_worker_processes");
        return;
    }
    is_starved_ = false;
    slot.handle = handle;
    slot.watch.worker = Watch::Worker::web;
    slot.watch.worker_started = now_;
    slot.watch.starved_since.reset();
    slot.database = database_;
    slot.authenticator = settings_.authenticator;
    slot.listener = listener_.generation();
}

// The entry of a database stays until its last worker has left, so that DROP DATABASE finds them.
void WebKeeper::let_go() {
    const bool is_left = std::none_of(slots_.begin(), slots_.end(), [this](const Slot& slot) {
        return slot.handle != nullptr && slot.database == previous_;
    });
    if (previous_ == 0 || previous_ == database_ || !is_left) return;
    set_web_state(previous_, DatabaseState::off);
    previous_ = 0;
}

// What the settings, the catalog and the workers say by now.
void WebKeeper::look(const WebPlace& place) {
    settings_ = current_http();
    const std::uint32_t wished = settings_.port == 0 ? 0 : place.database;
    if (wished != database_) {
        if (database_ != 0) previous_ = database_;
        database_ = wished;
        if (database_ != 0) set_web_state(database_, DatabaseState::unknown);
    }
    if (!place.view.is_blocked) blocked_since_.reset();
    if (place.view.is_blocked && !blocked_since_) blocked_since_ = now_;
    if (database_ != 0) retired_ += take_retirements(database_);
}

// When a worker is to be tried again here; nothing = there is one, or there may be none.
std::optional<Instant> WebKeeper::tend(std::size_t position, const WebPlace& place) {
    Slot& slot = slots_[position];
    reap(slot, place);
    if (place.was_asked) note_request(slot.watch);
    if (slot.handle != nullptr) {
        // Who blocks a database has asked its workers himself.
        if (!is_current(slot, position) && !place.view.is_blocked) stop(slot);
        return std::nullopt;
    }
    const bool may_start = listener_.is_open() && place.is_open && !place.view.is_blocked &&
                           position < static_cast<std::size_t>(settings_.workers);
    if (!may_start) return std::nullopt;
    if (now_ >= slot.watch.retry_at) start(slot);
    if (slot.handle != nullptr) return std::nullopt;
    return slot.watch.retry_at;
}

Instant WebKeeper::turn(const WebPlace& place, Instant now) {
    now_ = now;
    look(place);
    listen(place);
    slots_.resize(std::max(slots_.size(), static_cast<std::size_t>(settings_.workers)));
    Instant next = std::min(now + look_again, listener_.retry_at().value_or(Instant::max()));
    for (std::size_t position = 0; position < slots_.size(); ++position)
        next = std::min(next, tend(position, place).value_or(next));
    retired_ = 0;
    let_go();
    return std::max(next, now + not_before);
}

}  // namespace torale::pg
