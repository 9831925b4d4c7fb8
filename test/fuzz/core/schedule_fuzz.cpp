// Whatever a user writes as a schedule: a value or a fault with a position inside the text, and
// a schedule that was accepted has ordered, strictly later slots.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/schedule.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace torale::core;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto schedule = parse_schedule(text);
    if (!schedule) {
        if (schedule.error().message.empty()) std::abort();
        if (schedule.error().position > size + 1) std::abort();
        return 0;
    }
    if (describe_schedule(*schedule).empty()) std::abort();
    const Time start{std::chrono::seconds{1'780'000'000}};
    auto after = start;
    for (const auto slot : next_times(*schedule, start, "Europe/Berlin", 3)) {
        if (slot <= after) std::abort();
        after = slot;
    }
    // What a schedule says of itself can be read again and means the same.
    const auto again = parse_schedule(schedule->text);
    if (!again || next_time(*again, start, "UTC") != next_time(*schedule, start, "UTC")) {
        std::abort();
    }
    return 0;
}
