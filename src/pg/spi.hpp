// SQL from C++: one short transaction, values in, values out. PostgreSQL stays behind spi.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pg/error.hpp"

namespace torale::pg {

enum class Type { boolean, int4, int8, float8, text, jsonb, uuid, timestamptz, text_array };

using TextArray = std::vector<std::string>;

// int4 and int8 are std::int64_t; jsonb, uuid and timestamptz travel as text.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, TextArray>;

struct Parameter {
    Type type = Type::text;
    Value value;
};
inline Parameter as_boolean(bool value) {
    return {Type::boolean, value};
}
inline Parameter as_int8(std::int64_t value) {
    return {Type::int8, value};
}
inline Parameter as_float8(double value) {
    return {Type::float8, value};
}
inline Parameter as_text(std::string value) {
    return {Type::text, std::move(value)};
}
inline Parameter as_jsonb(std::string value) {
    return {Type::jsonb, std::move(value)};
}
inline Parameter as_uuid(std::string value) {
    return {Type::uuid, std::move(value)};
}
inline Parameter as_timestamptz(std::string value) {
    return {Type::timestamptz, std::move(value)};
}
inline Parameter as_text_array(TextArray value) {
    return {Type::text_array, std::move(value)};
}
inline Parameter as_null(Type type) {
    return {type, std::monostate{}};
}

// bool, int2/4/8, float4/8 and text[] come as their C++ kind; all else as PostgreSQL writes it.
struct Rows {
    std::vector<std::string> columns;
    std::vector<Value> values;  // row by row
    std::int64_t processed = 0;

    std::size_t size() const { return columns.empty() ? 0 : values.size() / columns.size(); }
    const Value& at(std::size_t row, std::size_t column) const {
        return values.at(row * columns.size() + column);
    }
    bool is_null(std::size_t row, std::size_t column) const;
    // Throw std::bad_variant_access when the column has another kind or is null.
    const std::string& text(std::size_t row, std::size_t column) const;
    std::int64_t integer(std::size_t row, std::size_t column) const;
    bool boolean(std::size_t row, std::size_t column) const;
    std::optional<std::string> optional_text(std::size_t row, std::size_t column) const;
};

// Inside the caller's transaction, SPI connected and disconnected around it: for SQL functions.
Rows run_in_call(const char* sql, const std::vector<Parameter>& parameters = {});

// Whether the transaction takes a share lock on the extension, so that DROP EXTENSION waits for
// its end. Throws ExtensionGone when there is none any more.
enum class Hold { extension, nothing };

// A worker's transaction, for the few milliseconds between two waits. Committed by commit(),
// else aborted by the destructor. statement_timeout bounds it as a whole.
class Transaction {
public:
    // `activity` is what pg_stat_activity shows; a literal without any value in it. `timeout_ms`
    // is for sessions without a statement_timeout; 0 = none.
    explicit Transaction(const char* activity, Hold hold = Hold::extension, int timeout_ms = 5'000);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    // Prepared at first use and kept for the life of the process: `sql` is one of our constants,
    // never built from values. Throws Error; the transaction is then only good for destruction.
    Rows run(const char* sql, const std::vector<Parameter>& parameters = {});
    // torale.acting_owner until the end of this transaction.
    void act_as(const std::string& owner);
    void commit();

private:
    bool open_ = false;
};

}  // namespace torale::pg
