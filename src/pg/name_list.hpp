// Lists in settings: "a, b" as its names.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace torale::pg {

// Split at commas; blanks and double quotes around a name are taken off, empty ones left out.
std::vector<std::string> split_list(std::string_view list);

}  // namespace torale::pg
