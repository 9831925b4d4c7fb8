#include "core/ascii.hpp"

#include <algorithm>

namespace torale::core {

std::string_view trim(std::string_view text, std::string_view blanks) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

char lower_ascii(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string lower_ascii(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) letter = lower_ascii(letter);
    return lower;
}

bool equals_ignoring_case(std::string_view one, std::string_view other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](char a, char b) { return lower_ascii(a) == lower_ascii(b); });
}

}  // namespace torale::core
