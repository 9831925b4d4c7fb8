// Origins, preflights and the headers on every response.
#include "rest/cors.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace torale::rest {
namespace {

std::string header_of(const core::HttpResponse& response, const char* name) {
    return std::string(core::find_header(response.headers, name).value_or("(none)"));
}

core::HttpRequest request(const char* method, std::vector<core::Header> headers) {
    core::HttpRequest made;
    made.method = method;
    made.target = "/items";
    made.headers = std::move(headers);
    return made;
}

TEST(parse_origins, is_this_table) {
    struct Row {
        const char* text;
        bool is_any;
        std::vector<std::string> origins;
    };
    const Row rows[] = {
        {"*", true, {}},
        {" * ", true, {}},
        {"", false, {}},
        {" , ,", false, {}},
        {"https://a.example", false, {"https://a.example"}},
        {"https://a.example/", false, {"https://a.example"}},
        {"https://a.example, http://b.example:3000",
         false,
         {"https://a.example", "http://b.example:3000"}},
        {"https://a.example,*", true, {}},
    };
    for (const Row& row : rows) {
        const OriginPolicy policy = parse_origins(row.text);
        EXPECT_EQ(policy.is_any, row.is_any) << row.text;
        EXPECT_EQ(policy.origins, row.origins) << row.text;
    }
}

struct OriginRow {
    const char* policy;
    const char* origin;  // null = no such header
    const char* allowed;
    const char* credentials;
};

const OriginRow origin_rows[] = {
    {"*", "https://a.example", "*", "(none)"},
    {"*", "null", "*", "(none)"},
    {"*", nullptr, "(none)", "(none)"},
    {"https://a.example", "https://a.example", "https://a.example", "true"},
    {"https://a.example,https://b.example", "https://b.example", "https://b.example", "true"},
    {"https://a.example", "HTTPS://A.example", "HTTPS://A.example", "true"},
    {"https://a.example", "https://a.example.evil.example", "(none)", "(none)"},
    {"https://a.example", "https://evil.example/https://a.example", "(none)", "(none)"},
    {"https://a.example", "http://a.example", "(none)", "(none)"},
    {"https://a.example", "https://a.example:444", "(none)", "(none)"},
    {"https://a.example", "null", "(none)", "(none)"},
    {"https://a.example", "*", "(none)", "(none)"},
    {"https://a.example", "", "(none)", "(none)"},
    {"https://a.example", nullptr, "(none)", "(none)"},
    {"", "https://a.example", "(none)", "(none)"},
    {"", "", "(none)", "(none)"},
};

TEST(add_cors_headers, allows_exactly_the_origins_of_the_policy) {
    for (const OriginRow& row : origin_rows) {
        SCOPED_TRACE(std::string(row.policy) + " " + (row.origin ? row.origin : "(absent)"));
        std::vector<core::Header> headers;
        if (row.origin != nullptr) headers.push_back({"Origin", row.origin});
        core::HttpResponse response;
        add_cors_headers(response, request("GET", headers), parse_origins(row.policy));
        EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), row.allowed);
        EXPECT_EQ(header_of(response, "Access-Control-Allow-Credentials"), row.credentials);
        const bool is_exposed =
            core::find_header(response.headers, "Access-Control-Expose-Headers").has_value();
        EXPECT_EQ(is_exposed, std::string(row.allowed) != "(none)");
    }
}

TEST(add_cors_headers, lets_scripts_read_what_the_dialect_says_in_headers) {
    core::HttpResponse response;
    add_cors_headers(response, request("GET", {{"Origin", "https://a.example"}}), OriginPolicy{});
    const std::string exposed = ", " + header_of(response, "Access-Control-Expose-Headers") + ",";
    for (const char* name :
         {"Content-Encoding", "Content-Location", "Content-Range", "Content-Type", "Date",
          "Location", "Server", "Transfer-Encoding", "Range-Unit", "X-RateLimit-Limit",
          "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Preference-Applied",
          "Proxy-Status", "WWW-Authenticate"}) {
        EXPECT_NE(exposed.find(", " + std::string(name) + ","), std::string::npos) << name;
    }
}

TEST(add_cors_headers, keeps_caches_from_mixing_origins_up) {
    core::HttpResponse any;
    any.headers = {{"Vary", "Accept"}};
    core::HttpResponse listed = any;
    add_cors_headers(any, request("GET", {{"Origin", "https://a.example"}}), OriginPolicy{});
    EXPECT_EQ(header_of(any, "Vary"), "Accept");
    const OriginPolicy policy = parse_origins("https://a.example");
    add_cors_headers(listed, request("GET", {}), policy);
    EXPECT_EQ(header_of(listed, "Vary"), "Accept, Origin");
    const core::HttpResponse once = listed;
    add_cors_headers(listed, request("GET", {}), policy);
    EXPECT_EQ(listed, once);
}

