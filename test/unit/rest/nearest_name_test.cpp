#include <gtest/gtest.h>

#include "rest/schema.hpp"

namespace torale::rest::testing {
namespace {

using Names = std::vector<std::string>;

struct Row {
    const char* name;
    Names candidates;
    double threshold;
    std::optional<std::string> nearest;
};

const std::vector<Row> rows{
    {"film", {"films", "actors"}, 0.75, "films"},
    {"fims", {"films", "actors"}, 0.6, "films"},
    {"films", {"actors", "films"}, 0.75, "films"},
    {"FILMS", {"actors", "films"}, 0.75, "films"},
    {"zzz", {"films", "actors"}, 0.1, std::nullopt},         // shares no gram
    {"factories", {"films", "actors"}, 0.75, std::nullopt},  // too far
    {"act", {"films", "actors"}, 0.33, "actors"},
    {"(a, b)", {"(a, b, c)", "(x)"}, 0.33, "(a, b, c)"},
    {"ab", {"ba", "ax"}, 0.33, "ax"},  // -a of two characters is shared, ba only crosswise
    {"größe", {"groesse", "große"}, 0.75, "große"},
    {"", {"films"}, 0.33, std::nullopt},
    {"films", {}, 0.33, std::nullopt},
    {"tasks", {"task_runs", "tasks2", "task"}, 0.75, "tasks2"},  // equally far: as cosine says
    {"a b", {"a-b"}, 0.33, "a-b"},  // the dash falls out, a blank stays
};

TEST(nearest_name, chooses_as_a_table_says) {
    for (const Row& row : rows) {
        EXPECT_EQ(nearest_name(row.name, row.candidates, row.threshold), row.nearest) << row.name;
    }
}

TEST(nearest_name, takes_names_of_any_length_and_bytes) {
    const std::string long_name(100'000, 'x');
    EXPECT_EQ(nearest_name(long_name, {"films"}, 0.33), std::nullopt);
    EXPECT_EQ(nearest_name("\xff\x80\x80\x80\x80\x80\x80\x80", {"films"}, 0.33), std::nullopt);
}

// Repetitions share more grams than a name with two wrong letters, but are farther away.
TEST(nearest_name, scores_again_the_fifty_most_alike_only) {
    Names candidates(49, "abcdefghabcdefgh");
    candidates.push_back("abXdeXgh");
    EXPECT_EQ(nearest_name("abcdefgh", candidates, 0.7), "abXdeXgh");
    candidates.insert(candidates.begin(), "abcdefghabcdefgh");
    EXPECT_EQ(nearest_name("abcdefgh", candidates, 0.7), std::nullopt);
}

}  // namespace
}  // namespace torale::rest::testing
