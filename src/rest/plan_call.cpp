// Calls: which routine, with which arguments, and what is read of its result.
#include <algorithm>
#include <set>

#include "rest/choose_routine.hpp"
#include "rest/plan_parts.hpp"

namespace torale::rest {

namespace {

// Settings of a routine that rule its whole transaction.
constexpr std::string_view isolation_setting = "default_transaction_isolation";
constexpr std::string_view hoisted_settings[] = {"statement_timeout",
                                                 "plan_filter.statement_cost_limit"};

// Arguments as pairs: by GET, and from a form. Nothing when they are a JSON body.
std::optional<FormFields> argument_pairs(const Ask& ask) {
    if (ask.is_get_call) return ask.query.arguments;
    if (ask.content_type != "application/x-www-form-urlencoded") return std::nullopt;
    return parse_form(ask.body);
}

std::vector<std::string> names_of(const FormFields& pairs) {
    std::set<std::string> names;
    for (const auto& [name, value] : pairs) names.insert(name);
    return {names.begin(), names.end()};
}

// A name that comes again: all values count for a variadic parameter, else the last.
void take_values(CallPlan& call, const FormFields& pairs) {
    for (const RoutineParameter& parameter : call.routine->parameters) {
        std::vector<std::string> values;
        for (const auto& [name, value] : pairs) {
            if (name != parameter.name) continue;
            if (!parameter.is_variadic) values.clear();
            values.push_back(value);
        }
        if (!values.empty()) call.arguments.emplace_back(parameter.name, std::move(values));
    }
}

void take_names(CallPlan& call, const std::vector<std::string>& names) {
    for (const RoutineParameter& parameter : call.routine->parameters) {
        if (std::find(names.begin(), names.end(), parameter.name) == names.end()) continue;
        call.arguments.emplace_back(parameter.name, std::vector<std::string>{});
    }
}

void hoist_settings(Plan& plan, const Routine& routine) {
    for (const auto& [name, value] : routine.settings) {
        if (name == isolation_setting) plan.isolation = value;
        for (const std::string_view hoisted : hoisted_settings) {
            if (name == hoisted) plan.routine_settings.emplace_back(name, value);
        }
    }
}

// Values have no columns: whatever is selected, it is the value.
Query scalar_query(const Query& query) {
    Query scalar = query;
    SelectItem item;
    item.field.name = scalar_column;
    scalar.select = {item};
    scalar.has_select = true;
    return scalar;
}

// A result of no relation's rows has no name that a failure could tell; the routine has.
Failure named_failure(Failure failure, const Routine& routine) {
    const std::string name = "'" + routine.name.name + "'";
    for (std::string* text : {&failure.message, &failure.details}) {
        const std::size_t place = text->find("''");
        if (place != std::string::npos) text->replace(place, 2, name);
    }
    return failure;
}

Result<ReadPlan> plan_result(const Schema& schema, const Routine& routine, const Ask& ask,
                             const PlanWishes& wishes) {
    const ReadWishes read_wished = read_wishes(ask, wishes);
    const Relation* relation =
        routine.return_relation ? schema.find_relation(*routine.return_relation) : nullptr;
    Result<ReadPlan> read =
        routine.returns_composite
            ? plan_read(schema, relation, ask.schema, ask.query, read_wished)
            : plan_read(schema, nullptr, ask.schema, scalar_query(ask.query), read_wished);
    if (!read) return relation ? read.error() : named_failure(read.error(), routine);
    read->from_cte = called_cte;
    return read;
}

std::optional<Failure> refuse_max_affected(const Routine& routine, const Ask& ask) {
    if (!is_strict(ask) || !ask.prefer.max_affected || routine.returns_set) return std::nullopt;
    Failure failure;
    failure.code = "PGRST128";
    failure.message =
        "Function must return SETOF or TABLE when max-affected preference is used with "
        "handling=strict";
    return failure;
}

CallPlan plan_arguments(const RoutineChoice& choice, const std::optional<FormFields>& pairs,
                        const std::vector<std::string>& names) {
    CallPlan call;
    call.routine = choice.routine;
    call.takes_raw_body = choice.takes_raw_body;
    if (choice.takes_raw_body) return call;
    if (pairs) {
        take_values(call, *pairs);
    } else {
        take_names(call, names);
    }
    return call;
}

}  // namespace

Result<Plan> plan_call(const Schema& schema, const Ask& ask, const PlanWishes& wishes) {
    Result<Payload> payload = parse_payload(ask);
    if (!payload) return payload.error();
    const std::optional<FormFields> pairs = argument_pairs(ask);
    const std::vector<std::string> names = ask.is_get_call ? names_of(*pairs) : payload->keys;
    const Result<RoutineChoice> choice = choose_routine(schema, ask, names);
    if (!choice) return choice.error();
    const Routine& routine = *choice->routine;

    Plan plan;
    plan.read.from_cte = called_cte;
    if (!routine.returns_void) {
        Result<ReadPlan> read = plan_result(schema, routine, ask, wishes);
        if (!read) return read.error();
        plan.read = std::move(*read);
    }
    if (const auto failure = refuse_max_affected(routine, ask)) return *failure;
    plan.call = plan_arguments(*choice, pairs, names);
    if (!pairs) plan.payload = std::move(*payload);
    plan.is_read_only = ask.is_get_call || routine.volatility != Volatility::volatile_;
    if (ask.prefer.count == Count::exact || ask.prefer.count == Count::estimated) {
        plan.count = Count::exact;
    }
    plan.max_rows = wishes.max_rows;
    if (is_strict(ask)) plan.affected_max = ask.prefer.max_affected;
    hoist_settings(plan, routine);
    return finish_plan(std::move(plan), ask);
}

}  // namespace torale::rest
