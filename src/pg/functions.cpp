// SQL-callable functions over the pure rooms: text, URLs, schedules, judging. Three lines each;
// sql/install/native.sql declares them.
#include "core/schedule.hpp"
#include "core/text.hpp"
#include "core/url.hpp"
#include "pg/datum.hpp"
#include "pg/identifier.hpp"
#include "pg/settings.hpp"
#include "providers/catalog.hpp"
#include "providers/rules.hpp"

using namespace torale;
using namespace torale::pg;

namespace {

core::Schedule schedule_or_throw(std::string_view text) {
    auto schedule = core::parse_schedule(text);
    if (schedule) return *schedule;
    const core::ScheduleFault& fault = schedule.error();
    throw Error(
        "22023", "unreadable schedule: " + fault.message,
        "At position " + std::to_string(fault.position) + " of \"" + std::string(text) + "\".",
        fault.hint.empty() ? "Use five cron fields, @daily, \"every 15 minutes\" or "
                             "\"at 2026-12-01T09:00:00Z\"."
                           : fault.hint);
}

std::string zone_or_throw(std::string_view zone) {
    if (core::is_known_zone(zone)) return std::string(zone);
    throw Error("22023", "unknown time zone \"" + std::string(zone) + "\"",
                "Schedules are evaluated in an IANA time zone.",
                "SELECT name FROM pg_timezone_names;");
}

}  // namespace

// torale_internal.fold(text) → text
TORALE_FUNCTION(torale_fold) {
    const text* value = PG_GETARG_TEXT_PP(0);
    PG_RETURN_TEXT_P(entry([&] { return to_text(core::fold(view(value))); }));
}

// torale_internal.find_quote(source text, quote text) → integer: characters before it, or null
TORALE_FUNCTION(torale_find_quote) {
    const text* source = PG_GETARG_TEXT_PP(0);
    const text* quote = PG_GETARG_TEXT_PP(1);
    const std::int64_t at = entry([&] {
        const auto span = core::find_folded(view(source), view(quote));
        return span ? span->char_offset : std::int64_t{-1};
    });
    if (at < 0) PG_RETURN_NULL();
    PG_RETURN_INT32(static_cast<int32>(at));
}

// torale_internal.canonical_url(text) → text
TORALE_FUNCTION(torale_canonical_url) {
    const text* url = PG_GETARG_TEXT_PP(0);
    PG_RETURN_TEXT_P(entry([&] { return to_text(core::canonical_url(view(url))); }));
}

// torale_internal.domain_of(text) → text
TORALE_FUNCTION(torale_domain_of) {
    const text* url = PG_GETARG_TEXT_PP(0);
    PG_RETURN_TEXT_P(entry([&] { return to_text(core::domain_of(view(url))); }));
}

// torale_internal.content_hash(url text, title text, body text) → text, 64 hex digits
TORALE_FUNCTION(torale_content_hash) {
    const text* url = PG_GETARG_TEXT_PP(0);
    const text* title = PG_GETARG_TEXT_PP(1);
    const text* body = PG_GETARG_TEXT_PP(2);
    PG_RETURN_TEXT_P(entry([&] {
        return to_text(core::content_hash(core::canonical_url(view(url)), view(title), view(body)));
    }));
}

// torale_internal.check_schedule(text) → text, white space normalised; 22023 names the position
TORALE_FUNCTION(torale_check_schedule) {
    const text* value = PG_GETARG_TEXT_PP(0);
    PG_RETURN_TEXT_P(entry([&] { return to_text(schedule_or_throw(view(value)).text); }));
}

// torale_internal.schedule_kind(text) → text: cron, every, at
TORALE_FUNCTION(torale_schedule_kind) {
    const text* value = PG_GETARG_TEXT_PP(0);
    PG_RETURN_TEXT_P(entry([&] {
        switch (schedule_or_throw(view(value)).kind) {
            case core::Schedule::Kind::cron:
                return to_text("cron");
            case core::Schedule::Kind::every:
                return to_text("every");
            case core::Schedule::Kind::at:
                return to_text("at");
        }
        return to_text("");
    }));
}

// torale.describe_schedule(text) → text
TORALE_FUNCTION(torale_describe_schedule) {
    const text* value = PG_GETARG_TEXT_PP(0);
    PG_RETURN_TEXT_P(
        entry([&] { return to_text(core::describe_schedule(schedule_or_throw(view(value)))); }));
}

