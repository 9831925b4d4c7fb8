// What a scripted judge sees of a prompt: the numbered sources, by the marks that pages cannot
// forge.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace torale::judge_bench {

struct SeenSource {
    int number = 0;
    bool is_new = false;
    std::string url;
    std::string title;
    std::string text;  // as far as the prompt shows it
};

std::vector<SeenSource> read_sources(std::string_view prompt);

// A block of the prompt by name, without its marks; "" when absent.
std::string_view read_block(std::string_view prompt, std::string_view name);

}  // namespace torale::judge_bench
