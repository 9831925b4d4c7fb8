#include "agent/tools.hpp"

#include <gtest/gtest.h>

namespace torale::agent {
namespace {

core::Source source(std::string url, std::string text) {
    core::Source made;
    made.url = std::move(url);
    made.snippet = std::move(text);
    return made;
}

struct Fetch {
    const char* url;
    bool allowed;
};
void PrintTo(const Fetch& row, std::ostream* out) {
    *out << '"' << row.url << '"';
}

class fetch_target : public ::testing::TestWithParam<Fetch> {};

TEST_P(fetch_target, is_what_the_user_or_a_source_names) {
    core::Task task;
    task.search_query = "what is new at https://named.example/page";
    task.search_options.include_domains = {"allowed.example"};
    const std::vector<core::Source> sources{
        source("https://news.example/1",
               "see https://linked.example/full for more, or "
               "https://trap.company/x. At last https://end.example/y.")};
    EXPECT_EQ(may_fetch(GetParam().url, task, sources), GetParam().allowed) << GetParam().url;
}

INSTANTIATE_TEST_SUITE_P(
    urls, fetch_target,
    ::testing::Values(Fetch{"https://news.example/1", true}, Fetch{"https://news.example/2", true},
                      Fetch{"https://linked.example/full", true},
                      Fetch{"https://linked.example/other", false},
                      Fetch{"https://linked.example/ful", false}, Fetch{"https://trap.co", false},
                      Fetch{"https://trap.company/x", true}, Fetch{"https://end.example/y", true},
                      Fetch{"https://end.example/y.", true}, Fetch{"https://end", false},
                      Fetch{"https://named.example/page", true},
                      Fetch{"https://named.example/page?leak=1", false},
                      Fetch{"https://sub.allowed.example/x", true},
                      Fetch{"https://evil.example/", false}, Fetch{"file:///etc/passwd", false},
                      Fetch{"ftp://news.example/1", false}, Fetch{"https://", false},
                      Fetch{"https://news.example.evil.example/1", false}, Fetch{"", false}));

TEST(memories, that_share_words_come_first) {
    const std::vector<core::Memory> all{{"The shop page is empty until launch day.", "source"},
                                        {"Search for the football club by its full name.", "note"},
                                        {"Launches are announced on Mondays.", "note"}};
    const auto found = find_memories(all, "launching page");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].content, all[0].content);
    EXPECT_EQ(found[1].content, all[2].content);
}

TEST(memories, are_all_shown_when_none_shares_a_word) {
    const std::vector<core::Memory> all{{"one thing", "note"}, {"another matter", "note"}};
    EXPECT_EQ(find_memories(all, "zebra").size(), 2U);
    EXPECT_TRUE(find_memories({}, "zebra").empty());
}

TEST(tools, have_names_that_every_wire_shape_takes) {
    for (const providers::Tool& tool : tools()) {
        EXPECT_FALSE(tool.name.empty());
        EXPECT_LE(tool.name.size(), 64U);
        for (const char c : tool.name) EXPECT_TRUE(std::isalnum(c) || c == '_') << tool.name;
        ASSERT_NE(tool.parameters, nullptr);
        EXPECT_EQ((*tool.parameters)["type"], "object");
    }
}

}  // namespace
}  // namespace torale::agent
