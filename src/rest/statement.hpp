// SQL on its way out, and the one row that comes back. Values are parameters, always; identifiers
// are quoted here and nowhere else.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace torale::rest {

// Parameters are text of type unknown: PostgreSQL gives each the type its place asks for.
struct Statement {
    std::string sql;
    std::vector<std::optional<std::string>> parameters;
    bool operator==(const Statement&) const = default;
};

// Every main statement returns one row of these columns, in this order.
struct Answer {
    std::optional<std::int64_t> total{};  // counted rows; nothing when not counted
    std::int64_t count = 0;               // rows of this page, or affected
    std::string body{};                   // the whole body: JSON or CSV text
    std::string headers{};                // response.headers, "" = not set
    std::string status{};                 // response.status, "" = not set
    // Insert with return=headers-only: JSON object of the key's columns of the first row.
    std::string location{};
    std::int64_t inserted = 0;  // insert, upsert: rows that were not there before
    bool operator==(const Answer&) const = default;
};

class SqlWriter {
public:
    SqlWriter& operator<<(std::string_view sql) {
        statement_.sql += sql;
        return *this;
    }
    SqlWriter& identifier(std::string_view name);  // "quoted""so"
    SqlWriter& name(std::string_view schema, std::string_view name);
    SqlWriter& parameter(std::optional<std::string> value);  // $n
    SqlWriter& number(std::int64_t value);
    // A fixed text of ours as a literal, never a client's.
    SqlWriter& literal(std::string_view text);
    Statement take() { return std::move(statement_); }

private:
    Statement statement_;
};

}  // namespace torale::rest
