// Rows of the catalog → values; what follows from them is derived in rest/relationships.
#include "pg/schema_reader.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "pg/schema_queries.hpp"
#include "pg/spi.hpp"
#include "pg/view_columns.hpp"
#include "rest/relationships.hpp"

namespace torale::pg {

namespace {

using rest::Name;

const TextArray& array(const Rows& rows, std::size_t row, std::size_t column) {
    return std::get<TextArray>(rows.at(row, column));
}

Name name_at(const Rows& rows, std::size_t row, std::size_t column) {
    return {rows.text(row, column), rows.text(row, column + 1)};
}

// Bits of pg_relation_is_updatable(): 4 = UPDATE, 8 = INSERT, 16 = DELETE.
void read_relations(Transaction& transaction, rest::Schema& schema) {
    const Rows rows = transaction.run(schema_queries::relations, {as_text_array(schema.exposed)});
    for (std::size_t row = 0; row < rows.size(); ++row) {
        rest::Relation relation;
        relation.name = name_at(rows, row, 0);
        relation.comment = rows.text(row, 2);
        relation.is_view = rows.boolean(row, 3);
        const std::int64_t events = rows.integer(row, 4);
        relation.is_updatable = (events & 4) != 0;
        relation.is_insertable = (events & 8) != 0;
        relation.is_deletable = (events & 16) != 0;
        schema.relations.emplace(relation.name, std::move(relation));
    }
}

void read_columns(Transaction& transaction, rest::Schema& schema) {
    const Rows rows = transaction.run(schema_queries::columns, {as_text_array(schema.exposed)});
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto found = schema.relations.find(name_at(rows, row, 0));
        if (found == schema.relations.end()) continue;
        rest::Column column;
        column.name = rows.text(row, 2);
        column.type = rows.text(row, 3);
        column.nominal_type = rows.text(row, 4);
        column.is_nullable = rows.boolean(row, 5);
        column.comment = rows.text(row, 6);
        column.default_expression = rows.text(row, 7);
        column.max_length = static_cast<int>(rows.integer(row, 8));
        column.enum_labels = array(rows, row, 9);
        found->second.columns.push_back(std::move(column));
    }
}

// Of every table, exposed or not: column sets that are unique, and the primary keys.
struct Keys {
    std::map<Name, std::set<TextArray>> unique;
    std::map<Name, TextArray> primary;
};

Keys read_keys(Transaction& transaction, rest::Schema& schema) {
    Keys keys;
    const Rows rows = transaction.run(schema_queries::keys);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const Name table = name_at(rows, row, 0);
        const TextArray& columns = array(rows, row, 3);
        keys.unique[table].insert(columns);
        if (!rows.boolean(row, 2)) continue;
        keys.primary[table] = columns;
        if (const auto found = schema.relations.find(table); found != schema.relations.end())
            found->second.primary_key = columns;
    }
    return keys;
}

bool is_subset(TextArray columns, const TextArray& sorted) {
    std::sort(columns.begin(), columns.end());
    return std::includes(sorted.begin(), sorted.end(), columns.begin(), columns.end());
}

std::vector<rest::ForeignKey> read_foreign_keys(Transaction& transaction, const Keys& keys) {
    std::vector<rest::ForeignKey> found;
    const Rows rows = transaction.run(schema_queries::foreign_keys);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        rest::ForeignKey key;
        key.constraint = rows.text(row, 0);
        key.table = name_at(rows, row, 1);
        key.columns = array(rows, row, 3);
        key.referenced = name_at(rows, row, 4);
        key.referenced_columns = array(rows, row, 6);
        TextArray sorted = key.columns;
        std::sort(sorted.begin(), sorted.end());
        if (const auto unique = keys.unique.find(key.table); unique != keys.unique.end())
            key.is_one_to_one = unique->second.contains(sorted);
        if (const auto primary = keys.primary.find(key.table); primary != keys.primary.end())
            key.is_in_primary_key = is_subset(key.columns, primary->second);
        found.push_back(std::move(key));
    }
    return found;
}

