// The judge's prompt: task, history, memories and numbered sources inside delimiters that page
// text cannot forge.
#pragma once
#include "agent/investigation.hpp"

namespace torale::agent {

providers::Prompt render_prompt(const Briefing& briefing, const std::vector<core::Source>& sources,
                                core::Time now);
// SHA-256 of the fixed text and schema: changes exactly when the prompt's wording changes.
const std::string& prompt_hash();

// Reads the judge's answer: plain JSON, fenced, or with prose around it; then validates it
// against the schema. The failure is bad_reply with what was wrong.
core::Result<core::Judgement, core::Failure> read_judgement(std::string_view text,
                                                            int source_count);

}  // namespace torale::agent
