// Quoting, in one place.
#include "rest/statement.hpp"

namespace torale::rest {

SqlWriter& SqlWriter::identifier(std::string_view name) {
    std::string& sql = statement_.sql;
    sql += '"';
    for (const char letter : name) {
        if (letter == '\0') break;  // PostgreSQL's names end there too
        if (letter == '"') sql += '"';
        sql += letter;
    }
    sql += '"';
    return *this;
}

SqlWriter& SqlWriter::name(std::string_view schema, std::string_view name) {
    identifier(schema);
    statement_.sql += '.';
    return identifier(name);
}

SqlWriter& SqlWriter::parameter(std::optional<std::string> value) {
    statement_.parameters.push_back(std::move(value));
    statement_.sql += '$';
    statement_.sql += std::to_string(statement_.parameters.size());
    return *this;
}

SqlWriter& SqlWriter::number(std::int64_t value) {
    statement_.sql += std::to_string(value);
    return *this;
}

SqlWriter& SqlWriter::literal(std::string_view text) {
    std::string& sql = statement_.sql;
    sql += '\'';
    for (const char letter : text) {
        if (letter == '\'') sql += '\'';
        sql += letter;
    }
    sql += '\'';
    return *this;
}

}  // namespace torale::rest
