// Inserts, upserts, updates and deletes: what is written, and what of it is returned.
#include <algorithm>

#include "rest/plan_parts.hpp"

namespace torale::rest {

namespace {

std::optional<Failure> refuse_columns(const Relation& relation,
                                      const std::vector<std::string>& columns) {
    for (const std::string& column : columns) {
        if (relation.find(column)) continue;
        return Failure{.status = 400,
                       .code = "PGRST204",
                       .message = "Could not find the '" + column + "' column of '" +
                                  relation.name.name + "' in the schema cache"};
    }
    return std::nullopt;
}

std::vector<Condition> root_conditions(const Query& query) {
    std::vector<Condition> conditions;
    for (const PathCondition& one : query.conditions) {
        if (one.path.empty()) conditions.push_back(one.condition);
    }
    return conditions;
}

// Each column of the primary key once, by eq, and nothing else.
bool names_one_row(const Relation& relation, const std::vector<Condition>& conditions) {
    std::vector<std::string> names;
    for (const Condition& condition : conditions) {
        const Filter& filter = condition.filter;
        if (condition.kind != Condition::Kind::filter || filter.is_negated ||
            filter.op != Operator::eq || filter.quantifier != Quantifier::none ||
            !filter.field.path.empty()) {
            return false;
        }
        names.push_back(filter.field.name);
    }
    std::sort(names.begin(), names.end());
    std::vector<std::string> key = relation.primary_key;
    std::sort(key.begin(), key.end());
    return !key.empty() && names == key;
}

void plan_conflict(WritePlan& write, const Ask& ask) {
    if (ask.prefer.resolution == Resolution::unset) return;
    write.conflict_columns = ask.query.on_conflict && !ask.query.on_conflict->empty()
                                 ? *ask.query.on_conflict
                                 : write.relation->primary_key;
    if (write.conflict_columns.empty()) return;
    write.updates_on_conflict =
        ask.prefer.resolution == Resolution::merge_duplicates && !write.columns.empty();
    write.ignores_conflicts = !write.updates_on_conflict;
}

std::optional<Failure> plan_put(WritePlan& write, const Payload& payload) {
    if (!names_one_row(*write.relation, write.conditions)) {
        return Failure{
            .status = 405,
            .code = "PGRST105",
            .message = "Filters must include all and only primary key columns with 'eq' operators"};
    }
    if (payload.rows > 1) {
        return Failure{.status = 400,
                       .code = "PGRST115",
                       .message = "Payload values do not match URL in primary key column(s)"};
    }
    write.conflict_columns = write.relation->primary_key;
    write.updates_on_conflict = !write.columns.empty();
    write.ignores_conflicts = write.columns.empty();
    return std::nullopt;
}

Result<WritePlan> plan_written(const Relation& relation, const Ask& ask, const Payload& payload) {
    WritePlan write;
    write.relation = &relation;
    write.columns = payload.keys;
    write.returns_rows = ask.prefer.return_ == Return::representation;
    if (const auto failure = refuse_columns(relation, write.columns)) return *failure;
    const bool is_insert = ask.action == Action::insert;
    if (is_insert) {
        plan_conflict(write, ask);
        if (ask.prefer.return_ == Return::headers_only) {
            write.location_columns = relation.primary_key;
        }
    } else {
        write.conditions = root_conditions(ask.query);
    }
    write.uses_defaults =
        ask.prefer.missing == Missing::as_default && (is_insert || ask.action == Action::update);
    if (ask.action == Action::upsert_one) {
        if (const auto failure = plan_put(write, payload)) return *failure;
    }
    return write;
}

// Also without a representation: an embed that cannot be is refused all the same.
Result<ReadPlan> plan_returned(const Schema& schema, const Relation& relation, const Ask& ask,
                               const PlanWishes& wishes) {
    ReadWishes read_wishes;
    read_wishes.ignores_root_conditions = true;
    read_wishes.ignores_root_range = true;
    read_wishes.aggregates_enabled = wishes.aggregates_enabled;
    Result<ReadPlan> read = plan_read(schema, &relation, ask.schema, ask.query, read_wishes);
    if (read) read->from_cte = written_cte;
    return read;
}

}  // namespace

Result<Plan> plan_write(const Schema& schema, const Ask& ask, const PlanWishes& wishes) {
    Result<Payload> payload = parse_payload(ask);
    if (!payload) return payload.error();
    const Result<const Relation*> relation = require_relation(schema, ask);
    if (!relation) return relation.error();
    Result<ReadPlan> read = plan_returned(schema, **relation, ask, wishes);
    if (!read) return read.error();
    Result<WritePlan> write = plan_written(**relation, ask, *payload);
    if (!write) return write.error();

    Plan plan;
    plan.read = std::move(*read);
    plan.write = std::move(*write);
    plan.payload = std::move(*payload);
    const bool is_counted =
        ask.prefer.count == Count::exact || ask.prefer.count == Count::estimated;
    if (is_counted && ask.action != Action::upsert_one) plan.count = Count::exact;
    if (is_strict(ask) && (ask.action == Action::update || ask.action == Action::remove)) {
        plan.affected_max = ask.prefer.max_affected;
    }
    return finish_plan(std::move(plan), ask);
}

}  // namespace torale::rest
