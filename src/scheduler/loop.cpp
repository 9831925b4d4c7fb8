// The loop: claim → step → finish → deliver.
#include "scheduler/loop.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "scheduler/settle.hpp"
#include "scheduler/supply.hpp"

namespace torale::scheduler {

namespace {

// Whether it is left alone for a while is the throttle's business: the run then waits for it.
std::vector<providers::Provider> only_judge(const std::vector<ProviderState>& judges,
                                            std::string_view name) {
    for (const ProviderState& judge : judges) {
        if (judge.provider.name == name) return {judge.provider};
    }
    return {};
}

}  // namespace

Loop::Loop(ExecutionStore& store, net::Loop& net, Sleeper& sleeper, const core::Clock& clock,
           Limits limits)
    : store_(store),
      net_(net),
      sleeper_(sleeper),
      clock_(clock),
      limits_(limits),
      throttle_(std::random_device{}()),
      runs_(net, throttle_),
      deliverer_(store, net, limits_.delivery),
      pages_(net, limits_.pages),
      feeds_(store, pages_),
      nonce_(std::random_device{}()) {
    throttle_.apply(limits_.breaker);
}

void Loop::apply(Limits limits) {
    limits_ = limits;
    throttle_.apply(limits.breaker);
    deliverer_.apply(limits.delivery);
    pages_.apply(limits.pages);
}

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
    const Room room = room_at(at);
    if (state_.is_active && room.runs > 0 && next_due_) {
        earlier(std::max(*next_due_, next_claim_));
    }
    earlier(room.none_until);
    earlier(throttle_.next_turn(at));
    if (waiting_since_) {
        earlier(net_.in_flight() == 0 ? at : *waiting_since_ + limits_.flush_after);
    }
    earlier(runs_.next_deadline());
    earlier(deliverer_.next_turn());
    earlier(pages_.next_turn());
    earlier(feeds_.next_turn());
    if (keys_) earlier(keys_->next_turn());
    auto sleep = std::max(core::microseconds{0}, until - at);
    if (const auto timer = net_.timeout()) sleep = std::min<core::microseconds>(sleep, *timer);
    return sleep;
}

void Loop::step_finished_transfers() {
    const Time at = now();
    for (net::Completion& completion : net_.turn()) {
        if (runs_.accept(completion, at) || deliverer_.accept(completion, at)) continue;
        if (keys_ && keys_->accept(completion, at)) continue;
        pages_.accept(completion, at);
    }
    pages_.turn(at);
    for (auto& [page, reply] : pages_.take_ready()) {
        const auto reader = page_readers_.extract(page);
        if (reader.empty()) {
            feeds_.accept(page, reply, at);
            continue;
        }
        runs_.answer(reader.mapped().first, reader.mapped().second,
                     agent::FetchedPage{.final_url = std::move(reply.final_url),
                                        .reply = std::move(reply.reply),
                                        .failure = std::move(reply.failure)},
                     at);
    }
    runs_.expire(at);
    runs_.take_turns(at);
}

void Loop::start_pages() {
    // Nobody reads a page of a run that is over, and others stand in line behind it.
    std::erase_if(page_readers_, [this](const auto& reader) {
        if (runs_.contains(reader.second.first)) return false;
        pages_.cancel(reader.first);
        return true;
    });
    const Time at = now();
    const std::vector<WaitingPage> wanted = runs_.take_pages();
    for (const WaitingPage& each : wanted) {
        PageRequest request;
        request.url = each.fetch.url;
        page_readers_[pages_.fetch(std::move(request), at)] = {each.run, each.call};
    }
    if (!wanted.empty()) pages_.turn(at);
}

// No run starts that would only wait: for a place, for a provider that is left alone, or for one
// that serves slowly. Close to the limit, a claim waits until it is worth its commit.
Room Loop::room_at(Time at) const {
    int most = limits_.max_inflight;
    int worth = std::min({limits_.max_inflight, limits_.claim_rows / 5, 100});
    Room room;
    for (const auto* list : {&state_.search, &state_.judges}) {
        const Supply supply = supply_of(*list, throttle_, at);
        if (supply.is_out) return {0, false, supply.out_until};
        room.is_probe |= supply.is_probe;
        if (!supply.runs_max || *supply.runs_max >= most) continue;
        most = *supply.runs_max;
        worth = std::min(worth, std::max(1, most / 4));
    }
    const int free = most - static_cast<int>(runs_.size());
    if (free < worth || net_.starved()) return room;
    room.runs = room.is_probe ? 1 : std::min(free, limits_.claim_rows);
    return room;
}

void Loop::start_due() {
    const Time at = now();
    if (look_again_ && at >= std::max(next_claim_, next_refresh_)) refresh_state();
    if (!state_.is_active || at < next_claim_ || !next_due_ || *next_due_ > at) return;
    const Room room = room_at(at);
    const int limit = room.runs;
    if (limit == 0) return;
    next_claim_ = at + limits_.claim_pause;
    next_poll_ = at + limits_.poll_interval;
    const auto is_local = [&](const std::vector<ProviderState>& list, const char* adapter) {
        const Supply supply = supply_of(list, throttle_, at);
        return supply.usable.empty() || supply.usable.front()->provider.adapter == adapter;
    };
    std::vector<Claim> claims = store_.claim_due(limit, !is_local(state_.judges, "rules"),
                                                 is_local(state_.search, "builtin"));
    std::vector<Claim> requests;
    if (!room.is_probe || claims.empty()) {
        requests = store_.claim_requests(std::max(1, limit / 2));
    }
    const bool more = static_cast<int>(claims.size()) >= limit;
    const bool is_idle_claim = claims.empty() && requests.empty();
    begin(std::move(claims));
    begin(std::move(requests));
    next_due_ = more ? std::optional<Time>(at) : store_.next_due();
    // Due and not to be had: somebody holds the row. Asking every few milliseconds would not help.
    if (is_idle_claim && next_due_ && *next_due_ <= at) next_claim_ = at + limits_.rest;
}

