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
                          const Reservation& price) {
    if (!failure.is_ambiguous) return;
    ++unknown_calls_;
    Spending& spending = of(provider.name);
    ++spending.calls;
    spending.tokens_in += price.tokens;
    spending.cost_usd += std::max(provider.price_per_call, price.cost_usd);
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

namespace {

// What a search costs beside its price, where a model does it.
struct ModelSearch {
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
    int more_searches = 0;
};

ModelSearch model_search_in(const core::Request& request) {
    // Nothing in its request limits how often a model searches and what it reads there.
    constexpr int searches = 3;
    constexpr std::int64_t tokens_read = 32'000;
    ModelSearch search;
    const auto body = core::parse_json(request.body);
    if (!body || !body->is_object() || !body->contains("model")) return search;
    for (const char* key : {"max_tokens", "max_output_tokens"}) {
        const auto most = body->find(key);
        if (most != body->end() && most->is_number_integer()) {
            search.tokens_out = most->get<std::int64_t>();
        }
    }
    if (body->contains("tools")) {
        search.tokens_in = tokens_read;
        search.more_searches = searches - 1;
    }
    return search;
}

}  // namespace

Reservation price_of(const providers::Provider& provider, std::string key,
                     const core::Request& request, int tokens_out) {
    constexpr std::int64_t bytes_per_token = 2;
    Reservation price;
    price.key = std::move(key);
    price.provider = provider.name;
    price.cost_usd = provider.price_per_call;
    auto tokens_in = static_cast<std::int64_t>(request.body.size()) / bytes_per_token;
    std::int64_t written = tokens_out;
    if (provider.kind != providers::Kind::llm) {
        if (provider.price_in_per_mtok == 0 && provider.price_out_per_mtok == 0) return price;
        const ModelSearch search = model_search_in(request);
        tokens_in += search.tokens_in;
        written = search.tokens_out;
        price.cost_usd += search.more_searches * provider.price_per_call;
    }
    price.tokens = tokens_in + written;
    price.cost_usd += (static_cast<double>(tokens_in) * provider.price_in_per_mtok +
                       static_cast<double>(written) * provider.price_out_per_mtok) /
                      1e6;
    return price;
}

}  // namespace torale::agent
