// Body → Payload: which reader, and what of it counts.
#include "rest/payload.hpp"

#include <algorithm>
#include <set>

#include "core/json.hpp"

namespace torale::rest {

namespace {

Failure invalid_body(std::string message) {
    Failure failure;
    failure.code = "PGRST102";
    failure.message = std::move(message);
    return failure;
}

// What PostgreSQL says to such a parameter; said here since not each of its ways in checks.
Failure not_utf8() {
    Failure failure;
    failure.code = "22021";
    failure.message = "invalid byte sequence for encoding \"UTF8\"";
    return failure;
}

bool is_text(std::string_view text) {
    return core::clean_utf8(text) == text;
}

std::vector<std::string> sorted_names(const std::vector<std::string>& names) {
    const std::set<std::string> sorted(names.begin(), names.end());
    return {sorted.begin(), sorted.end()};
}

Payload no_rows() {
    Payload payload;
    payload.kind = Payload::Kind::json;
    payload.text = "[]";
    payload.is_array = true;
    return payload;
}

Result<Payload> unread_json(const Ask& ask) {
    // PostgreSQL reads JSON by recursion: what exhausts its stack would be a fault of the server's.
    if (core::is_deeper_than(ask.body, json_depth_max))
        return invalid_body("Empty or invalid json");
    Payload payload;
    payload.kind = Payload::Kind::json;
    payload.text = ask.body;
    const std::size_t first = ask.body.find_first_not_of(" \t\r\n");
    payload.is_array = first != std::string::npos && ask.body[first] == '[';
    payload.rows = -1;
    return payload;
}

Result<Payload> read_json(const Ask& ask) {
    const bool is_call = ask.action == Action::call;
    const std::string& text = ask.body.empty() && is_call ? "{}" : ask.body;
    std::optional<JsonShape> shape = inspect_json(text);
    if (!shape) return invalid_body("Empty or invalid json");
    // A call takes the first element alone, or the whole as its one argument: the others may be
    // anything.
    if (!is_call && !shape->is_uniform) return invalid_body("All object keys must match");
    if (!is_call && shape->kind == JsonShape::Kind::scalar) return no_rows();
    Payload payload;
    payload.kind = Payload::Kind::json;
    payload.text = text;
    payload.is_array = shape->kind == JsonShape::Kind::array;
    payload.rows = shape->rows;
    if (shape->starts_with_object) payload.keys = std::move(shape->keys);
    return payload;
}

std::string json_text(const std::string& value) {
    return core::write_json(core::Json(value));
}

std::string json_row(const FormFields& fields) {
    std::string row = "{";
    for (const auto& [name, value] : fields) {
        if (row.size() > 1) row += ',';
        row += json_text(name) + ':' + json_text(value);
    }
    return row + '}';
}

std::string json_row(const std::vector<std::string>& header, const std::vector<std::string>& line) {
    std::string row;
    for (std::size_t i = 0; i < header.size(); ++i) {
        row += row.empty() ? '{' : ',';
        row += json_text(header[i]) + ':' + (line[i] == "NULL" ? "null" : json_text(line[i]));
    }
    return row + '}';
}

Result<Payload> read_csv(const Ask& ask) {
    const std::optional<CsvLines> lines = parse_csv(ask.body);
    if (!lines || lines->empty()) return invalid_body("Empty or invalid csv");
    const std::vector<std::string>& header = lines->front();
    Payload payload = no_rows();
    payload.text = "[";
    for (std::size_t i = 1; i < lines->size(); ++i) {
        if ((*lines)[i].size() != header.size()) {
            return invalid_body("All lines must have same number of fields");
        }
        if (i > 1) payload.text += ',';
        payload.text += json_row(header, (*lines)[i]);
        ++payload.rows;
    }
    payload.text += ']';
    if (payload.rows > 0) payload.keys = sorted_names(header);
    return payload;
}

Result<Payload> read_form(const Ask& ask) {
    const std::optional<FormFields> fields = parse_form(ask.body);
    if (!fields) return invalid_body("Empty or invalid form");
    Payload payload;
    payload.kind = Payload::Kind::json;
    payload.text = json_row(*fields);
    payload.rows = 1;
    if (!is_text(ask.body)) return not_utf8();
    for (const auto& [name, value] : *fields) {
        if (!is_text(name) || !is_text(value)) return not_utf8();
        payload.keys.push_back(name);
    }
    payload.keys = sorted_names(payload.keys);
    return payload;
}

std::string bytea_text(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "\\x";
    text.reserve(2 + 2 * bytes.size());
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

Payload raw_body(std::string text) {
    Payload payload;
    payload.kind = Payload::Kind::raw;
    payload.text = std::move(text);
    return payload;
}

bool takes_body(const Ask& ask) {
    switch (ask.action) {
        case Action::insert:
        case Action::update:
        case Action::upsert_one:
            return true;
        case Action::call:
            return !ask.is_get_call;
        case Action::read:
        case Action::remove:
        case Action::options:
        case Action::describe:
            return false;
    }
    return false;
}

Result<Payload> read_body(const Ask& ask) {
    const std::string& type = ask.content_type;
    const bool is_call = ask.action == Action::call;
    if (is_call && type == "application/octet-stream") return raw_body(bytea_text(ask.body));
    if (type == "application/x-www-form-urlencoded") return read_form(ask);
    const bool is_json = type == "application/json";
    if (!is_text(ask.body)) {
        return is_json && !ask.query.columns ? invalid_body("Empty or invalid json") : not_utf8();
    }
    if (is_json && ask.query.columns) return unread_json(ask);
    if (is_json) return read_json(ask);
    if (type == "text/csv") return read_csv(ask);
    if (is_call && (type == "text/plain" || type == "text/xml")) return raw_body(ask.body);
    return invalid_body("Content-Type not acceptable: " + type);
}

}  // namespace

Result<Payload> parse_payload(const Ask& ask) {
    if (!takes_body(ask)) return Payload{};
    Result<Payload> payload = read_body(ask);
    if (payload && ask.query.columns && payload->kind == Payload::Kind::json) {
        payload->keys = sorted_names(*ask.query.columns);
    }
    return payload;
}

}  // namespace torale::rest
