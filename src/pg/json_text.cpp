// Keys are ours and need no escaping; values do.
#include "pg/json_text.hpp"

#include "providers/reading.hpp"

namespace torale::pg {

void JsonRows::text(std::string_view key, std::string_view value) {
    if (!value.empty()) exact_text(key, value);
}

void JsonRows::exact_text(std::string_view key, std::string_view value) {
    raw(key, "");
    providers::append_json_text(out_, value);
}

void JsonRows::raw(std::string_view key, std::string_view json) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    out_ += '"';
    out_ += key;
    out_ += "\":";
    out_ += json;
}

}  // namespace torale::pg
