// Plays a world: every slot through the real Investigation, from the first run to the last slot,
// against cassettes and a virtual clock.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "judge_bench/cassettes.hpp"
#include "judge_bench/voice.hpp"
#include "judge_bench/world.hpp"

namespace torale::judge_bench {

struct Cited {
    const Document* document = nullptr;  // null: no document that was visible says so
    std::string url;
    std::string quote;
};

// A finding, told or held back.
struct Alert {
    Time at{};
    std::string body;
    std::string relation;
    std::vector<Cited> cited;
    bool told = true;
    std::string why_not;               // "same", "repeated"
    std::string why;                   // the product's own words for the relation
    bool erred = false;                // the judge departed from its script in this run
    std::vector<std::string> foreign;  // links in the text that are no source's URL
    int confidence = 0;
};

struct RunRecord {
    Time at{};
    bool judged = false;
    int judge_calls = 0;
    bool erred = false;
    std::string failure;  // category, when the attempt failed
    std::string skip_reason;
};

struct Play {
    const World* world = nullptr;
    std::vector<RunRecord> runs;
    std::vector<Alert> alerts;  // in order of time
    Ledger ledger;
    std::vector<std::string> violations;
    int replays = 0;
    std::vector<std::string> replay_faults;  // what a replay said otherwise
    int refusals = 0;                        // reservations that the budget refused
    double settled_usd = 0;                  // what the product booked
};

struct PlayOptions {
    Voice* voice = nullptr;  // null: the rules judge and the built-in search
    std::optional<double> cap_usd = std::nullopt;
    bool replays = true;
};

Play play(const World& world, const PlayOptions& options);

// Links in a text for users that are none of `allowed`.
std::vector<std::string> find_foreign_links(std::string_view text,
                                            const std::vector<std::string>& allowed);

}  // namespace torale::judge_bench
