// Figures and gates over plays made by hand: each kind of alert counts as what it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>

#include "judge_bench/changelogs.hpp"
#include "judge_bench/gates.hpp"
#include "judge_bench/print.hpp"
#include "judge_bench/score.hpp"

namespace torale::judge_bench {
namespace {

using testing::HasSubstr;

class Scores : public testing::Test {
protected:
    void SetUp() override {
        auto read = read_world(std::string(TORALE_SELFTEST_WORLDS) + "/kettle");
        ASSERT_TRUE(read.ok()) << read.error();
        world = std::move(*read);
        play.world = &world;
        for (int day = 1; day <= 8; ++day) {
            play.runs.push_back({.at = at("2026-03-0" + std::to_string(day) + "T08:00:00Z"),
                                 .failure = "",
                                 .skip_reason = ""});
        }
    }
    static Time at(const std::string& text) { return core::parse_time(text).value(); }
    const Document& document(const std::string& id) const {
        for (const Document& each : world.documents) {
            if (each.id == id) return each;
        }
        throw std::runtime_error("no document " + id);
    }
    void tell(const std::string& when, const std::string& id, const std::string& quote,
              const std::string& why_not = "") {
        Alert alert;
        alert.at = at(when);
        alert.cited.push_back({&document(id), document(id).canonical, quote});
        alert.told = why_not.empty();
        alert.why_not = why_not;
        play.alerts.push_back(alert);
    }
    Gate gate(const std::string& what) const {
        Report report;
        Result result{.name = "scripted", .note = "", .scores = {score(play, false)}, .others = {}};
        report.results.push_back(result);
        for (const Gate& each : check_gates(report)) {
            if (each.what.find(what) != std::string::npos) return each;
        }
        throw std::runtime_error("no gate " + what);
    }
    World world;
    Play play;
};

TEST_F(Scores, count_first_alerts_and_updates_as_useful) {
    tell("2026-03-03T11:00:00Z", "recall", "Ember recalls 12,000 kettles");
    tell("2026-03-06T10:00:00Z", "more", "31,000 kettles are now affected");
    const Tally tally = score(play, false).tally;
    EXPECT_EQ(tally.useful, 2);
    EXPECT_EQ(tally.recalled, 1);
    EXPECT_EQ(tally.updates_recalled, 1);
    EXPECT_EQ(tally.grounded, 2);
    EXPECT_EQ(tally.silent_days, tally.silent_kept);
    EXPECT_TRUE(gate("precision").is_kept);
    EXPECT_TRUE(gate("event recall").is_kept);
}

TEST_F(Scores, count_a_copy_as_duplicate_and_name_it) {
    tell("2026-03-03T11:00:00Z", "recall", "Ember recalls 12,000 kettles");
    tell("2026-03-03T13:00:00Z", "copy", "Ember recalls 12,000 kettles");
    EXPECT_EQ(score(play, false).tally.duplicates, 1);
    const Gate broken = gate("duplicates");
    EXPECT_FALSE(broken.is_kept);
    ASSERT_EQ(broken.blamed.size(), 1u);
    EXPECT_THAT(broken.blamed[0], HasSubstr("kettle 2026-03-03T13:00:00Z duplicate: recalled"));
}

TEST_F(Scores, count_noise_as_false_alarm_that_breaks_a_silent_day) {
    tell("2026-03-01T08:00:00Z", "review", "We liked its handle.");
    const Tally tally = score(play, false).tally;
    EXPECT_EQ(tally.false_alarms, 1);
    EXPECT_EQ(tally.silent_days - tally.silent_kept, 1);
    EXPECT_FALSE(gate("precision").is_kept);
    EXPECT_FALSE(gate("silent days").is_kept);
    // A judge that decides by itself is forgiven the day, not the alert.
    const Tally forgiven = score(play, true).tally;
    EXPECT_EQ(forgiven.excused_days, 1);
    EXPECT_EQ(forgiven.silent_days, forgiven.silent_kept);
}

TEST_F(Scores, count_an_untold_event_held_back_as_false_merge) {
    tell("2026-03-03T11:00:00Z", "recall", "Ember recalls 12,000 kettles", "same");
    const Tally tally = score(play, false).tally;
    EXPECT_EQ(tally.false_merges, 1);
    EXPECT_EQ(tally.alerts, 0);
    EXPECT_FALSE(gate("false merges").is_kept);
}

TEST_F(Scores, find_a_quote_that_stands_nowhere) {
    tell("2026-03-03T11:00:00Z", "recall", "Ember recalls 13,000 kettles");
    EXPECT_EQ(score(play, false).tally.grounded, 0);
    EXPECT_FALSE(gate("stands in the stored text").is_kept);
}

TEST_F(Scores, let_a_replay_that_differs_break_its_gate) {
    play.replays = 3;
    play.replay_faults = {"2026-03-03T11:00:00Z another verdict"};
    const Gate broken = gate("replay");
    EXPECT_FALSE(broken.is_kept);
    EXPECT_EQ(broken.measured, "2 of 3 judged runs");
}

TEST(Gates, keep_spending_below_caps) {
    Report report;
    report.budgets = {{.judge = "scripted",
                       .world = "w",
                       .free_usd = 2,
                       .cap_usd = 1,
                       .spent_usd = 1.01,
                       .settled_usd = 1.01,
                       .refusals = 1}};
    const auto gates = check_gates(report);
    ASSERT_EQ(gates.size(), 2u);
    EXPECT_FALSE(gates[0].is_kept);
    EXPECT_THAT(write_gates(gates), HasSubstr("capped: spend never above"));
}

TEST(Ratios, have_an_interval_around_them_or_say_nothing) {
    std::vector<Score> scores(10);
    for (std::size_t i = 0; i < scores.size(); ++i) {
        scores[i].tally.alerts = 10;
        scores[i].tally.useful = i < 5 ? 10 : 6;
    }
    const Figure& precision = figure("precision");
    const Ratio measured = ratio(scores, precision.numerator, precision.denominator);
    EXPECT_DOUBLE_EQ(measured.value, 0.8);
    EXPECT_LT(measured.low, 0.8);
    EXPECT_GT(measured.high, 0.8);
    EXPECT_LT(ratio({}, precision.numerator, precision.denominator).value, 0);
}

TEST(Changelogs, become_worlds_whose_documents_do_not_hold_the_suite) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("judge-bench-docs-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder / "tea1");
    const std::string text =
        "tea (2-1+deb12u1) bookworm-security; urgency=high\n\n  * Fix the lid.\n\n"
        " -- A Body <a@b.example>  Tue, 03 Mar 2026 10:00:00 +0100\n\n"
        "tea (2-1) unstable; urgency=low\n\n  * New upstream version.\n\n"
        " -- A Body <a@b.example>  Mon, 02 Feb 2026 10:00:00 +0000\n";
    gzFile file = gzopen((folder / "tea1" / "changelog.Debian.gz").c_str(), "wb");
    ASSERT_NE(file, nullptr);
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    std::filesystem::copy(folder / "tea1", folder / "tea2");
    const Stream stream = read_changelogs(folder.string(), "a security update of X");
    std::filesystem::remove_all(folder);
    EXPECT_EQ(stream.files, 2);
    EXPECT_EQ(stream.entries, 2);
    EXPECT_EQ(stream.security_entries, 1);
    ASSERT_EQ(stream.worlds.size(), 1u);
    const World& world = stream.worlds[0];
    EXPECT_EQ(*world.task.condition_description, "a security update of tea");
    EXPECT_EQ(world.documents[0].title, "tea 2-1");
    EXPECT_EQ(world.events[0].documents[0], "tea/2-1+deb12u1");
    EXPECT_EQ(world.documents[1].text.find("security"), std::string::npos);
    EXPECT_EQ(core::write_time(world.slots[1]), "2026-03-03T09:00:00Z");
}

TEST(tap, skips_a_known_miss_and_fails_any_other) {
    const std::vector<Gate> gates{{"kept", "1 of 1", true, false, {}},
                                  {"known", "0.05", false, true, {"a world"}},
                                  {"broken", "0.5", false, false, {"a world"}}};
    const std::string tap = write_tap(gates);
    EXPECT_THAT(tap, HasSubstr("ok - kept"));
    EXPECT_THAT(tap, HasSubstr("ok - known # SKIP missed"));
    EXPECT_THAT(tap, HasSubstr("\nnot ok - broken"));
    EXPECT_THAT(write_gates(gates), HasSubstr("not ok - known"));
}

}  // namespace
}  // namespace torale::judge_bench
