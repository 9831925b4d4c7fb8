// One world, one judge. The clock stands still within a run but for the pauses a run asks for,
// so that a replay of the run can be held against it.
#include "judge_bench/play.hpp"

#include <algorithm>
#include <utility>

#include "agent/investigation.hpp"
#include "core/outcome.hpp"
#include "core/schedule.hpp"
#include "judge_bench/store.hpp"

namespace torale::judge_bench {

namespace {

// Attempts and early looks of one slot end somewhere.
constexpr std::size_t runs_max = 60'000;

class Player {
public:
    Player(const World& world, const PlayOptions& options)
        : world_(world),
          options_(options),
          store_(world, options.cap_usd),
          cassettes_(world, options.voice) {
        play_.world = &world;
        if (const auto schedule = core::parse_schedule(world.task.schedule); schedule.ok()) {
            schedule_ = *schedule;
        }
    }

    Play take() {
        std::optional<Time> at = world_.slots.empty() ? world_.start : world_.slots.front();
        while (at && *at <= world_.end && play_.runs.size() < runs_max) at = run(*at);
        play_.ledger = cassettes_.ledger;
        play_.violations = cassettes_.violations;
        play_.refusals = store_.refusals();
        play_.settled_usd = store_.settled_usd();
        return std::move(play_);
    }

private:
    std::optional<Time> run(Time at);
    agent::Conclusion drive(agent::Briefing briefing, Cassettes& cassettes, Time& now);
    agent::CallReply answer(const agent::Call& call, Cassettes& cassettes, Time now);
    core::Outcome decide(const agent::Conclusion& conclusion, Time now) const;
    void note_alert(const agent::Conclusion& conclusion, std::string why_not, Time now, bool erred);
    void replay(agent::Briefing briefing, const agent::Conclusion& conclusion, Time at);
    std::optional<Time> next_slot(Time after) const;

