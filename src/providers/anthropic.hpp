// Anthropic Messages API: POST {base}/v1/messages. Format: provider reference §2.4 and §8.
//
// Options, all optional:
//   structured          "json_schema" (default: output_config) or "tool": models without it give
//                       the answer as a call of final_answer
//   forced_tool_choice  true; false: models that refuse to be told which tool to call
//   thinking            "adaptive" or "disabled"; or thinking_budget, tokens from 1024 on, for
//                       models that take one (then no tool is forced: the service refuses both)
//   effort, temperature sent when set
//   parallel_tool_calls true; false: one call a turn
//   beta                the anthropic-beta header
//   timeout_s           90
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::anthropic {

core::Request build_prompt(const Provider& provider, const Prompt& prompt);
Outcome<LlmReply> read_reply(const Provider& provider, const core::Reply& reply, core::Time now);

// The calls among the blocks of an answer, in their order, each with its id.
std::vector<ToolCall> calls_of(const core::Json& blocks);

}  // namespace torale::providers::anthropic
