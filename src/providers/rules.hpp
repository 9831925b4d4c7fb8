// The built-in judge: decides simple conditions without a model, by words and typed values
// within one sentence. What it cannot decide it refuses.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/task.hpp"
#include "providers/provider.hpp"

namespace torale::providers::rules {

struct Input {
    std::string condition;
    std::vector<core::Source> sources;  // only those with is_new decide
    core::Time now{};
};

// `met` with the deciding sentences as citations (newest source first, at most five),
// `not_met` with what was missing, or `unknown` with the reason why it cannot decide.
core::Judgement judge(const Input& input);

// Nothing when the judge can decide this condition, else the reason in one clause ("it is a
// negation: …"), shown in the NOTICE of create_task.
std::string why_undecidable(std::string_view condition);

// English stem (Snowball), as ts_lexize('english_stem', …) gives it; acronym plurals folded
// ("CVEs" → "cve"). `word` is already folded.
std::string stem(std::string_view word);
bool is_stop_word(std::string_view word);

}  // namespace torale::providers::rules
