// Answers the product's question whether a contested finding was told before.
#pragma once
#include <string>
#include <string_view>

#include "judge_bench/voice.hpp"

namespace torale::judge_bench {

// The answer's text: JSON as the prompt asks for it.
std::string adjudicate(const World& world, Voice& voice, std::string_view prompt, Time now);

}  // namespace torale::judge_bench
