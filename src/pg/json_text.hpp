// Rows as JSON text, written straight into one string: a document tree for 500 results costs more
// than the results.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/json.hpp"

namespace torale::pg {

using core::text_of;

// An array of objects. Absent and empty texts are left out: a missing key reads as null.
class JsonRows {
public:
    void open() {
        out_ += out_.empty() ? "[{" : ",{";
        is_first_ = true;
    }
    void close() { out_ += '}'; }
    std::string take() { return out_.empty() ? "[]" : std::move(out_) + "]"; }

    void text(std::string_view key, std::string_view value);
    // Also when empty.
    void exact_text(std::string_view key, std::string_view value);
    void optional_text(std::string_view key, const std::optional<std::string>& value) {
        if (value) text(key, *value);
    }
    void time(std::string_view key, const std::optional<core::Time>& value) {
        if (value) exact_text(key, core::write_time(*value));
    }
    void number(std::string_view key, std::int64_t value) { raw(key, std::to_string(value)); }
    void number(std::string_view key, double value) { raw(key, core::write_json(value)); }
    void boolean(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
    // `json` is JSON already.
    void raw(std::string_view key, std::string_view json);

private:
    std::string out_;
    bool is_first_ = true;
};

}  // namespace torale::pg
