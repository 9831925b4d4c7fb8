// The OpenAPI 2.0 document of one exposed schema, as the role may use it.
#include "rest/openapi.hpp"

#include <algorithm>
#include <cctype>

#include "rest/openapi_parts.hpp"
#include "rest/query_string.hpp"

namespace torale::rest {

namespace {

using core::OrderedJson;

// The one form that OpenAPI 2.0 has for a host. It comes from the client's Host header, so what
// does not fit is left out, and the document means the host it was read from.
bool is_host(std::string_view host) {
    const std::string_view name = host.substr(0, host.find(':'));
    const std::string_view port =
        name.size() < host.size() ? host.substr(name.size() + 1) : std::string_view("0");
    const auto is_name_character = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
    };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !name.empty() && std::all_of(name.begin(), name.end(), is_name_character) &&
           !port.empty() && std::all_of(port.begin(), port.end(), is_digit);
}

OrderedJson info_of(const Schema& schema, const OpenApiOptions& options) {
    OrderedJson info = OrderedJson::object();
    const auto found = schema.comments.find(options.schema);
    const std::string comment = found == schema.comments.end() ? "" : found->second;
    const std::string title = comment.substr(0, comment.find('\n'));
    const std::string rest =
        title.size() < comment.size() ? comment.substr(title.size() + 1) : std::string();
    info["title"] = title.empty() ? "torale API" : title;
    info["description"] =
        rest.empty() ? "The schema " + options.schema + " over HTTP, in PostgREST's dialect."
                     : rest;
    info["version"] = options.version;
    return info;
}

OrderedJson root_path() {
    return {{"get",
             {{"tags", OrderedJson::array({"Introspection"})},
              {"summary", "OpenAPI description (this document)"},
              {"produces", {"application/openapi+json", "application/json"}},
              {"responses", {{"200", {{"description", "OK"}}}}}}}};
}

OrderedJson security_definitions() {
    return {{"JWT",
             {{"description", "Add the token prepending \"Bearer \" (without quotes) to it"},
              {"name", "Authorization"},
              {"in", "header"},
              {"type", "apiKey"}}},
            {"apikey",
             {{"description", "A key made by create_api_key()"},
              {"name", "apikey"},
              {"in", "header"},
              {"type", "apiKey"}}}};
}

std::vector<const Relation*> listed_relations(const Schema& schema, const OpenApiOptions& options) {
    std::vector<const Relation*> listed;
    for (const auto& [name, relation] : schema.relations) {
        if (name.schema == options.schema && options.relations.contains(name)) {
            listed.push_back(&relation);
        }
    }
    return listed;
}

OrderedJson paths_of(const Schema& schema, const OpenApiOptions& options,
                     const std::vector<const Relation*>& relations) {
    OrderedJson paths{{"/", root_path()}};
    std::set<Name> listed;
    for (const Relation* relation : relations) {
        listed.insert(relation->name);
        paths["/" + percent_encode(relation->name.name)] = relation_path(*relation);
    }
    for (const auto& [name, overloads] : schema.routines) {
        const bool is_listed = name.schema == options.schema && options.routines.contains(name);
        if (!is_listed || overloads.empty()) continue;
        paths["/rpc/" + percent_encode(name.name)] = routine_path(overloads, listed);
    }
    return paths;
}

}  // namespace

OrderedJson reference(std::string_view section, std::string_view key) {
    std::string escaped;
    for (const char c : key) {
        if (c == '~') {
            escaped += "~0";
        } else if (c == '/') {
            escaped += "~1";
        } else {
            escaped += c;
        }
    }
    return {{"$ref", "#/" + std::string(section) + "/" + percent_encode(escaped)}};
}

void add_comment(OrderedJson& object, std::string_view comment) {
    const std::string_view first = comment.substr(0, comment.find('\n'));
    if (!first.empty()) object["summary"] = first;
    if (first.size() < comment.size()) object["description"] = comment.substr(first.size() + 1);
}

std::string render_openapi(const Schema& schema, const OpenApiOptions& options) {
    const auto relations = listed_relations(schema, options);
    OrderedJson document{{"swagger", "2.0"}, {"info", info_of(schema, options)}};
    if (is_host(options.host)) document["host"] = options.host;
    document["basePath"] = options.base_path.starts_with('/') ? options.base_path : "/";
    document["schemes"] = {options.scheme == "https" ? "https" : "http"};
    document["consumes"] = {"application/json", "application/vnd.pgrst.object+json;nulls=stripped",
                            "application/vnd.pgrst.object+json", "text/csv"};
    document["produces"] = document["consumes"];
    document["paths"] = paths_of(schema, options, relations);
    OrderedJson definitions = OrderedJson::object();
    for (const Relation* relation : relations) {
        definitions[definition_key(relation->name)] = relation_schema(schema, *relation);
    }
    document["definitions"] = std::move(definitions);
    document["parameters"] = openapi_parameters(relations);
    document["securityDefinitions"] = security_definitions();
    document["externalDocs"] = {
        {"description", "The dialect: PostgREST's documentation"},
        {"url", "https://docs.postgrest.org/en/stable/references/api.html"}};
    return document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace torale::rest
