#include "providers/feed.hpp"

#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Category;
using testing::fixture;
using testing::http;
using testing::now;

Outcome<Feed> read(std::string body, const char* type = "application/xml",
                   const char* url = "https://acme.test/feed.xml") {
    return read_feed(http(200, std::move(body), {{"Content-Type", type}}), url, now);
}
Outcome<Feed> read_fixture(const char* name, const char* type = "application/xml") {
    return read(fixture(std::string("feed/") + name), type);
}

TEST(read_feed, reads_rss_as_it_is_written) {
    const auto feed = read_fixture("rss.xml");
    ASSERT_TRUE(feed);
    EXPECT_EQ(feed->title, "ACME & friends");
    EXPECT_EQ(feed->ttl, core::seconds{90 * 60});
    ASSERT_EQ(feed->items.size(), 4U) << "one id twice, one item with nothing";
    const FeedItem& first = feed->items[0];
    EXPECT_EQ(first.id, "acme-1");
    EXPECT_EQ(first.url, "https://acme.test/news/1");
    EXPECT_EQ(first.title, "Rocket launch confirmed");
    EXPECT_EQ(first.text, "The rocket lifts off on 12 October.\n\nTickets €500 & up.");
    EXPECT_EQ(first.published_at, core::parse_time("2026-08-20T15:00:00Z"));
    const FeedItem& second = feed->items[1];
    EXPECT_EQ(second.url, "https://acme.test/news/2") << "a guid that is a link";
    EXPECT_EQ(second.text, "Twice escaped\n\ntext");
    EXPECT_EQ(second.published_at, core::parse_time("2026-08-20T09:00:00Z"));
    const FeedItem& third = feed->items[2];
    EXPECT_EQ(third.title, "Only a title\u00a0here &unknown; &");
    EXPECT_EQ(third.id.size(), 64U) << "neither guid nor link";
    EXPECT_FALSE(feed->items[3].published_at) << "dates in the future are not believed";
}

TEST(read_feed, reads_rss_1_whose_items_stand_beside_the_channel) {
    const auto feed = read_fixture("rdf.xml");
    ASSERT_TRUE(feed);
    EXPECT_EQ(feed->title, "Old news");
    ASSERT_EQ(feed->items.size(), 1U);
    EXPECT_EQ(feed->items[0].id, "https://old.test/1");
    EXPECT_EQ(feed->items[0].text, "First");
    EXPECT_EQ(feed->items[0].published_at, core::parse_time("2026-08-01T08:00:00Z"));
}

TEST(read_feed, reads_atom_under_any_prefix) {
    const auto feed = read_fixture("atom.xml");
    ASSERT_TRUE(feed);
    EXPECT_EQ(feed->title, "Releases only");
    ASSERT_EQ(feed->items.size(), 2U);
    EXPECT_EQ(feed->items[0].id, "tag:atom.test,2026:1");
    EXPECT_EQ(feed->items[0].url, "https://atom.test/blog/two") << "xml:base";
    EXPECT_EQ(feed->items[0].text, "Out now.\n- Faster");
    EXPECT_EQ(feed->items[0].published_at, core::parse_time("2026-08-10T00:00:00Z"));
    EXPECT_EQ(feed->items[0].updated_at, core::parse_time("2026-08-11T00:00:00Z"));
    EXPECT_EQ(feed->items[1].text, "A & B");
    EXPECT_EQ(feed->items[1].published_at, core::parse_time("2026-08-01T00:00:00Z"));
}

TEST(read_feed, reads_json_feed) {
    const auto feed = read_fixture("feed.json", "application/feed+json");
    ASSERT_TRUE(feed);
    EXPECT_EQ(feed->title, "JSON news");
    ASSERT_EQ(feed->items.size(), 2U);
    EXPECT_EQ(feed->items[0].id, "7") << "a number";
    EXPECT_EQ(feed->items[0].text, "Seven & up");
    EXPECT_EQ(feed->items[0].updated_at, core::parse_time("2026-08-21T07:00:00Z"));
    EXPECT_EQ(feed->items[1].url, "https://else.test/8");
    EXPECT_EQ(feed->items[1].text, "Plain < text");
}

TEST(read_feed, knows_a_feed_by_its_text_whatever_the_type_says) {
    EXPECT_TRUE(read_fixture("rss.xml", "text/html"));
    EXPECT_TRUE(read_fixture("feed.json", "text/plain"));
    EXPECT_EQ(sniff_feed("\xEF\xBB\xBF \n<!-- x --><?y?><rss>"), FeedFormat::rss);
    EXPECT_EQ(sniff_feed("<!DOCTYPE rss PUBLIC \"-//N//DTD RSS 0.91//EN\" \"u\"><rss>"),
              FeedFormat::rss);
    EXPECT_EQ(sniff_feed("<!doctype HTML><html>"), FeedFormat::html);
    EXPECT_EQ(sniff_feed("<svg/>"), FeedFormat::unknown);
    EXPECT_EQ(sniff_feed(""), FeedFormat::unknown);
    EXPECT_EQ(sniff_feed("<!--"), FeedFormat::unknown);
}

