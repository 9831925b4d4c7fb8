// Gold against alerts. An event, not a document and not a run, is the unit of truth.
#include "judge_bench/score.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

namespace torale::judge_bench {

namespace {

using Day = std::chrono::sys_days;

Day day_of(Time time) {
    return std::chrono::floor<std::chrono::days>(time);
}

std::string shorten(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text.size() > 110 ? text.substr(0, 107) + "…" : text;
}

std::string reason(const Alert& alert) {
    return alert.why.empty() ? "" : " [" + alert.relation + ": " + alert.why + "]";
}

class Scorer {
public:
    Scorer(const Play& play, bool forgives_noise)
        : play_(play), world_(*play.world), forgives_noise_(forgives_noise) {
        score_.world = world_.name;
        for (const RunRecord& run : play_.runs) ends_at_ = std::max(ends_at_, run.at);
    }

    Score take() {
        find_due_days();
        for (const Alert& alert : play_.alerts) take_alert(alert);
        count_recall();
        count_days();
        count_runs();
        return std::move(score_);
    }

private:
    bool is_once() const { return world_.task.notify_behavior == core::NotifyBehavior::once; }
    void blame(Time at, std::string what, std::string detail) {
        score_.blames.push_back({world_.name, at, std::move(what), std::move(detail)});
    }
    void find_due_days();
    void take_alert(const Alert& alert);
    void take_held_back(const Alert& alert, const std::set<std::size_t>& events);
    void check_quotes(const Alert& alert);
    void check_relation(const Alert& alert, const std::set<std::size_t>& fresh);
    void count_recall();
    void count_days();
    void count_runs();

