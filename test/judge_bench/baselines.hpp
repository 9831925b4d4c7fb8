// What simpler monitors would have told from the same search results. They judge nothing and pay
// nobody; a figure means something only next to theirs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "judge_bench/play.hpp"

namespace torale::judge_bench {

struct Baseline {
    std::string_view name;
    std::string_view rule;  // for the reader
    Play (*play)(const World&);
};

const std::vector<Baseline>& baselines();

}  // namespace torale::judge_bench
