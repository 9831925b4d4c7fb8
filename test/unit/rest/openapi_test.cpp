// The OpenAPI document of an awkward schema, held against the rules of OpenAPI 2.0 that tools
// stumble over: references that lead somewhere, parameters named once, paths without templates.
#include "rest/openapi.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/json.hpp"
#include "openapi_schema.hpp"
#include "rest/query_string.hpp"

namespace torale::rest {
namespace {

core::Json document(const OpenApiOptions& options, const Schema& schema) {
    const auto json = core::parse_json(render_openapi(schema, options));
    if (!json) {
        ADD_FAILURE() << "no JSON";
        return core::Json::object();
    }
    return *json;
}

core::Json awkward() {
    const Schema schema = testing::awkward_schema();
    return document(testing::awkward_options(schema), schema);
}

std::string path_of(const char* name) {
    return "/" + percent_encode(name);
}

std::vector<std::string> names_of(const core::Json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) names.push_back(name);
    return names;
}

// Every object of the document, wherever it stands.
template <class Visit>
void for_each_object(const core::Json& json, const Visit& visit) {
    if (json.is_object()) visit(json);
    if (!json.is_structured()) return;
    for (const core::Json& member : json) for_each_object(member, visit);
}

const core::Json* resolve(const core::Json& document, const std::string& reference) {
    if (!reference.starts_with("#")) return nullptr;
    const auto pointer = percent_decode(reference.substr(1), false);
    if (!pointer) return nullptr;
    const core::Json::json_pointer parsed(*pointer);
    return document.contains(parsed) ? &document[parsed] : nullptr;
}

// A reference stands alone in its object; a property that is called $ref has an object for value.
bool is_reference(const core::Json& object) {
    return object.size() == 1 && object.contains("$ref") && object["$ref"].is_string();
}

TEST(render_openapi, refers_only_to_what_is_there) {
    const core::Json openapi = awkward();
    int references = 0;
    for_each_object(openapi, [&](const core::Json& object) {
        if (!is_reference(object)) return;
        ++references;
        EXPECT_NE(resolve(openapi, object["$ref"]), nullptr) << object;
    });
    EXPECT_GT(references, 50);
}

TEST(render_openapi, describes_each_operation_by_the_rules) {
    const core::Json openapi = awkward();
    int operations = 0;
    for (const auto& [path, item] : openapi["paths"].items()) {
        EXPECT_TRUE(path.starts_with('/'));
        EXPECT_EQ(path.find_first_of("{}?# "), std::string::npos) << path;
        for (const auto& [method, operation] : item.items()) {
            SCOPED_TRACE(method + " " + path);
            ++operations;
            EXPECT_FALSE(operation["responses"].empty());
            for (const core::Json& response : operation["responses"]) {
                EXPECT_TRUE(response["description"].is_string());
            }
            std::set<std::string> seen;
            int bodies = 0;
            for (const core::Json& entry : operation.value("parameters", core::Json::array())) {
                const core::Json* found =
                    is_reference(entry) ? resolve(openapi, entry["$ref"]) : &entry;
                ASSERT_NE(found, nullptr) << entry;
                const std::string in = (*found)["in"];
                EXPECT_TRUE(seen.insert(in + " " + (*found)["name"].get<std::string>()).second)
                    << *found;
                if (in == "body") {
                    ++bodies;
                    EXPECT_TRUE((*found)["schema"].is_object());
                } else {
                    EXPECT_TRUE((*found)["type"].is_string()) << *found;
                    EXPECT_EQ((*found)["type"] == "array", found->contains("items")) << *found;
                }
            }
            EXPECT_LE(bodies, 1);
        }
    }
    EXPECT_GT(operations, 30);
}

TEST(render_openapi, has_schemas_that_json_schema_accepts) {
    int defaults = 0;
    for_each_object(awkward()["definitions"], [&](const core::Json& schema) {
        if (!schema.contains("type") || !schema["type"].is_string()) return;
        const std::string type = schema["type"];
        EXPECT_EQ(type == "array", schema.contains("items")) << schema;
        if (schema.contains("required")) {
            EXPECT_FALSE(schema["required"].empty()) << schema;
        }
        if (!schema.contains("default")) return;
        ++defaults;
        const core::Json& value = schema["default"];
        EXPECT_TRUE((type == "string" && value.is_string()) ||
                    (type == "integer" && value.is_number_integer()) ||
                    (type == "number" && value.is_number()) ||
                    (type == "boolean" && value.is_boolean()))
            << schema;
        if (schema.contains("enum")) {
            const core::Json& labels = schema["enum"];
            EXPECT_NE(std::find(labels.begin(), labels.end(), value), labels.end()) << schema;
        }
    });
    EXPECT_GT(defaults, 3);
}

TEST(render_openapi, shows_a_column_as_its_type) {
    const core::Json properties = awkward()["definitions"]["items"]["properties"];
    struct Row {
        const char* column;
        const char* schema;
    };
    const Row rows[] = {
        {"id", R"({"type":"integer","format":"int64",
                   "description":"Note:\nThis is a Primary Key.<pk/>"})"},
        {"code", R"({"type":"string","format":"character varying","maxLength":12,"default":"a'b",
                     "description":"Short code."})"},
        {"mood", R"({"type":"string","format":"api.mood","enum":["happy","sad","it's"],
                     "default":"sad"})"},
        {"owner_id",
         R"({"type":"integer","format":"int32",
             "description":"Who has it.\n\nNote:\nThis is a Foreign Key to `owners.id`.<fk table='owners' column='id'/>"})"},
        {"count", R"({"type":"integer","format":"int32","default":5})"},
        {"price", R"({"type":"number","format":"numeric","default":-1.5})"},
        {"is_new", R"({"type":"boolean","format":"boolean","default":true})"},
        {"at", R"({"type":"string","format":"timestamp with time zone"})"},
        {"tags", R"({"type":"array","items":{"type":"string","format":"text"}})"},
        {"matrix", R"({"type":"array","items":{"type":"integer","format":"int32"}})"},
        {"data", R"({"format":"jsonb"})"},
        {"blobs", R"({"type":"array","items":{"format":"json"}})"},
        {"ratio", R"({"type":"number","format":"double"})"},
        {"span", R"({"type":"string","format":"int4range"})"},
    };
    EXPECT_EQ(properties.size(), std::size(rows));
    for (const Row& row : rows) {
        EXPECT_EQ(properties[row.column], core::Json::parse(row.schema)) << row.column;
    }
}

