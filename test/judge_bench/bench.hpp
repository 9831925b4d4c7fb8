// Everything played: each judge and each baseline over all worlds, the budget runs, the stream.
#pragma once
#include <string>
#include <vector>

#include "judge_bench/score.hpp"
#include "judge_bench/world.hpp"

namespace torale::judge_bench {

struct Options {
    int noisy_seeds = 5;
    int adversarial_seeds = 3;
    std::string doc_folder = "/usr/share/doc";
    bool with_stream = true;
};

struct Result {
    std::string name;
    std::string note;
    bool is_baseline = false;
    bool is_model = false;        // pays for calls
    bool forgives_noise = false;  // decides by itself: a false alarm is its own error
    std::vector<Score> scores;    // of the worlds it is measured on
    std::vector<Score> others;    // of worlds where only groundedness counts
};

// A world again with a cap of a part of what it cost without one.
struct BudgetRun {
    std::string judge;
    std::string world;
    double free_usd = 0;
    double cap_usd = 0;
    double spent_usd = 0;    // by the cassettes' own books
    double settled_usd = 0;  // by the product's
    int refusals = 0;
};

struct StreamResult {
    std::string condition;
    std::vector<Result> results;
};

struct Report {
    std::vector<World> worlds;
    std::vector<Result> results;
    std::vector<BudgetRun> budgets;
    std::string stream_skipped;  // why there is no stream
    std::string stream_size;
    std::vector<StreamResult> streams;
};

Report run_bench(std::vector<World> worlds, const Options& options);

}  // namespace torale::judge_bench
