// OPTIONS: what a relation, a routine or the root allows, by the schema alone. Privileges play no
// part in it.
#include <algorithm>

#include "rest/reply.hpp"

namespace torale::rest {

namespace {

Failure not_found(std::string code, std::string message) {
    Failure failure;
    failure.status = 404;
    failure.code = std::move(code);
    failure.message = std::move(message);
    return failure;
}

std::string allowed_on(const Relation& relation) {
    const bool takes_put =
        relation.is_insertable && relation.is_updatable && !relation.primary_key.empty();
    std::string allow = "OPTIONS,GET,HEAD";
    if (relation.is_insertable) allow += ",POST";
    if (takes_put) allow += ",PUT";
    if (relation.is_updatable) allow += ",PATCH";
    if (relation.is_deletable) allow += ",DELETE";
    return allow;
}

// GET is for those that cannot write; of several overloads one is enough.
std::string allowed_on(const std::vector<Routine>& overloads) {
    const bool reads = std::any_of(overloads.begin(), overloads.end(), [](const Routine& routine) {
        return routine.volatility != Volatility::volatile_;
    });
    return reads ? "OPTIONS,GET,HEAD,POST" : "OPTIONS,POST";
}

Result<std::string> allowed(const Schema& schema, const Ask& ask) {
    const Name name{ask.schema, ask.name};
    const std::string written = ask.schema + "." + ask.name;
    switch (ask.target) {
        case Target::root:
            return std::string("OPTIONS,GET,HEAD");
        case Target::relation: {
            const Relation* relation = schema.find_relation(name);
            if (relation != nullptr) return allowed_on(*relation);
            return not_found("PGRST205",
                             "Could not find the table '" + written + "' in the schema cache");
        }
        case Target::routine: {
            const std::vector<Routine>& overloads = schema.overloads(name);
            if (!overloads.empty()) return allowed_on(overloads);
            return not_found("PGRST202",
                             "Could not find the function " + written + " in the schema cache");
        }
    }
    return not_found("PGRST125", "Invalid path specified in request URL");
}

}  // namespace

Result<core::HttpResponse> reply_options(const Schema& schema, const Ask& ask) {
    auto allow = allowed(schema, ask);
    if (!allow) return allow.error();
    core::HttpResponse response;
    // Nothing here depends on who asks; a list of origins has the last word (add_cors_headers).
    response.headers = {{"Allow", std::move(*allow)}, {"Access-Control-Allow-Origin", "*"}};
    return response;
}

}  // namespace torale::rest
