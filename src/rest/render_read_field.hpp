// A column, perhaps with a path into its JSON, as SQL. Pure.
#pragma once
#include <string>
#include <string_view>

#include "rest/query.hpp"
#include "rest/schema.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

// Where fields stand: a table alias, and the relation behind it, null when it has none.
struct FieldPlace {
    const Relation* relation = nullptr;
    std::string alias;
};

void render_column(SqlWriter& out, std::string_view alias, std::string_view column);
void render_field(SqlWriter& out, const FieldPlace& place, const Field& field);

// Whether a client's text can stand as a type's name in CAST(… AS …): words of ASCII letters,
// digits, _ and $ that begin with a letter or _, so that none can end the cast, open a string
// ($$) or a comment.
bool is_type_name(std::string_view text);
// What is no type's name is quoted: PostgreSQL will not know it.
void render_type_name(SqlWriter& out, std::string_view type);

}  // namespace torale::rest
