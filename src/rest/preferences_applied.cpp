// Preference-Applied: which wishes had a meaning for this request. tx is none of them: as with
// PostgREST's default of db-tx-end, what succeeds is committed whatever a client prefers.
#include "rest/plan_parts.hpp"

namespace torale::rest {

namespace {

bool is_write(Action action) {
    return action == Action::insert || action == Action::update || action == Action::remove ||
           action == Action::upsert_one;
}

std::string_view resolution_text(const Ask& ask, const Plan& plan) {
    if (ask.action != Action::insert || plan.write->conflict_columns.empty()) return "";
    switch (ask.prefer.resolution) {
        case Resolution::unset:
            return "";
        case Resolution::merge_duplicates:
            return "resolution=merge-duplicates";
        case Resolution::ignore_duplicates:
            return "resolution=ignore-duplicates";
    }
    return "";
}

std::string_view missing_text(const Ask& ask) {
    if (ask.action != Action::insert && ask.action != Action::update) return "";
    switch (ask.prefer.missing) {
        case Missing::unset:
            return "";
        case Missing::as_default:
            return "missing=default";
        case Missing::as_null:
            return "missing=null";
    }
    return "";
}

std::string_view return_text(const Ask& ask) {
    if (!is_write(ask.action)) return "";
    switch (ask.prefer.return_) {
        case Return::unset:
            return "";
        case Return::minimal:
            return "return=minimal";
        case Return::headers_only:
            return "return=headers-only";
        case Return::representation:
            return "return=representation";
    }
    return "";
}

std::string_view count_text(const Ask& ask) {
    if (ask.action == Action::upsert_one) return "";
    switch (ask.prefer.count) {
        case Count::none:
            return "";
        case Count::exact:
            return "count=exact";
        case Count::planned:
            return "count=planned";
        case Count::estimated:
            return "count=estimated";
    }
    return "";
}

std::string_view handling_text(Handling handling) {
    switch (handling) {
        case Handling::unset:
            return "";
        case Handling::strict:
            return "handling=strict";
        case Handling::lenient:
            return "handling=lenient";
    }
    return "";
}

}  // namespace

std::string applied_preferences(const Ask& ask, const Plan& plan) {
    std::vector<std::string> applied;
    for (const std::string_view text :
         {resolution_text(ask, plan), missing_text(ask), return_text(ask), count_text(ask),
          handling_text(ask.prefer.handling)}) {
        if (!text.empty()) applied.emplace_back(text);
    }
    if (!ask.prefer.timezone.empty()) applied.push_back("timezone=" + ask.prefer.timezone);
    if (plan.affected_max) applied.push_back("max-affected=" + std::to_string(*plan.affected_max));
    return join(applied, ", ");
}

}  // namespace torale::rest