TEST(render_openapi, gives_only_literals_for_defaults) {
    struct Row {
        const char* type;
        const char* expression;
        const char* value;  // null = none
    };
    const Row rows[] = {
        {"text", "'x'::text", "\"x\""},
        {"text", "''::text", "\"\""},
        {"text", "'x'", "\"x\""},
        {"text", "'it''s'::text", "\"it's\""},
        {"text", "('a'::text || 'b'::text)", nullptr},
        {"text", "'a'::text || 'b'::text", nullptr},
        {"text", "upper('a'::text)", nullptr},
        {"text", "CURRENT_USER", nullptr},
        {"text", "'broken", nullptr},
        {"uuid", "gen_random_uuid()", nullptr},
        {"date", "'2026-01-01'::date", nullptr},
        {"integer", "42", "42"},
        {"integer", "'-1'::integer", "-1"},
        {"integer", "(-1)", "-1"},
        {"integer", "1.5", nullptr},
        {"integer", "(1 + 1)", nullptr},
        {"integer", "NULL::integer", nullptr},
        {"smallint", "'7'::smallint", "7"},
        {"numeric", "0.25", "0.25"},
        {"boolean", "false", "false"},
        {"boolean", "(1 > 0)", nullptr},
        {"jsonb", "'{}'::jsonb", nullptr},
        {"text[]", "'{}'::text[]", nullptr},
    };
    for (const Row& row : rows) {
        Schema schema;
        Relation relation;
        relation.name = {"api", "t"};
        relation.columns = {testing::with_default("c", row.type, row.expression)};
        schema.relations[relation.name] = relation;
        OpenApiOptions options;
        options.schema = "api";
        options.relations = {relation.name};
        const core::Json column = document(options, schema)["definitions"]["t"]["properties"]["c"];
        EXPECT_EQ(column.contains("default"), row.value != nullptr) << row.expression;
        if (row.value != nullptr && column.contains("default")) {
            EXPECT_EQ(column["default"], core::Json::parse(row.value)) << row.expression;
        }
    }
}

