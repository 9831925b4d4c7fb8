// A request's body as rows: JSON, CSV or a form, checked as far as PostgREST does. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rest/ask.hpp"

namespace torale::rest {

struct Payload {
    enum class Kind { json, raw, none };
    Kind kind = Kind::none;
    // json: what json_to_recordset() reads; raw: the body itself, octets as bytea writes them in
    // hex: "\x0aff".
    std::string text;
    bool is_array = false;          // else one object
    std::int64_t rows = 0;          // -1 = not inspected
    std::vector<std::string> keys;  // sorted; the columns or arguments given
    bool operator==(const Payload&) const = default;
};

// PGRST102, and 22021 for what is no UTF-8. With `columns` in the query JSON is not looked at.
Result<Payload> parse_payload(const Ask& ask);

// What a text of JSON holds at its top, without a tree of it: numbers stay as they were written
// and nesting costs no stack.
struct JsonShape {
    enum class Kind { object, array, scalar };
    Kind kind = Kind::scalar;
    std::int64_t rows = 0;            // elements of an array, 1 for an object, else 0
    bool starts_with_object = false;  // an object, or an array whose first element is one
    bool is_uniform = true;           // the array's elements are all objects of the same keys
    std::vector<std::string> keys;    // of the (first) object; sorted, each once
    bool operator==(const JsonShape&) const = default;
};

// Nothing for malformed text or more than `json_depth_max` levels.
constexpr std::size_t json_depth_max = 1000;
std::optional<JsonShape> inspect_json(std::string_view text);

// RFC 4180, lines by LF, CRLF or CR; blank lines do not count. Nothing for a stray or open quote.
using CsvLines = std::vector<std::vector<std::string>>;
std::optional<CsvLines> parse_csv(std::string_view text);

// The pairs in order, decoded; nothing for a broken escape.
using FormFields = std::vector<std::pair<std::string, std::string>>;
std::optional<FormFields> parse_form(std::string_view text);

}  // namespace torale::rest
