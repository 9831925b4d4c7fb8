// The one table that says how each kind of error is shown outside.
#include "core/result.hpp"

#include <array>

namespace torale::core {

namespace {
constexpr std::array<ErrorKindRow, 9> rows{{
    {ErrorKind::invalid, "invalid", 400, "22023", false},
    {ErrorKind::unauthorized, "unauthorized", 403, "42501", false},
    {ErrorKind::not_found, "not_found", 404, "PT404", false},
    {ErrorKind::conflict, "conflict", 409, "PT409", false},
    {ErrorKind::rate_limited, "rate_limited", 429, "PT429", true},
    {ErrorKind::upstream, "upstream", 502, "PT502", true},
    {ErrorKind::timeout, "timeout", 504, "PT504", true},
    {ErrorKind::cancelled, "cancelled", 499, "57014", false},
    {ErrorKind::internal, "internal", 500, "XX000", false},
}};
}  // namespace

const ErrorKindRow& describe(ErrorKind kind) {
    return rows[static_cast<std::size_t>(kind)];
}

}  // namespace torale::core
