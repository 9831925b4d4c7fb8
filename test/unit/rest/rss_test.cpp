// RSS read back by libxml2, which accepts well-formed documents and nothing else.
#include "rest/rss.hpp"

#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <memory>

namespace torale::rest {
namespace {

class Document {
public:
    explicit Document(const std::string& text)
        : doc_(xmlReadMemory(text.data(), static_cast<int>(text.size()), "feed.xml", nullptr,
                             XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
               &xmlFreeDoc) {}

    bool is_well_formed() const { return doc_ != nullptr; }
    // The texts of the nodes that an XPath names.
    std::vector<std::string> all(const char* path) const {
        std::vector<std::string> texts;
        if (!doc_) return texts;
        const std::unique_ptr<xmlXPathContext, decltype(&xmlXPathFreeContext)> context(
            xmlXPathNewContext(doc_.get()), &xmlXPathFreeContext);
        xmlXPathRegisterNs(context.get(), BAD_CAST "atom", BAD_CAST "http://www.w3.org/2005/Atom");
        const std::unique_ptr<xmlXPathObject, decltype(&xmlXPathFreeObject)> found(
            xmlXPathEvalExpression(BAD_CAST path, context.get()), &xmlXPathFreeObject);
        if (!found || found->nodesetval == nullptr) return texts;
        for (int i = 0; i < found->nodesetval->nodeNr; ++i) {
            xmlChar* const content = xmlNodeGetContent(found->nodesetval->nodeTab[i]);
            texts.emplace_back(reinterpret_cast<const char*>(content));
            xmlFree(content);
        }
        return texts;
    }
    std::string one(const char* path) const {
        const auto texts = all(path);
        EXPECT_EQ(texts.size(), 1u) << path;
        return texts.size() == 1 ? texts[0] : "";
    }

private:
    std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> doc_;
};

FeedHead head() {
    return {"torale: findings", "https://t.example/rss/abc?x=1&y=2", "https://t.example/",
            "What torale found."};
}

FeedItem item(const char* id, const char* published) {
    FeedItem made;
    made.id = id;
    made.title = "OpenSSL 3.0.15";
    made.body_markdown = "A **CVE** is named.";
    made.url = "https://t.example/a/tok?n=1&m=2";
    made.published = core::parse_time(published).value();
    made.task = "openssl";
    made.condition = "a CVE in openssl";
    made.sources = {{"https://a.example/x", "Changelog", "CVE-2026-1"}};
    return made;
}

TEST(render_rss, is_one_channel_with_its_items) {
    const Document rss(render_rss(
        head(), {item("b", "2026-11-24T14:47:07Z"), item("a", "2026-11-23T00:00:00.5Z")}));
    ASSERT_TRUE(rss.is_well_formed());
    EXPECT_EQ(rss.one("/rss/@version"), "2.0");
    EXPECT_EQ(rss.one("/rss/channel/title"), "torale: findings");
    EXPECT_EQ(rss.one("/rss/channel/link"), "https://t.example/");
    EXPECT_EQ(rss.one("/rss/channel/description"), "What torale found.");
    EXPECT_EQ(rss.one("/rss/channel/lastBuildDate"), "Tue, 24 Nov 2026 14:47:07 GMT");
    EXPECT_EQ(rss.one("/rss/channel/atom:link/@href"), "https://t.example/rss/abc?x=1&y=2");
    EXPECT_EQ(rss.one("/rss/channel/atom:link/@rel"), "self");
    EXPECT_EQ(rss.all("/rss/channel/item/guid"), (std::vector<std::string>{"b", "a"}));
    EXPECT_EQ(rss.all("/rss/channel/item/guid/@isPermaLink"),
              (std::vector<std::string>{"false", "false"}));
    EXPECT_EQ(rss.all("/rss/channel/item/pubDate"),
              (std::vector<std::string>{"Tue, 24 Nov 2026 14:47:07 GMT",
                                        "Mon, 23 Nov 2026 00:00:00 GMT"}));
    EXPECT_EQ(rss.one("/rss/channel/item[1]/title"), "OpenSSL 3.0.15");
    EXPECT_EQ(rss.one("/rss/channel/item[1]/link"), "https://t.example/a/tok?n=1&m=2");
    EXPECT_EQ(rss.one("/rss/channel/item[1]/category"), "openssl");
    EXPECT_EQ(rss.one("/rss/channel/item[1]/description"),
              feed_html(item("b", "2026-11-24T14:47:07Z")));
}

TEST(render_rss, is_well_formed_and_lossless_for_any_text) {
    struct Row {
        std::string text;
        std::string read;
    };
    const Row rows[] = {
        {"]]>", "]]>"},
        {"<![CDATA[x]]>", "<![CDATA[x]]>"},
        {"a < b > c & d \" ' e", "a < b > c & d \" ' e"},
        {"&amp; &#0; &nbsp;", "&amp; &#0; &nbsp;"},
        {"tab\tline\nend", "tab\tline\nend"},
        {"cr\r\nlf", "cr\r\nlf"},
        {std::string("nul\0nul", 7), "nul\xEF\xBF\xBDnul"},
        {"\x01\x08\x0b\x0c\x0e\x1f\x1b[0m", "[0m"},
        {"\xEF\xBF\xBE\xEF\xBF\xBFx", "x"},
        {"\xEF\xBF\xBD", "\xEF\xBF\xBD"},
        {"bad \xff\xc3", "bad \xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"grün 日本 🐘", "grün 日本 🐘"},
        {"</title></channel></rss>", "</title></channel></rss>"},
        {"<?xml version=\"1.0\"?><!-- x -->", "<?xml version=\"1.0\"?><!-- x -->"},
    };
    for (const Row& row : rows) {
        FeedItem one = item("a", "2026-11-24T00:00:00Z");
        one.title = one.task = one.id = row.text;
        one.body_markdown = row.text;
        FeedHead top = head();
        top.description = row.text;
        const Document rss(render_rss(top, {one}));
        ASSERT_TRUE(rss.is_well_formed()) << row.text;
        EXPECT_EQ(rss.one("/rss/channel/item/title"), row.read);
        EXPECT_EQ(rss.one("/rss/channel/item/category"), row.read);
        EXPECT_EQ(rss.one("/rss/channel/item/guid"), row.read);
        EXPECT_EQ(rss.one("/rss/channel/description"), row.read);
    }
}

TEST(render_rss, leaves_out_what_there_is_not) {
    FeedItem bare;
    bare.id = "a";
    bare.url = "torale:nowhere";
    const Document rss(render_rss({"t", "https://t.example/rss", "https://t.example", ""}, {bare}));
    ASSERT_TRUE(rss.is_well_formed());
    for (const char* path : {"//item/title", "//item/link", "//item/category"}) {
        EXPECT_TRUE(rss.all(path).empty()) << path;
    }
    EXPECT_EQ(rss.one("/rss/channel/description"), "t");
    const Document empty(render_rss(head(), {}));
    ASSERT_TRUE(empty.is_well_formed());
    EXPECT_TRUE(empty.all("//item").empty());
    EXPECT_TRUE(empty.all("//lastBuildDate").empty());
}

TEST(render_rss, gives_the_same_bytes_for_the_same_findings) {
    const std::vector<FeedItem> items{item("a", "2026-11-24T00:00:00Z")};
    EXPECT_EQ(render_rss(head(), items), render_rss(head(), items));
}

}  // namespace
}  // namespace torale::rest
