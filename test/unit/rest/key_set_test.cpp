#include "rest/key_set.hpp"

#include <gtest/gtest.h>

#include "token_maker.hpp"

namespace torale::rest {
namespace {

using core::Json;

const IssuerKey& rsa() {
    static const IssuerKey key = IssuerKey::rsa();
    return key;
}
const IssuerKey& ec() {
    static const IssuerKey key = IssuerKey::ec();
    return key;
}

std::string with_leading(std::string_view bytes, char first) {
    return first + std::string(bytes.substr(1));
}

int taken(const Json& key) {
    KeySet keys;
    const auto count = keys.add_jwks(jwks({key}));
    EXPECT_TRUE(count);
    EXPECT_EQ(keys.is_empty(), *count == 0);
    return *count;
}

TEST(secret, has_32_bytes_at_least) {
    KeySet keys;
    EXPECT_FALSE(keys.add_secret(""));
    const auto refused = keys.add_secret(std::string(31, 'x'));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, core::ErrorKind::invalid);
    EXPECT_EQ(refused.error().message, "the JWT secret has 31 bytes, it must have 32 to 4096");
    EXPECT_FALSE(keys.add_secret(std::string(4097, 'x')));
    EXPECT_TRUE(keys.is_empty());
    EXPECT_TRUE(keys.add_secret(std::string(32, 'x')));
    EXPECT_FALSE(keys.is_empty());
}

TEST(jwks, takes_public_keys_that_may_sign) {
    for (const Json& more : {Json::object(), Json{{"kid", "a"}}, Json{{"use", "sig"}},
                             Json{{"key_ops", {"verify"}}, {"x5t", "abc"}}, Json{{"kid", ""}}}) {
        EXPECT_EQ(taken(rsa().jwk(more)), 1) << more;
        EXPECT_EQ(taken(ec().jwk(more)), 1) << more;
    }
    EXPECT_EQ(taken(rsa().jwk({{"alg", "RS256"}})), 1);
    EXPECT_EQ(taken(ec().jwk({{"alg", "ES256"}})), 1);
}

TEST(jwks, binds_a_key_to_the_algorithm_of_its_type) {
    KeySet keys;
    ASSERT_EQ(*keys.add_jwks(jwks({rsa().jwk({{"kid", "r"}}), ec().jwk()})), 2);
    ASSERT_EQ(keys.state().keys.size(), 2U);
    EXPECT_EQ(keys.state().keys[0].algorithm, TokenAlgorithm::rs256);
    EXPECT_EQ(keys.state().keys[0].id, "r");
    EXPECT_EQ(keys.state().keys[1].algorithm, TokenAlgorithm::es256);
    EXPECT_EQ(keys.state().keys[1].id, std::nullopt);
}

struct LeftOutRow {
    const char* why;
    Json key;
};

std::vector<LeftOutRow> left_out_rows() {
    const std::string modulus = rsa().number(OSSL_PKEY_PARAM_RSA_N);
    const std::string x = decode_base64url(ec().jwk()["x"].get<std::string>()).value();
    const auto numbers = [&](const std::string& n, const std::string& e) {
        return rsa().jwk({{"n", base64url(n)}, {"e", base64url(e)}});
    };
    return {
        {"encrypts", rsa().jwk({{"use", "enc"}})},
        {"use of no text", rsa().jwk({{"use", {"sig"}}})},
        {"another RSA algorithm", rsa().jwk({{"alg", "RS512"}})},
        {"PSS", rsa().jwk({{"alg", "PS256"}})},
        {"RSA for HS256", rsa().jwk({{"alg", "HS256"}})},
        {"RSA for ES256", rsa().jwk({{"alg", "ES256"}})},
        {"EC for RS256", ec().jwk({{"alg", "RS256"}})},
        {"alg none", rsa().jwk({{"alg", "none"}})},
        {"wraps keys", rsa().jwk({{"key_ops", {"wrapKey"}}})},
        {"key_ops of no list", rsa().jwk({{"key_ops", "verify"}})},
        {"no operation", rsa().jwk({{"key_ops", Json::array()}})},
        {"kid a number", rsa().jwk({{"kid", 1}})},
        {"private RSA", rsa().jwk({{"d", "AQAB"}})},
        {"private EC", ec().jwk({{"d", base64url(x)}})},
        {"a secret", {{"kty", "oct"}, {"k", base64url(std::string(32, 'k'))}, {"alg", "HS256"}}},
        {"Ed25519", {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url(x)}}},
        {"unknown type", {{"kty", "XYZ"}}},
        {"no type", {{"n", base64url(modulus)}, {"e", "AQAB"}}},
        {"type in lower case", rsa().jwk({{"kty", "rsa"}})},
        {"type a number", rsa().jwk({{"kty", 1}})},
        {"1024 bits", IssuerKey::rsa(1024).jwk()},
        {"2047 bits", numbers(with_leading(modulus, 0x7F), "\x01\x00\x01")},
        {"1024 bits behind zeros",
         numbers(std::string(200, '\0') + modulus.substr(0, 128), "\x03")},
        {"beyond 8192 bits", numbers(modulus + modulus + modulus + modulus + modulus, "\x03")},
        {"even modulus", numbers(modulus.substr(0, 255) + '\x02', "\x03")},
        {"exponent 1", numbers(modulus, "\x01")},
        {"exponent 0", numbers(modulus, std::string(1, '\0'))},
        {"even exponent", numbers(modulus, "\x02")},
        {"exponent as long as the modulus", numbers(modulus, modulus)},
        {"n no base64url", rsa().jwk({{"n", "+/+/"}})},
        {"n a number", rsa().jwk({{"n", 3}})},
        {"no n", Json{{"kty", "RSA"}, {"e", "AQAB"}}},
        {"no e", Json{{"kty", "RSA"}, {"n", base64url(modulus)}}},
        {"P-384", IssuerKey::ec("P-384").jwk()},
        {"curve unnamed", ec().jwk({{"crv", nullptr}})},
        {"curve unknown", ec().jwk({{"crv", "secp256k1"}})},
        {"beside the curve", ec().jwk({{"x", base64url(std::string(32, '\x05'))}})},
        {"no y", Json{{"kty", "EC"}, {"crv", "P-256"}, {"x", base64url(x)}}},
        {"the point at infinity", ec().jwk({{"x", "AA"}, {"y", "AA"}})},
        {"x too long", ec().jwk({{"x", base64url(x + x)}})},
        {"a list", Json::array()},
        {"null", nullptr},
        {"text", "RSA"},
    };
}