TEST(add_cors_headers, has_the_last_word_over_what_stood_there) {
    core::HttpResponse response;
    response.headers = {{"Access-Control-Allow-Origin", "*"}};
    add_cors_headers(response, request("OPTIONS", {{"Origin", "https://evil.example"}}),
                     parse_origins("https://a.example"));
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "(none)");
}

TEST(answer_preflight, grants_what_was_asked) {
    const auto response = answer_preflight(
        request("OPTIONS", {{"Origin", "https://a.example"},
                            {"Access-Control-Request-Method", "POST"},
                            {"Access-Control-Request-Headers", "apikey, content-type,prefer"}}),
        OriginPolicy{});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "");
    EXPECT_EQ(header_of(*response, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header_of(*response, "Access-Control-Allow-Methods"),
              "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD");
    EXPECT_EQ(header_of(*response, "Access-Control-Allow-Headers"),
              "Authorization, apikey, content-type, prefer, Accept, Accept-Language, "
              "Content-Language");
    EXPECT_EQ(header_of(*response, "Access-Control-Max-Age"), "86400");
    EXPECT_EQ(header_of(*response, "Access-Control-Expose-Headers"), "(none)");
}

TEST(answer_preflight, echoes_names_of_headers_and_nothing_else) {
    const auto response = answer_preflight(
        request("OPTIONS", {{"Origin", "https://a.example"},
                            {"Access-Control-Request-Method", "GET"},
                            {"Access-Control-Request-Headers", "x-a, b c, \"q\", , x:y, x-d"}}),
        OriginPolicy{});
    ASSERT_TRUE(response);
    EXPECT_EQ(header_of(*response, "Access-Control-Allow-Headers"),
              "Authorization, x-a, x-d, Accept, Accept-Language, Content-Language");
}

TEST(answer_preflight, names_a_listed_origin_and_varies_by_it) {
    const auto response = answer_preflight(
        request("OPTIONS",
                {{"Origin", "https://a.example"}, {"Access-Control-Request-Method", "GET"}}),
        parse_origins("https://a.example"));
    ASSERT_TRUE(response);
    EXPECT_EQ(header_of(*response, "Access-Control-Allow-Origin"), "https://a.example");
    EXPECT_EQ(header_of(*response, "Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(header_of(*response, "Vary"), "Origin");
}

TEST(answer_preflight, leaves_other_requests_to_others) {
    const std::vector<core::Header> origin{{"Origin", "https://a.example"}};
    const std::vector<core::Header> whole{{"Origin", "https://a.example"},
                                          {"Access-Control-Request-Method", "GET"}};
    EXPECT_FALSE(answer_preflight(request("OPTIONS", {}), OriginPolicy{}));
    EXPECT_FALSE(answer_preflight(request("OPTIONS", origin), OriginPolicy{}));
    EXPECT_FALSE(answer_preflight(request("GET", whole), OriginPolicy{}));
    EXPECT_FALSE(answer_preflight(request("options", whole), OriginPolicy{}));
    EXPECT_FALSE(answer_preflight(request("OPTIONS", whole), parse_origins("")));
    EXPECT_FALSE(answer_preflight(request("OPTIONS", whole), parse_origins("https://b.example")));
    EXPECT_TRUE(answer_preflight(request("OPTIONS", whole), OriginPolicy{}));
}

TEST(add_security_headers, are_on_every_response) {
    core::HttpResponse response;
    add_security_headers(response);
    EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header_of(response, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header_of(response, "Content-Security-Policy"),
              "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(header_of(response, "Permissions-Policy"),
              "camera=(), geolocation=(), microphone=()");
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header_of(response, "Strict-Transport-Security"), "(none)");
}

TEST(add_security_headers, keep_browsers_on_https_when_told_so) {
    core::HttpResponse response;
    add_security_headers(response, true);
    EXPECT_EQ(header_of(response, "Strict-Transport-Security"), "max-age=31536000");
}

TEST(add_security_headers, do_not_overrule_the_response) {
    core::HttpResponse response;
    response.headers = {{"cache-control", "private, max-age=60"},
                        {"content-security-policy", "default-src 'self'"}};
    add_security_headers(response);
    EXPECT_EQ(header_of(response, "Cache-Control"), "private, max-age=60");
    EXPECT_EQ(header_of(response, "Content-Security-Policy"), "default-src 'self'");
    const core::HttpResponse once = response;
    add_security_headers(response);
    EXPECT_EQ(response, once);
}

}  // namespace
}  // namespace torale::rest
