// Worlds from files: what is read, what is refused and how the fault is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "judge_bench/world.hpp"

namespace torale::judge_bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string worlds_folder = TORALE_SELFTEST_WORLDS;

World load(const std::string& name) {
    auto world = read_world(worlds_folder + "/" + name);
    if (!world.ok()) throw std::runtime_error(world.error());
    return std::move(*world);
}

Time at(const char* text) {
    return core::parse_time(text).value();
}

// A copy of the kettle with one file replaced.
class BadWorld : public testing::Test {
protected:
    void SetUp() override {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::temp_directory_path() /
                  ("judge-bench-" + std::string(info->name()) + "-" + std::to_string(getpid()));
        std::filesystem::create_directories(folder_);
        std::filesystem::copy(worlds_folder + "/kettle", folder_,
                              std::filesystem::copy_options::recursive);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void append(const char* file, const std::string& line) {
        std::ofstream(folder_ / file, std::ios::app) << line << "\n";
    }
    void replace(const char* file, const std::string& text) {
        std::ofstream(folder_ / file) << text;
    }
    std::string fault() {
        const auto world = read_world(folder_.string());
        return world.ok() ? "" : world.error();
    }
    std::filesystem::path folder_;
};

TEST(Worlds, are_read_with_all_their_parts) {
    const World world = load("kettle");
    EXPECT_EQ(world.name, "kettle");
    EXPECT_EQ(world.documents.size(), 4u);
    EXPECT_EQ(world.events.size(), 2u);
    EXPECT_EQ(world.answers.at("recall").confidence, 97);
    EXPECT_EQ(world.task.schedule, "every 60 minutes");
    EXPECT_EQ(world.task.notify_behavior, core::NotifyBehavior::always);
    EXPECT_THAT(world.documents[2].events, ElementsAre(0u));
}

TEST(Worlds, show_one_version_of_a_page) {
    const World world = load("teapot");
    const auto before = world.visible(at("2026-04-03T08:59:59Z"));
    ASSERT_EQ(before.size(), 1u);
    EXPECT_EQ(before[0]->id, "dear");
    const auto after = world.visible(at("2026-04-03T09:00:00Z"));
    ASSERT_EQ(after.size(), 1u);
    EXPECT_EQ(after[0]->id, "cheap");
}

TEST(Worlds, show_the_newest_first) {
    const World world = load("kettle");
    const auto shown = world.visible(at("2026-03-03T13:00:00Z"));
    ASSERT_EQ(shown.size(), 3u);
    EXPECT_EQ(shown[0]->id, "copy");
    EXPECT_EQ(shown[2]->id, "review");
}

TEST(Worlds, know_how_two_documents_relate) {
    const World world = load("kettle");
    EXPECT_EQ(world.relation(world.documents[1], world.documents[2]), "same");
    EXPECT_EQ(world.relation(world.documents[1], world.documents[3]), "update");
    EXPECT_EQ(world.relation(world.documents[0], world.documents[3]), "distinct");
}

TEST_F(BadWorld, names_an_unknown_key) {
    append("documents.jsonl", R"({"id":"x","titel":"t"})");
    EXPECT_THAT(fault(), HasSubstr("documents.jsonl line 5: unknown key \"titel\""));
}

TEST_F(BadWorld, names_a_line_that_is_no_json) {
    append("events.jsonl", "{\"id\":");
    EXPECT_THAT(fault(), HasSubstr("events.jsonl line 3: no JSON"));
}

TEST_F(BadWorld, refuses_a_quote_that_does_not_stand_in_its_document) {
    replace("answers.jsonl",
            R"({"document":"recall","verdict":"met","quote":"Ember recalls 13,000"})");
    EXPECT_THAT(fault(), HasSubstr("recall: the quote does not stand in the document's text"));
}

TEST_F(BadWorld, refuses_an_event_without_a_document) {
    append(
        "events.jsonl",
        R"({"id":"e","kind":"event","of":null,"happened_at":"2026-03-03T00:00:00Z","documents":[]})");
    EXPECT_THAT(fault(), HasSubstr("e has no documents"));
}

TEST_F(BadWorld, refuses_an_event_of_an_unknown_document) {
    append(
        "events.jsonl",
        R"({"id":"e","kind":"event","happened_at":"2026-03-03T00:00:00Z","documents":["nope"]})");
    EXPECT_THAT(fault(), HasSubstr("e names no document of this world: nope"));
}

TEST_F(BadWorld, refuses_an_update_of_nothing) {
    append(
        "events.jsonl",
        R"({"id":"u","kind":"update","happened_at":"2026-03-03T00:00:00Z","documents":["copy"]})");
    EXPECT_THAT(fault(), HasSubstr("u: an update"));
}

TEST_F(BadWorld, refuses_a_time_that_is_none) {
    append("events.jsonl",
           R"({"id":"e","kind":"event","happened_at":"yesterday","documents":["copy"]})");
    EXPECT_THAT(fault(), HasSubstr("happened_at is no ISO 8601 time: yesterday"));
}

TEST_F(BadWorld, refuses_a_document_twice) {
    append(
        "documents.jsonl",
        R"({"id":"copy","url":"https://a.example","title":"t","text":"x","visible_from":"2026-03-03T00:00:00Z"})");
    EXPECT_THAT(fault(), HasSubstr("the id copy stands twice"));
}

TEST_F(BadWorld, refuses_a_pair_of_strangers) {
    append("answers.jsonl", R"({"pair":["recall","nope"],"relation":"same"})");
    EXPECT_THAT(fault(), HasSubstr("pair names no document of this world: nope"));
}

TEST_F(BadWorld, refuses_an_end_before_its_start) {
    std::ifstream file(folder_ / "world.json");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    text.replace(text.find("2026-03-08"), 10, "2026-02-08");
    replace("world.json", text);
    EXPECT_THAT(fault(), HasSubstr("it ends before it starts"));
}

TEST_F(BadWorld, names_a_missing_file) {
    std::filesystem::remove(folder_ / "documents.jsonl");
    EXPECT_THAT(fault(), HasSubstr("the file is missing"));
}

TEST(Worlds, of_a_folder_without_any_are_a_fault) {
    const auto worlds = read_worlds(worlds_folder + "/kettle");
    ASSERT_FALSE(worlds.ok());
    EXPECT_THAT(worlds.error(), HasSubstr("no folder in it has a world.json"));
}

}  // namespace
}  // namespace torale::judge_bench
