// Answers for compare.mjs. A line in: SCHEDULE tab ZONE tab INSTANT; a line out: the next
// instant, "none", or "fault" with the reason.
#include <iostream>
#include <string>

#include "core/schedule.hpp"

namespace {

std::string answer(const std::string& line) {
    using namespace torale::core;
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    if (second == std::string::npos) return "fault: three fields expected";
    const auto schedule = parse_schedule(line.substr(0, first));
    if (!schedule) return "fault: " + schedule.error().message;
    const std::string zone = line.substr(first + 1, second - first - 1);
    if (!is_known_zone(zone)) return "fault: unknown zone";
    const auto after = parse_time(line.substr(second + 1));
    if (!after) return "fault: not an instant";
    const auto next = next_time(*schedule, *after, zone);
    return next ? write_time(*next) : "none";
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) std::cout << answer(line) << '\n';
}
