// The money side of the store's transactions: what runs reserve before a paid call, and what they
// say they paid when they end. Nothing is asked of the database where there is nothing to book.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "pg/spi.hpp"
#include "scheduler/ports.hpp"

namespace torale::pg {

// The argument of torale_internal.reserve(); "[]" when no request reserves anything.
std::string write_reservations(const std::vector<scheduler::CheckpointRequest>& requests);

// A run that ended; late when its result was void, since its task was paused, deleted or the like.
struct End {
    const scheduler::Finished* run = nullptr;
    bool is_late = false;
};
// All of `finished` but what is held: that is not over yet. `written` is what finish() returned.
std::vector<End> ends_of(const std::vector<scheduler::Finished>& finished, const Rows& written,
                         std::span<const scheduler::Finished> held);

// The argument of torale_internal.settle(); without `has_budgets` only of runs that paid something
// or will go on, and "[]" when there is none.
std::string write_ends(const std::vector<End>& ends, bool has_budgets);

// Books what the checkpoints reserve; a refusal goes to its place in `checked`, which is in the
// order of the requests.
void reserve(Transaction& transaction, const std::vector<scheduler::CheckpointRequest>& requests,
             std::vector<agent::Checked>& checked);
void settle(Transaction& transaction, const std::vector<End>& ends, bool has_budgets);

// Settles what was abandoned, tells who nears a limit. Whether there is any limit.
bool keep_books(Transaction& transaction);

}  // namespace torale::pg
