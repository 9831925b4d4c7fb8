// Who may send, who waits, who is sent away.
#include "scheduler/throttle.hpp"

#include <algorithm>
#include <utility>

namespace torale::scheduler {

namespace {

// Nobody waits in line for a long pause: the next provider, or a later time, serves better.
bool turns_away(const Outlet& outlet, Time now) {
    if (outlet.is_gone) return true;
    return outlet.breaker.state(now) == Breaker::State::open && !outlet.breaker.is_short(now);
}

bool may_send(Outlet& outlet, Time now) {
    switch (outlet.breaker.state(now)) {
        case Breaker::State::open:
            return false;
        case Breaker::State::half_open:
            if (outlet.probes_in_flight > 0) return false;
            break;
        case Breaker::State::closed:
            break;
    }
    return outlet.has_turn(now);
}

// It is there and refused this one call: that is no outage.
bool is_answer(core::Category category) {
    return category == core::Category::bad_request || category == core::Category::bad_reply ||
           category == core::Category::declined || category == core::Category::too_large;
}

Ticket send(Outlet& outlet, int index, Time now) {
    outlet.take_turn();
    if (outlet.breaker.state(now) == Breaker::State::half_open) ++outlet.probes_in_flight;
    return {index, outlet.breaker.epoch(), now};
}

void take_back(Outlet& outlet, const Ticket& ticket) {
    --outlet.in_flight;
    if (ticket.epoch == outlet.breaker.epoch() && outlet.probes_in_flight > 0) {
        --outlet.probes_in_flight;
    }
}

}  // namespace

int Throttle::find(std::string_view provider) const {
    const auto place = places_.find(provider);
    return place == places_.end() ? -1 : place->second;
}

int Throttle::place_of(const ProviderState& state) {
    const auto [place, is_new] =
        places_.try_emplace(state.provider.name, static_cast<int>(outlets_.size()));
    if (is_new) outlets_.emplace_back();
    return place->second;
}

void Throttle::restore(const ServerState& state) {
    for (Outlet& outlet : outlets_) outlet.is_gone = true;
    for (const auto* list : {&state.search, &state.judges, &state.memories}) {
        for (const ProviderState& row : *list) {
            Outlet& outlet = outlets_[place_of(row)];
            outlet.is_gone = false;
            outlet.provider = row.provider;
            const std::uint32_t epoch = outlet.breaker.epoch();
            outlet.breaker.restore(row.cooling_until, row.pauses);
            if (outlet.breaker.epoch() != epoch) outlet.probes_in_flight = 0;
        }
    }
}

Breaker::State Throttle::state(int outlet, Time now) const {
    return outlet < 0 ? Breaker::State::closed : outlets_[outlet].breaker.state(now);
}

bool Throttle::admits(int outlet, Time now) const {
    if (outlet < 0) return true;
    switch (state(outlet, now)) {
        case Breaker::State::closed:
            return true;
        case Breaker::State::half_open:
            return outlets_[outlet].probe_run == 0;
        case Breaker::State::open:
            break;
    }
    return false;
}

bool Throttle::take_probe(int outlet, std::uint64_t run, Time now) {
    if (state(outlet, now) != Breaker::State::half_open || !admits(outlet, now)) return false;
    outlets_[outlet].probe_run = run;
    return true;
}

void Throttle::end_run(std::uint64_t run) {
    for (Outlet& outlet : outlets_) {
        if (outlet.probe_run == run) outlet.probe_run = 0;
    }
}

std::optional<Ticket> Throttle::pass(int index, WaitingCall& call, Time now) {
    if (index < 0) return Ticket{-1, 0, now};
    Outlet& outlet = outlets_[index];
    // Those who wait go first.
    const bool is_first = call.not_before <= now && outlet.ready.empty();
    if (is_first && !outlet.is_gone && may_send(outlet, now)) {
        return send(outlet, index, now);
    }
    outlet.wait(std::move(call), now);
    return std::nullopt;
}

Throttle::Turn Throttle::turn(Time now) {
    Turn turn;
    for (std::size_t i = 0; i < outlets_.size(); ++i) {
        Outlet& outlet = outlets_[i];
        if (!outlet.has_line()) continue;
        give_way(outlet, static_cast<int>(i), now, turn);
    }
    return turn;
}

void Throttle::give_way(Outlet& outlet, int index, Time now, Turn& turn) {
    if (turns_away(outlet, now)) {
        for (Outlet::Line* line : {&outlet.ready, &outlet.delayed}) {
            for (auto& [key, call] : *line) turn.refuse.push_back(std::move(call));
            line->clear();
        }
        return;
    }
    outlet.ripen(now);
    while (!outlet.ready.empty() && may_send(outlet, now)) {
        auto first = outlet.ready.begin();
        turn.send.emplace_back(send(outlet, index, now), std::move(first->second));
        outlet.ready.erase(first);
    }
    std::erase_if(outlet.ready, [&](auto& entry) {
        if (now - entry.second.not_before < Outlet::wait_max) return false;
        turn.refuse.push_back(std::move(entry.second));
        return true;
    });
}

std::optional<Time> Throttle::next_turn(Time now) const {
    std::optional<Time> next;
    for (const Outlet& outlet : outlets_) {
        if (!outlet.has_line()) continue;
        const auto turn = turns_away(outlet, now) ? now : outlet.next_turn(now);
        if (turn) next = next ? std::min(*next, *turn) : *turn;
    }
    return next;
}

void Throttle::forget(std::uint64_t run) {
    const auto is_its = [run](const auto& entry) { return entry.second.run == run; };
    for (Outlet& outlet : outlets_) {
        std::erase_if(outlet.ready, is_its);
        std::erase_if(outlet.delayed, is_its);
    }
}

std::size_t Throttle::waiting() const {
    std::size_t count = 0;
    for (const Outlet& outlet : outlets_) count += outlet.ready.size() + outlet.delayed.size();
    return count;
}

void Throttle::succeed(const Ticket& ticket, Time now) {
    if (ticket.outlet < 0) return;
    Outlet& outlet = outlets_[ticket.outlet];
    take_back(outlet, ticket);
    note(outlet, outlet.breaker.succeed(ticket.epoch, now), {});
}

void Throttle::fail(const Ticket& ticket, const core::Failure& failure, Time now) {
    if (ticket.outlet < 0) return;
    Outlet& outlet = outlets_[ticket.outlet];
    if (is_answer(failure.category)) {
        succeed(ticket, now);
        return;
    }
    take_back(outlet, ticket);
    const auto change = outlet.breaker.fail(failure, ticket.epoch, rules_, now, unit_random());
    if (outlet.breaker.epoch() != ticket.epoch) outlet.probes_in_flight = 0;
    note(outlet, change, failure);
}

void Throttle::release(const Ticket& ticket) {
    if (ticket.outlet >= 0) take_back(outlets_[ticket.outlet], ticket);
}

void Throttle::cool(const agent::Cooldown& cooldown, Time now) {
    const int index = find(cooldown.provider);
    if (index < 0) return;
    core::Failure failure;
    failure.category = cooldown.category;
    failure.message = cooldown.message;
    failure.retry_after = cooldown.pause;
    Outlet& outlet = outlets_[index];
    note(outlet, outlet.breaker.fail(failure, outlet.breaker.epoch(), rules_, now, unit_random()),
         failure);
}

void Throttle::note(Outlet& outlet, Breaker::Change change, const core::Failure& failure) {
    if (change == Breaker::Change::none || change == Breaker::Change::held) return;
    ProviderChange& noted = changes_.emplace_back();
    noted.provider = outlet.provider.name;
    noted.change = change;
    noted.cooling_until = outlet.breaker.open_until();
    noted.failures = outlet.breaker.failures();
    noted.pauses = outlet.breaker.pauses();
    noted.category = failure.category;
    noted.message = failure.message;
}

// splitmix64: spread is all that is asked of it.
double Throttle::unit_random() {
    std::uint64_t mixed = random_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return static_cast<double>((mixed ^ (mixed >> 31)) >> 11) * 0x1.0p-53;
}

}  // namespace torale::scheduler
