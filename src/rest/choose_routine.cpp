// Overloads by the names of the arguments given.
#include "rest/choose_routine.hpp"

#include <algorithm>

#include "rest/plan_parts.hpp"

namespace torale::rest {

namespace {

// As for relations, a name must be nearly right; parameters of a known name may be guessed freely.
constexpr double routine_likeness_min = 0.75;
constexpr double parameters_likeness_min = 0.33;

bool is_post(const Ask& ask) {
    return !ask.is_get_call;
}

// The one type that a body of this Content-Type can be, when it is no JSON.
std::string_view raw_type(std::string_view content_type) {
    if (content_type == "text/plain") return "text";
    if (content_type == "text/xml") return "xml";
    if (content_type == "application/octet-stream") return "bytea";
    return "";
}

bool has_raw_body(const Ask& ask) {
    return is_post(ask) && !raw_type(ask.content_type).empty();
}

bool takes_body(const Routine& routine, const Ask& ask) {
    if (!is_post(ask) || routine.parameters.size() != 1) return false;
    const RoutineParameter& parameter = routine.parameters.front();
    if (!parameter.name.empty()) return false;
    if (ask.content_type == "application/json") {
        return parameter.type == "json" || parameter.type == "jsonb";
    }
    return parameter.type == raw_type(ask.content_type);
}

bool takes_arguments(const Routine& routine, const Ask& ask,
                     const std::vector<std::string>& names) {
    if (routine.parameters.empty()) return names.empty() && !has_raw_body(ask);
    std::size_t given = 0;
    for (const RoutineParameter& parameter : routine.parameters) {
        const bool is_given = !parameter.name.empty() &&
                              std::find(names.begin(), names.end(), parameter.name) != names.end();
        if (is_given) ++given;
        if (parameter.is_required && !is_given) return false;
    }
    return given == names.size();
}

std::string parameters_text(const Routine& routine) {
    std::vector<std::string> names;
    for (const RoutineParameter& parameter : routine.parameters) names.push_back(parameter.name);
    std::sort(names.begin(), names.end());
    return "(" + join(names, ", ") + ")";
}

std::optional<std::string> suggest_name(const Schema& schema, const Ask& ask) {
    std::vector<std::string> names;
    for (auto at = schema.routines.lower_bound(Name{ask.schema, ""});
         at != schema.routines.end() && at->first.schema == ask.schema; ++at) {
        names.push_back(at->first.name);
    }
    return nearest_name(ask.name, names, routine_likeness_min);
}

std::string suggestion(const Schema& schema, const Ask& ask,
                       const std::vector<std::string>& names) {
    const std::vector<Routine>& overloads = schema.overloads(Name{ask.schema, ask.name});
    std::optional<std::string> near;
    if (overloads.empty()) {
        near = suggest_name(schema, ask);
    } else {
        const std::string given = "(" + join(names, ", ") + ")";
        std::vector<std::string> candidates;
        for (const Routine& routine : overloads) {
            candidates.push_back(parameters_text(routine));
            if (candidates.back() == given) candidates.pop_back();  // an unnamed one
        }
        near = nearest_name(given, candidates, parameters_likeness_min);
        if (near) near = ask.name + *near;
    }
    if (!near) return "";
    return "Perhaps you meant to call the function " + ask.schema + "." + *near;
}

Failure no_routine(const Schema& schema, const Ask& ask, const std::vector<std::string>& names) {
    const std::string routine = ask.schema + "." + ask.name;
    const std::string list = join(names, ", ");
    const std::string without = " without parameters";
    std::string called = names.empty() ? without : "(" + list + ")";
    std::string searched =
        names.empty()
            ? without
            : std::string(names.size() > 1 ? " with parameters " : " with parameter ") + list;
    if (has_raw_body(ask)) {
        called.clear();
        searched =
            " with a single unnamed " + std::string(raw_type(ask.content_type)) + " parameter";
    } else if (is_post(ask) && ask.content_type == "application/json") {
        searched += " or with a single unnamed json/jsonb parameter";
    }
    Failure failure;
    failure.status = 404;
    failure.code = "PGRST202";
    failure.message = "Could not find the function " + routine + called + " in the schema cache";
    failure.details = "Searched for the function " + routine + searched +
                      ", but no matches were found in the schema cache.";
    failure.hint = suggestion(schema, ask, names);
    return failure;
}

Failure several_routines(const std::vector<const Routine*>& routines) {
    std::vector<std::string> texts;
    for (const Routine* routine : routines) {
        std::vector<std::string> parameters;
        for (const RoutineParameter& parameter : routine->parameters) {
            parameters.push_back(parameter.name + " => " + parameter.type);
        }
        texts.push_back(routine->name.schema + "." + routine->name.name + "(" +
                        join(parameters, ", ") + ")");
    }
    Failure failure;
    failure.status = 300;
    failure.code = "PGRST203";
    failure.message = "Could not choose the best candidate function between: " + join(texts, ", ");
    failure.hint =
        "Try renaming the parameters or the function itself in the database so function "
        "overloading can be resolved";
    return failure;
}

}  // namespace

Result<RoutineChoice> choose_routine(const Schema& schema, const Ask& ask,
                                     const std::vector<std::string>& names) {
    std::vector<const Routine*> by_names;
    std::vector<const Routine*> by_body;
    for (const Routine& routine : schema.overloads(Name{ask.schema, ask.name})) {
        if (takes_body(routine, ask)) {
            by_body.push_back(&routine);
        } else if (takes_arguments(routine, ask, names)) {
            by_names.push_back(&routine);
        }
    }
    const bool takes_raw_body = by_names.empty();
    const std::vector<const Routine*>& found = takes_raw_body ? by_body : by_names;
    if (found.empty()) return no_routine(schema, ask, names);
    if (found.size() > 1) return several_routines(found);
    return RoutineChoice{found.front(), takes_raw_body};
}

}  // namespace torale::rest
