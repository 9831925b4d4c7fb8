// What a run has paid for: replies that an earlier attempt stored, replies that still have to be
// stored, and what each provider got.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "agent/call.hpp"
#include "agent/conclusion.hpp"

namespace torale::agent {

// A call that waits for its checkpoint. `price` is what it may cost, when that is to be reserved.
struct Outgoing {
    Call call;
    std::optional<Reservation> price;
};

class Ledger {
public:
    explicit Ledger(std::vector<StoredReply> stored) : stored_(std::move(stored)) {}

    // A reply that is there already, once. It was paid for: nobody is to call again.
    std::optional<StoredReply> take_stored(const std::string& key);
    // A paid reply, to be committed before the next call goes out. Empties the reply's body.
    void keep(std::string key, core::Reply& reply);
    bool has_uncommitted() const { return !uncommitted_.empty(); }
    std::vector<StoredReply> take_uncommitted();

    void book(const std::string& provider, const providers::Usage& usage);
    // The request left and no reply came back: the service may bill it all the same.
    void book_unknown(const providers::Provider& provider, const core::Failure& failure,
                      const Reservation& price);
    // Calls that may be billed twice when they are repeated.
    int unknown_calls() const { return unknown_calls_; }
    providers::Usage total() const;
    std::vector<Spending> take_spending() { return std::move(spending_); }

private:
    Spending& of(const std::string& provider);

    std::vector<StoredReply> stored_;
    std::vector<StoredReply> uncommitted_;
    std::vector<Spending> spending_;
    int unknown_calls_ = 0;
};

// The reply as it was, from its stored form.
core::Reply read_stored(StoredReply&& stored);

// The most that `request` to `provider` may cost. A model reads at most one token for two bytes,
// and writes at most `tokens_out`; a model that searches, at most what its request allows.
Reservation price_of(const providers::Provider& provider, std::string key,
                     const core::Request& request, int tokens_out);

}  // namespace torale::agent
