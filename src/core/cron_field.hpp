// One field of a cron expression: a list of values, names, ranges and steps. What is accepted is
// what pg_cron accepts, minus the forms it silently misreads (see schedule.cpp).
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "core/result.hpp"
#include "core/schedule.hpp"

namespace torale::core {

struct CronField {
    std::string_view name;
    int low = 0;
    int high = 0;
    std::span<const std::string_view> value_names;  // the first one stands for `low`
    bool knows_last = false;                        // L and $: the last day of the month
};

extern const CronField minute_field;
extern const CronField hour_field;
extern const CronField day_field;
extern const CronField month_field;
// 0..7, where both ends are Sunday.
extern const CronField weekday_field;

struct CronValues {
    std::uint64_t bits = 0;
    bool is_star = false;  // begins with *
    bool has_last = false;
    bool operator==(const CronValues&) const = default;
};

// `text` is the field alone. A fault's position is a byte offset into it, from 0.
Result<CronValues, ScheduleFault> parse_cron_field(std::string_view text, const CronField& field);

}  // namespace torale::core