TEST(read_feed, reads_the_encoding_that_counts) {
    EXPECT_EQ(read_fixture("bom.xml")->items[0].title, "Café") << "the mark beats the declaration";
    EXPECT_EQ(read_fixture("latin1.xml")->items[0].title, "Café") << "the declaration";
    EXPECT_EQ(read_fixture("latin1.xml", "text/xml; charset=windows-1252")->items[0].title, "Café");
}

TEST(read_feed, opens_no_file_and_expands_no_entity) {
    const auto stolen = read_fixture("xxe.xml");
    ASSERT_TRUE(stolen);
    ASSERT_EQ(stolen->items.size(), 1U);
    EXPECT_EQ(stolen->items[0].title, "Stolen &secret; here");
    const auto laughs = read_fixture("billion_laughs.xml");
    ASSERT_TRUE(laughs);
    EXPECT_EQ(laughs->items[0].title, "&lol9;");
    EXPECT_EQ(laughs->items[0].text, "fine");
    EXPECT_TRUE(
        read("<!DOCTYPE rss [<!ENTITY a \"]>\"> ]><rss><channel><item><title>x</title>"
             "</item></channel></rss>"));
}

TEST(read_feed, passes_over_instructions_and_comments_whatever_they_quote) {
    const auto feed = read(
        "<?xml version='1.0'?><?php it's \" ?><!-- don't --><rss><channel>"
        "<?x isn't?><item><title>Here</title></item></channel></rss>");
    ASSERT_TRUE(feed);
    ASSERT_EQ(feed->items.size(), 1U);
    EXPECT_EQ(feed->items[0].title, "Here");
    EXPECT_EQ(sniff_feed("<?"), FeedFormat::unknown);
    EXPECT_EQ(sniff_feed("<?>"), FeedFormat::unknown);
}

TEST(read_feed, keeps_what_came_before_the_fault) {
    const auto feed = read_fixture("truncated.xml");
    ASSERT_TRUE(feed);
    ASSERT_GE(feed->items.size(), 1U);
    EXPECT_EQ(feed->items[0].title, "Whole");
}

TEST(read_feed, says_what_came_instead_of_a_feed) {
    const auto html = read(
        "<!DOCTYPE html><html><head><link rel=alternate "
        "type='application/rss+xml' href='/rss'></head><body>Hi</body></html>",
        "text/html");
    ASSERT_FALSE(html);
    EXPECT_EQ(html.error().category, Category::bad_reply);
    EXPECT_EQ(html.error().message,
              "the address answers with an HTML page, not with a feed; the page announces the "
              "feed https://acme.test/rss");
    EXPECT_EQ(read("{\"items\":[]}").error().message,
              "the address answers with JSON that is no JSON Feed");
    EXPECT_EQ(read("{\"version\":").error().message, "the feed is no valid JSON");
    EXPECT_EQ(read("GIF89a").error().message,
              "the address answers with neither RSS, Atom nor JSON Feed");
    EXPECT_EQ(read("<rss").error().message, "the feed is no readable XML");
    EXPECT_EQ(read_feed(http(410, ""), "https://a.test/", now).error().http_status, 410);
}

TEST(read_feed, keeps_to_its_caps) {
    std::string many = "<rss version='2.0'><channel>";
    for (int i = 0; i < 2'000; ++i) {
        many += "<item><title>t" + std::to_string(i) + "</title></item>";
    }
    EXPECT_EQ(read(many + "</channel></rss>")->items.size(), feed_items_max);
    const auto long_item =
        read("<rss><channel><item><title>" + std::string(5'000, 't') + "</title><description>" +
             std::string(400'000, 'x') + "</description></item></channel></rss>");
    EXPECT_LE(long_item->items[0].title.size(), 510U);
    EXPECT_LE(long_item->items[0].text.size(), item_chars_max + 10);
    std::string deep = "<rss><channel><item><title>", attributes = "<rss><channel><item ";
    for (int i = 0; i < 100'000; ++i) deep += "<b>";
    for (int i = 0; i < 100'000; ++i) attributes += "a" + std::to_string(i) + "='' ";
    (void)read(deep);
    (void)read(attributes + "/></channel></rss>");
}

}  // namespace
}  // namespace torale::providers
