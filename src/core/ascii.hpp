// Words of protocols and settings: ASCII, whatever the locale. Users' text is text.hpp's.
#pragma once
#include <string>
#include <string_view>

namespace torale::core {

// Without the blanks at both ends.
std::string_view trim(std::string_view text, std::string_view blanks = " \t\r\n");
// A to Z as a to z; all other bytes as they are.
char lower_ascii(char letter);
std::string lower_ascii(std::string_view text);
bool equals_ignoring_case(std::string_view one, std::string_view other);

}  // namespace torale::core
