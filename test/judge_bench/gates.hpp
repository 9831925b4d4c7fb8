// What must hold. A gate that fails names the worlds and alerts to blame.
#pragma once
#include <string>
#include <vector>

#include "judge_bench/bench.hpp"

namespace torale::judge_bench {

struct Gate {
    std::string what;      // "scripted: precision at least 0.95"
    std::string measured;  // "0.97 of 61"
    bool is_kept = true;
    // Missed today, and no worse than it was: `make judge-bench` fails, the suite says "skipped".
    bool is_known = false;
    std::vector<std::string> blamed;
};

std::vector<Gate> check_gates(const Report& report);

// ---- the figures, for gates and tables alike ----

struct Figure {
    const char* name;   // of the JSON member and the column
    const char* title;  // of the column
    Part numerator;
    Part denominator;
};
// precision, event_recall, update_recall, duplicates, false_merges, silent_days, groundedness,
// calls_avoided, relations.
const std::vector<Figure>& figures();
const Figure& figure(std::string_view name);

}  // namespace torale::judge_bench
