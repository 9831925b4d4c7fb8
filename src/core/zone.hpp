// Time zones: local wall-clock time of an IANA zone, and back. The only place that knows
// howardhinnant/tz, which reads the system's compiled tzdata and loads a zone on first use.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include "core/clock.hpp"

namespace torale::core {

// Wall-clock time, counted like a Time but in the zone's local time.
struct LocalTime {
    microseconds since_epoch{0};
    auto operator<=>(const LocalTime&) const = default;
};

// A handle to a zone that lives as long as the process.
class Zone {
public:
    LocalTime to_local(Time time) const;
    // A local time that does not exist becomes the first instant after the gap; one that
    // exists twice, the first of the two. So later local times never give earlier instants.
    Time to_time(LocalTime local) const;

private:
    friend std::optional<Zone> find_zone(std::string_view name);
    explicit Zone(const void* zone) : zone_(zone) {}
    const void* zone_;  // date::time_zone, kept out of this header
};

// Nothing for an unknown name, or when the machine has no tzdata. Names are matched exactly.
std::optional<Zone> find_zone(std::string_view name);

}  // namespace torale::core
