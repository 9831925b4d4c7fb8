#include "rest/ask.hpp"

#include "unit/rest/query_words.hpp"

namespace torale::rest {
namespace {

const std::vector<std::string> one_schema{"torale"};
const std::vector<std::string> two_schemas{"torale", "other"};

core::HttpRequest request(std::string method, std::string target,
                          std::vector<core::Header> headers = {}) {
    core::HttpRequest made;
    made.method = std::move(method);
    made.target = std::move(target);
    made.headers = std::move(headers);
    return made;
}

// "action target name schema", or "status code".
std::string told(const core::HttpRequest& asked,
                 const std::vector<std::string>& schemas = one_schema) {
    constexpr std::string_view actions[] = {"read",   "insert", "update",  "upsert_one",
                                            "remove", "call",   "options", "describe"};
    constexpr std::string_view targets[] = {"relation", "routine", "root"};
    const auto ask = parse_ask(asked, schemas);
    if (!ask) return std::to_string(ask.error().status) + " " + ask.error().code;
    std::string text(actions[static_cast<int>(ask->action)]);
    if (ask->is_head) text += " head";
    if (ask->is_get_call) text += " get";
    text += ' ' + std::string(targets[static_cast<int>(ask->target)]);
    return ask->name.empty() ? text : text + ' ' + ask->name;
}

struct Exchange {
    std::string method;
    std::string target;
    std::string means;
};

TEST(parse_ask, decides_by_the_method_and_what_it_stands_at) {
    const Exchange rows[] = {
        {"GET", "/tasks", "read relation tasks"},
        {"HEAD", "/tasks", "read head relation tasks"},
        {"POST", "/tasks", "insert relation tasks"},
        {"PATCH", "/tasks", "update relation tasks"},
        {"PUT", "/tasks", "upsert_one relation tasks"},
        {"DELETE", "/tasks", "remove relation tasks"},
        {"OPTIONS", "/tasks", "options relation tasks"},
        {"TRACE", "/tasks", "405 PGRST117"},
        {"get", "/tasks", "405 PGRST117"},
        {"", "/tasks", "405 PGRST117"},
        {"GET", "/rpc/f", "call get routine f"},
        {"HEAD", "/rpc/f", "call head get routine f"},
        {"POST", "/rpc/f", "call routine f"},
        {"OPTIONS", "/rpc/f", "options routine f"},
        {"PATCH", "/rpc/f", "405 PGRST101"},
        {"PUT", "/rpc/f", "405 PGRST101"},
        {"DELETE", "/rpc/f", "405 PGRST101"},
        {"TRACE", "/rpc/f", "405 PGRST101"},
        {"GET", "/", "describe root"},
        {"HEAD", "/", "describe head root"},
        {"OPTIONS", "/", "options root"},
        {"POST", "/", "405 PGRST117"},
        {"DELETE", "/", "405 PGRST117"},
        {"GET", "/?select=a", "describe root"},
    };
    for (const Exchange& row : rows) {
        EXPECT_EQ(told(request(row.method, row.target)), row.means) << row.method << row.target;
    }
}

TEST(parse_ask, finds_the_name_in_the_path) {
    const Exchange rows[] = {
        {"GET", "/rpc", "read relation rpc"},
        {"GET", "/rpcx", "read relation rpcx"},
        {"GET", "/a%20b", "read relation a b"},
        {"GET", "/a+b", "read relation a+b"},
        {"GET", "/a.b", "read relation a.b"},
        {"GET", "/a%2Fb", "read relation a/b"},
        {"GET", "/%C3%A4", "read relation \xC3\xA4"},
        {"GET", "/a%3Fb", "read relation a?b"},
        {"GET", "/'%3B%20DROP%20TABLE%20x", "read relation '; DROP TABLE x"},
        {"GET", "/..", "read relation .."},
        {"GET", "/a/b", "404 PGRST125"},
        {"GET", "/a/", "404 PGRST125"},
        {"GET", "//", "404 PGRST125"},
        {"GET", "//a", "404 PGRST125"},
        {"GET", "/rpc/", "404 PGRST125"},
        {"GET", "/rpc/a/b", "404 PGRST125"},
        {"GET", "/rpc/a/", "404 PGRST125"},
        {"GET", "", "404 PGRST125"},
        {"GET", "*", "404 PGRST125"},
        {"GET", "?a=eq.1", "404 PGRST125"},
        {"GET", "tasks", "404 PGRST125"},
        {"GET", "/%", "404 PGRST125"},
        {"GET", "/%zz", "404 PGRST125"},
        {"GET", "/a%00b", "404 PGRST125"},
        {"GET", "/%FF", "404 PGRST125"},
        {"GET", "/\xC3", "404 PGRST125"},
        {"GET", "/rpc/%00", "404 PGRST125"},
    };
    for (const Exchange& row : rows) {
        EXPECT_EQ(told(request(row.method, row.target)), row.means) << row.method << row.target;
    }
}

TEST(parse_ask, refuses_in_a_fixed_order) {
    const std::vector<core::Header> bad{
        {"Accept-Profile", "no"}, {"Content-Profile", "no"}, {"Range", "5-1"}};
    EXPECT_EQ(told(request("TRACE", "/a/b?x=1&limit=-1", bad)), "404 PGRST125");
    EXPECT_EQ(told(request("TRACE", "/a?x=1&limit=-1", bad)), "406 PGRST106");
    EXPECT_EQ(told(request("TRACE", "/a?x=1&limit=-1")), "405 PGRST117");
    EXPECT_EQ(told(request("GET", "/a?x=1&limit=-1", {{"Range", "5-1"}})), "400 PGRST100");
    EXPECT_EQ(told(request("GET", "/a?limit=-1", {{"Range", "5-1"}})), "416 PGRST103");
}

TEST(parse_ask, chooses_the_schema_by_profile) {
    const auto ask = [](std::string method, std::vector<core::Header> headers,
                        const std::vector<std::string>& schemas) {
        const auto parsed =
            parse_ask(request(std::move(method), "/a", std::move(headers)), schemas);
        if (!parsed) return parsed.error().code + " " + parsed.error().message;
        return parsed->schema + (parsed->schema_was_named ? " named" : "");
    };
    EXPECT_EQ(ask("GET", {}, one_schema), "torale");
    EXPECT_EQ(ask("GET", {}, two_schemas), "torale named");
    EXPECT_EQ(ask("GET", {{"Accept-Profile", "torale"}}, one_schema), "torale named");
    EXPECT_EQ(ask("GET", {{"accept-profile", "other"}}, two_schemas), "other named");
    EXPECT_EQ(ask("HEAD", {{"Accept-Profile", "other"}}, two_schemas), "other named");
    EXPECT_EQ(ask("OPTIONS", {{"Accept-Profile", "other"}}, two_schemas), "other named");
    for (const char* method : {"POST", "PATCH", "PUT", "DELETE"}) {
        EXPECT_EQ(ask(method, {{"Content-Profile", "other"}}, two_schemas), "other named");
        EXPECT_EQ(ask(method, {{"Accept-Profile", "other"}}, two_schemas), "torale named");
    }
    EXPECT_EQ(ask("GET", {{"Content-Profile", "other"}}, two_schemas), "torale named");
    EXPECT_EQ(ask("GET", {{"Accept-Profile", "Torale"}}, one_schema),
              "PGRST106 Invalid schema: Torale");
    EXPECT_EQ(ask("GET", {{"Accept-Profile", ""}}, one_schema), "PGRST106 Invalid schema: ");
    EXPECT_EQ(ask("GET", {{"Accept-Profile", "\xFF"}}, one_schema),
              "PGRST106 Invalid schema: \xEF\xBF\xBD");
    const auto refused = parse_ask(request("GET", "/a", {{"Accept-Profile", "x"}}), two_schemas);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 406);
    EXPECT_EQ(refused.error().hint, "Only the following schemas are exposed: torale, other");
}

TEST(parse_ask, says_what_it_cannot_do) {
    const auto message = [](std::string method, std::string target) {
        const auto ask = parse_ask(request(std::move(method), std::move(target)), one_schema);
        return ask ? std::string("fine") : ask.error().message;
    };
    EXPECT_EQ(message("TRACE", "/a"), "Unsupported HTTP method: TRACE");
    EXPECT_EQ(message("PATCH", "/rpc/f"), "Cannot use the PATCH method on RPC");
    EXPECT_EQ(message("GET", "/a/b"), "Invalid path specified in request URL");
    EXPECT_EQ(message("PUT", "/a?limit=1"),
              "limit/offset querystring parameters are not allowed for PUT");
    EXPECT_LT(message(std::string(5000, 'X'), "/a").size(), 500u);
}

TEST(parse_ask, takes_arguments_from_the_query_of_a_call_by_get_alone) {
    const auto ask = parse_ask(request("GET", "/rpc/f?a=5&b=eq.6"), one_schema);
    ASSERT_TRUE(ask);
    EXPECT_EQ(testing::query_words(ask->query), "where b eq '6'; argument a '5'");
    EXPECT_EQ(told(request("HEAD", "/rpc/f?a=5")), "call head get routine f");
    EXPECT_EQ(told(request("POST", "/rpc/f?a=5")), "400 PGRST100");
    EXPECT_EQ(told(request("POST", "/rpc/f?a=eq.5")), "call routine f");
    EXPECT_EQ(told(request("GET", "/f?a=5")), "400 PGRST100");
}

TEST(parse_ask, reads_the_range_header_of_get_alone) {
    const auto range = [](std::string method, std::string header) {
        const auto ask =
            parse_ask(request(std::move(method), "/a", {{"Range", std::move(header)}}), one_schema);
        EXPECT_TRUE(ask);
        return ask ? ask->range : std::nullopt;
    };
    EXPECT_EQ(range("GET", "0-9"), (RowRange{0, 9}));
    EXPECT_EQ(range("GET", "10-"), (RowRange{10, std::nullopt}));
    EXPECT_EQ(range("GET", "bytes=0-9"), std::nullopt);
    for (const char* method : {"HEAD", "POST", "PATCH", "DELETE", "PUT"}) {
        EXPECT_EQ(range(method, "9-0"), std::nullopt) << method;
    }
    const auto refused = parse_ask(request("GET", "/a", {{"Range", "9-0"}}), one_schema);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "Requested range not satisfiable");
    EXPECT_EQ(refused.error().details,
              "The lower boundary must be lower than or equal to the upper boundary in the Range "
              "header.");
}