// torale_internal.is_known_zone(text) → boolean
TORALE_FUNCTION(torale_is_known_zone) {
    const text* zone = PG_GETARG_TEXT_PP(0);
    PG_RETURN_BOOL(entry([&] { return core::is_known_zone(view(zone)); }));
}

// torale_internal.next_slot(schedule text, timezone text, after timestamptz) → timestamptz or null
TORALE_FUNCTION(torale_next_slot) {
    const text* value = PG_GETARG_TEXT_PP(0);
    const text* zone = PG_GETARG_TEXT_PP(1);
    const TimestampTz after = PG_GETARG_TIMESTAMPTZ(2);
    TimestampTz slot = DT_NOEND;
    entry([&] {
        const auto next = core::next_time(schedule_or_throw(view(value)), to_time(after),
                                          zone_or_throw(view(zone)));
        if (next) slot = to_timestamptz(*next);
    });
    if (slot == DT_NOEND) PG_RETURN_NULL();
    PG_RETURN_TIMESTAMPTZ(slot);
}

// torale_internal.next_slots(schedule text, timezone text, count integer, after timestamptz) →
// timestamptz[]
TORALE_FUNCTION(torale_next_slots) {
    const text* value = PG_GETARG_TEXT_PP(0);
    const text* zone = PG_GETARG_TEXT_PP(1);
    const int count = PG_GETARG_INT32(2);
    const TimestampTz after = PG_GETARG_TIMESTAMPTZ(3);
    PG_RETURN_ARRAYTYPE_P(entry([&] {
        if (count < 1 || count > 1000) {
            throw Error("22023", "count must be from 1 to 1000",
                        "It is " + std::to_string(count) + ".", "Ask for fewer at a time.");
        }
        return to_timestamptz_array(core::next_times(schedule_or_throw(view(value)), to_time(after),
                                                     zone_or_throw(view(zone)), count));
    }));
}

// torale_internal.spread(task_id uuid) → interval, below torale.schedule_jitter
TORALE_FUNCTION(torale_spread) {
    const pg_uuid_t* id = PG_GETARG_UUID_P(0);
    auto* result = static_cast<Interval*>(palloc0(sizeof(Interval)));
    entry([&] {
        result->time = core::spread(uuid_text(id->data), current().schedule_jitter).count();
    });
    PG_RETURN_INTERVAL_P(result);
}

// torale_internal.why_undecidable(condition text) → text, null when the rules judge can decide it
TORALE_FUNCTION(torale_why_undecidable) {
    const text* condition = PG_GETARG_TEXT_PP(0);
    text* reason = entry([&]() -> text* {
        const std::string why = providers::rules::why_undecidable(view(condition));
        return why.empty() ? nullptr : to_text(why);
    });
    if (reason == nullptr) PG_RETURN_NULL();
    PG_RETURN_TEXT_P(reason);
}

// torale_internal.known_adapters(kind text) → text[]
TORALE_FUNCTION(torale_known_adapters) {
    const text* kind = PG_GETARG_TEXT_PP(0);
    PG_RETURN_ARRAYTYPE_P(
        entry([&] { return to_text_array(providers::adapter_names(view(kind))); }));
}

// torale_internal.known_options(adapter text) → text[]
TORALE_FUNCTION(torale_known_options) {
    const text* adapter = PG_GETARG_TEXT_PP(0);
    PG_RETURN_ARRAYTYPE_P(
        entry([&] { return to_text_array(providers::option_names(view(adapter))); }));
}

// torale_internal.is_public_suffix(domain text) → boolean
TORALE_FUNCTION(torale_is_public_suffix) {
    const text* domain = PG_GETARG_TEXT_PP(0);
    PG_RETURN_BOOL(entry([&] { return core::is_public_suffix(view(domain)); }));
}

// torale_internal.domain_matches(domain text, suffix text) → boolean
TORALE_FUNCTION(torale_domain_matches) {
    const text* domain = PG_GETARG_TEXT_PP(0);
    const text* suffix = PG_GETARG_TEXT_PP(1);
    PG_RETURN_BOOL(entry([&] { return core::domain_matches(view(domain), view(suffix)); }));
}
