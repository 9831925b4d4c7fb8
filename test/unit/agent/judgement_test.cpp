#include "agent/judgement.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace torale::agent {
namespace {

using core::Judgement;
using core::Source;
using core::Verdict;

const core::Time now = *core::parse_time("2026-08-21T08:00:00Z");

std::vector<Source> sources() {
    Source source;
    source.number = 1;
    source.url = "https://acme.test/launch";
    source.title = "Acme [sets](https://evil.test) a date";
    source.snippet = "Acme flies on\n14 March 2027. [Book now](https://evil.test/b).";
    source.published_at = now - std::chrono::hours(24);
    return {source};
}

Judgement judged(Verdict verdict, const char* quote) {
    Judgement judgement;
    judgement.verdict = verdict;
    judgement.evidence = "because";
    judgement.citations = {{1, quote, 0}};
    return judgement;
}

TEST(settle_judgement, writes_a_notification_where_the_judge_wrote_none) {
    for (const char* absent : {"", "  \n"}) {
        Judgement judgement = judged(Verdict::met, "Acme flies on 14 March 2027");
        judgement.notification = absent;
        const Settled settled = settle_judgement(judgement, sources(), now);
        EXPECT_EQ(settled.judgement.notification,
                  "“Acme flies on 14 March 2027”\n\n— Acme sets a date, 2026-08-20\n"
                  "https://acme.test/launch");
    }
}

TEST(settle_judgement, does_not_pass_on_links_inside_quotes) {
    const Settled settled =
        settle_judgement(judged(Verdict::met, "[Book now](https://evil.test/b)"), sources(), now);
    EXPECT_EQ(settled.judgement.notification->find("evil.test"), std::string::npos);
    EXPECT_EQ(settled.judgement.citations.at(0).quote, "[Book now](https://evil.test/b)")
        << "the citation itself is the source's text";
}

TEST(settle_judgement, keeps_what_the_judge_wrote) {
    Judgement judgement = judged(Verdict::met, "14 March 2027");
    judgement.notification = "It flies.";
    EXPECT_EQ(settle_judgement(judgement, sources(), now).judgement.notification, "It flies.");
}

TEST(settle_judgement, tells_nothing_unless_met) {
    for (const Verdict verdict : {Verdict::not_met, Verdict::unknown}) {
        Judgement judgement = judged(verdict, "14 March 2027");
        judgement.notification = "It flies.";
        const Settled settled = settle_judgement(judgement, sources(), now);
        EXPECT_FALSE(settled.judgement.notification);
        EXPECT_EQ(settled.judgement.verdict, verdict);
        EXPECT_TRUE(settled.fingerprint.empty());
        EXPECT_FALSE(settled.demoted);
    }
}

TEST(settle_judgement, takes_back_what_no_source_says) {
    Judgement judgement = judged(Verdict::met, "Acme flies tomorrow");
    judgement.notification = "Tomorrow!";
    const Settled settled = settle_judgement(judgement, sources(), now);
    EXPECT_TRUE(settled.demoted);
    EXPECT_EQ(settled.dropped_citations, 1);
    EXPECT_EQ(settled.judgement.verdict, Verdict::unknown);
    EXPECT_FALSE(settled.judgement.notification);
    EXPECT_TRUE(settled.fingerprint.empty());
}

TEST(settle_judgement, gives_the_same_finding_the_same_fingerprint) {
    Judgement first = judged(Verdict::met, "Acme flies on 14 March 2027");
    Judgement second = judged(Verdict::met, "acme flies on  14 march 2027");
    second.notification = "other words";
    const auto print = [](const Judgement& judgement) {
        return settle_judgement(judgement, sources(), now).fingerprint;
    };
    EXPECT_EQ(print(first), print(second));
    EXPECT_NE(print(first), print(judged(Verdict::met, "14 March 2027")));
}

}  // namespace
}  // namespace torale::agent
