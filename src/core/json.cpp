// JSON with limits, and text that a jsonb or text column accepts.
#include "core/json.hpp"

#include <string>

namespace torale::core {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// What the first byte of a sequence promises (RFC 3629): its length, and the range the second
// byte must lie in so that overlong forms, surrogates and values over U+10FFFF are refused.
struct Lead {
    std::size_t length = 0;  // 0 = not a first byte
    unsigned char second_min = 0x80;
    unsigned char second_max = 0xBF;
};

Lead lead_of(unsigned char byte) {
    if (byte >= 0xC2 && byte <= 0xDF) return {2};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte >= 0xE1 && byte <= 0xEF) return {3};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte >= 0xF1 && byte <= 0xF3) return {4};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {};
}

// How many of the leading bytes of `text` (not empty, not ASCII) belong together; `is_valid`
// tells whether they are a character or the start of one that broke off.
std::size_t sequence_length(std::string_view text, bool& is_valid) {
    const Lead lead = lead_of(static_cast<unsigned char>(text.front()));
    is_valid = false;
    if (lead.length == 0) return 1;
    for (std::size_t i = 1; i < lead.length; ++i) {
        if (i == text.size()) return i;
        const auto byte = static_cast<unsigned char>(text[i]);
        const unsigned char min = i == 1 ? lead.second_min : 0x80;
        const unsigned char max = i == 1 ? lead.second_max : 0xBF;
        if (byte < min || byte > max) return i;
    }
    is_valid = true;
    return lead.length;
}

}  // namespace

bool is_deeper_than(std::string_view text, std::size_t depth_max) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > depth_max) return true;
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return false;
}

std::optional<Json> parse_json(std::string_view text, std::size_t depth_max,
                               std::size_t bytes_max) {
    if (text.size() > bytes_max || is_deeper_than(text, depth_max)) return std::nullopt;
    Json value = Json::parse(text.begin(), text.end(), nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    return value;
}

std::string clean_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        std::size_t length = 1;
        bool is_valid = first != 0;
        if (first >= 0x80) length = sequence_length(text, is_valid);
        out += is_valid ? text.substr(0, length) : replacement;
        text.remove_prefix(length);
    }
    return out;
}

std::string text_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string write_json(const Json& value) {
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    // jsonb refuses an escaped U+0000, and one such reply must not fail the commit it shares
    // with others. A backslash before the match would make it plain text, hence the walk.
    if (text.find("\\u0000") == std::string::npos) return text;
    for (std::size_t i = text.find('\\'); i != std::string::npos; i = text.find('\\', i + 2)) {
        if (text.compare(i, 6, "\\u0000") == 0) text.replace(i, 6, "\\ufffd");
    }
    return text;
}

}  // namespace torale::core
