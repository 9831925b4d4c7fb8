// Percent encoding of RFC 3986, and the form encoding's "+" where it means a blank.
#include "rest/query_string.hpp"

namespace torale::rest {

namespace {

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
    std::string decoded;
    decoded.reserve(text.size());
    constexpr std::string_view special("%+\0", 3);
    while (!text.empty()) {
        const std::string_view plain = text.substr(0, text.find_first_of(special));
        decoded += plain;
        text.remove_prefix(plain.size());
        if (text.empty()) break;
        char c = text[0];
        std::size_t length = 1;
        if (c == '+' && plus_is_blank) c = ' ';
        if (c == '%') {
            const int high = text.size() > 2 ? digit_of(text[1]) : -1;
            const int low = text.size() > 2 ? digit_of(text[2]) : -1;
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            length = 3;
        }
        if (c == '\0') return std::nullopt;
        decoded += c;
        text.remove_prefix(length);
    }
    return decoded;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4];
        encoded += digits[byte & 15];
    }
    return encoded;
}

}  // namespace torale::rest
