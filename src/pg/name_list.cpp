// Lists in settings.
#include "pg/name_list.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace torale::pg {

std::vector<std::string> split_list(std::string_view list) {
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string_view name = core::trim(list.substr(begin, end - begin), " \t\"");
        if (!name.empty()) names.emplace_back(name);
        begin = end + 1;
    }
    return names;
}

}  // namespace torale::pg
