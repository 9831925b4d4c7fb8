#include "net/transfers.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "net/host.hpp"

namespace torale::net {

namespace {

using core::Fault;
using core::milliseconds;

constexpr std::chrono::microseconds turn_budget{5'000};
constexpr std::chrono::seconds starved_for{1};
constexpr int turn_events_max = 256;
constexpr int batch_events = 64;
constexpr int batch_starts = 32;
constexpr std::size_t shard_transfers = 64;
constexpr std::size_t idle_exchanges_max = 512;

std::int64_t ms_between(Instant from, Instant until) {
    return std::chrono::duration_cast<milliseconds>(until - from).count();
}

ResolverSettings resolver_settings(const LoopSettings& settings) {
    return {settings.dns_timeout_ms, settings.dns_cache_ok_ms, settings.dns_cache_fail_ms,
            settings.dns_servers};
}

std::size_t at_least_one(int count) {
    return static_cast<std::size_t>(std::max(count, 1));
}

}  // namespace

CurlGlobal::CurlGlobal() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        throw std::runtime_error("libcurl cannot be initialised");
}

CurlGlobal::~CurlGlobal() {
    curl_global_cleanup();
}

Transfers::Transfers(LoopSettings with)
    : settings_(std::move(with)),
      gate_(settings_.ca_file),
      resolver_(gate_.watch, resolver_settings(settings_)),
      line_(at_least_one(settings_.connections_per_host_max)),
      provider_shards_(gate_, std::min(shard_transfers, at_least_one(settings_.connections_max))),
      user_shards_(gate_, std::min(shard_transfers, at_least_one(settings_.connections_max))) {
    gate_.policy = settings_.egress;
    gate_.user_agent = settings_.user_agent;
}

Transfer* Transfers::find(std::uint64_t id) {
    const auto found = transfers_.find(id);
    return found == transfers_.end() ? nullptr : &found->second;
}

Shards& Transfers::shards_of(const Transfer& transfer) {
    return transfer.request.purpose == core::Purpose::provider ? provider_shards_ : user_shards_;
}

std::uint64_t Transfers::start(core::Request request, milliseconds delay) {
    Transfer& transfer = transfers_[++last_id_];
    transfer.id = last_id_;
    transfer.request = std::move(request);
    if (delay.count() > 0)
        transfer.timer = timers_.set(now_instant() + delay, transfer.id);
    else
        enter(transfer);
    return last_id_;
}

// A delay is over, or a name was not resolved in time.
void Transfers::fire_timers(Instant now) {
    while (const auto id = timers_.take_due(now)) {
        Transfer& transfer = *find(*id);
        transfer.timer.reset();
        if (!transfer.is_resolving)
            enter(transfer);
        else
            fail(transfer, Fault::timeout,
                 "cannot resolve " + transfer.target.host + ": no answer in time");
    }
}

void Transfers::enter(Transfer& transfer) {
    const core::Request& request = transfer.request;
    auto target = check_url(settings_.egress, request.purpose, request.url);
    if (!target) {
        const core::Error& error = target.error();
        const auto parts = parse_url(request.url);
        const bool is_refused_address = parts.ok() && !parts->host.literal.empty() &&
                                        !special_range(parts->host.literal).empty();
        const std::string detail = error.detail.empty() ? "" : ": " + error.detail;
        fail(transfer, is_refused_address ? Fault::blocked : Fault::bad_url,
             error.message + detail);
        return;
    }
    transfer.target = std::move(*target);
    transfer.began = now_instant();
    if (const auto literal = parse_address(transfer.target.host)) {
        on_answer(transfer, {{*literal}, {}, {}, {}});
        return;
    }
    if (const AnswerPtr answer = resolver_.lookup(transfer.target.host, transfer.id)) {
        on_answer(transfer, *answer);
        return;
    }
    transfer.is_resolving = true;
    const auto limit = std::min(settings_.dns_timeout_ms, request.limits.connect_timeout_ms);
    transfer.timer = timers_.set(transfer.began + milliseconds(limit), transfer.id);
}

void Transfers::take_resolved() {
    for (const Resolved& resolved : resolver_.take_resolved()) {
        for (const std::uint64_t id : resolved.waiters) {
            Transfer* transfer = find(id);
            if (transfer != nullptr && transfer->is_resolving)
                on_answer(*transfer, *resolved.answer);
        }
    }
}

// Drops the addresses that the guard refuses; one good one is enough.
void Transfers::on_answer(Transfer& transfer, const Answer& answer) {
    if (transfer.timer) timers_.unset(*std::exchange(transfer.timer, std::nullopt));
    transfer.is_resolving = false;
    if (answer.fault) {
        if (*answer.fault == Fault::no_file) note_starvation();
        fail(transfer, *answer.fault, answer.fault_text);
        return;
    }
    const Target& target = transfer.target;
    std::string refused;
    for (const Address& address : answer.addresses) {
        const std::string why =
            check_peer(settings_.egress, transfer.request.purpose, target, address);
        if (why.empty())
            transfer.addresses.push_back(address);
        else
            refused = address_text(address) + " is in the " + why;
    }
    if (transfer.addresses.empty()) {
        fail(transfer, Fault::blocked, target.host + " is blocked: " + refused);
        return;
    }
    transfer.spent_ms = ms_between(transfer.began, now_instant());
    const bool is_provider = transfer.request.purpose == core::Purpose::provider;
    line_.push((is_provider ? "p " : "u ") + target.host + ":" + std::to_string(target.port),
               transfer.id);
}

bool Transfers::has_room() const {
    const bool is_starved = gate_.starved_until > now_instant();
    const std::size_t room = at_least_one(settings_.connections_max);
    return line_.active() < (is_starved ? std::min(room, starved_room_) : room);
}

// For a moment no more than what the descriptors just sufficed for.
void Transfers::note_starvation() {
    gate_.starved_until = now_instant() + starved_for;
    starved_room_ = std::max<std::size_t>(line_.active(), 2) - 1;
}

// Few at a time: the first steps of a transfer are the dearest, and turns are short.
int Transfers::start_from_line() {
    int started = 0;
    while (started < batch_starts && !line_.is_empty() && has_room() &&
           pace_.has_room(now_instant())) {
        const auto id = line_.next();
        Transfer* transfer = find(*id);
        if (transfer == nullptr) {
            line_.release(line_.last_place());
            continue;
        }
        transfer->place = line_.last_place();
        transfer->began = now_instant();
        transfer->pace_ticket = pace_.started(transfer->began);
        ++started;
        activate(*transfer);
    }
    return started;
}

// With more addresses left each gets half of what remains, so that a dead one leaves time.
Attempt Transfers::attempt_of(const Transfer& transfer) const {
    const core::Limits& limits = transfer.request.limits;
    const std::int64_t spent = transfer.spent_ms + ms_between(transfer.began, now_instant());
    const bool is_last = transfer.next_address + 1 >= transfer.addresses.size();
    const std::int64_t connect = std::max<std::int64_t>(limits.connect_timeout_ms - spent, 1);
    return {transfer.target, transfer.addresses[transfer.next_address],
            is_last ? connect : std::max<std::int64_t>(connect / 2, 1),
            std::max<std::int64_t>(limits.total_timeout_ms - spent, 1)};
}

void Transfers::activate(Transfer& transfer) {
    if (idle_exchanges_.empty()) {
        transfer.exchange = std::make_unique<Exchange>(gate_);
    } else {
        transfer.exchange = std::move(idle_exchanges_.back());
        idle_exchanges_.pop_back();
    }
    Exchange& exchange = *transfer.exchange;
    if (!exchange.prepare(transfer.id, transfer.request, attempt_of(transfer))) {
        fail(transfer, Fault::bad_url, "the request cannot be sent as it is (method or headers)");
        return;
    }
    if (!shards_of(transfer).add(exchange))
        fail(transfer, Fault::broken, "libcurl is out of memory");
}

// No address of this name answered so far, and nothing was sent: the next one is free to try.
bool Transfers::tries_next_address(Transfer& transfer, const core::Reply& reply) {
    const bool is_unreached =
        reply.fault == Fault::connect || (reply.fault == Fault::timeout && !reply.request_sent);
    if (!is_unreached || transfer.next_address + 1 >= transfer.addresses.size()) return false;
    const auto spent = transfer.spent_ms + ms_between(transfer.began, now_instant());
    if (spent >= transfer.request.limits.connect_timeout_ms) return false;
    ++transfer.next_address;
    transfer.exchange->release();
    idle_exchanges_.push_back(std::move(transfer.exchange));
    activate(transfer);
    return true;
}

void Transfers::take_done() {
    done_.clear();
    provider_shards_.take_done(done_);
    user_shards_.take_done(done_);
    for (const Done& each : done_) {
        Transfer& transfer = *find(each.exchange->transfer());
        core::Reply reply = each.exchange->finish(each.code);
        if (reply.fault == Fault::no_file) note_starvation();
        if (!tries_next_address(transfer, reply)) finish(transfer, std::move(reply));
    }
}

void Transfers::fail(Transfer& transfer, Fault fault, std::string why) {
    core::Reply reply;
    reply.fault = fault;
    reply.fault_text = std::move(why);
    finish(transfer, std::move(reply));
}

void Transfers::finish(Transfer& transfer, core::Reply reply) {
    if (transfer.began != Instant{})
        reply.duration_ms = transfer.spent_ms + ms_between(transfer.began, now_instant());
    finished_.push_back({transfer.id, std::move(reply)});
    leave(transfer);
}

// Everything a transfer holds goes back; the transfer is gone after this.
void Transfers::leave(Transfer& transfer) {
    if (transfer.timer) timers_.unset(*transfer.timer);
    if (transfer.exchange) {
        transfer.exchange->release();
        if (idle_exchanges_.size() < idle_exchanges_max)
            idle_exchanges_.push_back(std::move(transfer.exchange));
    }
    if (transfer.place != nullptr) {
        line_.release(transfer.place);
        pace_.ended(transfer.pace_ticket);
    }
    transfers_.erase(transfer.id);
}

void Transfers::cancel(std::uint64_t id) {
    std::erase_if(finished_, [&](const Completion& each) { return each.transfer == id; });
    Transfer* transfer = find(id);
    if (transfer == nullptr) return;
    if (transfer->exchange) shards_of(*transfer).remove(*transfer->exchange);
    leave(*transfer);
}

void Transfers::cancel_all() {
    while (!transfers_.empty()) cancel(transfers_.begin()->first);
    finished_.clear();
}

std::vector<Completion> Transfers::turn() {
    const Instant limit = now_instant() + turn_budget;
    int events = 0;
    bool has_more = true;
    while (has_more && events < turn_events_max) {
        const Instant now = now_instant();
        if (now >= limit) break;
        fire_timers(now);
        resolver_.run_due(now);
        take_resolved();
        const int started = start_from_line();
        provider_shards_.run_due(now_instant());
        user_shards_.run_due(now_instant());
        const int ready = gate_.watch.dispatch(batch_events);
        take_done();
        events += ready;
        has_more = started == batch_starts || ready == batch_events;
    }
    return std::exchange(finished_, {});
}

std::optional<Instant> Transfers::deadline() const {
    if (!finished_.empty()) return Instant{};
    auto next = earlier(timers_.next(), resolver_.deadline());
    next = earlier(next, earlier(provider_shards_.deadline(), user_shards_.deadline()));
    if (line_.is_empty()) return next;
    if (has_room()) return earlier(next, pace_.room_at());
    return gate_.starved_until > now_instant() ? earlier(next, gate_.starved_until) : next;
}

void Transfers::apply(LoopSettings settings) {
    settings_ = std::move(settings);
    gate_.policy = settings_.egress;
    gate_.user_agent = settings_.user_agent;
    line_.set_per_host_max(at_least_one(settings_.connections_per_host_max));
    resolver_.apply(resolver_settings(settings_));
}

}  // namespace torale::net
