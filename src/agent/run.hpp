// What stands behind Investigation: each reply moves a run to its next calls or to its conclusion.
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
#include <vector>

#include "agent/run_state.hpp"

namespace torale::agent {

class Run : RunState {
public:
    explicit Run(Briefing briefing);
    Turn start(core::Time now);
    Turn resume(int call_id, CallReply reply, core::Time now);

private:
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
    void mark_seen(const Checked& checked);
    Turn pass_gate();
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
};

}  // namespace torale::agent
