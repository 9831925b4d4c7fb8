// Everything played, in the order in which it is printed.
#include "judge_bench/bench.hpp"

#include "judge_bench/baselines.hpp"
#include "judge_bench/changelogs.hpp"
#include "judge_bench/play.hpp"
#include "judge_bench/voice.hpp"
#include "providers/rules.hpp"

namespace torale::judge_bench {

namespace {

constexpr double cap_share = 0.4;

Result play_rules(const std::vector<World>& worlds) {
    Result result{.name = "rules",
                  .note = "the built-in judge and search, on the worlds it can decide",
                  .forgives_noise = true,
                  .scores = {},
                  .others = {}};
    for (const World& world : worlds) {
        Score scored = score(play(world, {}), true);
        (world.rules_can_judge ? result.scores : result.others).push_back(std::move(scored));
    }
    return result;
}

// One score a world, seeds added up: worlds, not seeds, are what is drawn again for intervals.
void add_seed(std::vector<Score>& scores, std::size_t index, Score scored, std::uint64_t seed) {
    for (Blame& blame : scored.blames) blame.world += " seed " + std::to_string(seed);
    if (index == scores.size()) {
        scores.push_back(std::move(scored));
        return;
    }
    scores[index].tally += scored.tally;
    for (Blame& blame : scored.blames) scores[index].blames.push_back(std::move(blame));
}

template <class MakeVoice>
Result play_seeds(Result result, const std::vector<World>& worlds, int seeds, MakeVoice&& make) {
    result.is_model = true;
    for (int seed = 1; seed <= seeds; ++seed) {
        const auto voice = make(static_cast<std::uint64_t>(seed));
        for (std::size_t i = 0; i < worlds.size(); ++i) {
            add_seed(result.scores, i, score(play(worlds[i], {.voice = voice.get()}), false),
                     static_cast<std::uint64_t>(seed));
        }
    }
    return result;
}

Result play_scripted(const std::vector<World>& worlds) {
    Result result{.name = "scripted",
                  .note = "hand-written answers, not a model's accuracy",
                  .is_model = true,
                  .scores = {},
                  .others = {}};
    const auto voice = make_scripted();
    for (const World& world : worlds) {
        result.scores.push_back(score(play(world, {.voice = voice.get()}), false));
    }
    return result;
}

Result play_baseline(const Baseline& baseline, const std::vector<World>& worlds) {
    Result result{.name = std::string(baseline.name),
                  .note = std::string(baseline.rule),
                  .is_baseline = true,
                  .scores = {},
                  .others = {}};
    for (const World& world : worlds) {
        result.scores.push_back(score(baseline.play(world), false));
    }
    return result;
}

void play_budgets(Report& report, const Result& free, int seeds, Voice& voice) {
    for (std::size_t i = 0; i < report.worlds.size(); ++i) {
        const double free_usd = free.scores[i].tally.cost_usd / seeds;
        const double cap = free_usd * cap_share;
        const Play capped =
            play(report.worlds[i], {.voice = &voice, .cap_usd = cap, .replays = false});
        report.budgets.push_back({.judge = free.name,
                                  .world = report.worlds[i].name,
                                  .free_usd = free_usd,
                                  .cap_usd = cap,
                                  .spent_usd = capped.ledger.cost_usd,
                                  .settled_usd = capped.settled_usd,
                                  .refusals = capped.refusals});
    }
}

// Each entry put before the rules judge by itself: no gate, no memory, no dedupe.
Result judge_entries(const std::vector<World>& worlds) {
    Result result{.name = "rules, alone",
                  .note = "each entry by itself: no search, no gate, no dedupe",
                  .forgives_noise = true,
                  .scores = {},
                  .others = {}};
    for (const World& world : worlds) {
        Play play;
        play.world = &world;
        for (const Document& document : world.documents) {
            core::Source source;
            source.number = 1;
            source.url = document.canonical;
            source.title = document.title;
            source.snippet = document.text;
            source.published_at = document.published_at;
            const core::Judgement judgement =
                providers::rules::judge({.condition = world.task.condition(),
                                         .sources = {source},
                                         .now = document.visible_from});
            RunRecord record;
            record.at = document.visible_from;
            record.judge_calls = 1;
            play.runs.push_back(std::move(record));
            if (judgement.verdict != core::Verdict::met) continue;
            Alert alert;
            alert.at = document.visible_from;
            for (const core::Citation& citation : judgement.citations) {
                alert.cited.push_back({&document, document.canonical, citation.quote});
            }
            play.alerts.push_back(std::move(alert));
        }
        result.scores.push_back(score(play, true));
    }
    return result;
}

void play_stream(Report& report, const Options& options) {
    for (const char* condition : {"a security update of X", "a CVE in X"}) {
        const Stream stream = read_changelogs(options.doc_folder, condition);
        if (stream.security_entries == 0) {
            report.stream_skipped = stream.files == 0
                                        ? "no changelog.Debian.gz below " + options.doc_folder
                                        : "no changelog here has an entry of a -security suite";
            return;
        }
        report.stream_size =
            std::to_string(stream.entries) + " entries of " + std::to_string(stream.worlds.size()) +
            " source packages (" + std::to_string(stream.files) + " files), " +
            core::write_time(stream.first).substr(0, 10) + " to " +
            core::write_time(stream.last).substr(0, 10) +
            "; gold: " + std::to_string(stream.security_entries) + " security entries of " +
            std::to_string(stream.security_sources) + " packages";
        StreamResult result{.condition = condition, .results = {}};
        result.results.push_back(play_rules(stream.worlds));
        result.results.back().note = "through the Investigation: search, gate, judge, dedupe";
        result.results.push_back(judge_entries(stream.worlds));
        for (const Baseline& baseline : baselines()) {
            result.results.push_back(play_baseline(baseline, stream.worlds));
        }
        report.streams.push_back(std::move(result));
    }
}

}  // namespace

Report run_bench(std::vector<World> worlds, const Options& options) {
    Report report;
    report.worlds = std::move(worlds);
    report.results.push_back(play_rules(report.worlds));
    report.results.push_back(play_scripted(report.worlds));
    play_budgets(report, report.results.back(), 1, *make_scripted());
    report.results.push_back(play_seeds(
        {.name = "noisy",
         .note = "scripted, misses 10 %, tells 10 % of what was told again in other words; " +
                 std::to_string(options.noisy_seeds) + " seeds",
         .scores = {},
         .others = {}},
        report.worlds, options.noisy_seeds, make_noisy));
    report.results.push_back(
        play_seeds({.name = "adversarial",
                    .note = "says yes to everything and lies about why; " +
                            std::to_string(options.adversarial_seeds) + " seeds",
                    .forgives_noise = true,
                    .scores = {},
                    .others = {}},
                   report.worlds, options.adversarial_seeds, make_adversarial));
    play_budgets(report, report.results.back(), options.adversarial_seeds, *make_adversarial(1));
    for (const Baseline& baseline : baselines()) {
        report.results.push_back(play_baseline(baseline, report.worlds));
    }
    if (options.with_stream) {
        play_stream(report, options);
    } else {
        report.stream_skipped = "not asked for";
    }
    return report;
}

}  // namespace torale::judge_bench