TEST(parse_ask, refuses_ranges_that_mean_nothing) {
    EXPECT_EQ(told(request("GET", "/a?limit=-1")), "416 PGRST103");
    EXPECT_EQ(told(request("HEAD", "/a?limit=-1")), "416 PGRST103");
    EXPECT_EQ(told(request("GET", "/rpc/f?limit=-1")), "416 PGRST103");
    EXPECT_EQ(told(request("POST", "/rpc/f?limit=-1")), "416 PGRST103");
    EXPECT_EQ(told(request("GET", "/a?x.limit=-1")), "read relation a") << "PostgreSQL's to refuse";
    EXPECT_EQ(told(request("GET", "/a?offset=-1")), "read relation a");
    EXPECT_EQ(told(request("GET", "/a?limit=x")), "read relation a");
    EXPECT_EQ(told(request("POST", "/a?limit=-1")), "insert relation a") << "writes ignore it";
    EXPECT_EQ(told(request("PATCH", "/a?limit=-1")), "update relation a");
    EXPECT_EQ(told(request("DELETE", "/a?offset=3")), "remove relation a");
    EXPECT_EQ(told(request("PUT", "/a?limit=1")), "400 PGRST114");
    EXPECT_EQ(told(request("PUT", "/a?offset=1")), "400 PGRST114");
    EXPECT_EQ(told(request("PUT", "/a?limit=x")), "upsert_one relation a");
    EXPECT_EQ(told(request("PUT", "/a?films.limit=1")), "upsert_one relation a");
    const auto refused = parse_ask(request("GET", "/a?limit=-1"), one_schema);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().details, "Limit should be greater than or equal to zero.");
}

TEST(parse_ask, carries_the_rest_of_the_request) {
    core::HttpRequest asked = request("POST", "/a%20b?select=id",
                                      {{"Prefer", "return=representation"},
                                       {"Accept", "text/csv"},
                                       {"Content-Type", "Text/CSV; charset=x"}});
    asked.body = std::string("a\0b", 3);
    const auto ask = parse_ask(asked, one_schema);
    ASSERT_TRUE(ask);
    EXPECT_EQ(ask->method, "POST");
    EXPECT_EQ(ask->path, "/a%20b");
    EXPECT_EQ(ask->name, "a b");
    EXPECT_EQ(ask->body, asked.body);
    EXPECT_EQ(ask->content_type, "text/csv");
    EXPECT_EQ(ask->prefer.return_, Return::representation);
    EXPECT_EQ(ask->accept, (std::vector<AcceptEntry>{{Media::csv, "text/csv"}}));
    EXPECT_EQ(testing::query_words(ask->query), "select id");
    const auto bare = parse_ask(request("GET", "/a"), one_schema);
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->content_type, "application/json");
    EXPECT_EQ(bare->accept, (std::vector<AcceptEntry>{{Media::any, "*/*"}}));
}

}  // namespace
}  // namespace torale::rest
