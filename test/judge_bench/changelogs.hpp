// A large real stream: the Debian changelogs of this machine, a world per source package. Their
// texts belong to their packages: they are read where they are and never copied.
#pragma once
#include <string>
#include <vector>

#include "judge_bench/world.hpp"

namespace torale::judge_bench {

struct Stream {
    std::vector<World> worlds;  // one a source package, oldest entry first
    int files = 0;
    int entries = 0;
    int security_entries = 0;  // the gold
    int security_sources = 0;
    Time first{};
    Time last{};
};

// `condition` has X where the package's name goes: "a security update of X". Gold is the
// `-security` suite of the entry's header line, which no document holds.
Stream read_changelogs(const std::string& doc_folder, const std::string& condition);

}  // namespace torale::judge_bench
