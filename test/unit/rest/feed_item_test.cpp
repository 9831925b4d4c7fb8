// A finding as HTML that a reader can show inside its own page, and feeds as responses.
#include "rest/feed_item.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

FeedItem item(const char* markdown) {
    FeedItem made;
    made.id = "0190";
    made.body_markdown = markdown;
    return made;
}

TEST(feed_html, renders_markdown) {
    EXPECT_EQ(feed_html(item("**Bold** and [a link](https://a.example/?a=1&b=2)")),
              "<p><strong>Bold</strong> and <a href=\"https://a.example/?a=1&amp;b=2\">a "
              "link</a></p>\n");
    EXPECT_EQ(feed_html(item("")), "");
}

TEST(feed_html, carries_nothing_that_runs) {
    for (const char* markdown :
         {"<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b",
          "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "![x](data:text/html,<b>)",
          "[x](vbscript:a)", "<iframe src='https://a.example'></iframe>"}) {
        const std::string html = feed_html(item(markdown));
        for (const char* bad : {"<script", "<img src=x", "onerror", "javascript:", "JaVaScRiPt:",
                                "data:text", "vbscript:", "<iframe"}) {
            EXPECT_EQ(html.find(bad), std::string::npos) << html;
        }
    }
}

TEST(feed_html, shows_condition_and_sources_below) {
    FeedItem one = item("Found.");
    one.condition = "a <CVE> & \"more\"";
    one.sources = {{"https://a.example/?a=1&b=2", "A & B", "it's \"<here>\""},
                   {"https://b.example", "", ""},
                   {"debian-changelog:openssl/3.0.1", "openssl 3.0.1", ""},
                   {"javascript:alert(1)", "", ""},
                   {"https://a.example/\" onmouseover=\"x", "t", ""}};
    EXPECT_EQ(feed_html(one),
              "<p>Found.</p>\n"
              "<p><em>a &lt;CVE&gt; &amp; &quot;more&quot;</em></p>\n"
              "<ul>\n"
              "<li><a href=\"https://a.example/?a=1&amp;b=2\">A &amp; B</a>: "
              "<q>it's &quot;&lt;here&gt;&quot;</q></li>\n"
              "<li><a href=\"https://b.example\">https://b.example</a></li>\n"
              "<li>openssl 3.0.1</li>\n"
              "<li>javascript:alert(1)</li>\n"
              "<li><a href=\"https://a.example/&quot; onmouseover=&quot;x\">t</a></li>\n"
              "</ul>\n");
}

TEST(feed_html, is_utf8_whatever_it_was_given) {
    EXPECT_EQ(feed_html(item("bad \xff!")), "<p>bad \xEF\xBF\xBD!</p>\n");
}

TEST(is_web_url, knows_two_schemes) {
    for (const char* good : {"http://a", "https://a.example/x", "HTTPS://A.example"}) {
        EXPECT_TRUE(is_web_url(good)) << good;
    }
    for (const char* bad : {"", "https://", "https:/a", "https", "a.example", "ftp://a", "//a",
                            "javascript:alert('https://a')", " https://a", "mailto:a@b"}) {
        EXPECT_FALSE(is_web_url(bad)) << bad;
    }
}

core::HttpRequest asking(const std::string& tags) {
    core::HttpRequest request;
    if (!tags.empty()) request.headers = {{"If-None-Match", tags}};
    return request;
}

TEST(reply_feed, says_not_modified_to_who_has_it) {
    const core::HttpResponse first = reply_feed(asking(""), "text/xml", "<a/>");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.body, "<a/>");
    EXPECT_EQ(core::find_header(first.headers, "Content-Type"), "text/xml");
    const std::string tag(core::find_header(first.headers, "ETag").value_or(""));
    ASSERT_TRUE(tag.size() > 2 && tag.starts_with('"') && tag.ends_with('"')) << tag;
    for (const std::string& tags :
         {tag, "W/" + tag, "\"other\", " + tag, tag + ",\"other\"", std::string("*")}) {
        const core::HttpResponse again = reply_feed(asking(tags), "text/xml", "<a/>");
        EXPECT_EQ(again.status, 304) << tags;
        EXPECT_EQ(again.body, "");
        EXPECT_EQ(core::find_header(again.headers, "ETag"), tag);
        EXPECT_EQ(reply_feed(asking(tag), "text/xml", "<b/>").status, 200);
    }
    for (const std::string& tags : {std::string("\"other\""), tag.substr(1), std::string("W/")}) {
        EXPECT_EQ(reply_feed(asking(tags), "text/xml", "<a/>").status, 200) << tags;
    }
}

TEST(reply_feed, is_kept_by_nobody_but_the_reader) {
    const core::HttpResponse response = reply_feed(asking(""), "text/xml", "<a/>");
    EXPECT_EQ(core::find_header(response.headers, "Cache-Control"), "private, max-age=60");
}

}  // namespace
}  // namespace torale::rest
