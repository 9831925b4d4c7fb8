#include "providers/robots.hpp"

#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using testing::fault;
using testing::fixture;
using testing::http;
using testing::now;

bool allows(std::string_view text, std::string_view path) {
    return may_fetch(parse_robots(text), path);
}

TEST(parse_robots, takes_all_groups_that_name_us_and_no_other) {
    const Robots robots = parse_robots(fixture("robots/groups.txt"));
    EXPECT_TRUE(may_fetch(robots, "/")) << "* is for those who have no group";
    EXPECT_FALSE(may_fetch(robots, "/private/x"));
    EXPECT_TRUE(may_fetch(robots, "/private/open/door")) << "the longer rule wins";
    EXPECT_FALSE(may_fetch(robots, "/files/a.pdf"));
    EXPECT_TRUE(may_fetch(robots, "/files/a.pdf?x=1")) << "$ is the end";
    EXPECT_FALSE(may_fetch(robots, "/more/of/it")) << "a second group of ours";
    EXPECT_EQ(robots.crawl_delay, core::milliseconds{2500});
}

TEST(parse_robots, falls_back_to_the_group_for_everybody) {
    const Robots robots = parse_robots(fixture("robots/everybody.txt"));
    EXPECT_TRUE(may_fetch(robots, "/"));
    EXPECT_FALSE(may_fetch(robots, "/tmp/x"));
    EXPECT_TRUE(may_fetch(robots, "/tmp/public"));
    EXPECT_FALSE(may_fetch(robots, "/a%3Cd.html")) << "one spelling of each octet";
    EXPECT_TRUE(may_fetch(robots, "/robots.txt"));
}

TEST(may_fetch, decides_by_the_longest_match_and_allows_on_a_tie) {
    EXPECT_FALSE(allows("User-agent: *\nDisallow: /\n", "/x"));
    EXPECT_TRUE(allows("User-agent: *\nDisallow: /page\nAllow: /page\n", "/page"));
    EXPECT_TRUE(allows("User-agent: *\nAllow: /p\nDisallow: /\n", "/page"));
    EXPECT_FALSE(allows("User-agent: *\nAllow: /page\nDisallow: /*.htm\n", "/page.htm"));
    EXPECT_TRUE(allows("User-agent: *\nAllow: /$\nDisallow: /\n", "/"));
    EXPECT_FALSE(allows("User-agent: *\nAllow: /$\nDisallow: /\n", "/page.htm"));
    EXPECT_FALSE(allows("User-agent: *\nDisallow: /a*b*c\n", "/aXbYc/d"));
    EXPECT_TRUE(allows("User-agent: *\nDisallow: /a*b*c$\n", "/aXbYc/d"));
    EXPECT_FALSE(allows("User-agent: *\nDisallow: /%7Euser\n", "/~user/x"));
    EXPECT_FALSE(allows("User-agent: *\nDisallow: /*?session=\n", "/x?session=1"));
}

TEST(parse_robots, reads_what_people_write) {
    EXPECT_FALSE(allows("\xEF\xBB\xBFuser-AGENT :*\r\ndisallow: /x\r\n", "/x"));
    EXPECT_TRUE(allows("Disallow: /x\n", "/x")) << "a rule of no group";
    EXPECT_TRUE(allows("", "/x"));
    EXPECT_TRUE(allows("User-agent: toralebot\nDisallow: /\n", "/x")) << "another product";
    EXPECT_TRUE(allows("<!DOCTYPE html><html><body>404</body></html>", "/x"));
}

TEST(parse_robots, stops_after_half_a_megabyte) {
    std::string text = "User-agent: *\n" + std::string(500 << 10, '#') + "\nDisallow: /x\n";
    EXPECT_TRUE(allows(text, "/x"));
}

TEST(parse_robots, matches_a_hostile_pattern_in_bounded_time) {
    std::string stars = "/";
    for (int i = 0; i < 1000; ++i) stars += "*a";
    EXPECT_TRUE(allows("User-agent: *\nDisallow: " + stars + "\n", "/" + std::string(2000, 'a')));
}

TEST(read_robots, follows_the_rules_for_answers_without_a_file) {
    EXPECT_FALSE(may_fetch(read_robots(http(200, "User-agent: *\nDisallow: /x"), now), "/x"));
    EXPECT_TRUE(may_fetch(read_robots(http(404, "Disallow: /"), now), "/x"));
    EXPECT_TRUE(may_fetch(read_robots(http(403, ""), now), "/x"));
    EXPECT_FALSE(may_fetch(read_robots(http(503, ""), now), "/x"));
    EXPECT_FALSE(may_fetch(read_robots(http(429, ""), now), "/x"));
    EXPECT_FALSE(may_fetch(read_robots(fault(core::Fault::connect), now), "/x"));
    EXPECT_EQ(read_robots(http(404, ""), now).expires_at, now + std::chrono::hours{24});
    EXPECT_LE(read_robots(http(500, ""), now).expires_at, now + std::chrono::hours{1});
}

TEST(build_robots_request, asks_the_root_of_the_origin) {
    const core::Request request = build_robots_request("HTTPS://A.test:8443/x/y?z#f");
    EXPECT_EQ(request.url, "https://a.test:8443/robots.txt");
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(path_of("https://a.test/x/y?z#f"), "/x/y?z");
    EXPECT_EQ(path_of("https://a.test?q"), "/?q");
    EXPECT_EQ(path_of("https://a.test"), "/");
}

}  // namespace
}  // namespace torale::providers
