// A routine called once, in a CTE; its result is read like a relation.
#include "rest/plan_parts.hpp"
#include "rest/render.hpp"
#include "rest/render_parts.hpp"

namespace torale::rest {

namespace {

const RoutineParameter* find_parameter(const Routine& routine, const std::string& name) {
    for (const RoutineParameter& parameter : routine.parameters) {
        if (parameter.name == name) return &parameter;
    }
    return nullptr;
}

// A call knows its parameters by the schema; what is not among them was never planned.
template <class Visit>
void for_each_argument(const CallPlan& call, const Visit& visit) {
    // VARIADIC must stand last.
    for (const bool is_variadic : {false, true}) {
        for (const auto& [name, values] : call.arguments) {
            const RoutineParameter* parameter = find_parameter(*call.routine, name);
            if (parameter && parameter->is_variadic == is_variadic) visit(*parameter, values);
        }
    }
}

bool reads_json(const Plan& plan) {
    return plan.payload.kind == Payload::Kind::json && !plan.call->arguments.empty();
}

void render_value(SqlWriter& out, const RoutineParameter& parameter,
                  const std::vector<std::string>& values) {
    if (parameter.is_variadic) {
        out << "ARRAY[";
        std::string_view separator;
        for (const std::string& value : values) {
            (out << separator).parameter(value);
            separator = ", ";
        }
        out << "]";
    } else {
        out.parameter(values.back());
    }
    out << "::" << parameter.type;
}

void render_arguments(SqlWriter& out, const Plan& plan) {
    const CallPlan& call = *plan.call;
    if (call.takes_raw_body) {
        out.parameter(plan.payload.text) << "::" << call.routine->parameters.front().type;
        return;
    }
    std::string_view separator;
    for_each_argument(
        call, [&](const RoutineParameter& parameter, const std::vector<std::string>& values) {
            out << separator << (parameter.is_variadic ? "VARIADIC " : "");
            out.identifier(parameter.name) << " := ";
            if (reads_json(plan)) {
                out.name("_arguments", parameter.name);
            } else {
                render_value(out, parameter, values);
            }
            separator = ", ";
        });
}

// The arguments as one row, from an object or the first element of an array.
void render_json_arguments(SqlWriter& out, const Plan& plan) {
    out << "pg_catalog.json_to_record(";
    if (plan.payload.is_array) out << "(";
    out.parameter(plan.payload.text) << "::json";
    if (plan.payload.is_array) out << " OPERATOR(pg_catalog.->) 0)";
    out << ") AS \"_arguments\"(";
    std::string_view separator;
    for_each_argument(*plan.call,
                      [&](const RoutineParameter& parameter, const std::vector<std::string>&) {
                          (out << separator).identifier(parameter.name) << " " << parameter.type;
                          separator = ", ";
                      });
    out << "), LATERAL ";
}

// A computed field is a function of the row and must be called here: the CTE's rows are of no
// relation's type.
void render_computed(SqlWriter& out, const Plan& plan) {
    const Relation* relation = plan.read.relation;
    if (relation == nullptr) return;
    for (const std::string& column : needed_columns(plan.read)) {
        if (column == "*" || relation->find(column) != nullptr) continue;
        out << ", ";
        out.name("_call", column);
    }
}

void render_result(SqlWriter& out, const Plan& plan) {
    const Routine& routine = *plan.call->routine;
    out.identifier(called_cte) << " AS (SELECT \"_call\".*";
    render_computed(out, plan);
    out << " FROM ";
    if (reads_json(plan)) render_json_arguments(out, plan);
    out.name(routine.name.schema, routine.name.name) << "(";
    render_arguments(out, plan);
    out << ") AS \"_call\"";
    if (!routine.returns_composite) {
        (out << "(").identifier(scalar_column) << ")";
    } else if (!routine.returns_set && routine.return_relation) {
        // In FROM a null row is a row of nulls; as a result it is no row.
        out << " WHERE NOT (\"_call\".*) IS NULL";
    }
    out << ")";
}

}  // namespace

void render_call(SqlWriter& out, const Plan& plan) {
    out << "WITH ";
    render_result(out, plan);
    if (plan.call->routine->returns_void) {
        out << " ";
        render_answer(out, plan, AnswerColumns{});
        (out << " FROM ").identifier(called_cte) << " AS \"_rows\"";
        return;
    }
    std::string_view separator = ", ";
    AnswerColumns columns;
    columns.total = render_total(out, plan, separator);
    render_page(out, plan, columns, separator);
}

}  // namespace torale::rest
