// Conditions and the operators behind them as SQL. Pure.
#pragma once
#include <functional>
#include <vector>

#include "rest/query.hpp"
#include "rest/render_read_field.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

// Writes a whole filter, negation included, that is not on a column; false = it is on one.
using WriteOtherwise = std::function<bool(const Filter&)>;

void render_condition(SqlWriter& out, const FieldPlace& place, const Condition& condition,
                      const WriteOtherwise& write_otherwise);

}  // namespace torale::rest