TEST(jwks, leaves_out_what_it_must_not_believe) {
    for (const LeftOutRow& row : left_out_rows()) EXPECT_EQ(taken(row.key), 0) << row.why;
}

TEST(jwks, takes_the_good_ones_of_a_mixed_list) {
    std::vector<Json> mixed;
    for (const LeftOutRow& row : left_out_rows()) mixed.push_back(row.key);
    mixed.push_back(rsa().jwk());
    mixed.push_back(ec().jwk());
    KeySet keys;
    EXPECT_EQ(*keys.add_jwks(jwks(mixed)), 2);
}

TEST(jwks, refuses_what_is_no_key_list) {
    for (const char* document :
         {"", "[]", "null", "<html>", "{}", R"({"keys":{}})", R"({"keys":null})", R"({"keys":"x"})",
          R"({"Keys":[]})", R"({"keys":[],"keys":[]})", R"({"keys":[)"}) {
        KeySet keys;
        EXPECT_FALSE(keys.add_jwks(document)) << document;
        EXPECT_TRUE(keys.is_empty());
    }
    KeySet keys;
    EXPECT_EQ(*keys.add_jwks(R"({"keys":[]})"), 0);
}

TEST(jwks, has_limits) {
    KeySet keys;
    EXPECT_EQ(*keys.add_jwks(jwks(std::vector<Json>(100, ec().jwk()))), 64);
    EXPECT_EQ(*keys.add_jwks(jwks({ec().jwk()})), 0);
    const std::string filling(256 << 10, 'x');
    EXPECT_FALSE(KeySet().add_jwks(Json{{"keys", {ec().jwk()}}, {"x", filling}}.dump()));
}

TEST(key_set, moves_with_its_keys) {
    KeySet keys;
    ASSERT_TRUE(keys.add_secret(std::string(32, 'x')));
    KeySet moved = std::move(keys);
    EXPECT_FALSE(moved.is_empty());
    KeySet assigned;
    assigned = std::move(moved);
    EXPECT_EQ(assigned.state().keys.size(), 1U);
}

}  // namespace
}  // namespace torale::rest
