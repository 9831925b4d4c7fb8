// The schedule grammar:
//   MINUTE HOUR DAY MONTH WEEKDAY    five fields as in pg_cron; L or $ is the last day
//   @hourly @daily @midnight @weekly @monthly @yearly @annually
//   every [N] minutes|hours|days|weeks
//   at TIME                          RFC 3339; without an offset, in the task's zone
// pg_cron skips what it cannot read behind a value or a field ("5~7", "*5", a sixth field). Such
// text means something else to whoever wrote it, so here it is a fault, as are @reboot, seconds
// and backward ranges.
#include "core/schedule.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/cron_field.hpp"

namespace torale::core {

namespace {

using Parsed = Result<Schedule, ScheduleFault>;

struct Token {
    std::string_view text;
    std::size_t offset = 0;  // bytes from the start of the schedule
    std::size_t end() const { return offset + text.size(); }
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

// Splits at blanks and tabs; line ends count as blank only around the whole.
std::vector<Token> split(std::string_view text) {
    constexpr std::string_view around = " \t\r\n";
    const auto last = text.find_last_not_of(around);
    const std::string_view body = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    std::vector<Token> tokens;
    std::size_t at = std::min(body.find_first_not_of(around), body.size());
    while (at < body.size()) {
        const std::size_t end = std::min(body.find_first_of(" \t", at), body.size());
        tokens.push_back({body.substr(at, end - at), at});
        at = std::min(body.find_first_not_of(" \t", end), body.size());
    }
    return tokens;
}

ScheduleFault fault_at(std::size_t offset, std::string message, std::string hint = {}) {
    return {std::move(message), offset, std::move(hint)};
}

ScheduleFault fault_at(const Token& token, std::string message, std::string hint = {}) {
    return fault_at(token.offset, message + " \"" + std::string(token.text) + "\"",
                    std::move(hint));
}

constexpr std::string_view seconds_hint =
    "The shortest interval is a minute: write \"every minute\" or \"* * * * *\".";

void set_fields(Schedule& schedule, const std::array<CronValues, 5>& fields) {
    schedule.kind = Schedule::Kind::cron;
    schedule.minutes = fields[0].bits;
    schedule.hours = static_cast<std::uint32_t>(fields[1].bits);
    schedule.days = static_cast<std::uint32_t>(fields[2].bits);
    schedule.months = static_cast<std::uint32_t>(fields[3].bits);
    // 7 is Sunday too; one bit for it is enough.
    const std::uint64_t weekdays = fields[4].bits;
    schedule.weekdays = static_cast<std::uint32_t>((weekdays | weekdays >> 7) & 0x7F);
    schedule.dom_star = fields[2].is_star;
    schedule.dow_star = fields[4].is_star;
    schedule.last_day = fields[2].has_last;
}

Parsed parse_cron(const std::vector<Token>& tokens) {
    const std::array<const CronField*, 5> fields{&minute_field, &hour_field, &day_field,
                                                 &month_field, &weekday_field};
    std::array<CronValues, 5> values;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i == tokens.size()) {
            return fault_at(tokens.back().end(),
                            "the " + std::string(fields[i]->name) + " field is missing",
                            "A cron schedule has five fields: minute hour day month weekday.");
        }
        if (i == 1 && lower(tokens[i].text).starts_with("second")) {
            return fault_at(tokens[i], "seconds are not supported:", std::string(seconds_hint));
        }
        auto field = parse_cron_field(tokens[i].text, *fields[i]);
        if (!field) {
            field.error().position += tokens[i].offset;
            return field.error();
        }
        values[i] = *field;
    }
    if (tokens.size() > fields.size()) {
        return fault_at(tokens[5], "unexpected text after the fifth field:",
                        "There is no field for seconds or years.");
    }
    Schedule schedule;
    set_fields(schedule, values);
    return schedule;
}

struct Nickname {
    std::string_view name;
    std::string_view cron;
};
constexpr std::array<Nickname, 7> nicknames{{{"@hourly", "0 * * * *"},
                                             {"@daily", "0 0 * * *"},
                                             {"@midnight", "0 0 * * *"},
                                             {"@weekly", "0 0 * * 0"},
                                             {"@monthly", "0 0 1 * *"},
                                             {"@yearly", "0 0 1 1 *"},
                                             {"@annually", "0 0 1 1 *"}}};

Parsed parse_nickname(const std::vector<Token>& tokens) {
    const std::string name = lower(tokens[0].text);
    const auto* found = std::find_if(nicknames.begin(), nicknames.end(),
                                     [&](const Nickname& row) { return row.name == name; });
    if (found == nicknames.end()) {
        return fault_at(tokens[0], "unknown schedule",
                        "Known are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and "
                        "@annually.");
    }
    if (tokens.size() > 1) return fault_at(tokens[1], "unexpected");
    return parse_cron(split(found->cron));
}

struct Unit {
    std::string_view name;
    seconds length;
};
constexpr std::array<Unit, 5> units{{{"minute", std::chrono::minutes{1}},
                                     {"min", std::chrono::minutes{1}},
                                     {"hour", std::chrono::hours{1}},
                                     {"day", std::chrono::days{1}},
                                     {"week", std::chrono::weeks{1}}}};
constexpr seconds every_max = std::chrono::days{366};

const Unit* find_unit(std::string_view text) {
    std::string name = lower(text);
    if (name.ends_with('s')) name.pop_back();
    const auto* found = std::find_if(units.begin(), units.end(),
                                     [&](const Unit& unit) { return unit.name == name; });
    return found == units.end() ? nullptr : found;
}

// 0 when it is not a number from 1 to 999999.
int read_count(std::string_view text) {
    if (text.size() > 6 || text.find_first_not_of("0123456789") != std::string_view::npos) return 0;
    int count = 0;
    for (const char c : text) count = count * 10 + (c - '0');
    return count;
}

Parsed parse_every(const std::vector<Token>& tokens) {
    constexpr const char* example = "Write for example \"every 15 minutes\" or \"every day\".";
    std::size_t next = 1;
    int count = 1;
    if (tokens.size() > next && !std::isalpha(static_cast<unsigned char>(tokens[next].text[0]))) {
        count = read_count(tokens[next].text);
        if (count == 0) return fault_at(tokens[next], "not a count from 1 on:", example);
        ++next;
    }
    if (next == tokens.size()) {
        return fault_at(tokens.back().end(), "a unit of time is missing", example);
    }
    const Token& word = tokens[next];
    if (lower(word.text).starts_with("sec")) {
        return fault_at(word, "seconds are not supported:", std::string(seconds_hint));
    }
    const Unit* unit = find_unit(word.text);
    if (unit == nullptr) {
        return fault_at(word, "unknown unit of time", "Known are minutes, hours, days and weeks.");
    }
    if (tokens.size() > next + 1) return fault_at(tokens[next + 1], "unexpected");
    Schedule schedule;
    schedule.kind = Schedule::Kind::every;
    schedule.every = count * unit->length;
    if (schedule.every > every_max) {
        return fault_at(tokens[1], "too long an interval:", "The longest is 366 days.");
    }
    return schedule;
}

Parsed parse_at(const std::vector<Token>& tokens, std::string_view text) {
    constexpr const char* example = "Write for example \"at 2026-12-01T09:00:00Z\".";
    if (tokens.size() == 1) return fault_at(tokens[0].end(), "a time is missing", example);
    const auto written = parse_written_time(text.substr(tokens[1].offset));
    if (!written) return fault_at(tokens[1], "not a time:", example);
    Schedule schedule;
    schedule.kind = Schedule::Kind::at;
    schedule.at = written->time;
    schedule.at_is_local = !written->has_offset;
    return schedule;
}

Parsed parse_tokens(const std::vector<Token>& tokens, std::string_view text) {
    if (tokens.empty()) return fault_at(0, "the schedule is empty");
    const std::string first = lower(tokens[0].text);
    if (first.starts_with('@')) return parse_nickname(tokens);
    if (first == "every") return parse_every(tokens);
    if (first == "at") return parse_at(tokens, text);
    return parse_cron(tokens);
}

// Counts characters, where bytes 80..BF go on with the one before.
std::size_t character_position(std::string_view text, std::size_t byte_offset) {
    const std::string_view before = text.substr(0, byte_offset);
    return 1 + static_cast<std::size_t>(std::count_if(before.begin(), before.end(),
                                                      [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

Result<Schedule, ScheduleFault> parse_schedule(std::string_view text) {
    const std::vector<Token> tokens = split(text);
    Parsed parsed = parse_tokens(tokens, text);
    if (!parsed) {
        parsed.error().position = character_position(text, parsed.error().position);
        return parsed;
    }
    for (const Token& token : tokens) {
        if (!parsed->text.empty()) parsed->text += ' ';
        parsed->text += token.text;
    }
    return parsed;
}

bool is_one_shot(const Schedule& schedule) {
    return schedule.kind == Schedule::Kind::at;
}

Time clamp_next_run(const std::optional<std::string>& next_run, Time now, NextRunBounds bounds) {
    constexpr std::chrono::hours unknown_delay{24};
    Time wanted = now + unknown_delay;
    if (const auto read = next_run ? parse_time(*next_run) : std::nullopt; read && *read > now) {
        wanted = *read;
    }
    // An upper bound below the lower one gives way: too often is worse than too late.
    const Time earliest = now + bounds.min_interval;
    const Time latest = std::max(earliest, now + bounds.max_interval);
    return std::clamp(wanted, earliest, latest);
}

microseconds spread(std::string_view task_id, microseconds jitter) {
    if (jitter.count() <= 0) return microseconds{0};
    // FNV-1a, then a mix of the upper bits: stable over versions and machines.
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : task_id) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    hash ^= hash >> 32;
    return microseconds{
        static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(jitter.count()))};
}

}  // namespace torale::core
