// The gates of `make judge-bench`. They are not tuned to what was measured.
#include "judge_bench/gates.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace torale::judge_bench {

namespace {

constexpr std::size_t blamed_max = 12;

std::string write_number(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::vector<std::string> find_blamed(const Result& result,
                                     const std::vector<std::string_view>& kinds) {
    std::vector<std::string> blamed;
    for (const auto* scores : {&result.scores, &result.others}) {
        for (const Score& score : *scores) {
            for (const Blame& blame : score.blames) {
                const bool is_meant =
                    std::any_of(kinds.begin(), kinds.end(),
                                [&](std::string_view kind) { return blame.what == kind; });
                if (!is_meant) continue;
                blamed.push_back(blame.world + " " + core::write_time(blame.at) + " " + blame.what +
                                 ": " + blame.detail);
            }
        }
    }
    if (blamed.size() > blamed_max) {
        const std::size_t more = blamed.size() - blamed_max;
        blamed.resize(blamed_max);
        blamed.push_back("… and " + std::to_string(more) + " more");
    }
    return blamed;
}

struct Bound {
    const char* figure;
    double bound;
    bool is_floor;
    std::vector<std::string_view> kinds;  // of blames that explain a breach
    double worst = 0;                     // 0: none; what a gate that is missed today may not pass
};

Gate check_bound(const Result& result, const Bound& bound) {
    const Figure& measured = figure(bound.figure);
    const Tally sum = total(result.scores);
    const double of = measured.denominator(sum);
    Gate gate;
    gate.what = result.name + ": " + measured.title +
                (bound.is_floor ? " at least " : " at most ") + write_number("%.2f", bound.bound);
    if (of <= 0) {
        gate.measured = "nothing to measure";
        return gate;
    }
    const double value = measured.numerator(sum) / of;
    gate.measured = write_number("%.4f", value) + " (" +
                    write_number("%.0f", measured.numerator(sum)) + " of " +
                    write_number("%.0f", of) + ")";
    gate.is_kept = bound.is_floor ? value >= bound.bound : value <= bound.bound;
    gate.is_known = !gate.is_kept && bound.worst > 0 && value <= bound.worst;
    if (!gate.is_kept) gate.blamed = find_blamed(result, bound.kinds);
    return gate;
}

Gate check_grounded(const Result& result) {
    Tally sum = total(result.scores);
    sum += total(result.others);
    Gate gate;
    gate.what = result.name +
                ": each told quote stands in the stored text, no link but a source's,"
                " no key in a request";
    gate.measured = std::to_string(sum.grounded) + " of " + std::to_string(sum.alerts) +
                    " alerts, " + std::to_string(sum.quotes_checked) + " quotes, " +
                    std::to_string(sum.foreign_links) + " links, " +
                    std::to_string(sum.violations) + " keys or hosts";
    gate.is_kept = sum.grounded == sum.alerts && sum.foreign_links == 0 && sum.violations == 0;
    if (!gate.is_kept) {
        gate.blamed = find_blamed(result, {"ungrounded", "foreign link", "violation"});
    }
    return gate;
}

Gate check_replay(const Result& result) {
    Tally sum = total(result.scores);
    sum += total(result.others);
    Gate gate;
    gate.what = result.name + ": a replay says exactly the same";
    gate.measured = std::to_string(sum.replays - sum.replay_faults) + " of " +
                    std::to_string(sum.replays) + " judged runs";
    gate.is_kept = sum.replay_faults == 0;
    if (!gate.is_kept) gate.blamed = find_blamed(result, {"replay"});
    return gate;
}

Gate check_budgets(const std::vector<BudgetRun>& budgets) {
    Gate gate;
    gate.what = "scripted and adversarial, capped: spend never above its cap";
    int refusals = 0;
    double worst = 0;
    for (const BudgetRun& run : budgets) {
        refusals += run.refusals;
        if (run.cap_usd > 0) worst = std::max(worst, run.spent_usd / run.cap_usd);
        if (run.spent_usd <= run.cap_usd + 1e-9) continue;
        gate.is_kept = false;
        gate.blamed.push_back(run.world + " spent " + write_number("%.5f", run.spent_usd) + " of " +
                              write_number("%.5f", run.cap_usd) + " USD");
    }
    gate.measured = "at most " + write_number("%.1f", 100 * worst) + " % of a cap, " +
                    std::to_string(refusals) + " calls refused";
    return gate;
}

// A cap that never bites proves nothing.
Gate check_caps_bite(const std::vector<BudgetRun>& budgets) {
    Gate gate;
    gate.what = "scripted, capped: what was booked is what was spent, and caps did bite";
    double spent = 0;
    double settled = 0;
    int bitten = 0;
    int counted = 0;
    for (const BudgetRun& run : budgets) {
        // Of a call that broke off nobody knows the price: the product books what it reserved.
        if (run.judge == "adversarial") continue;
        ++counted;
        spent += run.spent_usd;
        settled += run.settled_usd;
        bitten += run.refusals > 0;
        const double slack = run.spent_usd - run.settled_usd;
        if (slack < 1e-6 && slack > -1e-6) continue;
        gate.blamed.push_back(run.world + " spent " + write_number("%.5f", run.spent_usd) +
                              ", booked " + write_number("%.5f", run.settled_usd) + " USD");
    }
    gate.is_kept = gate.blamed.empty() && bitten > 0;
    gate.measured = write_number("%.4f", settled) + " of " + write_number("%.4f", spent) +
                    " USD booked, " + std::to_string(bitten) + " of " + std::to_string(counted) +
                    " worlds stopped";
    return gate;
}

}  // namespace

const std::vector<Figure>& figures() {
    const auto count = [](int Tally::*member) {
        return [member](const Tally& tally) { return static_cast<double>(tally.*member); };
    };
    static const std::vector<Figure> all{
        {"precision", "precision", count(&Tally::useful), count(&Tally::alerts)},
        {"event_recall", "event recall", count(&Tally::recalled), count(&Tally::events)},
        {"update_recall", "update recall", count(&Tally::updates_recalled), count(&Tally::updates)},
        {"duplicates", "duplicates", count(&Tally::duplicates), count(&Tally::alerts)},
        {"false_merges", "false merges", count(&Tally::false_merges), count(&Tally::events)},
        {"silent_days", "silent days", count(&Tally::silent_kept), count(&Tally::silent_days)},
        {"silent_days_raw", "silent, raw", count(&Tally::silent_kept),
         [](const Tally& tally) {
             return static_cast<double>(tally.silent_days + tally.excused_days);
         }},
        {"groundedness", "grounded", count(&Tally::grounded), count(&Tally::alerts)},
        {"calls_avoided", "judge calls avoided on silent days", count(&Tally::silent_avoided),
         count(&Tally::silent_runs)},
        {"relations", "relations", count(&Tally::relations_right), count(&Tally::relations)}};
    return all;
}

const Figure& figure(std::string_view name) {
    for (const Figure& each : figures()) {
        if (each.name == name) return each;
    }
    throw std::logic_error("no such figure: " + std::string(name));
}

std::vector<Gate> check_gates(const Report& report) {
    std::vector<Gate> gates;
    for (const Result& result : report.results) {
        if (result.is_baseline) continue;
        const bool is_adversarial = result.name == "adversarial";
        if (result.name == "scripted") {
            gates.push_back(
                check_bound(result, {"precision", 0.95, true, {"false alarm", "duplicate"}}));
            gates.push_back(
                check_bound(result, {"event_recall", 0.90, true, {"missed event", "false merge"}}));
        }
        // This judge lies about what is the same as well. Both gates are missed for it today; see
        // docs/judge-bench.md.
        const double duplicates_worst = is_adversarial ? 0.06 : 0;
        const double merges_worst = is_adversarial ? 0.03 : 0;
        gates.push_back(
            check_bound(result, {"duplicates", 0.02, false, {"duplicate"}, duplicates_worst}));
        gates.push_back(
            check_bound(result, {"false_merges", 0.01, false, {"false merge"}, merges_worst}));
        gates.push_back(
            check_bound(result, {"silent_days", 0.98, true, {"duplicate", "false alarm"}}));
        // A judge that answers garbage is asked again: its calls measure its garbage.
        if (!is_adversarial)
            gates.push_back(check_bound(result, {"calls_avoided", 0.90, true, {}}));
        gates.push_back(check_grounded(result));
        gates.push_back(check_replay(result));
    }
    gates.push_back(check_budgets(report.budgets));
    gates.push_back(check_caps_bite(report.budgets));
    return gates;
}

}  // namespace torale::judge_bench