    const Play& play_;
    const World& world_;
    bool forgives_noise_;
    Score score_;
    Time ends_at_{};
    std::set<std::size_t> told_;
    std::set<std::string> told_quotes_;
    std::set<std::size_t> merged_;
    std::set<Day> due_days_;       // something becomes known on them
    std::set<Day> noisy_days_;     // an alert that was of no use
    std::set<Day> excusing_days_;  // … and the judge's own error
};

// Where a slot follows the day's end, the alert is due on the next day too.
void Scorer::find_due_days() {
    for (const Event& event : world_.events) {
        std::optional<Time> first;
        for (const Document& document : world_.documents) {
            const bool reports = std::find(event.documents.begin(), event.documents.end(),
                                           document.id) != event.documents.end();
            if (reports && (!first || document.visible_from < *first)) {
                first = document.visible_from;
            }
        }
        if (!first) continue;
        due_days_.insert(day_of(std::max(*first, world_.start)));
        due_days_.insert(day_of(std::max(*first, world_.start) + world_.every));
    }
}

void Scorer::check_quotes(const Alert& alert) {
    const bool is_grounded =
        !alert.cited.empty() &&
        std::all_of(alert.cited.begin(), alert.cited.end(), [](const Cited& cited) {
            return cited.document != nullptr && !cited.quote.empty() &&
                   cited.document->text.find(cited.quote) != std::string::npos;
        });
    score_.tally.quotes_checked += static_cast<int>(alert.cited.size());
    score_.tally.grounded += is_grounded;
    if (!is_grounded) {
        blame(alert.at, "ungrounded",
              shorten(alert.cited.empty() ? "no quote" : alert.cited.front().quote));
    }
    score_.tally.foreign_links += static_cast<int>(alert.foreign.size());
    for (const std::string& link : alert.foreign) blame(alert.at, "foreign link", shorten(link));
}

void Scorer::check_relation(const Alert& alert, const std::set<std::size_t>& fresh) {
    if (alert.relation.empty()) return;
    for (const std::size_t index : fresh) {
        const Event& event = world_.events[index];
        if (event.kind == EventKind::event) continue;
        ++score_.tally.relations;
        if (alert.relation == name_of(event.kind)) {
            ++score_.tally.relations_right;
        } else {
            blame(alert.at, "relation",
                  event.id + " is " + name_of(event.kind) + ", told as " + alert.relation);
        }
    }
}

void Scorer::take_held_back(const Alert& alert, const std::set<std::size_t>& events) {
    for (const std::size_t index : events) {
        const Event& event = world_.events[index];
        if (told_.contains(index)) continue;
        if (event.kind != EventKind::event) {
            blame(alert.at, "swallowed " + std::string(name_of(event.kind)),
                  event.id + " held back as " + alert.why_not + reason(alert));
        } else if (merged_.insert(index).second) {
            ++score_.tally.false_merges;
            blame(alert.at, "false merge",
                  event.id + " held back as " + alert.why_not + ": " +
                      shorten(alert.cited.empty() ? "" : alert.cited.front().quote) +
                      reason(alert));
        }
    }
}

void Scorer::take_alert(const Alert& alert) {
    std::set<std::size_t> events;
    std::string quotes;
    for (const Cited& cited : alert.cited) {
        quotes += cited.quote + "\n";
        if (cited.document == nullptr) continue;
        events.insert(cited.document->events.begin(), cited.document->events.end());
    }
    if (!alert.told) return take_held_back(alert, events);

    Tally& tally = score_.tally;
    ++tally.alerts;
    check_quotes(alert);
    std::set<std::size_t> fresh;
    std::set_difference(events.begin(), events.end(), told_.begin(), told_.end(),
                        std::inserter(fresh, fresh.end()));
    if (!fresh.empty()) {
        ++tally.useful;
        check_relation(alert, fresh);
        told_.insert(fresh.begin(), fresh.end());
        told_quotes_.insert(quotes);
        return;
    }
    noisy_days_.insert(day_of(alert.at));
    const bool was_told = !events.empty() || told_quotes_.contains(quotes);
    if (was_told) {
        ++tally.duplicates;
        const std::string of = events.empty() ? "" : world_.events[*events.begin()].id + ": ";
        blame(alert.at, "duplicate", of + shorten(quotes) + reason(alert));
    } else {
        ++tally.false_alarms;
        blame(alert.at, "false alarm", shorten(quotes));
    }
    if (alert.erred || (forgives_noise_ && !was_told)) excusing_days_.insert(day_of(alert.at));
    told_quotes_.insert(quotes);
}

// A once task has told what it is for with its first event.
void Scorer::count_recall() {
    Tally& tally = score_.tally;
    for (std::size_t index = 0; index < world_.events.size(); ++index) {
        const Event& event = world_.events[index];
        const bool is_told = told_.contains(index);
        if (event.kind != EventKind::event) {
            if (is_once()) continue;
            ++tally.updates;
            tally.updates_recalled += is_told;
            if (!is_told)
                blame(event.happened_at, "missed " + std::string(name_of(event.kind)), event.id);
            continue;
        }
        if (is_once()) continue;
        ++tally.events;
        tally.recalled += is_told;
        if (!is_told) blame(event.happened_at, "missed event", event.id);
    }
    if (is_once() && !world_.events.empty()) {
        tally.events = 1;
        tally.recalled = told_.empty() ? 0 : 1;
        if (told_.empty())
            blame(world_.events.front().happened_at, "missed event", world_.events.front().id);
    }
}

void Scorer::count_days() {
    if (play_.runs.empty()) return;
    for (Day day = day_of(world_.start); day <= day_of(ends_at_); day += std::chrono::days{1}) {
        if (due_days_.contains(day)) continue;
        const bool is_noisy = noisy_days_.contains(day);
        if (is_noisy && excusing_days_.contains(day)) {
            ++score_.tally.excused_days;
            continue;
        }
        ++score_.tally.silent_days;
        score_.tally.silent_kept += !is_noisy;
    }
}

void Scorer::count_runs() {
    Tally& tally = score_.tally;
    tally.runs = static_cast<int>(play_.runs.size());
    for (const RunRecord& run : play_.runs) {
        tally.failures += !run.failure.empty();
        if (due_days_.contains(day_of(run.at))) continue;
        ++tally.silent_runs;
        tally.silent_avoided += run.judge_calls == 0;
    }
    tally.violations = static_cast<int>(play_.violations.size());
    for (const std::string& violation : play_.violations) {
        blame(world_.start, "violation", violation);
    }
    tally.replays = play_.replays;
    tally.replay_faults = static_cast<int>(play_.replay_faults.size());
    for (const std::string& fault : play_.replay_faults) blame(world_.start, "replay", fault);
    tally.comparisons = static_cast<int>(play_.ledger.adjudications);
    tally.cost_usd = play_.ledger.cost_usd;
    tally.days = std::chrono::duration<double, std::ratio<86400>>(ends_at_ - world_.start).count();
}

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
    int Tally::*const counts[] = {
        &Tally::alerts,       &Tally::useful,           &Tally::duplicates,
        &Tally::false_alarms, &Tally::events,           &Tally::recalled,
        &Tally::updates,      &Tally::updates_recalled, &Tally::false_merges,
        &Tally::relations,    &Tally::relations_right,  &Tally::silent_days,
        &Tally::silent_kept,  &Tally::excused_days,     &Tally::quotes_checked,
        &Tally::grounded,     &Tally::foreign_links,    &Tally::violations,
        &Tally::runs,         &Tally::silent_runs,      &Tally::silent_avoided,
        &Tally::failures,     &Tally::comparisons,      &Tally::replays,
        &Tally::replay_faults};
    for (int Tally::*const count : counts) this->*count += other.*count;
    cost_usd += other.cost_usd;
    days += other.days;
    return *this;
}

Score score(const Play& play, bool forgives_noise) {
    return Scorer(play, forgives_noise).take();
}

Tally total(const std::vector<Score>& scores) {
    Tally sum;
    for (const Score& each : scores) sum += each.tally;
    return sum;
}

Ratio ratio(const std::vector<Score>& scores, const Part& numerator, const Part& denominator) {
    const Tally all = total(scores);
    if (denominator(all) <= 0) return {};
    Ratio result{.value = numerator(all) / denominator(all), .low = -1, .high = -1};
    constexpr int draws = 1'000;
    std::mt19937_64 random(20'250'601);
    std::vector<double> values;
    for (int draw = 0; draw < draws; ++draw) {
        double above = 0;
        double below = 0;
        for (std::size_t i = 0; i < scores.size(); ++i) {
            const Tally& tally = scores[random() % scores.size()].tally;
            above += numerator(tally);
            below += denominator(tally);
        }
        if (below > 0) values.push_back(above / below);
    }
    std::sort(values.begin(), values.end());
    if (values.empty()) return result;
    const auto at = [&](double share) {
        return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
    };
    result.low = at(0.025);
    result.high = at(0.975);
    return result;
}

}  // namespace torale::judge_bench
