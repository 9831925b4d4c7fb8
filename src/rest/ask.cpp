// Request → Ask. Each step may refuse, in the order of PostgREST: path, profile, method, query
// string, ranges.
#include "rest/ask.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/json.hpp"
#include "core/text.hpp"
#include "rest/accept.hpp"
#include "rest/preferences.hpp"
#include "rest/query_string.hpp"
#include "rest/row_range.hpp"
#include "rest/scanner.hpp"

namespace torale::rest {

namespace {

// Of a client's word in an error.
constexpr std::size_t shown_chars_max = 100;

std::string shown(std::string_view text) {
    return core::truncate(core::clean_utf8(text), shown_chars_max);
}

Failure range_refusal(std::string details) {
    return {.status = 416,
            .code = "PGRST103",
            .message = "Requested range not satisfiable",
            .details = std::move(details)};
}

// "/", "/name" or "/rpc/name"; "/rpc" is a relation of that name.
std::optional<Failure> read_resource(Ask& ask) {
    std::string_view rest = ask.path;
    const Failure refused{
        .status = 404, .code = "PGRST125", .message = "Invalid path specified in request URL"};
    if (!rest.starts_with('/')) return refused;
    rest.remove_prefix(1);
    if (rest.empty()) {
        ask.target = Target::root;
        return std::nullopt;
    }
    const bool is_routine = rest.starts_with("rpc/");
    if (is_routine) rest.remove_prefix(4);
    ask.target = is_routine ? Target::routine : Target::relation;
    const auto name = percent_decode(rest, false);
    // An encoded slash belongs to the name, a plain one to another path.
    if (rest.empty() || rest.find('/') != std::string_view::npos || !name ||
        !is_plain_text(*name)) {
        return refused;
    }
    ask.name = *name;
    return std::nullopt;
}

bool is_write(std::string_view method) {
    return method == "POST" || method == "PATCH" || method == "PUT" || method == "DELETE";
}

std::optional<Failure> choose_schema(Ask& ask, const core::HttpRequest& request,
                                     const std::vector<std::string>& schemas) {
    const auto named = core::find_header(
        request.headers, is_write(ask.method) ? "content-profile" : "accept-profile");
    ask.schema_was_named = named || schemas.size() > 1;
    if (!named) {
        if (!schemas.empty()) ask.schema = schemas.front();
        return std::nullopt;
    }
    if (std::ranges::find(schemas, *named) != schemas.end()) {
        ask.schema = *named;
        return std::nullopt;
    }
    Failure failure{
        .status = 406, .code = "PGRST106", .message = "Invalid schema: " + shown(*named)};
    failure.hint = "Only the following schemas are exposed: ";
    for (const std::string& schema : schemas) {
        if (&schema != &schemas.front()) failure.hint += ", ";
        failure.hint += schema;
    }
    return failure;
}

struct MethodRow {
    Target target;
    std::string_view method;
    Action action;
};

constexpr std::array<MethodRow, 14> methods{{
    {Target::relation, "GET", Action::read},
    {Target::relation, "HEAD", Action::read},
    {Target::relation, "POST", Action::insert},
    {Target::relation, "PATCH", Action::update},
    {Target::relation, "PUT", Action::upsert_one},
    {Target::relation, "DELETE", Action::remove},
    {Target::relation, "OPTIONS", Action::options},
    {Target::routine, "GET", Action::call},
    {Target::routine, "HEAD", Action::call},
    {Target::routine, "POST", Action::call},
    {Target::routine, "OPTIONS", Action::options},
    {Target::root, "GET", Action::describe},
    {Target::root, "HEAD", Action::describe},
    {Target::root, "OPTIONS", Action::options},
}};

std::optional<Failure> choose_action(Ask& ask) {
    for (const MethodRow& row : methods) {
        if (row.target != ask.target || row.method != ask.method) continue;
        ask.action = row.action;
        ask.is_head = ask.method == "HEAD";
        ask.is_get_call = ask.action == Action::call && ask.method != "POST";
        return std::nullopt;
    }
    if (ask.target == Target::routine) {
        return Failure{.status = 405,
                       .code = "PGRST101",
                       .message = "Cannot use the " + shown(ask.method) + " method on RPC"};
    }
    return Failure{.status = 405,
                   .code = "PGRST117",
                   .message = "Unsupported HTTP method: " + shown(ask.method)};
}

std::optional<Failure> read_query(Ask& ask, std::string_view text) {
    const bool takes_arguments = ask.target == Target::routine && ask.method != "POST";
    auto query = parse_query_string(
        text, takes_arguments ? ParameterUse::arguments_too : ParameterUse::filters);
    if (!query) return query.error();
    ask.query = std::move(*query);
    return std::nullopt;
}

std::optional<Failure> read_ranges(Ask& ask, const core::HttpRequest& request) {
    if (ask.method == "GET") {
        const auto header = core::find_header(request.headers, "range");
        if (header) ask.range = parse_row_range(*header);
        if (ask.range && ask.range->last && *ask.range->last < ask.range->first) {
            return range_refusal(
                "The lower boundary must be lower than or equal to the upper boundary in the "
                "Range header.");
        }
    }
    const auto root = std::ranges::find(ask.query.ranges, EmbedPath{}, &PathRange::path);
    if (root == ask.query.ranges.end()) return std::nullopt;
    if (ask.action == Action::upsert_one) {
        return Failure{.status = 400,
                       .code = "PGRST114",
                       .message = "limit/offset querystring parameters are not allowed for PUT"};
    }
    // Other writes ignore both.
    const bool has_rows = ask.action == Action::read || ask.action == Action::call;
    if (has_rows && root->limit && *root->limit < 0) {
        return range_refusal("Limit should be greater than or equal to zero.");
    }
    return std::nullopt;
}

}  // namespace

Result<Ask> parse_ask(const core::HttpRequest& request, const std::vector<std::string>& schemas) {
    Ask ask;
    ask.method = request.method;
    ask.path = request.path();
    if (auto failure = read_resource(ask)) return *failure;
    if (auto failure = choose_schema(ask, request, schemas)) return *failure;
    if (auto failure = choose_action(ask)) return *failure;
    if (auto failure = read_query(ask, request.query())) return *failure;
    if (auto failure = read_ranges(ask, request)) return *failure;
    ask.prefer = parse_preferences(request.headers);
    ask.accept = parse_accept(request.headers);
    ask.content_type =
        parse_content_type(core::find_header(request.headers, "content-type").value_or(""));
    ask.body = request.body;
    return ask;
}

}  // namespace torale::rest
