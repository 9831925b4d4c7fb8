// Zone look-up through howardhinnant/tz. Its tables end in 2037; later instants use the zone's
// last known offset.
#include "core/zone.hpp"

// The layout of the library's classes depends on it, and Debian builds with 1 (the system's
// tzdata, no download).
#define USE_OS_TZDB 1
#include <date/tz.h>

#include <stdexcept>
#include <string>

namespace torale::core {

namespace {
const date::time_zone& zone_of(const void* zone) {
    return *static_cast<const date::time_zone*>(zone);
}

date::local_seconds whole_seconds(LocalTime local) {
    return date::local_seconds{std::chrono::floor<seconds>(local.since_epoch)};
}
}  // namespace

LocalTime Zone::to_local(Time time) const {
    const date::sys_info info = zone_of(zone_).get_info(time);
    return LocalTime{time.time_since_epoch() + info.offset};
}

Time Zone::to_time(LocalTime local) const {
    const date::local_info info = zone_of(zone_).get_info(whole_seconds(local));
    if (info.result == date::local_info::nonexistent) return info.second.begin;
    return Time{local.since_epoch - info.first.offset};
}

std::optional<Zone> find_zone(std::string_view name) {
    try {
        return Zone{date::locate_zone(name)};
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

}  // namespace torale::core
