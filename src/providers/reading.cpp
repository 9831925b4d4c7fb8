// Reading replies that may not be what was promised.
#include "providers/reading.hpp"

#include <algorithm>
#include <charconv>

#include "core/json.hpp"
#include "core/text.hpp"

namespace torale::providers {

namespace {

constexpr std::size_t said_chars_max = 300;

bool is_special(unsigned char c) {
    return c < 0x20 || c == '"' || c == '\\';
}

void append_escape(std::string& to, unsigned char c) {
    constexpr char digits[] = "0123456789abcdef";
    switch (c) {
        case '"':
        case '\\':
            to += '\\';
            to += static_cast<char>(c);
            return;
        case '\n':
            to += "\\n";
            return;
        default:
            to += "\\u00";
            to += digits[c >> 4];
            to += digits[c & 15];
            return;
    }
}

void remove_all(std::string& text, std::string_view secret) {
    // A shorter key is a test's or a mistake; taking "a" out of every word helps nobody.
    if (secret.size() < 6) return;
    for (std::size_t at; (at = text.find(secret)) != std::string::npos;) {
        text.replace(at, secret.size(), "***");
    }
}

}  // namespace

std::optional<core::Json> read_body(const core::Reply& reply) {
    const auto type = core::find_header(reply.headers, "content-type");
    if (type && type->find("html") != std::string_view::npos) return std::nullopt;
    if (reply.body.empty()) return std::nullopt;
    if (auto value = core::parse_json(reply.body)) return value;
    const std::string clean = core::clean_utf8(reply.body);
    if (clean == reply.body) return std::nullopt;
    return core::parse_json(clean);
}

core::Failure name_failure(const Provider& provider, core::Failure failure, std::string_view said) {
    std::string words = core::clean_utf8(said);
    remove_all(words, provider.api_key);
    std::replace_if(
        words.begin(), words.end(), [](unsigned char c) { return c < 0x20; }, ' ');
    while (!words.empty() && (words.back() == '.' || words.back() == ' ')) words.pop_back();
    failure.message = provider.name + ": " + failure.message;
    if (!words.empty()) failure.message += ": " + core::truncate(words, said_chars_max);
    return failure;
}

std::string text_of(const core::Json& object, const char* key) {
    if (!object.is_object()) return "";
    const auto found = object.find(key);
    if (found == object.end()) return "";
    if (found->is_string()) return found->get<std::string>();
    return found->is_number() ? found->dump() : "";
}

std::int64_t count_of(const core::Json& object, const char* key) {
    if (!object.is_object()) return 0;
    const auto found = object.find(key);
    if (found == object.end()) return 0;
    std::int64_t count = 0;
    if (found->is_number_integer()) {
        count = found->get<std::int64_t>();
    } else if (found->is_number_float()) {
        const double value = found->get<double>();
        if (value > 0 && value < 1e15) count = static_cast<std::int64_t>(value);
    } else if (found->is_string()) {
        const std::string& text = found->get_ref<const std::string&>();
        std::from_chars(text.data(), text.data() + text.size(), count);
    }
    return std::max<std::int64_t>(count, 0);
}

const core::Json& member_of(const core::Json& object, const char* key) {
    static const core::Json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

void append_json_text(std::string& to, std::string_view text) {
    const bool is_ascii = std::all_of(text.begin(), text.end(), [](char c) {
        return c != '\0' && static_cast<unsigned char>(c) < 0x80;
    });
    const std::string clean = is_ascii ? std::string() : core::clean_utf8(text);
    if (!is_ascii) text = clean;
    to += '"';
    std::size_t from = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (!is_special(c)) continue;
        to += text.substr(from, at - from);
        append_escape(to, c);
        from = at + 1;
    }
    to += text.substr(from);
    to += '"';
}

}  // namespace torale::providers
