// stem and is_stop_word, declared in providers/rules.hpp.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "providers/rules.hpp"

namespace torale::providers::rules {
namespace {

// WORD<tab>STEM, as ts_lexize('english_stem', WORD) of PostgreSQL 15 gave it.
TEST(stem, equals_postgresql_for_words_of_changelogs) {
    std::ifstream file(TORALE_FIXTURES "/stems/english.tsv");
    std::string line;
    int compared = 0;
    std::set<std::string> differing;
    while (std::getline(file, line)) {
        const std::size_t tab = line.find('\t');
        ASSERT_NE(tab, std::string::npos) << line;
        const std::string word = line.substr(0, tab);
        ++compared;
        EXPECT_FALSE(is_stop_word(word)) << word;
        if (stem(word) == line.substr(tab + 1)) continue;
        differing.insert(word);
        EXPECT_EQ(stem(word) + "s", line.substr(tab + 1)) << "differs by more than a plural";
    }
    EXPECT_GE(compared, 5000);
    // Plurals of acronyms, folded on purpose, and the few words that look like one.
    EXPECT_EQ(differing,
              (std::set<std::string>{"btrfs", "cdbs", "chris", "cmds",  "cris",   "dbus", "dtls",
                                     "fcfs",  "fncs", "ftbfs", "gdbus", "gpos",   "hkps", "https",
                                     "kris",  "ktls", "ldns",  "msdos", "ntbtls", "pkcs", "plus",
                                     "prms",  "rdos", "thus",  "vtls",  "xcms"}));
}

TEST(stem, folds_acronym_plurals) {
    EXPECT_EQ(stem("cves"), "cve");
    EXPECT_EQ(stem("cve"), "cve");
    EXPECT_EQ(stem("gpus"), stem("gpu"));
    EXPECT_EQ(stem("apis"), stem("api"));
    EXPECT_EQ(stem("urls"), stem("url"));
    for (const char* word : {"tls", "dns", "gas", "css", "gps", "sms"}) EXPECT_EQ(stem(word), word);
}

TEST(stem, joins_the_forms_of_a_word) {
    for (const char* word : {"release", "releases", "released", "releasing"}) {
        EXPECT_EQ(stem(word), "releas");
    }
    EXPECT_EQ(stem("announcement"), stem("announced"));
    EXPECT_NE(stem("release"), stem("relate"));
    EXPECT_EQ(stem(""), "");
}

TEST(is_stop_word, knows_the_list_of_postgresql) {
    for (const char* word : {"a", "the", "has", "been", "when", "yourselves", "under"}) {
        EXPECT_TRUE(is_stop_word(word)) << word;
    }
    for (const char* word : {"", "date", "openssl", "would", "The"}) {
        EXPECT_FALSE(is_stop_word(word)) << word;
    }
}

}  // namespace
}  // namespace torale::providers::rules
