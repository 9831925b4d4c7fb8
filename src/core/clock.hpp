// Instants and how they are written. Nothing in the pure rooms reads the system clock: time
// comes in as a Time or through a Clock&.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace torale::core {

// Microseconds since 1970-01-01 UTC, the resolution of timestamptz.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Clock {
public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
};

class SystemClock final : public Clock {
public:
    Time now() const override;
};

// "2026-12-01T09:00:00Z", with six decimals only when the fraction is not zero.
std::string write_time(Time time);
// "Tue, 24 Nov 2026 14:47:07 GMT", as HTTP and feeds have it; a fraction is cut.
std::string write_rfc2822_time(Time time);

// RFC 3339 and its lenient relatives: date only, blank for T, offset absent (read as UTC), and
// RFC 2822 dates. Nothing for anything else; free text ("3 days ago") is not a date.
std::optional<Time> parse_time(std::string_view text);

// The same, telling whether the text named an offset: without one `time` is a wall-clock time
// that a caller who knows the zone may read there.
struct WrittenTime {
    Time time{};
    bool has_offset = false;
    bool operator==(const WrittenTime&) const = default;
};
std::optional<WrittenTime> parse_written_time(std::string_view text);

}  // namespace torale::core
