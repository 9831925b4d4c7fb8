#include <gtest/gtest.h>

#include "ask_maker.hpp"

namespace torale::rest {
namespace {

struct Row {
    std::string accept;
    std::string media_type;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << '"' << row.accept << '"';
}

class ChooseMedia : public ::testing::TestWithParam<Row> {};

TEST_P(ChooseMedia, takes_the_first_that_can_be_made) {
    const Result<Media> media =
        choose_media(testing::ask_of({.target = "/films", .accept = GetParam().accept}));
    ASSERT_TRUE(media) << media.error().message;
    EXPECT_EQ(media_type_of(*media), GetParam().media_type);
}

constexpr const char* json = "application/json; charset=utf-8";
constexpr const char* object = "application/vnd.pgrst.object+json; charset=utf-8";

INSTANTIATE_TEST_SUITE_P(
    of_accept, ChooseMedia,
    ::testing::Values(Row{"", json}, Row{"*/*", json}, Row{"application/json", json},
                      Row{"application/vnd.pgrst.array+json", json},
                      Row{"image/png, */*;q=0.1", json},
                      Row{"application/vnd.pgrst.object+json", object},
                      Row{"application/vnd.pgrst.object", object},
                      Row{"application/vnd.pgrst.object+json;nulls=stripped",
                          "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8"},
                      Row{"application/vnd.pgrst.array+json;nulls=stripped",
                          "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8"},
                      Row{"text/csv", "text/csv; charset=utf-8"},
                      Row{"application/json;q=0.5, text/csv", "text/csv; charset=utf-8"},
                      Row{"application/openapi+json, text/csv;q=0.2", "text/csv; charset=utf-8"}));

TEST(choose_media, refuses_what_it_cannot_make) {
    const Result<Media> media =
        choose_media(testing::ask_of({.target = "/films", .accept = "image/png;q=0.3, text/html"}));
    ASSERT_FALSE(media);
    EXPECT_EQ(media.error().status, 406);
    EXPECT_EQ(media.error().code, "PGRST107");
    EXPECT_EQ(media.error().message,
              "None of these media types are available: text/html, image/png");
    EXPECT_FALSE(
        choose_media(testing::ask_of({.target = "/films", .accept = "application/openapi+json"})));
}

TEST(choose_media, knows_one_form_of_the_root) {
    for (const char* accept :
         {"", "application/json", "application/openapi+json", "text/csv, */*"}) {
        const auto media = choose_media(testing::ask_of({.target = "/", .accept = accept}));
        ASSERT_TRUE(media) << accept;
        EXPECT_EQ(*media, Media::openapi) << accept;
    }
    for (const char* accept : {"text/csv", "application/vnd.pgrst.object+json", "image/png"})
        EXPECT_FALSE(choose_media(testing::ask_of({.target = "/", .accept = accept}))) << accept;
}

}  // namespace
}  // namespace torale::rest
