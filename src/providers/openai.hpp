// Chat completions as OpenAI, Ollama, vLLM, LM Studio, OpenRouter and others speak them: POST
// {base}/chat/completions. Format: provider reference §2.2 and §8.
//
// The base may end in its version ("https://api.openai.com/v1") or be a host alone
// ("http://127.0.0.1:11434": /v1 is added); any other path is taken as it stands. A row without
// secret_name is called without a key.
//
// Options, all optional:
//   path                  instead of /chat/completions (Perplexity Sonar: base without a version)
//   max_tokens_field      "max_completion_tokens" (default at api.openai.com) or "max_tokens"
//   structured            "json_schema" (default), "json_object" or "none": then the schema
//                         stands in the instructions
//   strict                true: the schema is closed and every property required
//   json_with_tools       true; false: with tools the answer is asked for as a call
//   tool_choice           true; false: not understood, so the last step goes without tools
//   parallel_tool_calls   sent when set
//   arguments_as_objects  false; true: earlier calls go back with arguments as an object
//   temperature, reasoning_effort   sent when set: several models refuse them
//   system_role           "system" or "developer"
//   timeout_s             90; a local model may need 300 to load
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::openai {

core::Request build_prompt(const Provider& provider, const Prompt& prompt);
Outcome<LlmReply> read_reply(const Provider& provider, const core::Reply& reply, core::Time now);
// Names the options that leave out what a 400 or 422 complained of, one step at a time.
std::optional<core::Json> mend_options(const Provider& provider, const core::Reply& reply);

// The calls of an assistant message in their order, each with its id.
std::vector<ToolCall> calls_of(const core::Json& message);
// The error of a body in any of its shapes, as {message, type, code, param}; null when there is
// none.
core::Json error_in(const core::Json& body);
// "max_completion_tokens" or "max_tokens".
std::string max_tokens_field(const Provider& provider);
std::string structured_by(const Provider& provider);

}  // namespace torale::providers::openai
