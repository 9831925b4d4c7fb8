// Gemini Developer API: POST {base}/v1beta/models/{model}:generateContent with a JSON schema
// for the answer and functions for the tools. Format: provider reference §2.1 and §8.
// Options: temperature, thinking_budget (2.5) or thinking_level (3.x), json_with_tools (whether
// the model takes a schema beside functions; without it the model's name decides).
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::gemini {

core::Request build_prompt(const Provider& provider, const Prompt& prompt);
Outcome<LlmReply> read_reply(const Provider& provider, const core::Reply& reply, core::Time now);

}  // namespace torale::providers::gemini
