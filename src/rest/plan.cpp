// Dispatch, the reads of relations, and what all plans share.
#include "rest/plan.hpp"

#include "rest/plan_parts.hpp"

namespace torale::rest {

namespace {

// Above it no name is suggested: comparing with each of them costs too much.
constexpr std::size_t suggestion_relations_max = 500;
// For disclosure reasons high: a guess must be nearly right.
constexpr double relation_likeness_min = 0.75;

std::vector<std::string> relations_in(const Schema& schema, const std::string& schema_name) {
    std::vector<std::string> names;
    for (auto at = schema.relations.lower_bound(Name{schema_name, ""});
         at != schema.relations.end() && at->first.schema == schema_name; ++at) {
        names.push_back(at->first.name);
    }
    return names;
}

Failure no_relation(const Schema& schema, const Ask& ask) {
    Failure failure;
    failure.status = 404;
    failure.code = "PGRST205";
    failure.message =
        "Could not find the table '" + ask.schema + "." + ask.name + "' in the schema cache";
    const std::vector<std::string> names = relations_in(schema, ask.schema);
    if (names.size() >= suggestion_relations_max) return failure;
    if (const auto near = nearest_name(ask.name, names, relation_likeness_min)) {
        failure.hint = "Perhaps you meant the table '" + ask.schema + "." + *near + "'";
    }
    return failure;
}

}  // namespace

bool is_strict(const Ask& ask) {
    return ask.prefer.handling == Handling::strict;
}

ReadWishes read_wishes(const Ask& ask, const PlanWishes& wishes) {
    ReadWishes read;
    read.max_rows = wishes.max_rows;
    read.aggregates_enabled = wishes.aggregates_enabled;
    if (ask.range) read.range = {ask.range->first, ask.range->last};
    return read;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (const std::string& part : parts) {
        if (&part != &parts.front()) text += separator;
        text += part;
    }
    return text;
}

Result<const Relation*> require_relation(const Schema& schema, const Ask& ask) {
    if (const Relation* relation = schema.find_relation(Name{ask.schema, ask.name})) {
        return relation;
    }
    return no_relation(schema, ask);
}

Result<Plan> finish_plan(Plan plan, const Ask& ask) {
    const Result<Media> media = choose_media(ask);
    if (!media) return media.error();
    if (is_strict(ask) && !ask.prefer.invalid.empty()) {
        Failure failure;
        failure.code = "PGRST122";
        failure.message = "Invalid preferences given with handling=strict";
        failure.details = "Invalid preferences: " + join(ask.prefer.invalid, ", ");
        return failure;
    }
    plan.action = ask.action;
    plan.is_head = ask.is_head;
    plan.media = *media;
    const bool has_body = plan.write  ? plan.write->returns_rows
                          : plan.call ? !plan.call->routine->returns_void
                                      : true;
    if (has_body) plan.media_type = media_type_of(*media);
    plan.preferences_applied = applied_preferences(ask, plan);
    return plan;
}

Result<Plan> plan_relation_read(const Schema& schema, const Ask& ask, const PlanWishes& wishes) {
    const Result<const Relation*> relation = require_relation(schema, ask);
    if (!relation) return relation.error();
    Result<ReadPlan> read =
        plan_read(schema, *relation, ask.schema, ask.query, read_wishes(ask, wishes));
    if (!read) return read.error();
    Plan plan;
    plan.read = std::move(*read);
    plan.is_read_only = true;
    plan.count = ask.prefer.count;
    plan.max_rows = wishes.max_rows;
    return finish_plan(std::move(plan), ask);
}

Result<Plan> plan_request(const Schema& schema, const Ask& ask, const PlanWishes& wishes) {
    switch (ask.action) {
        case Action::read:
            return plan_relation_read(schema, ask, wishes);
        case Action::insert:
        case Action::update:
        case Action::upsert_one:
        case Action::remove:
            return plan_write(schema, ask, wishes);
        case Action::call:
            return plan_call(schema, ask, wishes);
        case Action::options:
        case Action::describe:
            break;  // answered from the schema, no statement
    }
    Plan plan;
    plan.action = ask.action;
    plan.is_head = ask.is_head;
    plan.is_read_only = true;
    return plan;
}

}  // namespace torale::rest
