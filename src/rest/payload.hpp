// A request's body as rows: JSON, CSV or a form, checked as far as PostgREST does. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "rest/ask.hpp"

namespace torale::rest {

struct Payload {
    enum class Kind { json, raw, none };
    Kind kind = Kind::none;
    std::string text;               // json: what json_to_recordset() reads; raw: the body itself
    bool is_array = false;          // else one object
    std::int64_t rows = 0;          // -1 = not inspected
    std::vector<std::string> keys;  // sorted; the columns or arguments given
    bool operator==(const Payload&) const = default;
};

// PGRST102. With `columns` in the query the text is not looked at.
Result<Payload> parse_payload(const Ask& ask);

}  // namespace torale::rest
