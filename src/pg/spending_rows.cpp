// Writes what runs reserve and pay: the jsonb arguments of the functions of money.sql.
#include "pg/bookkeeping.hpp"
#include "pg/json_text.hpp"

namespace torale::pg {

namespace {

std::string write_spending(const std::vector<agent::Spending>& spending) {
    JsonRows rows;
    for (const agent::Spending& one : spending) {
        rows.open();
        rows.exact_text("provider", one.provider);
        rows.number("calls", one.calls);
        rows.number("tokens_in", one.tokens_in);
        rows.number("tokens_out", one.tokens_out);
        rows.number("cost_usd", one.cost_usd);
        rows.close();
    }
    return rows.take();
}

std::string write_replayed(const std::vector<agent::StoredReply>& replies) {
    core::Json keys = core::Json::array();
    for (const agent::StoredReply& reply : replies) keys.push_back(reply.key);
    return core::write_json(keys);
}

bool has_something_to_book(const scheduler::Finished& run) {
    return !run.conclusion.spending.empty() ||
           run.outcome.status == core::ExecutionStatus::retrying;
}

}  // namespace

std::string write_reservations(const std::vector<scheduler::CheckpointRequest>& requests) {
    JsonRows checks;
    for (const scheduler::CheckpointRequest& request : requests) {
        if (request.check.reservations.empty()) continue;
        JsonRows reservations;
        for (const agent::Reservation& one : request.check.reservations) {
            reservations.open();
            reservations.exact_text("key", one.key);
            reservations.exact_text("provider", one.provider);
            reservations.number("tokens", one.tokens);
            reservations.number("cost_usd", one.cost_usd);
            reservations.close();
        }
        checks.open();
        checks.text("execution_id", request.execution_id);
        checks.raw("reservations", reservations.take());
        checks.close();
    }
    return checks.take();
}

std::string write_ends(const std::vector<End>& ends, bool has_budgets) {
    JsonRows rows;
    for (const End& end : ends) {
        const scheduler::Finished& run = *end.run;
        if (!has_budgets && !has_something_to_book(run)) continue;
        rows.open();
        rows.text("execution_id", run.claim.briefing.execution_id);
        rows.text("task_id", run.claim.briefing.task.id);
        rows.exact_text("owner", run.claim.briefing.task.owner);
        rows.number("token", run.claim.token);
        rows.boolean("is_broken_off", run.conclusion.is_broken_off);
        rows.boolean("is_late", end.is_late);
        rows.raw("replayed", write_replayed(run.claim.briefing.stored_replies));
        rows.raw("spending", write_spending(run.conclusion.spending));
        rows.close();
    }
    return rows.take();
}

}  // namespace torale::pg
