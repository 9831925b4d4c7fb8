// The judge's prompt: task, history, memories and numbered sources inside delimiters that page
// text cannot forge.
#pragma once
#include "agent/blocks.hpp"
#include "agent/briefing.hpp"
#include "core/result.hpp"
#include "core/retry.hpp"

namespace torale::agent {

providers::Prompt render_prompt(const Briefing& briefing, const std::vector<core::Source>& sources,
                                core::Time now);
// One source in its block, as the prompt and the tools show it.
void write_source(BlockWriter& to, const core::Source& source, std::size_t bytes_max);
// SHA-256 of the fixed text, schema and tools: changes exactly when the prompt's wording changes.
const std::string& prompt_hash(Mode mode = Mode::pipeline);

// Reads the judge's answer: plain JSON, fenced, or with prose around it; then validates it
// against the schema. The failure is bad_reply with what was wrong.
core::Result<core::Judgement, core::Failure> read_judgement(std::string_view text,
                                                            int source_count);

}  // namespace torale::agent
