// The rules judge over real text: every Debian changelog entry of this machine, asked for a CVE
// in its own package. Truth is what can be told mechanically: the ids in the entry.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>

#include "core/text.hpp"
#include "providers/rules.hpp"

namespace torale::providers::rules {
namespace {

struct Entry {
    std::string package;
    std::string title;
    std::string body;
};

std::string unpack(const std::filesystem::path& path) {
    const std::string command = "zcat '" + path.string() + "' 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string text;
    char block[65536];
    while (pipe) {
        const std::size_t size = std::fread(block, 1, sizeof block, pipe.get());
        if (size == 0) break;
        text.append(block, size);
    }
    return text;
}

// An entry begins with "source (version) suites; urgency=…" at the margin and ends with " -- ".
void split_entries(const std::string& text, std::vector<Entry>& entries,
                   std::set<std::string>& seen) {
    Entry entry;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        at = end + 1;
        const std::size_t open = line.find(" (");
        const std::size_t close = line.find(')');
        const bool begins = !line.empty() && std::isalnum(static_cast<unsigned char>(line[0])) &&
                            open != std::string::npos && close != std::string::npos && open < close;
        if (begins) {
            entry = {line.substr(0, open), "", ""};
            entry.title = entry.package + " " + line.substr(open + 2, close - open - 2);
        } else if (line.rfind(" -- ", 0) == 0 && !entry.title.empty()) {
            // Sibling packages and binary rebuilds carry the same entries.
            const bool is_first = seen.insert(core::sha256_hex(entry.title + entry.body)).second;
            if (is_first) entries.push_back(std::move(entry));
            entry = {};
        } else if (!entry.title.empty()) {
            entry.body += line + "\n";
        }
    }
}

std::vector<Entry> read_machine() {
    std::vector<Entry> entries;
    std::set<std::string> seen;
    std::error_code failed;
    for (const auto& folder : std::filesystem::directory_iterator("/usr/share/doc", failed)) {
        const auto path = folder.path() / "changelog.Debian.gz";
        if (!std::filesystem::exists(path, failed)) continue;
        split_entries(unpack(path), entries, seen);
    }
    return entries;
}

// "CVE-2025-9230" with digits where they belong; "CVE-2024-XXXX" and "CVE id" are none.
bool has_cve(const std::string& folded) {
    for (std::size_t at = folded.find("cve-"); at != std::string::npos;
         at = folded.find("cve-", at + 1)) {
        const std::string id = folded.substr(at + 4, 9);
        if (id.size() < 9 || id[4] != '-') continue;
        const auto digits = std::count_if(id.begin(), id.end(),
                                          [](unsigned char c) { return std::isdigit(c) != 0; });
        if (digits == 8) return true;
    }
    return false;
}

bool has_excuse(const std::string& folded) {
    for (const char* word :
         {"not ",       "n't",     "no ",   "without", "regress",  "drop",      "remov",
          "revert",     "refresh", "could", "may ",    "might",    "would",     "should",
          "rebase",     "renam",   "never", "unable",  "mention",  "reference", "fail",
          "unaffected", "disable", "delet", "if ",     "document", "possib"}) {
        if (folded.find(word) != std::string::npos) return true;
    }
    return false;
}

core::Judgement ask(const Entry& entry) {
    core::Source source;
    source.number = 1;
    source.title = entry.title;
    source.snippet = entry.body;
    return judge({"a CVE in " + entry.package, {source}, core::Time{}});
}

TEST(changelogs, are_judged_by_the_ids_they_hold) {
    const std::vector<Entry> entries = read_machine();
    int with_id = 0;
    int met = 0;
    int missed = 0;
    int plain = 0;
    int plain_met = 0;
    for (const Entry& entry : entries) {
        const std::string folded = core::fold(entry.body);
        const bool has_id = has_cve(folded);
        const core::Judgement judged = ask(entry);
        const bool is_met = judged.verdict == core::Verdict::met;
        ASSERT_NE(judged.verdict, core::Verdict::unknown) << entry.title << judged.evidence;
        with_id += has_id ? 1 : 0;
        met += is_met ? 1 : 0;
        missed += has_id && !is_met ? 1 : 0;
        if (has_id && !has_excuse(folded)) {
            ++plain;
            plain_met += is_met ? 1 : 0;
        }
        if (!is_met) continue;
        EXPECT_TRUE(has_id) << entry.title << ": " << judged.citations[0].quote;
        EXPECT_NE(entry.body.find(judged.citations[0].quote), std::string::npos) << entry.title;
        EXPECT_TRUE(has_cve(core::fold(judged.citations[0].quote))) << judged.citations[0].quote;
    }
    std::printf("entries=%zu with_cve=%d met=%d with_cve_not_met=%d plain=%d plain_met=%d\n",
                entries.size(), with_id, met, missed, plain, plain_met);
    if (plain < 20) GTEST_SKIP() << "this machine has too few changelogs that name a CVE";
    EXPECT_GE(100 * plain_met, 97 * plain);
    EXPECT_GE(100 * met, 80 * with_id);
}

}  // namespace
}  // namespace torale::providers::rules
