#include "notify/signature.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/json.hpp"

namespace torale::notify {
namespace {

core::Json vectors() {
    std::ifstream file(std::string(TORALE_FIXTURES) + "/webhook/vectors.json");
    return core::Json::parse(file);
}

std::string sign(const core::Json& row) {
    const std::int64_t at = row.at("timestamp");
    const std::string secret = row.at("secret");
    const std::string body = row.at("body");
    if (row.at("scheme") == "torale") return torale_signature(secret, at, body);
    return standard_signature({secret}, std::string(row.at("id")), at, body);
}

TEST(signatures, equal_those_computed_elsewhere) {
    int torale = 0;
    int standard = 0;
    for (const core::Json& row : vectors()) {
        EXPECT_EQ(sign(row), row.at("signature")) << row;
        ++(row.at("scheme") == "torale" ? torale : standard);
    }
    EXPECT_GE(torale, 1);
    EXPECT_GE(standard, 2) << "ours and the vendor's";
}

TEST(signatures, change_with_every_part_they_sign) {
    for (const core::Json& row : vectors()) {
        for (const char* part : {"id", "timestamp", "body", "secret"}) {
            if (!row.contains(part)) continue;
            core::Json other = row;
            if (other[part].is_number()) {
                other[part] = other[part].get<int>() + 1;
            } else {
                std::string text = other[part];
                text[text.size() / 2] = text[text.size() / 2] == 'x' ? 'y' : 'x';
                other[part] = text;
            }
            EXPECT_NE(sign(other).substr(sign(other).find("v1")),
                      sign(row).substr(sign(row).find("v1")))
                << part << " of " << row;
        }
    }
}

TEST(standard_signature, signs_with_each_secret_during_a_rotation) {
    const std::string newer = "whsec_dG9yYWxlLXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODlhYmM=";
    const std::string older = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const std::string both = standard_signature({newer, older}, "id", 1, "{}");
    EXPECT_EQ(both, standard_signature({newer}, "id", 1, "{}") + " " +
                        standard_signature({older}, "id", 1, "{}"));
    EXPECT_EQ(standard_signature({}, "id", 1, "{}"), "");
}

TEST(standard_signature, padding_of_a_secret_may_be_missing) {
    EXPECT_EQ(standard_signature({"whsec_dG9yYWxlLXRlc3Q="}, "id", 1, "{}"),
              standard_signature({"whsec_dG9yYWxlLXRlc3Q"}, "id", 1, "{}"));
    // "torale-test" is what the base64 says, and also what a secret without a prefix says.
    EXPECT_EQ(standard_signature({"whsec_dG9yYWxlLXRlc3Q="}, "id", 1, "{}"),
              standard_signature({"torale-test"}, "id", 1, "{}"));
}

TEST(standard_signature, a_secret_that_is_no_base64_is_used_as_text) {
    const std::string signature = standard_signature({"whsec_not base64!"}, "id", 1, "{}");
    EXPECT_EQ(signature.size(), 3U + 44U);
    EXPECT_NE(signature, standard_signature({"whsec_not base64?"}, "id", 1, "{}"));
}

}  // namespace
}  // namespace torale::notify
