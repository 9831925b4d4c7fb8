// The loop: claim → step → finish → deliver.
#include "scheduler/loop.hpp"

#include <algorithm>
#include <random>

#include "scheduler/slots.hpp"

namespace torale::scheduler {

Loop::Loop(ExecutionStore& store, net::Loop& net, Sleeper& sleeper, const core::Clock& clock,
           Limits limits)
    : store_(store),
      net_(net),
      sleeper_(sleeper),
      clock_(clock),
      limits_(limits),
      runs_(net),
      deliverer_(store, net, limits_.delivery),
      pages_(net, limits_.pages),
      feeds_(store, pages_),
      nonce_(std::random_device{}()) {}

bool Loop::wait() {
    const Sleeper::Wake wake = sleeper_.sleep(net_.fd(), sleep_time());
    is_stopping_ = wake.stop;
    if (wake.work_written || wake.reloaded || now() >= next_poll_) look_again_ = true;
    return wake.reloaded;
}

std::optional<core::microseconds> Loop::sleep_time() const {
    const Time at = now();
    if (rests_until_ > at) return rests_until_ - at;
    Time until = next_poll_;
    const auto earlier = [&](std::optional<Time> time) {
        if (time) until = std::min(until, *time);
    };
    if (look_again_) until = std::max(next_claim_, next_refresh_);
    // What forbids a claim now must not be waited for with open eyes: a turn without sleep would
    // find the same.
    if (state_.is_active && has_room() && next_due_ && !providers_cool_until_) {
        earlier(std::max(*next_due_, next_claim_));
    }
    earlier(providers_cool_until_);
    if (waiting_since_) earlier(*waiting_since_ + limits_.flush_after);
    earlier(runs_.next_deadline());
    earlier(deliverer_.next_turn());
    earlier(pages_.next_turn());
    earlier(feeds_.next_turn());
    auto sleep = std::max(core::microseconds{0}, until - at);
    if (const auto timer = net_.timeout()) sleep = std::min<core::microseconds>(sleep, *timer);
    return sleep;
}

void Loop::step_finished_transfers() {
    const Time at = now();
    for (net::Completion& completion : net_.turn()) {
        if (runs_.accept(completion, at) || deliverer_.accept(completion, at)) continue;
        pages_.accept(completion, at);
    }
    pages_.turn(at);
    for (auto& [page, reply] : pages_.take_ready()) feeds_.accept(page, reply, at);
    runs_.expire(at);
}

// Close to the limit, a claim waits until it is worth its commit.
bool Loop::has_room() const {
    const int room = limits_.max_inflight - static_cast<int>(runs_.size());
    return room >= std::min({limits_.max_inflight, limits_.claim_rows / 5, 100}) && !net_.starved();
}

bool Loop::may_claim(Time at) {
    if (providers_cool_until_ && *providers_cool_until_ <= at) providers_cool_until_.reset();
    if (!state_.is_active || at < next_claim_ || !has_room() || providers_cool_until_) return false;
    return next_due_ && *next_due_ <= at;
}

void Loop::start_due() {
    const Time at = now();
    if (look_again_ && at >= std::max(next_claim_, next_refresh_)) refresh_state();
    if (!may_claim(at)) return;
    next_claim_ = at + limits_.claim_pause;
    next_poll_ = at + limits_.poll_interval;
    const int room = limits_.max_inflight - static_cast<int>(runs_.size());
    const int limit = std::min(room, limits_.claim_rows);
    const auto is_local = [&](const std::vector<ProviderState>& list, const char* adapter) {
        const auto usable = usable_providers(list, at).providers;
        return usable.empty() || usable.front().adapter == adapter;
    };
    std::vector<Claim> claims = store_.claim_due(limit, !is_local(state_.judges, "rules"),
                                                 is_local(state_.search, "builtin"));
    std::vector<Claim> requests = store_.claim_requests(std::max(1, limit / 2));
    const bool more = static_cast<int>(claims.size()) >= limit;
    const bool is_idle_claim = claims.empty() && requests.empty();
    begin(std::move(claims));
    begin(std::move(requests));
    next_due_ = more ? std::optional<Time>(at) : store_.next_due();
    // Due and not to be had: somebody holds the row. Asking every few milliseconds would not help.
    if (is_idle_claim && next_due_ && *next_due_ <= at) next_claim_ = at + limits_.rest;
}

void Loop::begin(std::vector<Claim> claims) {
    const Time at = now();
    const Usable search = usable_providers(state_.search, at);
    const Usable judges = usable_providers(state_.judges, at);
    for (Claim& claim : claims) {
        // Attempts beyond the limit end in a crash of the server, each of them: not once more.
        if (claim.attempt > 2 * limits_.max_attempts) {
            runs_.refuse(std::move(claim), "the server stopped during every attempt of this run");
            continue;
        }
        agent::Briefing briefing = claim.briefing;
        briefing.now = at;
        briefing.search_providers = search.providers;
        briefing.judges = judges.providers;
        briefing.delimiter_nonce = nonce_ += 0x9e3779b97f4a7c15;
        briefing.unit_random = static_cast<double>(nonce_ >> 11) * 0x1.0p-53;
        briefing.gate_enabled = claim.trigger != core::Trigger::preview;
        if (claim.scheduled_for && claim.trigger == core::Trigger::schedule) {
            lag_ = std::max(lag_, at - *claim.scheduled_for);
        }
        runs_.start(std::move(claim), std::move(briefing), at, limits_.run_timeout);
    }
}

void Loop::refresh_state() {
    state_ = store_.read_state();
    // Not in a database that is held: a restored copy is left as it came.
    if (state_.is_active && !has_taken_over_) {
        store_.take_over();
        has_taken_over_ = true;
    }
    const Time at = now();
    const auto a = usable_providers(state_.search, at).wait_until;
    const auto b = usable_providers(state_.judges, at).wait_until;
    providers_cool_until_ = a && b ? std::max(*a, *b) : a ? a : b;
    next_poll_ = at + limits_.poll_interval;
    next_refresh_ = at + limits_.refresh_pause;
    look_again_ = false;
    next_due_ = at;  // the tables may hold work: a claim tells
    feeds_.look_again();
    deliverer_.set_active(state_.is_active);
    feeds_.set_active(state_.is_active);
    deliverer_.look_again();
}

void Loop::answer_from_store() {
    for (WaitingSearch& search : runs_.take_searches()) {
        try {
            agent::DocumentHits hits = store_.search_documents(search.query);
            runs_.answer(search.run, search.call, std::move(hits), now());
        } catch (const std::exception& error) {
            runs_.fail(search.run, error.what());
        }
    }
    if (!waiting_since_ && runs_.waiting_count() > 0) waiting_since_ = now();
    if (!flush_is_due()) return;
    answer_told();
    commit_checkpoints();
}

// What was told before, for the few runs that found something.
void Loop::answer_told() {
    std::vector<WaitingTold> waiting = runs_.take_told();
    if (waiting.empty()) return;
    std::vector<ToldRequest> requests;
    requests.reserve(waiting.size());
    for (const WaitingTold& each : waiting) requests.push_back(each.request);
    std::vector<agent::ToldFindings> told;
    try {
        told = store_.told_findings(requests);
    } catch (const std::runtime_error& refusal) {
        for (const WaitingTold& each : waiting) runs_.fail(each.run, refusal.what());
        return;
    }
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        runs_.answer(waiting[i].run, waiting[i].call, std::move(told[i]), now());
    }
}

