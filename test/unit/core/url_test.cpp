#include "core/url.hpp"

#include <gtest/gtest.h>

namespace torale::core {
namespace {

struct Row {
    const char* url;
    const char* expected;
};

TEST(canonical_url, has_one_spelling_per_address) {
    const Row rows[] = {
        {"https://example.com", "https://example.com"},
        {"https://example.com/", "https://example.com"},
        {" HTTPS://Example.COM:443/Path/ ", "https://example.com/Path/"},
        {"http://example.com:80", "http://example.com"},
        {"http://example.com:443/a", "http://example.com:443/a"},
        {"http://example.com:/a", "http://example.com/a"},
        {"https://example.com./a", "https://example.com/a"},
        {"https://example.com/a#part", "https://example.com/a"},
        {"https://example.com/?utm_source=x&UTM_Medium=y", "https://example.com"},
        {"https://example.com/a?id=7&utm_source=x&b=2&gclid=1", "https://example.com/a?id=7&b=2"},
        {"https://example.com/a?fbclid=1&id=7", "https://example.com/a?id=7"},
        {"https://example.com/a?", "https://example.com/a"},
        {"https://example.com?q=1", "https://example.com/?q=1"},
        {"https://example.com/?q=1", "https://example.com/?q=1"},
        {"https://example.com/a?u=http://b.example/?utm_x",
         "https://example.com/a?u=http://b.example/?utm_x"},
        {"https://User:Pw@Example.com/", "https://User:Pw@example.com"},
        {"https://[2001:DB8::1]:443/x", "https://[2001:db8::1]/x"},
        {"https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"},
        {"https://example.com/%C3%A9", "https://example.com/%C3%A9"},
        {"debian-changelog:OpenSSL/3.0#x?utm_a=1", "debian-changelog:OpenSSL/3.0#x?utm_a=1"},
        {"mailto:A@B.example", "mailto:A@B.example"},
        {"/relative?utm_source=x", "/relative?utm_source=x"},
        {"https:///no-host", "https:///no-host"},
        {"", ""},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(canonical_url(row.url), row.expected);
        EXPECT_EQ(canonical_url(canonical_url(row.url)), row.expected) << "not stable";
    }
}

TEST(domain_of, names_where_a_page_comes_from) {
    const Row rows[] = {
        {"https://News.Example.com:8443/a", "news.example.com"},
        {"http://user@example.com", "example.com"},
        {"https://example.com?q=a@b.example", "example.com"},
        {"https://[2001:db8::1]/x", "[2001:db8::1]"},
        {"debian-changelog:openssl/3.0.1", "debian-changelog:openssl"},
        {"file:///usr/share/doc", "file:usr"},
        {"no url", ""},
        {"https://", ""},
        {"", ""},
    };
    for (const Row& row : rows) EXPECT_EQ(domain_of(row.url), row.expected) << row.url;
}

TEST(domain_matches, takes_subdomains_and_no_lookalikes) {
    EXPECT_TRUE(domain_matches("example.com", "example.com"));
    EXPECT_TRUE(domain_matches("news.example.com", "Example.com"));
    EXPECT_TRUE(domain_matches("news.example.com", ".example.com"));
    EXPECT_TRUE(domain_matches("news.example.com", "*.example.com"));
    EXPECT_FALSE(domain_matches("notexample.com", "example.com"));
    EXPECT_FALSE(domain_matches("example.com.evil.test", "example.com"));
    EXPECT_FALSE(domain_matches("com", "example.com"));
    EXPECT_FALSE(domain_matches("example.com", ""));
}

TEST(domain_matches, takes_other_people_s_sites_only_when_asked_to) {
    EXPECT_FALSE(domain_matches("alice.github.io", "github.io"));
    EXPECT_FALSE(domain_matches("www.bbc.co.uk", "co.uk"));
    EXPECT_FALSE(domain_matches("example.com", "com"));
    EXPECT_FALSE(domain_matches("example.com", "COM"));
    EXPECT_TRUE(domain_matches("github.io", "github.io"));
    EXPECT_TRUE(domain_matches("www.gov.uk", "*.gov.uk"));
    EXPECT_TRUE(domain_matches("www.bbc.co.uk", ".co.uk"));
    EXPECT_TRUE(domain_matches("docs.alice.github.io", "alice.github.io"));
    EXPECT_TRUE(domain_matches("news.bbc.co.uk", "bbc.co.uk"));
    EXPECT_TRUE(domain_matches("a.intranet", "intranet")) << "a name that no rule mentions";
    EXPECT_TRUE(domain_matches("debian-changelog:openssl", "debian-changelog:openssl"));
}

TEST(is_public_suffix, goes_by_the_list) {
    for (const char* name : {"com", "co.uk", "CO.UK", "github.io", "gov.uk", "xn--p1ai"}) {
        EXPECT_TRUE(is_public_suffix(name)) << name;
    }
    for (const char* name : {"", "example.com", "bbc.co.uk", "localhost", "10.0.0.1", "a b", "."}) {
        EXPECT_FALSE(is_public_suffix(name)) << name;
    }
}

}  // namespace
}  // namespace torale::core
