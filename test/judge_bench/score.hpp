// What alerts were worth, counted against gold: one tally a world, added up over worlds, and
// intervals by drawing worlds again.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "judge_bench/play.hpp"
#include "judge_bench/world.hpp"

namespace torale::judge_bench {

struct Tally {
    int alerts = 0;
    int useful = 0;        // told something that was not told before
    int duplicates = 0;    // an event told before, and nothing new about it
    int false_alarms = 0;  // no gold event at all
    int events = 0;
    int recalled = 0;
    int updates = 0;  // updates, contradictions, retractions
    int updates_recalled = 0;
    int false_merges = 0;     // untold events that were held back as told
    int relations = 0;        // alerts of updates and the like …
    int relations_right = 0;  // … that were told as such
    int silent_days = 0;
    int silent_kept = 0;
    int excused_days = 0;  // broken only where the judge itself erred; not in silent_days
    int quotes_checked = 0;
    int grounded = 0;  // alerts with each quote found in the stored text
    int foreign_links = 0;
    int violations = 0;
    int runs = 0;
    int silent_runs = 0;     // runs on silent days
    int silent_avoided = 0;  // … without a judge call
    int failures = 0;
    int comparisons = 0;  // findings about which the product asked the model
    int replays = 0;
    int replay_faults = 0;
    double cost_usd = 0;
    double days = 0;

    Tally& operator+=(const Tally& other);
};

struct Blame {
    std::string world;
    Time at{};
    std::string what;  // duplicate, false alarm, missed event, false merge, noise …
    std::string detail;
};

struct Score {
    std::string world;
    Tally tally;
    std::vector<Blame> blames;
};

// `forgives_noise`: a false alarm is the judge's own error, as it is for judges that decide by
// themselves, and not the pipeline's.
Score score(const Play& play, bool forgives_noise);

// Numerator over denominator; below zero when nothing was counted.
struct Ratio {
    double value = -1;
    double low = -1;
    double high = -1;
};
using Part = std::function<double(const Tally&)>;
// 95 % interval over 1000 seeded draws of worlds with replacement.
Ratio ratio(const std::vector<Score>& scores, const Part& numerator, const Part& denominator);
Tally total(const std::vector<Score>& scores);

}  // namespace torale::judge_bench
