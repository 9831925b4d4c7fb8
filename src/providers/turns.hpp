// What the three wire shapes of a conversation have in common: every call has an id and gets an
// answer, and a call of final_answer is the answer itself. Provider reference §8.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.hpp"

namespace torale::providers {

// Declared by the adapter, never by the agent, where a model takes no schema beside tools.
inline constexpr Tool answer_tool{
    .name = "final_answer",
    .description = "Give the final answer. Call it once, alone, when the work is done."};

// The tools of the prompt, and final_answer behind them when `with_answer`.
std::vector<Tool> tools_of(const Prompt& prompt, bool with_answer);
// Nothing to fill in: services differ in what they make of an empty object.
bool takes_arguments(const Tool& tool);

// Reads arguments that came as text (empty = none) or as an object; else says why not.
void read_arguments(const core::Json& value, ToolCall& call);
// Ids of our own where the service gave none, or one twice. The same turn gives the same ids.
void give_ids(std::vector<ToolCall>& calls);
// Puts the calls of a finished turn into the reply: final_answer becomes its text, others make
// it a turn of tool calls. A turn that was cut off or refused has none.
void take_calls(LlmReply& reply, std::vector<ToolCall> calls);

// What is sent back after a turn: one result a call, in the order of the calls. A call that
// nobody carried out gets the remark as its error, since every service wants an answer.
struct Answers {
    std::vector<ToolResult> results;
    std::string remark;  // what is left to say as text
};
Answers answers_to(const std::vector<ToolCall>& calls, const Exchange& exchange);

// The schema with every object closed (additionalProperties false) and, where `all_required`,
// every property required: one that was optional may then be null.
core::Json close_schema(const core::Json& schema, bool all_required);

// An exchange with another service, told as text: its turn fits this one's wire shape not at all.
std::string tell_exchange(const Exchange& exchange);

// A prompt longer than the model reads, as an answer: the run ends, the service is well.
LlmReply overflow_reply(std::string raw);
// Services without an error code for it (vLLM, Gemini, Anthropic) say it in one of few phrases.
bool names_context_limit(std::string_view message);

// US dollars by the prices of the provider's row.
double price_of(const Provider& provider, double tokens_in, double tokens_out);

}  // namespace torale::providers
