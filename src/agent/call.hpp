// What a run asks of the outside and of the store, and what comes back.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "agent/briefing.hpp"
#include "core/call.hpp"
#include "core/retry.hpp"
#include "providers/builtin.hpp"

namespace torale::agent {

// What a call may cost at most. `key` names the call within its execution, so that a repeated
// reservation is the same one; "#" and a number behind it tell repetitions apart that are paid each.
struct Reservation {
    std::string key;
    std::string provider;
    std::int64_t tokens = 0;
    double cost_usd = 0;
    bool operator==(const Reservation&) const = default;
};

// One round trip to the store before the next call goes out: commits `replies`, tells which of
// `hashes` this task has already seen in a judged run (those are not new), books `reservations`.
struct Checkpoint {
    std::vector<StoredReply> replies;
    std::vector<std::string> hashes;
    std::vector<Reservation> reservations;
};

// A page for the model: robots, redirects and caches are the scheduler's.
struct PageFetch {
    std::string url;
};
// The findings told inside the task's dedupe_horizon, newest first.
struct ToldQuery {};

struct Call {
    int id = 0;  // unique within the run; the reply names it
    std::string provider;
    // Wait this long before sending (in-run retry).
    core::milliseconds delay{0};
    std::variant<core::Request, providers::builtin::DocumentQuery, Checkpoint, PageFetch, ToldQuery>
        what;
};

// The budget that refused a reservation; nothing of that checkpoint's reservations is booked.
struct BudgetRefusal {
    std::string scope;  // execution, task, owner, server
    std::string what;   // for the user: which limit, how much is used
    std::optional<core::Time> resets_at;
    bool operator==(const BudgetRefusal&) const = default;
};

using DocumentHits = std::vector<providers::SearchResult>;
struct Checked {
    std::set<std::string> known;
    // Of texts this task has seen in judged runs; asked for when some hash is not known.
    std::vector<std::uint64_t> seen_fingerprints{};
    std::optional<BudgetRefusal> refusal{};
};
struct FetchedPage {
    std::string final_url{};
    core::Reply reply{};
    std::optional<core::Failure> failure{};  // robots, redirects, guard: no reply to read
};
using ToldFindings = std::vector<ToldFinding>;
using CallReply = std::variant<core::Reply, DocumentHits, Checked, FetchedPage, ToldFindings>;

}  // namespace torale::agent
