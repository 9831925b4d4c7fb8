// Ask + schema → Plan: everything decided that can be decided without the database. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rest/ask.hpp"
#include "rest/payload.hpp"
#include "rest/read_plan.hpp"

namespace torale::rest {

struct PlanWishes {
    std::int64_t max_rows = 0;
    bool aggregates_enabled = false;
};

struct CallPlan {
    const Routine* routine = nullptr;
    // By GET and from a form: one value a parameter, variadic ones several. Else the payload's
    // keys, without values: Plan::payload has them.
    std::vector<std::pair<std::string, std::vector<std::string>>> arguments;
    bool takes_raw_body = false;  // the single unnamed parameter
};

struct WritePlan {
    const Relation* relation = nullptr;
    std::vector<std::string> columns;           // to write
    std::vector<std::string> conflict_columns;  // empty: a plain insert
    bool updates_on_conflict = false;
    bool ignores_conflicts = false;
    bool uses_defaults = false;         // missing=default
    std::vector<Condition> conditions;  // update, delete, put: the root's
    bool returns_rows = false;          // return=representation
    // insert with return=headers-only: the primary key.
    std::vector<std::string> location_columns;
};

struct Plan {
    Action action = Action::read;
    Media media = Media::json;  // what the body will be
    std::string media_type;     // the Content-Type to send; "" = none
    bool is_head = false;
    bool is_read_only = false;
    ReadPlan read;  // what is read or returned
    std::optional<WritePlan> write;
    std::optional<CallPlan> call;
    Payload payload;
    Count count = Count::none;                 // as far as it means something here
    std::int64_t max_rows = 0;                 // estimated counts stop there
    std::optional<std::int64_t> affected_max;  // max-affected under strict: more rolls back
    std::string isolation;                     // "" = the default; from the routine's SET
    std::vector<std::pair<std::string, std::string>>
        routine_settings;             // hoisted: statement_timeout …
    std::string preferences_applied;  // the header's text, "" = none
};

// PGRST1xx and 2xx. The Ask and the Schema outlive the Plan.
Result<Plan> plan_request(const Schema& schema, const Ask& ask, const PlanWishes& wishes);

// Shared by plan_*.cpp: the media to answer with (PGRST107), strict preferences (PGRST122), and
// the text of Preference-Applied.
Result<Media> choose_media(const Ask& ask);
std::string media_type_of(Media media);

Result<Plan> plan_relation_read(const Schema& schema, const Ask& ask, const PlanWishes& wishes);
Result<Plan> plan_write(const Schema& schema, const Ask& ask, const PlanWishes& wishes);
Result<Plan> plan_call(const Schema& schema, const Ask& ask, const PlanWishes& wishes);

}  // namespace torale::rest
