// Values between Datums and C++, for the SQL functions. Includes Postgres, as only functions_*.cpp
// use it. A text argument must be fetched before entry(): detoasting may raise.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "pg/boundary.hpp"

namespace torale::pg {

inline std::string_view view(const text* value) {
    return {VARDATA_ANY(value), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))};
}

inline text* to_text(std::string_view value) {
    return guarded(
        [&] { return cstring_to_text_with_len(value.data(), static_cast<int>(value.size())); });
}

// Microseconds between the Unix epoch and PostgreSQL's, 2000-01-01.
constexpr std::int64_t epoch_shift =
    std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * SECS_PER_DAY * 1'000'000;

inline core::Time to_time(TimestampTz value) {
    return core::Time{core::microseconds{value + epoch_shift}};
}
inline TimestampTz to_timestamptz(core::Time value) {
    return value.time_since_epoch().count() - epoch_shift;
}

ArrayType* to_text_array(const std::vector<std::string>& values);
ArrayType* to_timestamptz_array(const std::vector<core::Time>& values);

}  // namespace torale::pg