std::vector<rest::ViewColumn> read_views(Transaction& transaction) {
    std::unordered_map<std::int64_t, Name> names;
    std::vector<std::uint32_t> views;
    const Rows rows = transaction.run(schema_queries::names);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        names.emplace(rows.integer(row, 0), name_at(rows, row, 1));
        if (rows.boolean(row, 3)) views.push_back(static_cast<std::uint32_t>(rows.integer(row, 0)));
    }
    std::vector<rest::ViewColumn> columns;
    for (ViewColumnOid& column : read_view_columns(views)) {
        const auto base = names.find(column.base);
        if (base == names.end()) continue;
        columns.push_back({names.at(column.view), std::move(column.column), base->second,
                           std::move(column.base_column)});
    }
    return columns;
}

std::vector<rest::ComputedRelationship> read_computed(Transaction& transaction,
                                                      const rest::Schema& schema) {
    std::vector<rest::ComputedRelationship> found;
    const Rows rows = transaction.run(schema_queries::computed, {as_text_array(schema.exposed)});
    for (std::size_t row = 0; row < rows.size(); ++row)
        found.push_back({name_at(rows, row, 0), name_at(rows, row, 2), name_at(rows, row, 4),
                         rows.boolean(row, 6)});
    return found;
}

rest::Volatility volatility_of(const std::string& letter) {
    if (letter == "i") return rest::Volatility::immutable;
    return letter == "s" ? rest::Volatility::stable : rest::Volatility::volatile_;
}

void read_parameters(const Rows& rows, std::size_t row, rest::Routine& routine) {
    const TextArray& names = array(rows, row, 3);
    const TextArray& types = array(rows, row, 4);
    const std::size_t defaults = static_cast<std::size_t>(rows.integer(row, 5));
    const bool is_variadic = rows.boolean(row, 6);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const bool is_last = i + 1 == names.size();
        const bool takes_rest = is_variadic && is_last;
        routine.parameters.push_back({.name = names[i],
                                      .type = types[i],
                                      .is_required = i + defaults < names.size() && !takes_rest,
                                      .is_variadic = takes_rest});
    }
}

void read_routines(Transaction& transaction, rest::Schema& schema) {
    const Rows rows = transaction.run(schema_queries::routines, {as_text_array(schema.exposed)});
    for (std::size_t row = 0; row < rows.size(); ++row) {
        rest::Routine routine;
        routine.name = name_at(rows, row, 0);
        routine.comment = rows.text(row, 2);
        read_parameters(rows, row, routine);
        routine.returns_void = rows.boolean(row, 7);
        routine.returns_set = rows.boolean(row, 8);
        routine.returns_composite = rows.boolean(row, 9);
        routine.return_type = rows.text(row, 10);
        if (!rows.text(row, 12).empty()) routine.return_relation = name_at(rows, row, 11);
        routine.volatility = volatility_of(rows.text(row, 13));
        for (const std::string& setting : array(rows, row, 14)) {
            const std::size_t equals = setting.find('=');
            if (equals != std::string::npos)
                routine.settings.emplace_back(setting.substr(0, equals),
                                              setting.substr(equals + 1));
        }
        schema.routines[routine.name].push_back(std::move(routine));
    }
}

}  // namespace

rest::Schema read_schema(const std::vector<std::string>& exposed, int timeout_ms) {
    rest::Schema schema;
    schema.exposed = exposed;
    Transaction transaction("torale: reading the schema", Hold::extension, timeout_ms);
    read_relations(transaction, schema);
    read_columns(transaction, schema);
    const Keys keys = read_keys(transaction, schema);
    rest::Links links;
    links.foreign_keys = read_foreign_keys(transaction, keys);
    links.primary_keys = keys.primary;
    links.view_columns = read_views(transaction);
    links.computed = read_computed(transaction, schema);
    read_routines(transaction, schema);
    const Rows comments = transaction.run(schema_queries::comments, {as_text_array(exposed)});
    for (std::size_t row = 0; row < comments.size(); ++row)
        schema.comments.emplace(comments.text(row, 0), comments.text(row, 1));
    const Rows version = transaction.run(schema_queries::version);
    if (version.size() == 1) schema.version = version.text(0, 0);
    transaction.commit();
    rest::derive_relationships(schema, links);
    return schema;
}

}  // namespace torale::pg
