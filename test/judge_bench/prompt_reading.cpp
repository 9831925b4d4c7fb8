// Reads blocks `[[TOKEN begin NAME]] … [[TOKEN end NAME]]`; TOKEN stands in the first line.
#include "judge_bench/prompt_reading.hpp"

#include <algorithm>

namespace torale::judge_bench {

namespace {

std::string_view token_of(std::string_view prompt) {
    constexpr std::string_view label = "TOKEN: ";
    const std::size_t at = prompt.find(label);
    if (at == std::string_view::npos) return {};
    const std::size_t begin = at + label.size();
    return prompt.substr(begin, std::min(prompt.find('\n', begin), prompt.size()) - begin);
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    return line;
}

SeenSource read_source(int number, std::string_view block) {
    SeenSource source{.number = number, .is_new = false, .url = "", .title = "", .text = ""};
    while (!block.empty()) {
        const std::string_view line = take_line(block);
        if (line == "status: new") source.is_new = true;
        if (line.starts_with("url: ")) source.url = line.substr(5);
        if (line.starts_with("title: ")) source.title = line.substr(7);
        if (line != "text:") continue;
        // The writer ends the text with a line break of its own.
        if (block.ends_with('\n')) block.remove_suffix(1);
        source.text = block;
        break;
    }
    return source;
}

}  // namespace

std::string_view read_block(std::string_view prompt, std::string_view name) {
    const std::string token(token_of(prompt));
    if (token.empty()) return {};
    const std::string begin = "[[" + token + " begin " + std::string(name) + "]]\n";
    const std::string end = "[[" + token + " end " + std::string(name) + "]]";
    const std::size_t from = prompt.find(begin);
    if (from == std::string_view::npos) return {};
    const std::size_t until = prompt.find(end, from);
    if (until == std::string_view::npos) return {};
    return prompt.substr(from + begin.size(), until - from - begin.size());
}

std::vector<SeenSource> read_sources(std::string_view prompt) {
    std::vector<SeenSource> sources;
    for (int number = 1;; ++number) {
        const std::string_view block = read_block(prompt, "source " + std::to_string(number));
        if (block.empty()) return sources;
        sources.push_back(read_source(number, block));
    }
}

}  // namespace torale::judge_bench
