// The JSON object in what a model wrote: plain, fenced, behind its thoughts, or with prose around.
#include "agent/answer.hpp"

#include "core/ascii.hpp"

namespace torale::agent {

namespace {

constexpr std::size_t answer_bytes_max = 256 << 10;
constexpr std::size_t answer_depth_max = 16;

std::optional<core::Json> parse_object(std::string_view text) {
    auto value = core::parse_json(text, answer_depth_max, answer_bytes_max);
    if (value && !value->is_object()) return std::nullopt;
    return value;
}

std::string_view without_bom(std::string_view text) {
    return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

// One leading ``` or ```json line and the fence that closes it; the latter may be missing.
std::string_view without_fence(std::string_view text) {
    if (!text.starts_with("```")) return text;
    const std::size_t line_end = text.find('\n');
    if (line_end == std::string_view::npos) return text;
    text.remove_prefix(line_end + 1);
    const std::size_t close = text.rfind("```");
    return core::trim(close == std::string_view::npos ? text : text.substr(0, close));
}

// Chat templates of local servers swallow the opening tag; what stands before the closing one is
// thought all the same, and an object in it no answer.
std::string_view without_thoughts(std::string_view text) {
    constexpr std::string_view close = "</think>";
    if (text.starts_with("{") || text.starts_with("```")) return text;
    const std::size_t end = text.find(close);
    return end == std::string_view::npos ? text : core::trim(text.substr(end + close.size()));
}

// From the first brace to its match, braces inside strings not counted.
std::string_view first_object(std::string_view text) {
    const std::size_t start = text.find('{');
    if (start == std::string_view::npos) return {};
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = start; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{') {
            ++depth;
        } else if (c == '}' && --depth == 0) {
            return text.substr(start, i - start + 1);
        }
    }
    return {};
}

}  // namespace

std::optional<core::Json> find_object(std::string_view text) {
    text = core::trim(without_bom(core::trim(text)));
    if (auto value = parse_object(text)) return value;
    text = without_fence(without_thoughts(text));
    if (auto value = parse_object(text)) return value;
    return parse_object(first_object(text));
}

}  // namespace torale::agent
