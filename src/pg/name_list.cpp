// Lists in settings.
#include "pg/name_list.hpp"

#include <algorithm>

namespace torale::pg {

namespace {

std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\"");
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\"") - begin + 1));
}

}  // namespace

std::vector<std::string> split_list(std::string_view list) {
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        std::string name = trimmed(list.substr(begin, end - begin));
        if (!name.empty()) names.push_back(std::move(name));
        begin = end + 1;
    }
    return names;
}

}  // namespace torale::pg