TEST(render_openapi, notes_a_one_to_one_at_the_end_that_has_the_key) {
    const core::Json definitions = awkward()["definitions"];
    EXPECT_EQ(definitions["passports"]["properties"]["owner_id"]["description"],
              "Note:\nThis is a Primary Key.<pk/>\nThis is a Foreign Key to "
              "`owners.id`.<fk table='owners' column='id'/>");
    EXPECT_EQ(definitions["owners"]["properties"]["id"]["description"],
              "Note:\nThis is a Primary Key.<pk/>");
}

TEST(render_openapi, follows_what_the_role_may_touch) {
    const Schema schema = testing::awkward_schema();
    OpenApiOptions options = testing::awkward_options(schema);
    options.relations = {{"api", "items"}, {"other", "owners"}, {"api", "nothing"}};
    options.routines = {{"api", "overloaded"}};
    const core::Json openapi = document(options, schema);
    EXPECT_EQ(names_of(openapi["paths"]),
              (std::vector<std::string>{"/", "/items", "/rpc/overloaded"}));
    EXPECT_EQ(names_of(openapi["definitions"]), std::vector<std::string>{"items"});
    for (const std::string& name : names_of(openapi["parameters"])) {
        EXPECT_EQ(name.find("owners"), std::string::npos) << name;
    }
    options.relations.clear();
    options.routines.clear();
    EXPECT_EQ(names_of(document(options, schema)["paths"]), std::vector<std::string>{"/"});
    options.schema = "other";
    options.relations = {{"other", "items"}, {"api", "items"}};
    EXPECT_EQ(names_of(document(options, schema)["definitions"]["items"]["properties"]),
              (std::vector<std::string>{"id", "note"}));
}

TEST(render_openapi, does_not_refer_to_rows_of_a_hidden_relation) {
    const core::Json call = awkward()["paths"]["/rpc/returns_hidden"]["get"];
    EXPECT_EQ(call["responses"]["200"]["schema"],
              core::Json::parse(R"({"type":"array","items":{"type":"object"}})"));
}

TEST(render_openapi, offers_the_methods_that_work) {
    const core::Json paths = awkward()["paths"];
    struct Row {
        std::string path;
        std::vector<std::string> methods;
    };
    const Row rows[] = {
        {"/", {"get"}},
        {"/items", {"delete", "get", "patch", "post"}},
        {"/a%20view", {"get"}},
        {path_of("odd {name}/ü.a%b~c \"q\""), {"delete", "get", "patch", "post"}},
        {"/rpc", {"delete", "get", "patch", "post"}},
        {"/rpc/no_parameters", {"get", "post"}},
        {"/rpc/returns_void", {"post"}},
        {"/rpc/overloaded", {"get", "post"}},
        {"/rpc/takes_json", {"post"}},
        {"/rpc/odd%20%7Bcall%7D%2Fx", {"get", "post"}},
    };
    for (const Row& row : rows) {
        ASSERT_TRUE(paths.contains(row.path)) << row.path;
        EXPECT_EQ(names_of(paths[row.path]), row.methods) << row.path;
    }
}

std::vector<std::string> query_parameters(const core::Json& openapi, const core::Json& operation) {
    std::vector<std::string> names;
    for (const core::Json& entry : operation["parameters"]) {
        const core::Json* found = is_reference(entry) ? resolve(openapi, entry["$ref"]) : &entry;
        if (found != nullptr && (*found)["in"] == "query") names.push_back((*found)["name"]);
    }
    return names;
}

