// Filters as SQL. Values are parameters whose type PostgreSQL takes from the other side.
#include "rest/read_plan.hpp"
#include "rest/render_read_conditions.hpp"

namespace torale::rest {
namespace {

const char* sql_operator(Operator op) {
    switch (op) {
        case Operator::eq:
            return " = ";
        case Operator::neq:
            return " <> ";
        case Operator::gt:
            return " > ";
        case Operator::gte:
            return " >= ";
        case Operator::lt:
            return " < ";
        case Operator::lte:
            return " <= ";
        case Operator::like:
            return " LIKE ";
        case Operator::ilike:
            return " ILIKE ";
        case Operator::match:
            return " ~ ";
        case Operator::imatch:
            return " ~* ";
        case Operator::isdistinct:
            return " IS DISTINCT FROM ";
        case Operator::cs:
            return " @> ";
        case Operator::cd:
            return " <@ ";
        case Operator::ov:
            return " && ";
        case Operator::sl:
            return " << ";
        case Operator::sr:
            return " >> ";
        case Operator::nxr:
            return " &< ";
        case Operator::nxl:
            return " &> ";
        case Operator::adj:
            return " -|- ";
        case Operator::in:
            return " = ";
        case Operator::is:
            return " IS ";
        case Operator::fts:
        case Operator::plfts:
        case Operator::phfts:
        case Operator::wfts:
            return " @@ ";
    }
    return "";
}

const char* query_function(Operator op) {
    if (op == Operator::plfts) return "plainto_tsquery(";
    if (op == Operator::phfts) return "phraseto_tsquery(";
    if (op == Operator::wfts) return "websearch_to_tsquery(";
    return "to_tsquery(";
}

bool is_text_search(Operator op) {
    return op == Operator::fts || op == Operator::plfts || op == Operator::phfts ||
           op == Operator::wfts;
}

// '{"a","b"}': each element quoted, so that none is NULL or an array of its own.
std::string array_literal(const std::vector<std::string>& elements) {
    if (elements.empty() || (elements.size() == 1 && elements.front().empty())) return "{}";
    std::string literal = "{";
    for (const std::string& element : elements) {
        if (literal.size() > 1) literal += ',';
        literal += '"';
        for (const char letter : element) {
            if (letter == '"' || letter == '\\') literal += '\\';
            literal += letter;
        }
        literal += '"';
    }
    return literal + '}';
}

const char* is_operand(const std::string& value) {
    if (value == "not_null") return "NOT NULL";
    if (value == "true") return "TRUE";
    if (value == "false") return "FALSE";
    if (value == "unknown") return "UNKNOWN";
    return "NULL";
}

void render_config(SqlWriter& out, const std::string& config) {
    if (!config.empty()) out.parameter(config) << "::regconfig, ";
}

void render_text_search(SqlWriter& out, const FieldPlace& place, const Filter& filter) {
    const Column* column =
        place.relation == nullptr ? nullptr : place.relation->find(filter.field.name);
    const bool is_vector =
        column != nullptr && column->type == "tsvector" && filter.field.path.empty();
    if (!is_vector) {
        out << "to_tsvector(";
        render_config(out, filter.config);
    }
    render_field(out, place, filter.field);
    if (!is_vector) out << ")";
    out << " @@ " << query_function(filter.op);
    render_config(out, filter.config);
    out.parameter(filter.value) << ")";
}

void render_filter(SqlWriter& out, const FieldPlace& place, const Filter& filter) {
    if (is_text_search(filter.op)) {
        render_text_search(out, place, filter);
        return;
    }
    render_field(out, place, filter.field);
    out << sql_operator(filter.op);
    if (filter.op == Operator::in) {
        out << "ANY(";
        out.parameter(array_literal(filter.list)) << ")";
    } else if (filter.op == Operator::is) {
        out << is_operand(filter.value);
    } else if (filter.quantifier != Quantifier::none) {
        out << (filter.quantifier == Quantifier::any ? "ANY(" : "ALL(");
        out.parameter(filter.value) << ")";
    } else {
        out.parameter(filter.value);
    }
}

}  // namespace

void render_condition(SqlWriter& out, const FieldPlace& place, const Condition& condition,
                      const WriteOtherwise& write_otherwise) {
    const bool is_filter = condition.kind == Condition::Kind::filter;
    if (is_filter && write_otherwise && write_otherwise(condition.filter)) return;
    const bool is_negated = is_filter ? condition.filter.is_negated : condition.is_negated;
    const bool is_any = condition.kind == Condition::Kind::any;
    if (is_negated) out << "NOT ";
    if (is_negated || !is_filter) out << "(";
    if (is_filter) {
        render_filter(out, place, condition.filter);
    } else if (condition.terms.empty()) {
        out << (is_any ? "false" : "true");
    }
    bool is_first = true;
    for (const Condition& term : condition.terms) {
        if (!is_first) out << (is_any ? " OR " : " AND ");
        is_first = false;
        render_condition(out, place, term, write_otherwise);
    }
    if (is_negated || !is_filter) out << ")";
}

void render_conditions(SqlWriter& out, const Relation* relation, std::string_view table_alias,
                       const std::vector<Condition>& conditions) {
    const FieldPlace place{relation, std::string(table_alias)};
    bool is_first = true;
    for (const Condition& condition : conditions) {
        if (!is_first) out << " AND ";
        is_first = false;
        render_condition(out, place, condition, nullptr);
    }
    if (is_first) out << "true";
}

}  // namespace torale::rest
