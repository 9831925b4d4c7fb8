// A paid call goes out when what was paid before is committed and, under a budget, its price is
// reserved: after a crash nothing is bought twice and no cap is exceeded.
#include <utility>

#include "agent/run.hpp"

namespace torale::agent {

Call Run::make_call(const std::string& provider, Payload payload, core::milliseconds delay) {
    return {.id = ++call_id_, .provider = provider, .delay = delay, .what = std::move(payload)};
}

Turn Run::send(const std::string& provider, Payload payload, core::milliseconds delay) {
    std::vector<Outgoing> calls;
    calls.push_back({make_call(provider, std::move(payload), delay), std::nullopt});
    return send_all(std::move(calls));
}

Turn Run::send_all(std::vector<Outgoing> calls) {
    std::vector<Call> sent;
    sent.reserve(calls.size());
    for (Outgoing& each : calls) {
        out_.push_back(each.call.id);
        sent_at_ = now_ + each.call.delay;
        if (each.price) last_price_ = *each.price;
        sent.push_back(std::move(each.call));
    }
    return sent;
}

Turn Run::send_paid(std::vector<Outgoing> calls) {
    Checkpoint checkpoint;
    if (briefing_.has_budgets) {
        for (const Outgoing& each : calls) {
            if (!each.price) continue;
            checkpoint.reservations.push_back(*each.price);
            reserved_.tokens += each.price->tokens;
            reserved_.cost_usd += each.price->cost_usd;
        }
    }
    if (checkpoint.reservations.empty() && !ledger_.has_uncommitted()) {
        return send_all(std::move(calls));
    }
    held_ = std::move(calls);
    return commit(After::send_held, std::move(checkpoint));
}

// A reply that an earlier attempt paid for is taken as it is.
Turn Run::send_or_replay(const providers::Provider& provider, const std::string& key,
                         core::Request request, core::milliseconds delay) {
    if (auto stored = take_stored(key)) return take_wire_reply(std::move(*stored));
    std::vector<Outgoing> calls;
    calls.push_back(priced(provider, key, std::move(request), delay));
    return send_paid(std::move(calls));
}

Outgoing Run::priced(const providers::Provider& provider, std::string key, core::Request request,
                     core::milliseconds delay) {
    const int tokens_out = talk_.prompt ? talk_.prompt->max_output_tokens : 0;
    // After a reply that was lost the same call is one more to pay for, with a reservation of its
    // own.
    if (const int lost = ledger_.unknown_calls()) key += '#' + std::to_string(lost);
    Reservation price = price_of(provider, std::move(key), request, tokens_out);
    if (provider.kind == providers::Kind::llm) question_ = price;
    return {make_call(provider.name, std::move(request), delay), std::move(price)};
}

Turn Run::commit(After after, Checkpoint checkpoint) {
    checkpoint.replies = ledger_.take_uncommitted();
    after_commit_ = after;
    return send("", std::move(checkpoint), core::milliseconds{0});
}

Turn Run::take_checked(Checked checked) {
    const After after = *std::exchange(after_commit_, std::nullopt);
    mark_seen(checked);
    if (checked.refusal) return conclude_refused(*checked.refusal);
    switch (after) {
        case After::pass_gate:
            return pass_gate();
        case After::ask_model:
            return judge(core::milliseconds{0});
        case After::send_held:
            break;
    }
    return send_all(std::exchange(held_, {}));
}

Turn Run::conclude_refused(const BudgetRefusal& refusal) {
    Step& step = add_step(phase_ == Phase::searching ? "search" : "judge", "", "skipped");
    step.detail["reason"] = "budget";
    step.detail["scope"] = refusal.scope;
    step.detail["limit"] = refusal.what;
    if (phase_ == Phase::adjudicating) {
        // The finding is there and paid for; only the comparison is not made.
        step.detail["purpose"] = "compare";
        resolution_ = settle_contested(resolution_);
        return conclude_relation();
    }
    conclusion_.is_skipped = true;
    conclusion_.skip_reason = "budget";
    conclusion_.skipped_until = refusal.resets_at;
    conclusion_.judged = false;
    conclusion_.judgement = {};
    conclusion_.judgement.evidence = refusal.what;
    return finish();
}

std::optional<Run::Received> Run::take_stored(const std::string& key) {
    auto stored = ledger_.take_stored(key);
    if (!stored) return std::nullopt;
    const bool is_settled = stored->is_settled;
    sent_at_ = now_;
    return Received{read_stored(std::move(*stored)), true, is_settled};
}

}  // namespace torale::agent
