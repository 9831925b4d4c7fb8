#include "providers/page.hpp"

#include "core/text.hpp"
#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Category;
using testing::fault;
using testing::fixture;
using testing::http;
using testing::now;

const char* url = "https://acme.test/news/rocket?utm_source=x";

Outcome<Page> read(std::string body, std::string type = "text/html; charset=utf-8") {
    std::vector<core::Header> headers;
    if (!type.empty()) headers.push_back({"Content-Type", type});
    return read_page(http(200, std::move(body), headers), url, now);
}
Outcome<Page> read_fixture(const char* name, std::string type = "text/html") {
    return read(fixture(std::string("page/") + name), std::move(type));
}

TEST(read_page, keeps_what_a_person_reads) {
    const auto page = read_fixture("article.html");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->title, "ACME rocket launch");
    EXPECT_EQ(page->text,
              "ACME rocket launch\n\n"
              "The rocket lifts off on 12\u00a0October 2026 from Kourou, says the company. "
              "Tickets cost €500.\n"
              "- First stage: reusable\n"
              "- Second stage: not\n\n"
              "Part Price\n\nEngine $3\n\n"
              "line one\n  line two\n\n"
              "By A. Writer");
    EXPECT_EQ(page->url, "https://acme.test/news/rocket");
    EXPECT_EQ(page->feed_url, "https://acme.test/news/feed.xml");
    EXPECT_FALSE(page->is_truncated);
}

TEST(read_page, tells_where_its_date_comes_from) {
    const auto meta = read_fixture("article.html");
    EXPECT_EQ(meta->published_at, core::parse_time("2026-08-20T08:00:00Z"));
    EXPECT_EQ(meta->published_origin, DateOrigin::meta);
    const auto json = read_fixture("json_ld.html");
    EXPECT_EQ(json->published_at, core::parse_time("2026-08-01T00:00:00Z"));
    EXPECT_EQ(json->published_origin, DateOrigin::json_ld);
    EXPECT_EQ(json->title, "A heading");
    const auto future = read_fixture("future.html");
    EXPECT_EQ(future->published_at, core::parse_time("2026-07-01T08:00:00Z"));
    EXPECT_EQ(future->published_origin, DateOrigin::time_element);
    EXPECT_FALSE(read("<p>no date, 3 days ago</p>")->published_at);
}

TEST(read_page, reads_the_encoding_of_header_meta_or_bytes) {
    EXPECT_EQ(read_fixture("latin1.html", "text/html; charset=ISO-8859-1")->text, "Déjà vu – 10 €");
    EXPECT_EQ(read_fixture("latin1.html", "text/html")->title, "Café") << "nothing declared";
    EXPECT_EQ(read_fixture("windows1251.html")->text, "Привет");
    EXPECT_EQ(read("<p>grün</p>", "text/html; charset=ISO-8859-1")->text, "grün")
        << "UTF-8 under a wrong name";
    EXPECT_EQ(read(std::string("\xFF\xFE<\0p\0>\0h\0i\0", 12))->text, "hi");
    EXPECT_EQ(read("<p>a\xFF\xFEz</p>", "text/html; charset=utf-8")->text, "a\uFFFD\uFFFDz");
    EXPECT_EQ(read("<p>hi</p>", "text/html; charset=../../etc/evil")->text, "hi");
}

TEST(read_page, believes_a_canonical_link_only_of_its_own_host) {
    EXPECT_EQ(read("<link rel=canonical href='https://else.test/x'><p>hi</p>")->url, url);
    EXPECT_EQ(read("<link rel=canonical href='javascript:alert(1)'><p>hi</p>")->url, url);
    EXPECT_EQ(read("<link rel=canonical href='/ä b'><p>hi</p>")->url,
              "https://acme.test/%C3%A4%20b");
}

TEST(read_page, reads_plain_text_and_json_and_refuses_the_rest) {
    EXPECT_EQ(read("Hello <b>\nworld", "text/plain")->text, "Hello <b>\nworld");
    EXPECT_EQ(read("\n Hello \nworld", "text/plain")->title, "Hello");
    EXPECT_EQ(read("{\"price\":3}", "application/json")->text, "{\n \"price\": 3\n}");
    EXPECT_FALSE(read("{\"price\":", "application/json"));
    EXPECT_EQ(read("<!doctype html><p>hi</p>", "")->text, "hi") << "no type at all";
    EXPECT_EQ(read("just words", "")->text, "just words");
    EXPECT_FALSE(read(std::string("\0\1\2", 3), ""));
    const auto pdf = read("%PDF-1.7", "application/pdf");
    ASSERT_FALSE(pdf);
    EXPECT_EQ(pdf.error().category, Category::bad_reply);
    EXPECT_EQ(pdf.error().message, "not a page with readable text: application/pdf");
}

TEST(read_page, says_when_there_is_nothing_to_read) {
    for (const auto& page : {read_fixture("empty.html"), read(""), read("  \n", "text/plain")}) {
        ASSERT_FALSE(page);
        EXPECT_EQ(page.error().message, "the page has no readable text");
    }
}

TEST(read_page, passes_on_why_the_fetch_failed) {
    EXPECT_EQ(read_page(http(404, "<p>hi</p>"), url, now).error().http_status, 404);
    EXPECT_EQ(read_page(http(503, ""), url, now).error().category, Category::overload);
    EXPECT_EQ(read_page(fault(core::Fault::too_large), url, now).error().category,
              Category::too_large);
}

TEST(read_page, caps_the_text_on_a_character) {
    std::string body = "<p>";
    for (std::size_t i = 0; i < page_chars_max + 10; ++i) body += "ä";
    const auto page = read(body);
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->is_truncated);
    EXPECT_EQ(core::truncate(page->text, page_chars_max), page->text);
    EXPECT_FALSE(read("<p>short</p>")->is_truncated);
}

// Each of these takes minutes in a parser without bounds; the test ends by its own limit then.
TEST(read_page, survives_pages_made_to_hurt) {
    std::string deep, crossed, attributes = "<p>before</p><a ", words = "<p>";
    for (int i = 0; i < 300'000; ++i) deep += "<i>x";
    for (int i = 0; i < 200'000; ++i) crossed += "<i>";
    for (int i = 0; i < 200'000; ++i) crossed += "</b>";
    for (int i = 0; i < 200'000; ++i) attributes += "a" + std::to_string(i) + " ";
    for (int i = 0; i < 200'000; ++i) words += "<footer></i>";
    EXPECT_TRUE(read(deep));
    EXPECT_FALSE(read(crossed));
    EXPECT_EQ(read(attributes + ">after")->text, "before");
    EXPECT_FALSE(read(words));
    EXPECT_TRUE(read("<p>a</p><!-- never closed <p>b"));
    EXPECT_TRUE(read("<script>if (a<b && c d e f) {}</script><p>after the script</p>"));
}

TEST(build_page_request, sends_the_validators_as_they_came) {
    const core::Request plain = build_page_request(url, "", "");
    EXPECT_EQ(plain.method, "GET");
    EXPECT_EQ(plain.purpose, core::Purpose::feed);
    EXPECT_EQ(core::find_header(plain.headers, "if-none-match"), std::nullopt);
    const core::Request again =
        build_page_request(url, "W/\"a-gzip\"", "Thu, 20 Aug 2026 10:00:00 GMT");
    EXPECT_EQ(core::find_header(again.headers, "if-none-match"), "W/\"a-gzip\"");
    EXPECT_EQ(core::find_header(again.headers, "if-modified-since"),
              "Thu, 20 Aug 2026 10:00:00 GMT");
}

}  // namespace
}  // namespace torale::providers