TEST(render_openapi, names_filters_as_a_query_writes_them) {
    const core::Json openapi = awkward();
    const core::Json& odd = openapi["paths"][path_of("odd {name}/ü.a%b~c \"q\"")];
    EXPECT_EQ(query_parameters(openapi, odd["get"]),
              (std::vector<std::string>{"The Id", "\"a.b\"", R"("a\"b\\c")", "$ref", "\"{x}\"",
                                        "日本", "select", "order", "offset", "limit"}));
    EXPECT_EQ(query_parameters(openapi, openapi["paths"]["/rpc/returns_items"]["get"]),
              (std::vector<std::string>{"tags", "select", "order", "offset", "limit"}));
    EXPECT_EQ(query_parameters(openapi, openapi["paths"]["/rpc/variadic"]["get"]),
              std::vector<std::string>{"rest"});
    EXPECT_EQ(openapi["paths"]["/rpc/variadic"]["get"]["parameters"][0]["collectionFormat"],
              "multi");
}

TEST(render_openapi, requires_of_overloads_what_all_of_them_need) {
    const core::Json overloaded = awkward()["paths"]["/rpc/overloaded"]["post"]["parameters"][0];
    EXPECT_EQ(overloaded["schema"], core::Json::parse(R"({"type":"object","required":["a"],
        "properties":{"a":{"type":"integer","format":"int32"},"b":{"format":"jsonb"}}})"));
    const core::Json none = awkward()["paths"]["/rpc/no_parameters"]["post"]["parameters"][0];
    EXPECT_EQ(none["required"], false);
    EXPECT_EQ(none["schema"], core::Json::parse(R"({"type":"object","properties":{}})"));
    const core::Json bytes = awkward()["paths"]["/rpc/takes_bytes"]["post"]["parameters"][0];
    EXPECT_EQ(bytes["schema"], core::Json::parse(R"({"type":"string","format":"bytea"})"));
    EXPECT_EQ(bytes["required"], true);
}

TEST(render_openapi, says_what_comments_say) {
    const core::Json openapi = awkward();
    EXPECT_EQ(openapi["info"]["title"], "My API");
    EXPECT_EQ(openapi["info"]["description"], "What it is for.");
    EXPECT_EQ(openapi["info"]["version"], "0.1.0");
    EXPECT_EQ(openapi["paths"]["/items"]["get"]["summary"], "Things");
    EXPECT_EQ(openapi["paths"]["/items"]["get"]["description"], "with a longer story.");
    EXPECT_EQ(openapi["paths"]["/rpc/no_parameters"]["get"]["summary"], "Takes nothing.");
    OpenApiOptions options;
    options.schema = "bare";
    EXPECT_EQ(document(options, Schema{})["info"]["title"], "torale API");
}

TEST(render_openapi, takes_a_host_only_in_the_form_there_is_for_it) {
    struct Row {
        const char* host;
        bool is_taken;
    };
    const Row rows[] = {{"localhost", true},
                        {"localhost:3000", true},
                        {"a-b.example", true},
                        {"127.0.0.1:80", true},
                        {"", false},
                        {":80", false},
                        {"localhost:", false},
                        {"[::1]:80", false},
                        {"a:b", false},
                        {"a:80:90", false},
                        {"a/b", false},
                        {"{a}", false},
                        {"a b", false},
                        {"a\"b", false},
                        {"evil.example/x", false},
                        {"u@evil.example", false}};
    for (const Row& row : rows) {
        OpenApiOptions options;
        options.schema = "api";
        options.host = row.host;
        EXPECT_EQ(document(options, Schema{}).contains("host"), row.is_taken) << row.host;
    }
}

TEST(render_openapi, names_its_base_and_scheme) {
    OpenApiOptions options;
    options.base_path = "/api";
    options.scheme = "https";
    core::Json openapi = document(options, Schema{});
    EXPECT_EQ(openapi["swagger"], "2.0");
    EXPECT_EQ(openapi["basePath"], "/api");
    EXPECT_EQ(openapi["schemes"], core::Json::array({"https"}));
    options.base_path = "api";
    options.scheme = "javascript";
    openapi = document(options, Schema{});
    EXPECT_EQ(openapi["basePath"], "/");
    EXPECT_EQ(openapi["schemes"], core::Json::array({"http"}));
}

}  // namespace
}  // namespace torale::rest
