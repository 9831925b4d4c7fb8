#include <gtest/gtest.h>

#include "rest/auth.hpp"

namespace torale::rest {
namespace {

using core::Json;

constexpr std::int64_t now_seconds = 1'900'000'000;
const core::Time now{std::chrono::seconds{now_seconds}};

struct ClaimsRow {
    std::string claims;
    std::string message;  // "" = accepted
};
void PrintTo(const ClaimsRow& row, std::ostream* out) {
    *out << row.claims;
}

std::string at(const char* name, std::int64_t offset) {
    return Json{{name, now_seconds + offset}}.dump();
}

void expect(const ClaimsRow& row, const TokenPolicy& policy) {
    const auto verified = check_claims(Json::parse(row.claims), policy, now);
    EXPECT_EQ(verified.ok() ? "" : verified.error().message, row.message) << row.claims;
    if (verified.ok()) return;
    EXPECT_EQ(verified.error().status, 401);
    EXPECT_EQ(verified.error().code, "PGRST303");
    const std::vector<core::Header> challenge = {
        {"WWW-Authenticate",
         "Bearer error=\"invalid_token\", error_description=\"" + row.message + "\""}};
    EXPECT_EQ(verified.error().headers, challenge);
    EXPECT_FALSE(is_key_failure(verified.error()));
}

class Times : public testing::TestWithParam<ClaimsRow> {};

TEST_P(Times, are_kept_with_leeway) {
    expect(GetParam(), {});
}

constexpr const char* expired = "JWT expired";
constexpr const char* early = "JWT not yet valid";
constexpr const char* future = "JWT issued at future";
constexpr const char* no_exp = "The JWT 'exp' claim must be a number";
constexpr const char* no_nbf = "The JWT 'nbf' claim must be a number";
constexpr const char* no_iat = "The JWT 'iat' claim must be a number";

INSTANTIATE_TEST_SUITE_P(
    each, Times,
    testing::Values(
        ClaimsRow{"{}", ""}, ClaimsRow{R"({"exp":null,"nbf":null,"iat":null})", ""},
        ClaimsRow{at("exp", 1), ""}, ClaimsRow{at("exp", 0), ""}, ClaimsRow{at("exp", -30), ""},
        ClaimsRow{at("exp", -31), expired}, ClaimsRow{at("nbf", 30), ""},
        ClaimsRow{at("nbf", 31), early}, ClaimsRow{at("nbf", -1000), ""},
        ClaimsRow{at("iat", 30), ""}, ClaimsRow{at("iat", 31), future},
        ClaimsRow{at("iat", -1000000), ""}, ClaimsRow{R"({"exp":1899999970.5})", ""},
        ClaimsRow{R"({"exp":1899999969.5})", expired}, ClaimsRow{R"({"nbf":1900000030.5})", early},
        ClaimsRow{R"({"exp":0})", expired}, ClaimsRow{R"({"exp":-1})", expired},
        ClaimsRow{R"({"exp":-9223372036854775808})", expired},
        ClaimsRow{R"({"exp":9223372036854775807})", ""},
        ClaimsRow{R"({"exp":18446744073709551615})", ""},
        ClaimsRow{R"({"exp":99999999999999999999999999})", ""}, ClaimsRow{R"({"exp":1e300})", ""},
        ClaimsRow{R"({"exp":-1e300})", expired}, ClaimsRow{R"({"exp":1e-300})", expired},
        ClaimsRow{R"({"exp":-0.0})", expired}, ClaimsRow{R"({"nbf":1e300})", early},
        ClaimsRow{R"({"nbf":18446744073709551615})", early}, ClaimsRow{R"({"iat":1e300})", future},
        ClaimsRow{R"({"exp":"2000000000"})", no_exp}, ClaimsRow{R"({"exp":""})", no_exp},
        ClaimsRow{R"({"exp":true})", no_exp}, ClaimsRow{R"({"exp":[2000000000]})", no_exp},
        ClaimsRow{R"({"exp":{}})", no_exp}, ClaimsRow{R"({"nbf":"0"})", no_nbf},
        ClaimsRow{R"({"nbf":false})", no_nbf}, ClaimsRow{R"({"iat":"0"})", no_iat},
        ClaimsRow{R"({"iat":[]})", no_iat}, ClaimsRow{R"({"EXP":1})", ""}));

TEST(leeway, is_the_policys) {
    TokenPolicy strict;
    strict.leeway = core::seconds{0};
    expect({at("exp", 0), ""}, strict);
    expect({at("exp", -1), expired}, strict);
    expect({at("nbf", 1), early}, strict);
    expect({at("iat", 1), future}, strict);
    TokenPolicy lenient;
    lenient.leeway = core::seconds{300};
    expect({at("exp", -300), ""}, lenient);
    expect({at("exp", -301), expired}, lenient);
    expect({at("nbf", 300), ""}, lenient);
    expect({at("nbf", 301), early}, lenient);
}

constexpr const char* bad_audience = "The JWT 'aud' claim must be a string or an array of strings";
constexpr const char* not_for_us = "JWT not in audience";

TEST(audience, must_match_when_it_is_said_and_configured) {
    TokenPolicy policy;
    policy.audiences = {"torale", "other"};
    for (const ClaimsRow& row : std::vector<ClaimsRow>{{R"({"aud":"torale"})", ""},
                                                       {R"({"aud":"other"})", ""},
                                                       {R"({"aud":["x","torale"]})", ""},
                                                       {R"({})", ""},
                                                       {R"({"aud":null})", ""},
                                                       {R"({"aud":[]})", ""},
                                                       {R"({"aud":"Torale"})", not_for_us},
                                                       {R"({"aud":"torale "})", not_for_us},
                                                       {R"({"aud":""})", not_for_us},
                                                       {R"({"aud":["x"]})", not_for_us},
                                                       {R"({"aud":["tor","ale"]})", not_for_us},
                                                       {R"({"aud":"torale,other"})", not_for_us},
                                                       {R"({"aud":["torale",1]})", bad_audience},
                                                       {R"({"aud":["torale",null]})", bad_audience},
                                                       {R"({"aud":[["torale"]]})", bad_audience}}) {
        expect(row, policy);
    }
}

TEST(audience, has_a_type_even_when_any_will_do) {
    for (const ClaimsRow& row : std::vector<ClaimsRow>{{R"({"aud":"x"})", ""},
                                                       {R"({"aud":["x","y"]})", ""},
                                                       {R"({"aud":1})", bad_audience},
                                                       {R"({"aud":true})", bad_audience},
                                                       {R"({"aud":{}})", bad_audience},
                                                       {R"({"aud":[1]})", bad_audience}}) {
        expect(row, {});
    }
}

TEST(issuer, must_be_equal_when_configured) {
    TokenPolicy policy;
    policy.issuer = "https://clerk.example.com";
    const char* refused = "JWT not from the issuer";
    expect({R"({"iss":"https://clerk.example.com"})", ""}, policy);
    for (const char* claims :
         {R"({})", R"({"iss":null})", R"({"iss":""})", R"({"iss":"https://clerk.example.com/"})",
          R"({"iss":"https://CLERK.example.com"})", R"({"iss":"https://clerk.example.com.evil"})",
          R"({"iss":["https://clerk.example.com"]})", R"({"iss":1})"}) {
        expect({claims, refused}, policy);
    }
    expect({R"({"iss":"https://anybody.example"})", ""}, {});
}

TEST(authorized_party, must_be_listed_once_there_is_a_list) {
    TokenPolicy policy;
    policy.authorized_parties = {"https://app.example.com", "http://localhost:3000"};
    const char* refused = "JWT not from an authorized party";
    expect({R"({"azp":"https://app.example.com"})", ""}, policy);
    expect({R"({"azp":"http://localhost:3000"})", ""}, policy);
    for (const char* claims :
         {R"({})", R"({"azp":null})", R"({"azp":""})", R"({"azp":"https://app.example.com.evil"})",
          R"({"azp":["https://app.example.com"]})", R"({"azp":"http://localhost"})"}) {
        expect({claims, refused}, policy);
    }
    expect({R"({"azp":"https://anybody.example"})", ""}, {});
}

TEST(session_state, pending_is_refused) {
    expect({R"({"sts":"pending"})", "JWT of a pending session"}, {});
    expect({R"({"sts":"active"})", ""}, {});
    expect({R"({"sts":null})", ""}, {});
}

TEST(subject, is_text_and_never_a_role_of_postgresql) {
    const char* no_text = "The JWT 'sub' claim must be a string";
    const char* reserved = "The JWT 'sub' claim must not begin with 'pg:'";
    for (const ClaimsRow& row : std::vector<ClaimsRow>{{R"({"sub":"user_2x"})", ""},
                                                       {R"({"sub":null})", ""},
                                                       {R"({"sub":""})", ""},
                                                       {R"({"sub":"pg"})", ""},
                                                       {R"({"sub":"PG:postgres"})", ""},
                                                       {R"({"sub":" pg:postgres"})", ""},
                                                       {R"({"sub":"pg:"})", reserved},
                                                       {R"({"sub":"pg:postgres"})", reserved},
                                                       {R"({"sub":"\u0070g:postgres"})", reserved},
                                                       {R"({"sub":1})", no_text},
                                                       {R"({"sub":["pg:postgres"]})", no_text},
                                                       {R"({"sub":{}})", no_text},
                                                       {R"({"sub":true})", no_text}}) {
        expect(row, {});
    }
}

TEST(claims, that_are_no_object_are_refused) {
    for (const char* text : {"[]", "1", "null", "\"x\""}) {
        expect({text, "Parsing claims failed"}, {});
    }
}

TEST(verified, carries_subject_role_and_all_claims) {
    const Json claims = {
        {"sub", "u"}, {"role", "editor"}, {"roles", {"a", "b"}}, {"exp", now_seconds}};
    const auto plain = check_claims(claims, {}, now);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->subject, "u");
    EXPECT_EQ(plain->role, "editor");
    EXPECT_EQ(plain->claims, claims);

    TokenPolicy policy;
    policy.role_claim = "$.roles[1]";
    EXPECT_EQ(check_claims(claims, policy, now)->role, "b");
    policy.role_claim = "$.absent";
    EXPECT_EQ(check_claims(claims, policy, now)->role, std::nullopt);
    policy.role_claim = "not a path";
    EXPECT_EQ(check_claims(claims, policy, now)->role, std::nullopt);

    const auto bare = check_claims(Json::object(), {}, now);
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->subject, "");
    EXPECT_EQ(bare->role, std::nullopt);
}

TEST(claims, of_a_clerk_session_are_accepted) {
    TokenPolicy policy;
    policy.issuer = "https://clerk.example.com";
    policy.authorized_parties = {"https://app.example.com"};
    policy.leeway = core::seconds{5};
    const Json claims = {{"azp", "https://app.example.com"},
                         {"exp", now_seconds + 60},
                         {"fva", {7, -1}},
                         {"iat", now_seconds},
                         {"iss", "https://clerk.example.com"},
                         {"jti", "0123456789abcdef"},
                         {"nbf", now_seconds - 10},
                         {"o", {{"id", "org_1"}, {"rol", "admin"}}},
                         {"sid", "sess_1"},
                         {"sts", "active"},
                         {"sub", "user_1"},
                         {"v", 2}};
    const auto verified = check_claims(claims, policy, now);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->subject, "user_1");
    EXPECT_EQ(verified->role, std::nullopt) << "a role of an organisation is none of ours";
}

}  // namespace
}  // namespace torale::rest
