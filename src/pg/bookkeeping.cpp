// Calls the books of sql/install/money.sql.
#include "pg/bookkeeping.hpp"

#include <map>
#include <set>
#include <string_view>

#include "pg/execution_rows.hpp"

namespace torale::pg {

void reserve(Transaction& transaction, const std::vector<scheduler::CheckpointRequest>& requests,
             std::vector<agent::Checked>& checked) {
    const std::string wanted = write_reservations(requests);
    if (wanted == "[]") return;
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < requests.size(); ++i) places[requests[i].execution_id] = i;
    const Rows refused = transaction.run(
        "SELECT execution_id, scope, refusal, resets_at FROM torale_internal.reserve($1, "
        "clock_timestamp())",
        {as_jsonb(wanted)});
    for (std::size_t i = 0; i < refused.size(); ++i) {
        const auto place = places.find(refused.text(i, 0));
        if (place == places.end()) continue;
        checked[place->second].refusal = {refused.text(i, 1), refused.text(i, 2),
                                          read_timestamptz(refused.optional_text(i, 3))};
    }
}

std::vector<End> ends_of(const std::vector<scheduler::Finished>& finished, const Rows& written,
                         std::span<const scheduler::Finished> held) {
    const auto& ids = std::get<TextArray>(written.at(0, 0));
    const std::set<std::string_view> known(ids.begin(), ids.end());
    std::set<std::string_view> kept;
    for (const scheduler::Finished& one : held) kept.insert(one.claim.briefing.execution_id);
    std::vector<End> ends;
    ends.reserve(finished.size());
    for (const scheduler::Finished& one : finished) {
        const std::string& id = one.claim.briefing.execution_id;
        if (!kept.contains(id)) ends.push_back({&one, !known.contains(id)});
    }
    return ends;
}

void settle(Transaction& transaction, const std::vector<End>& ends, bool has_budgets) {
    const std::string rows = write_ends(ends, has_budgets);
    if (rows == "[]") return;
    transaction.run("SELECT torale_internal.settle($1, clock_timestamp())", {as_jsonb(rows)});
}

bool keep_books(Transaction& transaction) {
    return transaction.run("SELECT torale_internal.keep_books(clock_timestamp())").boolean(0, 0);
}

}  // namespace torale::pg
