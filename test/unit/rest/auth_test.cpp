#include "rest/auth.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

using Kind = Credential::Kind;

struct CarrierRow {
    std::vector<core::Header> headers;
    Kind kind;
    std::string token;
};
void PrintTo(const CarrierRow& row, std::ostream* out) {
    if (row.headers.empty()) *out << "no header";
    for (const auto& [name, value] : row.headers)
        *out << name << ": " << ::testing::PrintToString(value) << "; ";
}

core::HttpRequest with(std::vector<core::Header> headers) {
    core::HttpRequest request;
    request.headers = std::move(headers);
    return request;
}

class Carrier : public testing::TestWithParam<CarrierRow> {};

TEST_P(Carrier, is_read) {
    const auto credential = read_credential(with(GetParam().headers));
    ASSERT_TRUE(credential);
    EXPECT_EQ(credential->kind, GetParam().kind);
    EXPECT_EQ(credential->token, GetParam().token);
}

INSTANTIATE_TEST_SUITE_P(
    each, Carrier,
    testing::Values(
        CarrierRow{{}, Kind::none, ""},  //
        CarrierRow{{{"Authorization", "Bearer a.b.c"}}, Kind::jwt, "a.b.c"},
        CarrierRow{{{"authorization", "bEaReR a.b.c"}}, Kind::jwt, "a.b.c"},
        CarrierRow{{{"Authorization", "Bearer   a.b.c \t"}}, Kind::jwt, "a.b.c"},
        CarrierRow{{{"Authorization", "Bearer\ta.b.c"}}, Kind::jwt, "a.b.c"},
        CarrierRow{{{"Authorization", "Bearer sk_1"}}, Kind::api_key, "sk_1"},
        CarrierRow{{{"Authorization", "Bearer a b"}}, Kind::jwt, "a b"},
        CarrierRow{{{"Authorization", "Basic YTpi"}}, Kind::none, ""},
        CarrierRow{{{"Authorization", "Bearera.b.c"}}, Kind::none, ""},
        CarrierRow{{{"Authorization", "a.b.c"}}, Kind::none, ""},
        CarrierRow{{{"Authorization", ""}}, Kind::none, ""},
        CarrierRow{{{"apikey", "sk_2"}}, Kind::api_key, "sk_2"},
        CarrierRow{{{"ApiKey", " a.b.c "}}, Kind::jwt, "a.b.c"},
        CarrierRow{{{"apikey", " "}}, Kind::none, ""},
        CarrierRow{{{"apikey", "Bearer a.b.c"}}, Kind::jwt, "Bearer a.b.c"},
        CarrierRow{{{"apikey", "sk_2"}, {"Authorization", "Bearer a.b.c"}}, Kind::jwt, "a.b.c"},
        CarrierRow{{{"apikey", "sk_2"}, {"Authorization", "Basic x"}}, Kind::api_key, "sk_2"},
        CarrierRow{{{"Cookie", "__session=a.b.c"}}, Kind::jwt, "a.b.c"},
        CarrierRow{{{"Cookie", "x=1; __session=a.b.c; y=2"}}, Kind::jwt, "a.b.c"},
        CarrierRow{{{"Cookie", "x=1"}, {"Cookie", "__session=a.b.c"}}, Kind::jwt, "a.b.c"},
        CarrierRow{{{"Cookie", "__session=a=b"}}, Kind::jwt, "a=b"},
        CarrierRow{{{"Cookie", "__session="}}, Kind::none, ""},
        CarrierRow{{{"Cookie", "__session"}}, Kind::none, ""},
        CarrierRow{{{"Cookie", "my__session=a.b.c; __session2=d"}}, Kind::none, ""},
        CarrierRow{{{"Cookie", ";;; =; ;"}}, Kind::none, ""},
        CarrierRow{{{"Cookie", "__session=a.b.c"}, {"apikey", "sk_2"}}, Kind::api_key, "sk_2"},
        CarrierRow{{{"Cookie", "__session=a.b.c"},
                    {"Host", "app.example.com"},
                    {"Origin", "https://app.example.com"}},
                   Kind::jwt,
                   "a.b.c"},
        CarrierRow{{{"Cookie", "__session=a.b.c"},
                    {"Host", "localhost:8080"},
                    {"Origin", "http://LOCALHOST:8080"}},
                   Kind::jwt,
                   "a.b.c"},
        CarrierRow{{{"Cookie", "__session=a.b.c"},
                    {"Host", "app.example.com"},
                    {"Origin", "https://evil.example"}},
                   Kind::none,
                   ""},
        CarrierRow{
            {{"Cookie", "__session=a.b.c"}, {"Host", "null"}, {"Origin", "null"}}, Kind::none, ""},
        CarrierRow{{{"Cookie", "__session=a.b.c"},
                    {"Host", "app.example.com"},
                    {"Origin", "https://app.example.com.evil.example"}},
                   Kind::none,
                   ""}));

TEST(credential, an_empty_bearer_is_refused_and_not_anonymous) {
    for (const char* header : {"Bearer", "Bearer ", "bearer \t"}) {
        const auto credential =
            read_credential(with({{"Authorization", header}, {"apikey", "sk_2"}}));
        ASSERT_FALSE(credential) << header;
        EXPECT_EQ(credential.error().status, 401);
        EXPECT_EQ(credential.error().code, "PGRST301");
        EXPECT_EQ(credential.error().message, "Empty JWT is sent in Authorization header");
        ASSERT_EQ(credential.error().headers.size(), 1U);
        EXPECT_EQ(credential.error().headers[0].name, "WWW-Authenticate");
        EXPECT_EQ(credential.error().headers[0].value,
                  "Bearer error=\"invalid_token\", "
                  "error_description=\"Empty JWT is sent in Authorization header\"");
    }
}

TEST(credential, a_token_beyond_8_kib_is_refused_wherever_it_stands) {
    const std::string fits(8192, 'a');
    EXPECT_TRUE(read_credential(with({{"Authorization", "Bearer " + fits}})));
    for (const auto& header : std::vector<core::Header>{{"Authorization", "Bearer " + fits + "a"},
                                                        {"apikey", "sk_" + fits},
                                                        {"Cookie", "__session=" + fits + "a"}}) {
        const auto credential = read_credential(with({header}));
        ASSERT_FALSE(credential) << header.name;
        EXPECT_EQ(credential.error().code, "PGRST301");
    }
}

}  // namespace
}  // namespace torale::rest
