// Gemini Developer API: POST {base}/v1beta/models/{model}:generateContent with a JSON schema
// for the answer. Format: provider reference §2.1.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::gemini {

core::Request build_prompt(const Provider& provider, const Prompt& prompt);
Outcome<LlmReply> read_reply(const Provider& provider, const core::Reply& reply, core::Time now);

}  // namespace torale::providers::gemini
