// Preferences with fixed words as one table; timezone and max-affected carry values of their own.
#include "rest/preferences.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "rest/header_list.hpp"
#include "rest/row_range.hpp"
#include "rest/scanner.hpp"

namespace torale::rest {

namespace {

// Sets `field` unless it was set before: the first counts, a second one is no mistake.
template <auto field, auto unset, auto value>
void set(Preferences& preferences) {
    if (preferences.*field == unset) preferences.*field = value;
}

struct Row {
    std::string_view written;
    void (*apply)(Preferences&);
};

using P = Preferences;
constexpr std::array<Row, 14> rows{{
    {"return=minimal", set<&P::return_, Return::unset, Return::minimal>},
    {"return=headers-only", set<&P::return_, Return::unset, Return::headers_only>},
    {"return=representation", set<&P::return_, Return::unset, Return::representation>},
    {"count=exact", set<&P::count, Count::none, Count::exact>},
    {"count=planned", set<&P::count, Count::none, Count::planned>},
    {"count=estimated", set<&P::count, Count::none, Count::estimated>},
    {"resolution=merge-duplicates",
     set<&P::resolution, Resolution::unset, Resolution::merge_duplicates>},
    {"resolution=ignore-duplicates",
     set<&P::resolution, Resolution::unset, Resolution::ignore_duplicates>},
    {"missing=default", set<&P::missing, Missing::unset, Missing::as_default>},
    {"missing=null", set<&P::missing, Missing::unset, Missing::as_null>},
    {"handling=strict", set<&P::handling, Handling::unset, Handling::strict>},
    {"handling=lenient", set<&P::handling, Handling::unset, Handling::lenient>},
    {"tx=commit", set<&P::end, TransactionEnd::unset, TransactionEnd::commit>},
    {"tx=rollback", set<&P::end, TransactionEnd::unset, TransactionEnd::rollback>},
}};

bool apply_word(std::string_view written, Preferences& preferences) {
    for (const Row& row : rows) {
        if (row.written != written) continue;
        row.apply(preferences);
        return true;
    }
    return false;
}

bool apply_value(std::string_view written, Preferences& preferences) {
    constexpr std::string_view timezone = "timezone=";
    constexpr std::string_view max_affected = "max-affected=";
    if (written.starts_with(timezone) && written.size() > timezone.size()) {
        const std::string_view zone = written.substr(timezone.size());
        if (!is_plain_text(zone)) return false;
        if (preferences.timezone.empty()) preferences.timezone = zone;
        return true;
    }
    if (written.starts_with(max_affected)) {
        const auto number = parse_integer(written.substr(max_affected.size()));
        if (number && !preferences.max_affected) preferences.max_affected = number;
        return number.has_value();
    }
    return false;
}

}  // namespace

Preferences parse_preferences(const std::vector<core::Header>& headers) {
    Preferences preferences;
    for (const std::string_view written : list_members(headers, "prefer")) {
        if (apply_word(written, preferences) || apply_value(written, preferences)) continue;
        preferences.invalid.emplace_back(written);
    }
    return preferences;
}

}  // namespace torale::rest