void Loop::brief_agent(agent::Briefing& briefing, const Claim& claim, Time at) {
    briefing.mode = claim.mode.value_or(limits_.default_mode);
    briefing.has_budgets = state_.has_budgets;
    if (briefing.mode == agent::Mode::pipeline) return;
    briefing.limits = limits_.agent;
    // The last third of the time is for the answer.
    briefing.answer_by = at + limits_.run_timeout * 2 / 3;
    briefing.memory_providers = supply_of(state_.memories, throttle_, at).providers();
}

void Loop::begin(std::vector<Claim> claims) {
    const Time at = now();
    Supply search = supply_of(state_.search, throttle_, at);
    Supply judges = supply_of(state_.judges, throttle_, at);
    for (Claim& claim : claims) {
        // Attempts beyond the limit end in a crash of the server, each of them: not once more.
        if (claim.attempt > 2 * limits_.max_attempts) {
            runs_.refuse(std::move(claim), "the server stopped during every attempt of this run");
            continue;
        }
        agent::Briefing briefing = claim.briefing;
        if (briefing.purpose != agent::Purpose::replay) briefing.now = at;
        if (briefing.purpose == agent::Purpose::run) {
            briefing.search_providers = search.providers();
        }
        briefing.judges =
            claim.judge.empty() ? judges.providers() : only_judge(state_.judges, claim.judge);
        briefing.delimiter_nonce = nonce_ += 0x9e3779b97f4a7c15;
        briefing.unit_random = static_cast<double>(nonce_ >> 11) * 0x1.0p-53;
        briefing.gate_enabled = claim.trigger != core::Trigger::preview;
        brief_agent(briefing, claim, at);
        if (claim.scheduled_for && claim.trigger == core::Trigger::schedule) {
            lag_ = std::max(lag_, at - *claim.scheduled_for);
        }
        runs_.start(std::move(claim), std::move(briefing), at, limits_.run_timeout);
        // One run probes a provider that may be back; the next ones do without it meanwhile.
        if (search.has_probe) search = supply_of(state_.search, throttle_, at);
        if (judges.has_probe) judges = supply_of(state_.judges, throttle_, at);
    }
}

void Loop::refresh_state() {
    state_ = store_.read_state();
    // Not in a database that is held: a restored copy is left as it came.
    if (state_.is_active && !has_taken_over_) {
        store_.take_over();
        has_taken_over_ = true;
    }
    throttle_.restore(state_);
    const Time at = now();
    next_poll_ = at + limits_.poll_interval;
    next_refresh_ = at + limits_.refresh_pause;
    look_again_ = false;
    next_due_ = at;  // the tables may hold work: a claim tells
    feeds_.look_again();
    deliverer_.set_active(state_.is_active);
    feeds_.set_active(state_.is_active);
    deliverer_.look_again();
    if (!keys_) return;
    keys_->look_again();
    keys_->set_active(state_.is_active);
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
    // What the answers of this turn led to is the next batch.
    if (runs_.has_questions()) waiting_since_ = now();
    std::vector<Ended> ended = runs_.take_ended();
    if (ended.empty()) return;
    const Time at = now();
    std::vector<Finished> finished;
    finished.reserve(ended.size());
    for (Ended& run : ended) {
        for (const agent::Cooldown& pause : run.conclusion.cooldowns) throttle_.cool(pause, at);
        const auto place = place_in_line(run, throttle_, at);
        finished.push_back(settle(std::move(run), place, limits_, at));
        if (const auto& next = finished.back().outcome.next_run_at) {
            next_due_ = next_due_ ? std::min(*next_due_, *next) : *next;
        }
    }
    store_.finish(finished);
    keep_pauses();
    deliverer_.look_again();
}

// One log line a pause: the runs that were in flight when it began all meet it.
void Loop::keep_pauses() {
    for (ProviderChange& change : throttle_.take_changes()) changes_.push_back(std::move(change));
    if (changes_.empty()) return;
    store_.keep_providers(changes_);
    for (const ProviderChange& change : std::exchange(changes_, {})) {
        if (change.change == Breaker::Change::closed) {
            sleeper_.log("provider is back name=" + change.provider);
        } else if (change.change == Breaker::Change::opened) {
            const auto pause = std::chrono::ceil<core::milliseconds>(*change.cooling_until - now());
            sleeper_.log("provider paused name=" + change.provider + " category=" +
                         core::name_of(change.category) + " ms=" + std::to_string(pause.count()) +
                         " why=\"" + change.message + "\"");
        }
    }
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

// One refusal of the store ends a turn; `refusals_max` in a row end the worker.
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

}  // namespace torale::scheduler
