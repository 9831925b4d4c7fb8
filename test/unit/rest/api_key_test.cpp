#include <gtest/gtest.h>

#include "rest/auth.hpp"

namespace torale::rest {
namespace {

TEST(api_key_hash, is_sha256_in_lower_case_hex) {
    // FIPS 180-2, appendix B.1.
    EXPECT_EQ(api_key_hash("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_NE(api_key_hash("sk_a"), api_key_hash("sk_b"));
}

}  // namespace
}  // namespace torale::rest
