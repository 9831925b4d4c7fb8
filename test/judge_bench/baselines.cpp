// Five rules, each a few lines, over what the search shows at each slot.
#include "judge_bench/baselines.hpp"

#include <algorithm>
#include <set>

#include "core/schedule.hpp"
#include "core/text.hpp"
#include "providers/rules.hpp"
#include "providers/rules_tokens.hpp"

namespace torale::judge_bench {

namespace {

std::set<std::string> content_stems(std::string_view text) {
    std::set<std::string> stems;
    for (const auto& token : providers::rules::tokenize(text)) {
        if (token.kind == providers::rules::Token::Kind::sign) continue;
        if (providers::rules::is_stop_word(token.folded)) continue;
        stems.insert(providers::rules::stem(token.folded));
    }
    return stems;
}

double overlap(const std::set<std::string>& a, const std::set<std::string>& b) {
    std::vector<std::string> shared;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(shared));
    const std::size_t all = a.size() + b.size() - shared.size();
    return all == 0 ? 1 : static_cast<double>(shared.size()) / static_cast<double>(all);
}

std::vector<Time> slots_of(const World& world) {
    if (!world.slots.empty()) return world.slots;
    std::vector<Time> slots{world.start};
    const auto schedule = core::parse_schedule(world.task.schedule);
    while (schedule.ok()) {
        const auto next = core::next_time(*schedule, slots.back(), world.task.timezone);
        if (!next || *next > world.end) break;
        slots.push_back(*next);
    }
    return slots;
}

Alert tell(const Document& document, Time at) {
    Alert alert;
    alert.at = at;
    alert.cited.push_back({&document, document.canonical, document.text});
    return alert;
}

// `wants(document, at)` sees each result once a slot, newest first, and says whether to tell it.
template <class Wants>
Play run(const World& world, Wants&& wants) {
    Play play;
    play.world = &world;
    const auto results_max = static_cast<std::size_t>(world.task.search_options.max_results);
    for (const Time at : slots_of(world)) {
        RunRecord record;
        record.at = at;
        play.runs.push_back(std::move(record));
        std::vector<const Document*> shown = world.visible(at);
        if (shown.size() > results_max) shown.resize(results_max);
        for (const Document* document : shown) {
            if (!wants(*document, at)) continue;
            play.alerts.push_back(tell(*document, at));
            if (world.task.notify_behavior == core::NotifyBehavior::once) return play;
        }
    }
    return play;
}

// Tells each document whose text holds three quarters of the condition's words.
Play match_keywords(const World& world) {
    const std::set<std::string> wanted = content_stems(world.task.condition());
    std::set<const Document*> done;
    return run(world, [&](const Document& document, Time) {
        if (!done.insert(&document).second) return false;
        const std::set<std::string> words = content_stems(document.title + "\n" + document.text);
        const auto found = std::count_if(wanted.begin(), wanted.end(),
                                         [&](const auto& word) { return words.contains(word); });
        return 4 * static_cast<std::size_t>(found) >= 3 * wanted.size();
    });
}

Play dedupe_urls(const World& world) {
    std::set<std::string> seen;
    return run(world, [&](const Document& document, Time) {
        return seen.insert(document.canonical).second;
    });
}

// Tells the newest document when less than half of its words were in what was told last.
Play compare_summaries(const World& world) {
    std::set<std::string> last;
    Time last_slot{};
    return run(world, [&](const Document& document, Time at) {
        if (at == last_slot) return false;
        last_slot = at;
        std::set<std::string> words = content_stems(document.title + "\n" + document.text);
        if (overlap(words, last) >= 0.5) return false;
        last = std::move(words);
        return true;
    });
}

Play tell_always(const World& world) {
    Time last_slot{};
    return run(world, [&](const Document&, Time at) { return std::exchange(last_slot, at) != at; });
}

Play tell_never(const World& world) {
    return run(world, [](const Document&, Time) { return false; });
}

}  // namespace

const std::vector<Baseline>& baselines() {
    static const std::vector<Baseline> all{
        {"keyword", "three quarters of the condition's words stand in a document", match_keywords},
        {"url", "every URL that was not there before", dedupe_urls},
        {"summary", "the newest document differs from the one told last", compare_summaries},
        {"always", "something at every slot", tell_always},
        {"never", "nothing, ever", tell_never}};
    return all;
}

}  // namespace torale::judge_bench
