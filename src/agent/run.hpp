// What stands behind Investigation: one run, in either mode. Each reply moves the run to its next
// calls or to its conclusion.
//   run.cpp          replies, retries, fallbacks, the end
//   run_send.cpp     what is committed and reserved before a call goes out
//   run_search.cpp   search → sources → what is new → the gate
//   run_judge.cpp    ask → read the answer
//   run_tools.cpp    what a model asks for in agent mode
//   run_settle.cpp   grounding → compare with what was told → remember
//   run_suggest.cpp  a sentence of the user → a task
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/dedupe.hpp"
#include "agent/investigation.hpp"
#include "agent/lane.hpp"
#include "agent/ledger.hpp"
#include "agent/tools.hpp"

namespace torale::agent {

// Judges answer nonsense now and then; each kind has its own small allowance.
struct Patience {
    int empty = 2;     // empty or malformed answers: the same request again
    int garbage = 1;   // not the JSON we asked for
    int too_long = 1;  // cut off: again with twice the tokens
    int paused = 4;    // the service asks to go on
    int mend = 2;      // the service refuses an optional field
};

// How far the conversation with the model got, over all its providers.
struct Conversation {
    std::optional<providers::Prompt> prompt;
    int answers = 0;              // of the current provider: names its calls
    int steps = 0;                // answers that asked for tools
    int tool_calls = 0;           // in all steps
    int useless_steps = 0;        // in a row
    std::vector<ToolTask> tasks;  // of the step in hand
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
    enum class Phase { searching, judging, acting, comparing, adjudicating, done };
    // Where a run goes on when its checkpoint is committed.
    enum class After { send_held, pass_gate, ask_model };
    using Payload = decltype(Call::what);
    // A paid reply: `is_replayed` when an earlier attempt got it, `is_settled` when that attempt
    // booked it.
    struct Received {
        core::Reply reply;
        bool is_replayed = false;
        bool is_settled = false;
    };

    Turn take_reply(int call_id, CallReply reply);
    Turn take_wire_reply(Received received);
    Turn recover(Lane& lane, core::Failure failure);
    Turn repeat(core::milliseconds delay);
    void note_pause(const providers::Provider& provider, const core::Failure& failure);
    Turn fail(core::Failure failure);
    Turn finish();
    core::Time clock() const;
    Turn conclude_unreplayable();
    Step& add_step(const char* kind, const std::string& provider, const char* status);
    Step& add_reply_step(const char* kind, const std::string& provider, const Received& received,
                         bool is_ok);
    void trace_recall();

    Call make_call(const std::string& provider, Payload payload, core::milliseconds delay);
    Turn send(const std::string& provider, Payload payload, core::milliseconds delay);
    Turn send_all(std::vector<Outgoing> calls);
    Turn send_paid(std::vector<Outgoing> calls);
    Turn send_or_replay(const providers::Provider& provider, const std::string& key,
                        core::Request request, core::milliseconds delay);
    Outgoing priced(const providers::Provider& provider, std::string key, core::Request request,
                    core::milliseconds delay);
    Turn commit(After after, Checkpoint checkpoint);
    Turn take_checked(Checked checked);
    Turn conclude_refused(const BudgetRefusal& refusal);
    std::optional<Received> take_stored(const std::string& key);

    Turn search(core::milliseconds delay);
    Turn take_search_reply(Received received);
    Turn take_results(std::vector<providers::SearchResult> results);
    Turn check_sources();
    Turn pass_gate();
    void mark_seen(const Checked& checked);
    Turn conclude_unsearchable();
    Turn conclude_unchanged();
    Turn conclude_empty();

    Turn judge(core::milliseconds delay);
    Turn judge_by_rules();
    void prepare_prompt();
    bool mend_judge(const core::Reply& reply);
    Turn take_judge_reply(Received received);
    Turn take_answer(const providers::LlmReply& answer);
    Turn take_text(const providers::LlmReply& answer);
    Turn ask_again(core::Failure failure, int* allowance);
    std::string judge_key() const;

    bool uses_tools() const;
    bool must_answer() const;
    bool is_short_of_budget() const;
    Turn act(const providers::LlmReply& answer);
    void start_tool(ToolTask& task, std::vector<Outgoing>& calls);
    void start_search(ToolTask& task, std::vector<Outgoing>& calls);
    void start_memory(ToolTask& task, std::vector<Outgoing>& calls);
    void take_tool_reply(ToolTask& task, CallReply reply);
    void take_found(ToolTask& task, Received received);
    void take_page(ToolTask& task, FetchedPage page);
    void take_memories(ToolTask& task, Received received);
    void hold_found(ToolTask& task, std::vector<providers::SearchResult> results,
                    const std::string& provider);
    void show_found(ToolTask& task);
    Step& add_tool_step(const char* kind, const ToolTask& task);
    Turn end_step();
    std::string tool_key(const ToolTask& task, const char* what) const;

    Turn settle(core::Judgement judgement);
    Turn compare();
    Turn take_told(ToldFindings told);
    Turn adjudicate(core::milliseconds delay);
    Turn take_adjudication(Received received);
    Turn conclude_relation();
    void remember();

    Turn suggest_by_rules();
    Turn take_suggestion(const std::string& text);

    Briefing briefing_;
    Lane searchers_;
    Lane judges_;
    Lane memory_services_;
    Ledger ledger_;
    Phase phase_ = Phase::searching;
    core::Time now_{};
    core::Time sent_at_{};
    int call_id_ = 0;
    std::vector<int> out_;                // calls that are out
    std::optional<After> after_commit_;   // a checkpoint is out
    std::vector<Outgoing> held_;          // behind it
    std::vector<std::string> unchecked_;  // hashes of sources that tools found
    std::size_t search_step_ = 0;         // where the successful search stands in the trace
    double last_price_usd_ = 0;           // reserved for the call that is out
    Reservation reserved_;                // under a budget: by all calls of this run
    Reservation question_;                // what the last question to a model may cost
    Patience patience_;
    Conversation talk_;
    ToldFindings told_;
    Resolution resolution_;
    Conclusion conclusion_;
};

}  // namespace torale::agent
