// What stands behind Investigation: one run in pipeline mode. One call is out at a time; each
// reply moves the run to its next call or to its conclusion.
//   run.cpp         calls, retries, fallbacks, the end
//   run_search.cpp  search → sources → what is new → the gate
//   run_judge.cpp   judge → grounding
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/investigation.hpp"
#include "providers/catalog.hpp"

namespace torale::agent {

// The providers of one kind that can be used now, in order, and how far we got.
struct Lane {
    std::vector<const providers::Provider*> providers;
    std::size_t at = 0;
    int attempt = 0;  // failed sends to the current one

    const providers::Provider& current() const { return *providers[at]; }
    const providers::Adapter& adapter() const {
        return *providers::find_adapter(current().adapter);
    }
};

// Judges answer nonsense now and then; each kind has its own small allowance.
struct Patience {
    int empty = 2;     // empty or malformed answers: the same request again
    int garbage = 1;   // not the JSON we asked for
    int too_long = 1;  // cut off: again with twice the tokens
};

core::Failure failure_of(core::Category category, std::string message);

class Run {
public:
    explicit Run(Briefing briefing);
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Turn start(core::Time now);
    Turn resume(int call_id, CallReply reply, core::Time now);

private:
    enum class Phase { searching, checking, judging, done };
    using Payload = decltype(Call::what);

    // ---- run.cpp ----
    Turn send(const std::string& provider, Payload payload, core::milliseconds delay);
    Turn take_reply(CallReply reply);
    Turn recover(Lane& lane, core::Failure failure);
    Turn repeat(core::milliseconds delay);
    Turn fail(core::Failure failure);
    Turn finish();
    std::optional<StoredReply> take_stored(const std::string& key);
    Step& add_step(const char* kind, const std::string& provider, const char* status);
    void add_usage(const providers::Usage& usage);
    void trace_recall();

    // ---- run_search.cpp ----
    Turn search(core::milliseconds delay);
    Turn take_search_reply(core::Reply reply, bool replayed);
    Turn take_results(std::vector<providers::SearchResult> results);
    Turn checkpoint();
    Turn pass_gate();
    Turn conclude_unsearchable();
    Turn conclude_unchanged();
    Turn conclude_empty();
    std::string search_key() const;

    // ---- run_judge.cpp ----
    Turn judge(core::milliseconds delay);
    Turn judge_by_rules();
    Turn take_judge_reply(core::Reply reply, bool replayed);
    Turn take_answer(const providers::LlmReply& answer);
    Turn ask_again(core::Failure failure, int* allowance);
    Turn settle(core::Judgement judgement);
    std::string judge_key() const;

    Briefing briefing_;
    Lane searchers_;
    Lane judges_;
    Phase phase_ = Phase::searching;
    core::Time now_{};
    core::Time sent_at_{};
    int call_id_ = 0;
    bool is_waiting_ = false;
    std::optional<StoredReply> uncommitted_;  // a paid reply that no transaction holds yet
    std::size_t search_step_ = 0;             // where the successful search stands in the trace
    Patience patience_;
    std::optional<providers::Prompt> prompt_;
    Conclusion conclusion_;
};

}  // namespace torale::agent
