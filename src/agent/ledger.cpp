// Stored replies, and what was paid.
#include "agent/ledger.hpp"

#include <algorithm>
#include <utility>

namespace torale::agent {

std::optional<StoredReply> Ledger::take_stored(const std::string& key) {
    for (StoredReply& stored : stored_) {
        if (stored.key != key) continue;
        StoredReply taken = std::move(stored);
        stored = {};
        return taken;
    }
    return std::nullopt;
}

void Ledger::keep(std::string key, core::Reply& reply) {
    uncommitted_.push_back(
        {.key = std::move(key), .status = reply.status, .body = std::move(reply.body)});
}

std::vector<StoredReply> Ledger::take_uncommitted() {
    return std::exchange(uncommitted_, {});
}

Spending& Ledger::of(const std::string& provider) {
    const auto found = std::find_if(spending_.begin(), spending_.end(), [&](const Spending& each) {
        return each.provider == provider;
    });
    if (found != spending_.end()) return *found;
    Spending& made = spending_.emplace_back();
    made.provider = provider;
    return made;
}

void Ledger::book(const std::string& provider, const providers::Usage& usage) {
    Spending& spending = of(provider);
    ++spending.calls;
    spending.tokens_in += usage.tokens_in;
    spending.tokens_out += usage.tokens_out;
    spending.cost_usd += usage.cost_usd;
}

void Ledger::book_unknown(const providers::Provider& provider, const core::Failure& failure,
                          double reserved_usd) {
    if (!failure.is_ambiguous) return;
    ++unknown_calls_;
    Spending& spending = of(provider.name);
    ++spending.calls;
    spending.cost_usd += std::max(provider.price_per_call, reserved_usd);
}

providers::Usage Ledger::total() const {
    providers::Usage total;
    for (const Spending& each : spending_) {
        total.tokens_in += each.tokens_in;
        total.tokens_out += each.tokens_out;
        total.cost_usd += each.cost_usd;
    }
    return total;
}

core::Reply read_stored(StoredReply&& stored) {
    core::Reply reply;
    reply.status = stored.status;
    reply.body = std::move(stored.body);
    reply.request_sent = true;
    return reply;
}

Reservation price_of(const providers::Provider& provider, std::string key,
                     const core::Request& request, int tokens_out) {
    constexpr std::int64_t bytes_per_token = 2;
    Reservation price;
    price.key = std::move(key);
    price.provider = provider.name;
    price.cost_usd = provider.price_per_call;
    if (provider.kind != providers::Kind::llm) return price;
    const auto tokens_in = static_cast<std::int64_t>(request.body.size()) / bytes_per_token;
    price.tokens = tokens_in + tokens_out;
    price.cost_usd += static_cast<double>(tokens_in) * provider.price_in_per_mtok / 1e6 +
                      tokens_out * provider.price_out_per_mtok / 1e6;
    return price;
}

}  // namespace torale::agent
