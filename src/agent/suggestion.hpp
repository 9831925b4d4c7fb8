// From a sentence of the user to a task: by a model, or by rules when there is none.
#pragma once
#include <string_view>

#include "agent/briefing.hpp"
#include "core/result.hpp"
#include "core/retry.hpp"

namespace torale::agent {

// briefing.input: {prompt: text, current_task: object or null}.
providers::Prompt render_suggestion(const Briefing& briefing, core::Time now);
const std::string& suggestion_hash();

// What the model answered as arguments of create_task(): name, search_query,
// condition_description, schedule (null = the agent decides), notify_behavior, search_options
// (domains, recency). Each field is checked; one that cannot be used is left out. The failure is
// bad_reply with what was wrong.
core::Result<core::Json, core::Failure> read_suggestion(std::string_view text);

// The prompt taken literally: the words of asking removed, a schedule where one is named ("every
// morning", "hourly"), once or always by its wording.
core::Json suggest_by_rules(const core::Json& input);

}  // namespace torale::agent