    const World& world_;
    const PlayOptions& options_;
    Store store_;
    Cassettes cassettes_;
    core::Schedule schedule_;
    Play play_;
    std::optional<Time> first_started_at_;
    bool is_replaying_ = false;
};

std::optional<Time> Player::next_slot(Time after) const {
    if (world_.slots.empty()) return core::next_time(schedule_, after, world_.task.timezone);
    const auto found = std::upper_bound(world_.slots.begin(), world_.slots.end(), after);
    return found == world_.slots.end() ? std::nullopt : std::optional(*found);
}

agent::CallReply Player::answer(const agent::Call& call, Cassettes& cassettes, Time now) {
    if (const auto* request = std::get_if<core::Request>(&call.what)) {
        return cassettes.answer(*request, now);
    }
    if (const auto* query = std::get_if<providers::builtin::DocumentQuery>(&call.what)) {
        return cassettes.search(*query, now);
    }
    if (const auto* checkpoint = std::get_if<agent::Checkpoint>(&call.what)) {
        // A replay books nothing and marks nothing as seen.
        return is_replaying_ ? agent::Checked{} : store_.check(*checkpoint);
    }
    if (std::holds_alternative<agent::ToldQuery>(call.what)) return store_.told(now);
    agent::FetchedPage page;
    page.failure = core::Failure{.category = core::Category::config,
                                 .message = "the bench has no pages",
                                 .retry_after = {},
                                 .should_retry = {}};
    return page;
}

agent::Conclusion Player::drive(agent::Briefing briefing, Cassettes& cassettes, Time& now) {
    agent::Investigation investigation(std::move(briefing));
    agent::Turn turn = investigation.start(now);
    std::vector<agent::Call> waiting;
    while (true) {
        if (auto* conclusion = std::get_if<agent::Conclusion>(&turn)) return std::move(*conclusion);
        for (auto& call : std::get<std::vector<agent::Call>>(turn)) {
            waiting.push_back(std::move(call));
        }
        const agent::Call call = std::move(waiting.front());
        waiting.erase(waiting.begin());
        now += call.delay;
        turn = investigation.resume(call.id, answer(call, cassettes, now), now);
    }
}

core::Outcome Player::decide(const agent::Conclusion& conclusion, Time now) const {
    core::DecideInput input{.task = world_.task, .schedule = &schedule_};
    input.now = now;
    input.failure = conclusion.failure ? &*conclusion.failure : nullptr;
    if (conclusion.judged) {
        input.verdict = conclusion.judgement.verdict;
        input.next_run = conclusion.judgement.next_run;
    }
    input.grounded = !conclusion.judgement.citations.empty();
    input.is_skipped = conclusion.is_skipped;
    input.skipped_until = conclusion.skipped_until;
    input.attempt = store_.attempt();
    input.consecutive_failures = store_.consecutive_failures();
    input.first_started_at = first_started_at_;
    return core::decide(input);
}

std::optional<Time> Player::run(Time at) {
    agent::Briefing briefing = store_.brief(at);
    briefing.search_providers = options_.voice ? cassette_searches() : builtin_searches();
    briefing.judges = options_.voice ? cassette_judges() : rules_judges();
    if (!first_started_at_) first_started_at_ = at;
    const Ledger before = cassettes_.ledger;
    Time now = at;
    agent::Briefing kept = briefing;
    const agent::Conclusion conclusion = drive(std::move(briefing), cassettes_, now);

    RunRecord record{
        .at = at,
        .judged = conclusion.judged,
        .judge_calls = static_cast<int>(cassettes_.ledger.judge_calls - before.judge_calls),
        .erred = cassettes_.take_erred(),
        .failure = conclusion.failure ? core::name_of(conclusion.failure->category) : "",
        .skip_reason = conclusion.skip_reason};
    if (options_.voice == nullptr && conclusion.judged) record.judge_calls = 1;
    play_.runs.push_back(record);

    core::Outcome outcome = decide(conclusion, now);
    if (options_.replays && conclusion.judged && !conclusion.failure) {
        replay(std::move(kept), conclusion, at);
    }
    const std::string why_not = store_.finish(conclusion, outcome, now);
    if (outcome.tell_finding) note_alert(conclusion, why_not, now, record.erred);
    if (outcome.status == core::ExecutionStatus::retrying) return outcome.next_run_at;
    first_started_at_.reset();
    if (store_.is_completed()) return std::nullopt;
    if (!world_.slots.empty() || !outcome.next_run_at) return next_slot(now);
    return outcome.next_run_at;
}

void Player::note_alert(const agent::Conclusion& conclusion, std::string why_not, Time now,
                        bool erred) {
    Alert alert{.at = now,
                .body = conclusion.judgement.notification.value_or(conclusion.judgement.evidence),
                .relation = conclusion.relation,
                .cited = {},
                .told = why_not.empty(),
                .why_not = std::move(why_not),
                .why = "",
                .erred = erred,
                .foreign = {},
                .confidence = conclusion.confidence.value};
    for (const agent::Step& step : conclusion.steps) {
        if (step.detail.value("purpose", "") == "compare") alert.why += "asked the model; ";
        alert.why += step.detail.value("why", "");
    }
    std::vector<std::string> urls;
    for (const core::Source& source : conclusion.sources) urls.push_back(source.url);
    for (const core::Citation& citation : conclusion.judgement.citations) {
        const auto source =
            std::find_if(conclusion.sources.begin(), conclusion.sources.end(),
                         [&](const core::Source& each) { return each.number == citation.source; });
        Cited cited{.document = nullptr, .url = "", .quote = citation.quote};
        if (source != conclusion.sources.end()) {
            cited.url = source->url;
            cited.document = world_.find(source->url, source->title, source->snippet);
        }
        alert.cited.push_back(std::move(cited));
    }
    alert.foreign = find_foreign_links(alert.body, urls);
    play_.alerts.push_back(std::move(alert));
}

void Player::replay(agent::Briefing briefing, const agent::Conclusion& conclusion, Time at) {
    briefing.purpose = agent::Purpose::replay;
    briefing.stored_sources = conclusion.sources;
    briefing.stored_replies.clear();
    Cassettes tape(world_, options_.voice);
    Time now = at;
    is_replaying_ = true;
    const agent::Conclusion again = drive(std::move(briefing), tape, now);
    is_replaying_ = false;
    ++play_.replays;
    std::string fault;
    if (again.failure) fault = "failed: " + again.failure->message;
    if (again.judgement.verdict != conclusion.judgement.verdict) fault += " another verdict";
    if (again.judgement.citations != conclusion.judgement.citations) fault += " other quotes";
    if (again.confidence != conclusion.confidence) fault += " another confidence";
    if (tape.ledger.searches > 0) fault += " it searched";
    if (!fault.empty()) play_.replay_faults.push_back(core::write_time(at) + fault);
}

}  // namespace

Play play(const World& world, const PlayOptions& options) {
    return Player(world, options).take();
}

std::vector<std::string> find_foreign_links(std::string_view text,
                                            const std::vector<std::string>& allowed) {
    constexpr std::string_view ends = " \t\r\n)>\"'<]";
    std::vector<std::string> foreign;
    const auto check = [&](std::size_t begin) {
        std::string_view link = text.substr(begin);
        link = link.substr(0, std::min(link.find_first_of(ends), link.size()));
        const bool is_ours = std::any_of(allowed.begin(), allowed.end(), [&](const auto& url) {
            return !url.empty() && link.starts_with(url) &&
                   link.substr(url.size()).find_first_not_of(".,;:!?*_”’") ==
                       std::string_view::npos;
        });
        if (!is_ours) foreign.emplace_back(link);
    };
    for (const std::string_view scheme : {"http://", "https://", "ftp://"}) {
        for (std::size_t at = 0; (at = text.find(scheme, at)) != std::string_view::npos; ++at) {
            check(at);
        }
    }
    for (std::size_t at = 0; (at = text.find("](", at)) != std::string_view::npos; ++at) {
        check(at + 2);
    }
    for (std::size_t at = 0; (at = text.find("www.", at)) != std::string_view::npos; ++at) {
        if (at < 3 || text.substr(at - 3, 3) != "://") check(at);
    }
    return foreign;
}

}  // namespace torale::judge_bench
