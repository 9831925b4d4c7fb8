// Tokens that attack, each against the same set of keys: whatever is wrong with one, it must be
// said with the standard's words and never be let in.
#include "rest/token.hpp"

#include <gtest/gtest.h>

#include "rest/auth.hpp"
#include "token_maker.hpp"

namespace torale::rest {
namespace {

constexpr std::string_view secret = "a shared secret of at least 32 bytes!";
constexpr std::string_view payload = R"({"sub":"user_1","role":"torale_user","exp":2000000000})";
constexpr std::string_view hs = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view rs = R"({"alg":"RS256","typ":"JWT"})";
constexpr std::string_view es = R"({"alg":"ES256","typ":"JWT"})";

const core::Time now{std::chrono::seconds{1'900'000'000}};

// Keys made once: RSA ones take their time.
struct Issuer {
    IssuerKey rsa = IssuerKey::rsa();
    IssuerKey other_rsa = IssuerKey::rsa();
    IssuerKey ec = IssuerKey::ec();
    IssuerKey other_ec = IssuerKey::ec();
    IssuerKey unnamed_ec = IssuerKey::ec();
    IssuerKey stranger_rsa = IssuerKey::rsa();
    IssuerKey stranger_ec = IssuerKey::ec();
};

const Issuer& issuer() {
    static const Issuer made;
    return made;
}

// The secret, two RSA keys and two EC keys with kid, one EC key without.
const KeySet& keys() {
    static const KeySet set = [] {
        KeySet built;
        EXPECT_TRUE(built.add_secret(secret));
        const auto taken = built.add_jwks(
            jwks({issuer().rsa.jwk({{"kid", "r1"}}), issuer().other_rsa.jwk({{"kid", "r2"}}),
                  issuer().ec.jwk({{"kid", "e1"}}), issuer().other_ec.jwk({{"kid", "e2"}}),
                  issuer().unnamed_ec.jwk()}));
        EXPECT_EQ(*taken, 5);
        return built;
    }();
    return set;
}

std::string header_of(const char* algorithm, const core::Json& more = core::Json::object()) {
    core::Json header = {{"alg", algorithm}};
    header.update(more);
    return header.dump();
}

struct Row {
    std::string what;
    std::string token;
    std::string message;
    std::string details = {};
};

constexpr const char* malformed = "JWT cryptographic operation failed";
constexpr const char* no_key = "No suitable key or wrong key type";
constexpr const char* none_decodes = "None of the keys was able to decode the JWT";
constexpr const char* bad_algorithm = "Wrong or unsupported encoding algorithm";
constexpr const char* accepted = "HS256, RS256 and ES256 are accepted";
constexpr const char* unsecured = "JWT is unsecured but expected 'alg' was not 'none'";
constexpr const char* bad_type = "Unsupported token type";
constexpr const char* critical = "Critical header parameters are not supported";

std::string unsigned_token(std::string_view header, std::string_view signature = "") {
    return base64url(header) + "." + base64url(payload) + "." + std::string(signature);
}

// `token` with its n-th part replaced.
std::string with_part(const std::string& token, int part, std::string_view text) {
    std::size_t start = 0;
    for (; part > 0; --part) start = token.find('.', start) + 1;
    const std::size_t end = std::min(token.find('.', start), token.size());
    return token.substr(0, start) + std::string(text) + token.substr(end);
}

std::string part_of(const std::string& token, int part) {
    std::size_t start = 0;
    for (; part > 0; --part) start = token.find('.', start) + 1;
    return token.substr(start, token.find('.', start) - start);
}

std::vector<Row> of_the_form() {
    const std::string good = sign_with(secret, hs, payload);
    const auto parts = [](int n) { return "Expected 3 parts in JWT; got " + std::to_string(n); };
    return {
        {"nothing", "", parts(1)},
        {"one word", "token", parts(1)},
        {"two parts", part_of(good, 0) + "." + part_of(good, 1), parts(2)},
        {"a fourth part", good + ".AAAA", parts(4)},
        {"encrypted", "e30.AAAA.AAAA.AAAA.AAAA", parts(5)},
        {"dots alone", "..", malformed},
        {"a hundred dots", std::string(100, '.'), parts(101)},
        {"empty header", with_part(good, 0, ""), malformed},
        {"empty payload", with_part(good, 1, ""), no_key, none_decodes},
        {"empty signature", with_part(good, 2, ""), malformed},
        {"padding in the header", with_part(good, 0, "eyJhbGciOiJIUzI1NiJ9="), malformed},
        {"padding behind", good + "=", malformed},
        {"standard alphabet +", with_part(good, 2, "+" + part_of(good, 2).substr(1)), malformed},
        {"standard alphabet /", with_part(good, 2, "/" + part_of(good, 2).substr(1)), malformed},
        {"blank before", " " + good, malformed},
        {"line feed behind", good + "\n", malformed},
        {"NUL behind", good + std::string(1, '\0'), malformed},
        {"NUL inside", with_part(good, 2, std::string(4, '\0')), malformed},
        {"bytes above 127", with_part(good, 1, "\xC3\xA9\xC3\xA9"), malformed},
        {"length of no base64", with_part(good, 2, "AAAAA"), malformed},
        {"bits behind the last byte", with_part(good, 2, part_of(good, 2).substr(0, 42) + "B"),
         malformed},
        {"header is a list", sign_with(secret, "[]", payload), malformed},
        {"header is a string", sign_with(secret, "\"HS256\"", payload), malformed},
        {"header is null", sign_with(secret, "null", payload), malformed},
        {"header is broken", sign_with(secret, R"({"alg":"HS256")", payload), malformed},
        {"header and more", sign_with(secret, R"({"alg":"HS256"} x)", payload), malformed},
        {"header with invalid UTF-8",
         sign_with(secret, "{\"alg\":\"HS256\",\"x\":\"\xFF\"}", payload), malformed},
        {"header with U+0000", sign_with(secret, R"({"alg":"HS256","kid":"a\u0000b"})", payload),
         malformed},
        {"header nests deeply",
         sign_with(secret,
                   R"({"alg":"HS256","x":)" + std::string(40, '[') + std::string(40, ']') + "}",
                   payload),
         malformed},
        {"one byte beyond 8 KiB", std::string(8193, 'a'), malformed,
         "The token is longer than 8192 bytes"},
        {"good but too long", sign_with(secret, hs, R"({"x":")" + std::string(7000, 'x') + "\"}"),
         malformed, "The token is longer than 8192 bytes"},
        {"a megabyte", std::string(1 << 20, '.'), malformed, "The token is longer than 8192 bytes"},
    };
}

std::vector<Row> of_the_algorithm() {
    std::vector<Row> rows = {
        {"none without signature", unsigned_token(R"({"alg":"none"})"), bad_algorithm, unsecured},
        {"none with a signature", unsigned_token(R"({"alg":"none"})", "AAAA"), bad_algorithm,
         unsecured},
        {"none signed well", sign_with(secret, R"({"alg":"none"})", payload), bad_algorithm,
         unsecured},
        {"no alg", sign_with(secret, R"({"typ":"JWT"})", payload), malformed},
        {"alg null", sign_with(secret, R"({"alg":null})", payload), malformed},
        {"alg a number", sign_with(secret, R"({"alg":256})", payload), malformed},
        {"alg a list", sign_with(secret, R"({"alg":["HS256"]})", payload), malformed},
        {"alg twice, good last", sign_with(secret, R"({"alg":"none","alg":"HS256"})", payload),
         malformed},
        {"alg twice, good first", sign_with(secret, R"({"alg":"HS256","alg":"none"})", payload),
         malformed},
        {"alg twice, escaped", sign_with(secret, R"({"alg":"HS256","\u0061lg":"none"})", payload),
         malformed},
    };
    for (const char* other : {"None",   "NONE",  "nOnE",  "",      " ",     "hs256",  "HS256 ",
                              "HS384",  "HS512", "HS1",   "RS384", "RS512", "ES384",  "ES512",
                              "ES256K", "PS256", "PS384", "EdDSA", "dir",   "A128KW", "RSA-OAEP"}) {
        rows.push_back({std::string("alg ") + other, sign_with(secret, header_of(other), payload),
                        bad_algorithm, accepted});
    }
    return rows;
}

// The right algorithm in the header, but a signature of something else.
std::vector<Row> of_the_signature() {
    const std::string by_secret = sign_with(secret, hs, payload);
    const std::string by_rsa = sign_with(issuer().rsa, rs, payload);
    const std::string by_ec = sign_with(issuer().ec, es, payload);
    const std::string admin = base64url(R"({"sub":"user_1","role":"torale_admin"})");
    const std::string public_n =
        decode_base64url(issuer().rsa.jwk()["n"].get<std::string>()).value();
    const auto row = [](std::string what, std::string token) {
        return Row{std::move(what), std::move(token), no_key, none_decodes};
    };
    return {
        row("HS256 by the PEM of the RSA key", sign_with(issuer().rsa.pem(), hs, payload)),
        row("HS256 by the PEM without its last line feed",
            sign_with(issuer().rsa.pem().substr(0, issuer().rsa.pem().size() - 1), hs, payload)),
        row("HS256 by the JWK of the RSA key", sign_with(issuer().rsa.jwk().dump(), hs, payload)),
        row("HS256 by the modulus", sign_with(public_n, hs, payload)),
        row("HS256 by the modulus, named",
            sign_with(public_n, header_of("HS256", {{"kid", "r1"}}), payload)),
        row("HS256 by the PEM of the EC key", sign_with(issuer().ec.pem(), hs, payload)),
        row("HS256 by an empty secret", sign_with("", hs, payload)),
        row("HS256 by a common secret", sign_with("secret", hs, payload)),
        row("HS256 by most of the secret", sign_with(secret.substr(1), hs, payload)),
        row("HS256 by the secret and more", sign_with(std::string(secret) + "x", hs, payload)),
        row("HS256 by the secret named as a key's",
            sign_with(secret, header_of("HS256", {{"kid", "r1"}}), payload)),
        row("RS256 by a stranger", sign_with(issuer().stranger_rsa, rs, payload)),
        row("RS256 signed with the secret", sign_with(secret, rs, payload)),
        row("RS256 signed with EC", sign_with(issuer().ec, rs, payload)),
        row("ES256 by a stranger", sign_with(issuer().stranger_ec, es, payload)),
        row("ES256 signed with RSA", sign_with(issuer().rsa, es, payload)),
        row("ES256 signed with the secret", sign_with(secret, es, payload)),
        row("HS256 signed with RSA", sign_with(issuer().rsa, hs, payload)),
        row("another header, HS256 for RS256", with_part(by_rsa, 0, base64url(hs))),
        row("another header, RS256 for HS256", with_part(by_secret, 0, base64url(rs))),
        row("payload of an admin, HS256", with_part(by_secret, 1, admin)),
        row("payload of an admin, RS256", with_part(by_rsa, 1, admin)),
        row("payload of an admin, ES256", with_part(by_ec, 1, admin)),
        row("header changed after signing",
            with_part(by_secret, 0, base64url(R"({"alg":"HS256"})"))),
        row("signature of zeros, HS256", with_part(by_secret, 2, base64url(std::string(32, '\0')))),
        row("signature of zeros, RS256", with_part(by_rsa, 2, base64url(std::string(256, '\0')))),
        row("r and s are zero", with_part(by_ec, 2, base64url(std::string(64, '\0')))),
        row("signature cut, HS256", with_part(by_secret, 2, part_of(by_secret, 2).substr(0, 40))),
        row("signature of one byte", with_part(by_secret, 2, "AA")),
        row("signature cut, RS256", with_part(by_rsa, 2, part_of(by_rsa, 2).substr(0, 340))),
        row("signature cut, ES256", with_part(by_ec, 2, part_of(by_ec, 2).substr(0, 84))),
        row("signature and more, HS256", by_secret + "AAAA"),
        row("signature and more, RS256", by_rsa + "AA"),
        row("signature and more, ES256",
            with_part(by_ec, 2, part_of(by_ec, 2).substr(0, 84) + "AAAAAA")),
        row("r alone", with_part(by_ec, 2, part_of(by_ec, 2).substr(0, 43 - 1) + "A")),
        row("signature of another token",
            with_part(by_secret, 2, part_of(sign_with(secret, hs, R"({"sub":"x"})"), 2))),
    };
}

std::vector<Row> of_the_header() {
    const auto named = [](const core::Json& kid) {
        return sign_with(issuer().rsa, header_of("RS256", {{"kid", kid}}), payload);
    };
    const auto hs_with = [](const core::Json& more) {
        return sign_with(secret, header_of("HS256", more), payload);
    };
    const core::Json own_key = issuer().stranger_rsa.jwk();
    std::vector<Row> rows = {
        {"kid of the other key", named("r2"), no_key, none_decodes},
        {"kid of a key of another type", named("e1"), no_key, none_decodes},
        {"kid a number", named(1), malformed, "The header 'kid' must be a string"},
        {"kid null", named(nullptr), malformed, "The header 'kid' must be a string"},
        {"kid a list", named({"r1"}), malformed, "The header 'kid' must be a string"},
        {"kid an object", named({{"r1", 1}}), malformed, "The header 'kid' must be a string"},
        {"kid before an unnamed key",
         sign_with(issuer().unnamed_ec, header_of("ES256", {{"kid", "e9"}}), payload), no_key,
         none_decodes},
        {"brings its own key",
         sign_with(issuer().stranger_rsa, header_of("RS256", {{"jwk", own_key}}), payload), no_key,
         none_decodes},
        {"says where its key is",
         sign_with(issuer().stranger_rsa,
                   header_of("RS256", {{"jku", "https://evil.example/jwks"},
                                       {"x5u", "https://evil.example/c"}}),
                   payload),
         no_key, none_decodes},
        {"brings its own key and a known kid",
         sign_with(issuer().stranger_rsa, header_of("RS256", {{"jwk", own_key}, {"kid", "r1"}}),
                   payload),
         no_key, none_decodes},
        {"crit", hs_with({{"crit", {"x"}}, {"x", 1}}), malformed, critical},
        {"crit exp", hs_with({{"crit", {"exp"}}, {"exp", 1}}), malformed, critical},
        {"crit empty", hs_with({{"crit", core::Json::array()}}), malformed, critical},
        {"crit null", hs_with({{"crit", nullptr}}), malformed, critical},
        {"payload not encoded", hs_with({{"b64", false}, {"crit", {"b64"}}}), malformed, critical},
        {"b64 without crit", hs_with({{"b64", false}}), malformed, critical},
    };
    for (const char* kid :
         {"", "R1", "r1 ", "../../../../dev/null", "/etc/passwd", "r1\n", "' OR '1'='1",
          "r1'; DROP TABLE users; --", "https://evil.example/key", "$(id)", "%72%31"}) {
        rows.push_back({std::string("kid ") + kid, named(kid), no_key, none_decodes});
    }
    for (const core::Json& type : {core::Json("logout+jwt"), core::Json("dpop+jwt"), core::Json(""),
                                   core::Json("JWE"), core::Json(1), core::Json(nullptr)}) {
        rows.push_back({"typ " + type.dump(), hs_with({{"typ", type}}), bad_type});
    }
    return rows;
}

std::vector<Row> all_rows() {
    std::vector<Row> rows;
    for (const auto& some :
         {of_the_form(), of_the_algorithm(), of_the_signature(), of_the_header()}) {
        rows.insert(rows.end(), some.begin(), some.end());
    }
    return rows;
}

TEST(attack, is_refused_with_the_standard_words) {
    const auto rows = all_rows();
    EXPECT_GE(rows.size(), 80U);
    for (const Row& row : rows) {
        const auto verified = verify_token(row.token, keys(), {}, now);
        ASSERT_FALSE(verified) << row.what;
        const Failure& failure = verified.error();
        EXPECT_EQ(failure.status, 401) << row.what;
        EXPECT_EQ(failure.code, "PGRST301") << row.what;
        EXPECT_EQ(failure.message, row.message) << row.what;
        EXPECT_EQ(failure.details, row.details) << row.what;
        EXPECT_EQ(is_key_failure(failure), row.message == no_key) << row.what;
        const std::vector<core::Header> challenge = {
            {"WWW-Authenticate",
             "Bearer error=\"invalid_token\", error_description=\"" + row.message + "\""}};
        EXPECT_EQ(failure.headers, challenge) << row.what;
    }
}

struct GoodRow {
    std::string what;
    std::string token;
};

TEST(token, is_good_by_each_algorithm_and_way_to_find_the_key) {
    const std::vector<GoodRow> rows = {
        {"HS256", sign_with(secret, hs, payload)},
        {"HS256 without typ", sign_with(secret, R"({"alg":"HS256"})", payload)},
        {"typ in lower case", sign_with(secret, R"({"alg":"HS256","typ":"jwt"})", payload)},
        {"typ of an access token", sign_with(secret, R"({"alg":"HS256","typ":"at+jwt"})", payload)},
        {"typ in full",
         sign_with(secret, R"({"alg":"HS256","typ":"application/at+JWT"})", payload)},
        {"unknown members", sign_with(secret, R"({"alg":"HS256","oiat":1,"x":{"y":[]}})", payload)},
        {"RS256 without kid", sign_with(issuer().rsa, rs, payload)},
        {"RS256 by the second without kid", sign_with(issuer().other_rsa, rs, payload)},
        {"RS256 with kid", sign_with(issuer().rsa, header_of("RS256", {{"kid", "r1"}}), payload)},
        {"RS256 with the other kid",
         sign_with(issuer().other_rsa, header_of("RS256", {{"kid", "r2"}}), payload)},
        {"ES256 without kid", sign_with(issuer().ec, es, payload)},
        {"ES256 by the second", sign_with(issuer().other_ec, es, payload)},
        {"ES256 by the unnamed", sign_with(issuer().unnamed_ec, es, payload)},
        {"ES256 with kid", sign_with(issuer().ec, header_of("ES256", {{"kid", "e1"}}), payload)},
        {"a foreign key beside a good signature",
         sign_with(issuer().rsa, header_of("RS256", {{"jwk", issuer().stranger_rsa.jwk()}}),
                   payload)},
    };
    for (const GoodRow& row : rows) {
        const auto verified = verify_token(row.token, keys(), {}, now);
        ASSERT_TRUE(verified) << row.what << ": " << verified.error().message;
        EXPECT_EQ(verified->subject, "user_1") << row.what;
        EXPECT_EQ(verified->role, "torale_user") << row.what;
        EXPECT_EQ(verified->claims, core::Json::parse(payload)) << row.what;
    }
}

TEST(token, may_have_8_kib) {
    std::string token;
    for (std::size_t filling = 6000; token.size() < 8190; ++filling) {
        token = sign_with(secret, hs, R"({"x":")" + std::string(filling, 'x') + "\"}");
    }
    ASSERT_LE(token.size(), 8192U);
    EXPECT_TRUE(verify_token(token, keys(), {}, now));
}

TEST(token, without_any_key_is_the_servers_fault) {
    const auto verified = verify_token(sign_with(secret, hs, payload), KeySet(), {}, now);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().status, 500);
    EXPECT_EQ(verified.error().code, "PGRST300");
    EXPECT_EQ(verified.error().message, "Server lacks JWT secret");
    EXPECT_TRUE(verified.error().headers.empty());
    EXPECT_FALSE(is_key_failure(verified.error()));
}

TEST(token, of_a_server_with_public_keys_alone_cannot_be_shared) {
    KeySet public_only;
    ASSERT_TRUE(public_only.add_jwks(jwks({issuer().rsa.jwk()})));
    EXPECT_TRUE(verify_token(sign_with(issuer().rsa, rs, payload), public_only, {}, now));
    for (const std::string& forged : {issuer().rsa.pem(), issuer().rsa.jwk().dump(),
                                      issuer().rsa.number(OSSL_PKEY_PARAM_RSA_N)}) {
        EXPECT_FALSE(verify_token(sign_with(forged, hs, payload), public_only, {}, now));
    }
}

TEST(token, every_flipped_bit_is_noticed) {
    for (const std::string& token :
         {sign_with(secret, hs, payload), sign_with(issuer().ec, es, payload)}) {
        for (std::size_t i = 0; i < token.size(); ++i) {
            for (const int bit : {0, 3, 5}) {
                std::string changed = token;
                changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
                EXPECT_FALSE(verify_signature(changed, keys())) << i << " " << changed;
            }
        }
    }
}

// A good signature does not make claims of this.
TEST(token, of_a_payload_that_two_readers_could_read_differently_is_refused) {
    for (const char* text :
         {"", "[]", "not json", R"({"sub":"a","sub":"b"})", R"({"sub":"a\u0000"})"}) {
        const auto claims = verify_signature(sign_with(secret, hs, text), keys());
        ASSERT_FALSE(claims) << text;
        EXPECT_EQ(claims.error().status, 401);
        EXPECT_EQ(claims.error().code, "PGRST303");
        EXPECT_EQ(claims.error().message, "Parsing claims failed");
        EXPECT_FALSE(is_key_failure(claims.error()));
    }
}

}  // namespace
}  // namespace torale::rest
