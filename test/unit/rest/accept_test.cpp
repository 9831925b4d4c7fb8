#include "rest/accept.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

using Entries = std::vector<AcceptEntry>;

Entries parse(std::string value) {
    return parse_accept({{"Accept", std::move(value)}});
}

TEST(parse_accept, knows_the_media_types_of_the_dialect) {
    const std::pair<std::string, Media> rows[] = {
        {"*/*", Media::any},
        {"application/json", Media::json},
        {"Application/JSON", Media::json},
        {"application/json;charset=utf-8", Media::json},
        {"application/*", Media::json},
        {"application/vnd.pgrst.object", Media::object},
        {"application/vnd.pgrst.object+json", Media::object},
        {"application/vnd.pgrst.object+json;nulls=stripped", Media::object_stripped},
        {"application/vnd.pgrst.object; nulls=stripped", Media::object_stripped},
        {"application/vnd.pgrst.array", Media::json},
        {"application/vnd.pgrst.array+json", Media::json},
        {"application/vnd.pgrst.array+json;nulls=stripped", Media::array_stripped},
        {"text/csv", Media::csv},
        {"text/csv; header=present", Media::csv},
        {"text/*", Media::csv},
        {"application/openapi+json", Media::openapi},
        {"application/geo+json", Media::other},
        {"application/vnd.pgrst.plan+json; for=\"application/json\"; options=analyze;",
         Media::other},
        {"text/html", Media::other},
        {"image/png", Media::other},
        {"garbage", Media::other},
    };
    for (const auto& [text, media] : rows) {
        ASSERT_EQ(parse(text).size(), 1u) << text;
        EXPECT_EQ(parse(text)[0].media, media) << text;
    }
}

TEST(parse_accept, orders_by_quality_and_keeps_the_order_of_equals) {
    EXPECT_EQ(parse("text/csv;q=0.5, application/json"),
              (Entries{{Media::json, "application/json"}, {Media::csv, "text/csv"}}));
    EXPECT_EQ(parse("text/csv, application/json"),
              (Entries{{Media::csv, "text/csv"}, {Media::json, "application/json"}}));
    EXPECT_EQ(
        parse("text/html,application/xml;q=0.9,*/*;q=0.8"),
        (Entries{
            {Media::other, "text/html"}, {Media::other, "application/xml"}, {Media::any, "*/*"}}));
    EXPECT_EQ(parse("text/csv;q=0.123, */*;q=0.124")[0].media, Media::any);
    EXPECT_EQ(parse_accept({{"Accept", "text/csv;q=0.1"}, {"accept", "*/*"}})[0].media, Media::any);
}

TEST(parse_accept, leaves_out_what_the_client_refuses) {
    EXPECT_EQ(parse("text/csv;q=0, application/json"),
              (Entries{{Media::json, "application/json"}}));
    EXPECT_EQ(parse("*/*;q=0"), (Entries{{Media::other, "*/*"}})) << "nothing is acceptable";
    EXPECT_EQ(parse("*/*;q=0.000")[0].media, Media::other);
}

TEST(parse_accept, takes_a_strange_quality_for_the_best) {
    for (const std::string q : {"q=", "q=x", "q=2", "q=0.1234", "q=-1", "Q=1.000", "q=1.5"}) {
        EXPECT_EQ(parse("text/csv;q=0.9, */*;" + q)[0].media, Media::any) << q;
    }
}

TEST(parse_accept, takes_everything_without_a_header) {
    const Entries all{{Media::any, "*/*"}};
    EXPECT_EQ(parse_accept({}), all);
    EXPECT_EQ(parse(""), all);
    EXPECT_EQ(parse(" , ,"), all);
}

TEST(parse_accept, keeps_what_was_written_and_commas_in_quotes) {
    const Entries entries =
        parse("application/vnd.pgrst.plan+text; for=\"a,b;c\"; options=buffers;;q=0.4");
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries[0].written, "application/vnd.pgrst.plan+text;for=\"a,b;c\";options=buffers");
    EXPECT_EQ(parse("x/\xFF")[0].written, "x/\xEF\xBF\xBD") << "it is shown in an error";
    EXPECT_EQ(parse("a/b;x=\"open, c/d").size(), 1u);
}

TEST(parse_content_type, is_the_bare_type_in_lower_case) {
    EXPECT_EQ(parse_content_type("Text/CSV; charset=utf-8"), "text/csv");
    EXPECT_EQ(parse_content_type("application/json"), "application/json");
    EXPECT_EQ(parse_content_type(" application/json ;x"), "application/json");
    EXPECT_EQ(parse_content_type(""), "application/json");
    EXPECT_EQ(parse_content_type(" ; "), "application/json");
}

}  // namespace
}  // namespace torale::rest
