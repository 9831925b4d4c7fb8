// The report for programs: counts, rates and intervals, each gate, each alert to blame.
#include "core/json.hpp"
#include "judge_bench/print.hpp"

namespace torale::judge_bench {

namespace {

using core::OrderedJson;

OrderedJson write_counts(const Tally& tally) {
    return {{"alerts", tally.alerts},
            {"useful", tally.useful},
            {"duplicates", tally.duplicates},
            {"false_alarms", tally.false_alarms},
            {"events", tally.events},
            {"recalled", tally.recalled},
            {"updates", tally.updates},
            {"updates_recalled", tally.updates_recalled},
            {"false_merges", tally.false_merges},
            {"silent_days", tally.silent_days},
            {"silent_kept", tally.silent_kept},
            {"excused_days", tally.excused_days},
            {"grounded", tally.grounded},
            {"quotes_checked", tally.quotes_checked},
            {"runs", tally.runs},
            {"silent_runs", tally.silent_runs},
            {"silent_avoided", tally.silent_avoided},
            {"failures", tally.failures},
            {"comparisons", tally.comparisons},
            {"replays", tally.replays},
            {"replay_faults", tally.replay_faults},
            {"cost_usd", tally.cost_usd},
            {"days", tally.days}};
}

OrderedJson write_result(const Result& result, bool with_worlds) {
    OrderedJson json = {{"judge", result.name},
                        {"note", result.note},
                        {"is_baseline", result.is_baseline},
                        {"counts", write_counts(total(result.scores))},
                        {"rates", OrderedJson::object()}};
    for (const Figure& each : figures()) {
        const Ratio measured = ratio(result.scores, each.numerator, each.denominator);
        if (measured.value < 0) continue;
        json["rates"][each.name] = {
            {"value", measured.value}, {"low", measured.low}, {"high", measured.high}};
    }
    if (!with_worlds) return json;
    json["worlds"] = OrderedJson::array();
    for (const Score& score : result.scores) {
        OrderedJson blames = OrderedJson::array();
        for (const Blame& blame : score.blames) {
            blames.push_back({{"at", core::write_time(blame.at)},
                              {"what", blame.what},
                              {"detail", blame.detail}});
        }
        json["worlds"].push_back(
            {{"world", score.world}, {"counts", write_counts(score.tally)}, {"blames", blames}});
    }
    return json;
}

}  // namespace

std::string write_report_json(const Report& report, const std::vector<Gate>& gates) {
    OrderedJson json = {{"worlds", report.worlds.size()},
                        {"results", OrderedJson::array()},
                        {"budgets", OrderedJson::array()},
                        {"stream", OrderedJson::object()},
                        {"gates", OrderedJson::array()}};
    for (const Result& result : report.results) {
        json["results"].push_back(write_result(result, true));
    }
    for (const BudgetRun& run : report.budgets) {
        json["budgets"].push_back({{"judge", run.judge},
                                   {"world", run.world},
                                   {"free_usd", run.free_usd},
                                   {"cap_usd", run.cap_usd},
                                   {"spent_usd", run.spent_usd},
                                   {"settled_usd", run.settled_usd},
                                   {"refusals", run.refusals}});
    }
    json["stream"] = {{"size", report.stream_size},
                      {"skipped", report.stream_skipped},
                      {"conditions", OrderedJson::array()}};
    for (const StreamResult& stream : report.streams) {
        OrderedJson results = OrderedJson::array();
        for (const Result& result : stream.results) results.push_back(write_result(result, false));
        json["stream"]["conditions"].push_back(
            {{"condition", stream.condition}, {"results", results}});
    }
    for (const Gate& gate : gates) {
        json["gates"].push_back({{"what", gate.what},
                                 {"measured", gate.measured},
                                 {"kept", gate.is_kept},
                                 {"blamed", gate.blamed}});
    }
    return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace torale::judge_bench