void Loop::commit_checkpoints() {
    std::vector<WaitingCheck> checks = runs_.take_checks();
    if (checks.empty()) return;
    std::vector<CheckpointRequest> requests;
    requests.reserve(checks.size());
    for (WaitingCheck& check : checks) requests.push_back(std::move(check.request));
    std::vector<agent::Checked> known;
    try {
        known = store_.commit_checkpoints(requests);
    } catch (const std::runtime_error& refusal) {
        for (const WaitingCheck& check : checks) runs_.fail(check.run, refusal.what());
        return;
    }
    const Time at = now();
    for (std::size_t i = 0; i < checks.size(); ++i) {
        runs_.answer(checks[i].run, checks[i].call, std::move(known[i]), at);
    }
}

bool Loop::flush_is_due() const {
    if (!waiting_since_) return false;
    // Nobody else will come: waiting longer gains nothing.
    if (net_.in_flight() == 0) return true;
    return now() >= *waiting_since_ + limits_.flush_after ||
           static_cast<int>(runs_.waiting_count()) >= limits_.flush_rows;
}

void Loop::finish_ended() {
    if (!flush_is_due()) return;
    waiting_since_.reset();
    std::vector<Ended> ended = runs_.take_ended();
    if (ended.empty()) return;
    std::vector<Finished> finished;
    std::vector<agent::Cooldown> cooldowns;
    finished.reserve(ended.size());
    for (Ended& run : ended) {
        cooldowns.insert(cooldowns.end(), run.conclusion.cooldowns.begin(),
                         run.conclusion.cooldowns.end());
        finished.push_back(settle(std::move(run)));
        if (const auto& next = finished.back().outcome.next_run_at) {
            next_due_ = next_due_ ? std::min(*next_due_, *next) : *next;
        }
    }
    store_.finish(finished);
    if (!cooldowns.empty()) pause_providers(cooldowns);
    deliverer_.look_again();
}

