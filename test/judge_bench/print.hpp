// The report for people, for test/run and for programs.
#pragma once
#include <string>
#include <vector>

#include "judge_bench/gates.hpp"

namespace torale::judge_bench {

std::string write_tables(const Report& report, bool is_verbose);
// One line a gate, "ok - …" or "not ok - …", the blamed below as comments.
std::string write_gates(const std::vector<Gate>& gates);
// One test each; a gate whose miss is known is skipped, with its figure as the reason.
std::string write_tap(const std::vector<Gate>& gates);
std::string write_report_json(const Report& report, const std::vector<Gate>& gates);

}  // namespace torale::judge_bench
