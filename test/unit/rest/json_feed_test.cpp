// JSON Feed 1.1, read back as JSON.
#include "rest/json_feed.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"

namespace torale::rest {
namespace {

core::Json feed(const FeedHead& head, const std::vector<FeedItem>& items) {
    const auto json = core::parse_json(render_json_feed(head, items));
    if (!json) {
        ADD_FAILURE() << render_json_feed(head, items);
        return core::Json::object();
    }
    return *json;
}

FeedHead head() {
    return {"torale: findings", "https://t.example/feed/abc.json", "https://t.example/",
            "What torale found."};
}

FeedItem item() {
    FeedItem made;
    made.id = "0190";
    made.title = "OpenSSL 3.0.15";
    made.body_markdown = "A **CVE** is named.";
    made.url = "https://t.example/a/tok";
    made.published = core::parse_time("2026-11-24T14:47:07.25Z").value();
    made.task = "openssl";
    made.condition = "a CVE in openssl";
    made.sources = {{"https://a.example/x", "Changelog", "CVE-2026-1"},
                    {"https://b.example/", "", ""}};
    return made;
}

TEST(render_json_feed, is_version_1_1_with_its_items) {
    const core::Json expected = core::Json::parse(R"({
        "version": "https://jsonfeed.org/version/1.1",
        "title": "torale: findings",
        "home_page_url": "https://t.example/",
        "feed_url": "https://t.example/feed/abc.json",
        "description": "What torale found.",
        "items": [{
            "id": "0190",
            "url": "https://t.example/a/tok",
            "title": "OpenSSL 3.0.15",
            "date_published": "2026-11-24T14:47:07.250000Z",
            "tags": ["openssl"],
            "_torale": {
                "task": "openssl",
                "condition": "a CVE in openssl",
                "sources": [
                    {"url": "https://a.example/x", "title": "Changelog", "quote": "CVE-2026-1"},
                    {"url": "https://b.example/"}
                ]
            }
        }]
    })");
    core::Json read = feed(head(), {item()});
    EXPECT_EQ(read["items"][0]["content_html"], feed_html(item()));
    read["items"][0].erase("content_html");
    EXPECT_EQ(read, expected);
}

TEST(render_json_feed, leaves_out_what_there_is_not) {
    FeedItem bare;
    bare.id = "a";
    bare.url = "torale:nowhere";
    const core::Json read = feed({"t", "", "", ""}, {bare});
    for (const char* member : {"home_page_url", "feed_url", "description"}) {
        EXPECT_FALSE(read.contains(member)) << member;
    }
    const core::Json& one = read["items"][0];
    for (const char* member : {"url", "title", "tags"}) {
        EXPECT_FALSE(one.contains(member)) << member;
    }
    // An item must have content, be it empty.
    EXPECT_EQ(one["content_html"], "");
    EXPECT_EQ(one["_torale"]["sources"], core::Json::array());
    EXPECT_EQ(feed(head(), {})["items"], core::Json::array());
}

TEST(render_json_feed, is_json_for_any_text) {
    for (const std::string& text :
         {std::string("\"\\\n"), std::string("bad \xff"), std::string("nul\0", 4),
          std::string("</script>"), std::string("grün 🐘")}) {
        FeedItem one = item();
        one.title = one.id = one.condition = one.sources[0].quote = text;
        const core::Json read = feed(head(), {one});
        EXPECT_EQ(read["items"].size(), 1u) << text;
        EXPECT_TRUE(read["items"][0]["id"].is_string());
    }
}

}  // namespace
}  // namespace torale::rest