// One log line a pause: the runs that were in flight when it began all report it.
void Loop::pause_providers(const std::vector<agent::Cooldown>& cooldowns) {
    store_.cool_providers(cooldowns);
    const Time at = now();
    for (const agent::Cooldown& pause : cooldowns) {
        bool is_known = false;
        for (auto* states : {&state_.search, &state_.judges}) {
            for (ProviderState& state : *states) {
                if (state.provider.name != pause.provider) continue;
                is_known = state.cooling_until && *state.cooling_until > at;
                if (!is_known) state.cooling_until = at + pause.pause;
            }
        }
        if (is_known) continue;
        sleeper_.log("provider paused name=" + pause.provider + " category=" +
                     core::name_of(pause.category) + " ms=" + std::to_string(pause.pause.count()) +
                     " why=\"" + pause.message + "\"");
    }
    look_again_ = true;
}

Finished Loop::settle(Ended ended) {
    const Time at = now();
    Finished finished;
    finished.claim = std::move(ended.claim);
    finished.conclusion = std::move(ended.conclusion);
    const core::Task& task = finished.claim.briefing.task;
    std::optional<core::Schedule> schedule;
    if (!task.schedule.empty()) {
        if (auto parsed = core::parse_schedule(task.schedule)) schedule = std::move(*parsed);
    }
    const agent::Conclusion& conclusion = finished.conclusion;
    core::DecideInput input{.task = task};
    input.schedule = schedule ? &*schedule : nullptr;
    input.now = at;
    input.trigger = finished.claim.trigger;
    input.quiet = finished.claim.quiet;
    input.failure = conclusion.failure ? &*conclusion.failure : nullptr;
    if (conclusion.judged) input.verdict = conclusion.judgement.verdict;
    input.grounded = !conclusion.judgement.citations.empty();
    input.next_run = conclusion.judgement.next_run;
    input.attempt = finished.claim.attempt;
    input.attempts_max = limits_.max_attempts;
    input.consecutive_failures = finished.claim.consecutive_failures;
    input.first_started_at = finished.claim.first_started_at;
    input.unit_random = finished.claim.briefing.unit_random;
    input.jitter = limits_.jitter;
    finished.outcome = core::decide(input);
    count_slots_of(finished, input.schedule, at);
    return finished;
}

void Loop::keep_house() {
    const Time at = now();
    if (!state_.is_active || !state_.housekeeping_is_ours || at < next_housekeeping_) return;
    // Not in the first interval after a start: a restarted server has better things to do.
    const bool is_first = next_housekeeping_ == Time{};
    next_housekeeping_ = at + limits_.housekeeping_interval;
    if (!is_first) store_.housekeep();
}

void Loop::report() {
    const Time at = now();
    if (at < next_report_) return;
    next_report_ = at + core::seconds{1};
    std::int64_t due = 0;
    if (next_due_ && *next_due_ <= at && state_.is_active) {
        due = store_.count_due(10'000);
        if (due > 0) lag_ = std::max(lag_, at - *next_due_);
    }
    sleeper_.report(static_cast<std::int64_t>(runs_.size()), due,
                    std::chrono::duration_cast<core::milliseconds>(lag_));
    lag_ = core::microseconds{0};
}

void Loop::rest_after(const std::runtime_error& refusal) {
    constexpr int refusals_max = 5;
    if (++refusals_ >= refusals_max) throw refusal;
    sleeper_.log("store refused, resting why=\"" + std::string(refusal.what()) + "\"");
    next_claim_ = next_refresh_ = rests_until_ = now() + core::seconds{1};
    look_again_ = true;
}

void Loop::give_back() {
    runs_.cancel_all();
    store_.give_back();
}

Usable usable_providers(const std::vector<ProviderState>& configured, Time now) {
    const auto is_builtin = [](const ProviderState& state) {
        return state.provider.adapter == "builtin" || state.provider.adapter == "rules";
    };
    const bool only_builtin = std::all_of(configured.begin(), configured.end(), is_builtin);
    Usable usable;
    for (const ProviderState& state : configured) {
        if (is_builtin(state) && !only_builtin) continue;
        if (state.cooling_until && *state.cooling_until > now) {
            usable.wait_until = usable.wait_until
                                    ? std::min(*usable.wait_until, *state.cooling_until)
                                    : *state.cooling_until;
            continue;
        }
        usable.providers.push_back(state.provider);
    }
    if (!usable.providers.empty()) usable.wait_until.reset();
    return usable;
}

}  // namespace torale::scheduler
