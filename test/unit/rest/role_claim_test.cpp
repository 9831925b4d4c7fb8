#include "rest/role_claim.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

const core::Json claims = core::Json::parse(R"({
    "role": "editor", "none": null, "level": 7, "is_admin": true, "a": {"b": {"c": "deep"}},
    "roles": ["first", "second", "last"], "matrix": [["x", "y"], ["z"]],
    "https://example.com/claims": {"role": "namespaced"}, "it's": "quoted", "say \"hi\"": "double",
    "back\\slash": "slashed", "": "empty name", "x-y": "dashed", "größe": "umlaut", "0": "digit",
    "$odd@name": "odd", "object": {"k": [1, 2]}})");

struct PathRow {
    const char* path;
    std::optional<std::string> role;  // nothing = parses, and names none
};
void PrintTo(const PathRow& row, std::ostream* out) {
    *out << '"' << row.path << '"';
}

class NamedRole : public testing::TestWithParam<PathRow> {};

TEST_P(NamedRole, is_found) {
    const auto path = parse_claim_path(GetParam().path);
    ASSERT_TRUE(path) << GetParam().path << ": " << path.error().message;
    EXPECT_EQ(role_in(claims, *path), GetParam().role) << GetParam().path;
}

INSTANTIATE_TEST_SUITE_P(
    standard, NamedRole,
    testing::Values(PathRow{"$.role", "editor"}, PathRow{"$['role']", "editor"},
                    PathRow{"$[\"role\"]", "editor"}, PathRow{"$.a.b.c", "deep"},
                    PathRow{"$.a['b'].c", "deep"}, PathRow{"$['a']['b']['c']", "deep"},
                    PathRow{"$.roles[0]", "first"}, PathRow{"$.roles[2]", "last"},
                    PathRow{"$.roles[-1]", "last"}, PathRow{"$.roles[-3]", "first"},
                    PathRow{"$.roles[3]", {}}, PathRow{"$.roles[-4]", {}},
                    PathRow{"$.roles[999999999]", {}}, PathRow{"$.matrix[0][1]", "y"},
                    PathRow{"$['https://example.com/claims'].role", "namespaced"},
                    PathRow{"$['it\\'s']", "quoted"}, PathRow{"$[\"it's\"]", "quoted"},
                    PathRow{"$[\"say \\\"hi\\\"\"]", "double"},
                    PathRow{"$['back\\\\slash']", "slashed"}, PathRow{"$['']", "empty name"},
                    PathRow{"$['x-y']", "dashed"}, PathRow{"$.größe", "umlaut"},
                    PathRow{"$['0']", "digit"}, PathRow{"$.absent", {}},
                    PathRow{"$.role.deeper", {}}, PathRow{"$.role[0]", {}}, PathRow{"$.a[0]", {}},
                    PathRow{"$.roles.first", {}}, PathRow{"$.none", {}}, PathRow{"$.level", "7"},
                    PathRow{"$.is_admin", "true"}, PathRow{"$.object", R"({"k":[1,2]})"}));

INSTANTIATE_TEST_SUITE_P(
    old, NamedRole,
    testing::Values(PathRow{".role", "editor"}, PathRow{".a.b.c", "deep"},
                    PathRow{".roles[1]", "second"},
                    PathRow{".\"https://example.com/claims\".role", "namespaced"},
                    PathRow{".\"x-y\"", "dashed"}, PathRow{".0", "digit"},
                    PathRow{".$odd@name", "odd"}, PathRow{".a.\"b\".c", "deep"},
                    PathRow{".matrix[1][0]", "z"}));

class BadPath : public testing::TestWithParam<const char*> {};

TEST_P(BadPath, is_refused) {
    EXPECT_FALSE(parse_claim_path(GetParam())) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(each, BadPath,
                         testing::Values("", "$", "role", "$role", "$.", "$..role", ".", "..role",
                                         "$.a.", "$.*", "$[*]", "$[?(@.x)]", "$[0", "$[]", "$['a",
                                         "$['a']b", "$[01]", "$[-0]", "$[- 1]", "$[1:2]",
                                         "$['a','b']", "$.0a", "$.x-y", "$.\"x\"", ".[\"x\"]",
                                         ".roles[-1]", ".a[", ".\"a", "$[1000000000]", "$['a\\",
                                         "$['a\\x']", " $.role", "$.role "));

TEST(claim_path, names_the_character_at_fault) {
    const auto path = parse_claim_path("$.a.*");
    ASSERT_FALSE(path);
    EXPECT_EQ(path.error().message, "the role claim path is not understood at character 5");
}

TEST(claim_path, has_a_limit) {
    EXPECT_TRUE(parse_claim_path("$." + std::string(1000, 'a')));
    EXPECT_FALSE(parse_claim_path("$." + std::string(1023, 'a')));
}

}  // namespace
}  // namespace torale::rest
