// Parameters one by one, each by the last word of its name; then gathered by embed path.
#include "rest/query_string.hpp"

#include <algorithm>
#include <utility>

#include "rest/field_text.hpp"
#include "rest/filter_text.hpp"
#include "rest/logic_text.hpp"
#include "rest/order_text.hpp"
#include "rest/row_range.hpp"
#include "rest/scanner.hpp"

namespace torale::rest {

namespace {

// What a parameter costs grows with the parameters before it: paths are looked up one by one.
constexpr std::size_t parameters_max = 1000;
// The wire has its own limit for the whole header; this one holds for every caller.
constexpr std::size_t query_bytes_max = 64 << 10;

struct Parameter {
    std::string name;
    std::optional<std::string> value;  // nothing without "="
};

Failure refuse_text(std::string_view written) {
    return syntax_failure("query string", written, 1,
                          "unexpected bytes expecting percent-encoded UTF-8 without NUL");
}

std::optional<std::string> decode(std::string_view text) {
    auto decoded = percent_decode(text, true);
    if (decoded && !is_plain_text(*decoded)) return std::nullopt;
    return decoded;
}

Result<std::vector<Parameter>> split(std::string_view query) {
    std::vector<Parameter> parameters;
    parameters.reserve(8);
    while (!query.empty()) {
        const std::string_view written = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(written.size() + 1, query.size()));
        if (written.empty()) continue;
        if (parameters.size() == parameters_max) {
            return syntax_failure("query string", written, 1,
                                  "unexpected parameter expecting at most " +
                                      std::to_string(parameters_max) + " parameters");
        }
        const std::size_t equals = written.find('=');
        auto name = decode(written.substr(0, equals));
        if (!name) return refuse_text(written);
        Parameter& parameter = parameters.emplace_back();
        parameter.name = std::move(*name);
        if (equals == std::string_view::npos) continue;
        parameter.value = decode(written.substr(equals + 1));
        if (!parameter.value) return refuse_text(written);
    }
    return parameters;
}

std::string write_canonical(const std::vector<Parameter>& parameters) {
    std::vector<const Parameter*> sorted;
    sorted.reserve(parameters.size());
    for (const Parameter& parameter : parameters) sorted.push_back(&parameter);
    std::ranges::stable_sort(sorted, {}, &Parameter::name);
    std::string text;
    text.reserve(256);
    for (const Parameter* parameter : sorted) {
        if (!text.empty()) text += '&';
        text += percent_encode(parameter->name);
        if (parameter->value) text += '=' + percent_encode(*parameter->value);
    }
    return text;
}

// The entry of `path`, made when there is none yet.
template <class Entry>
Entry& entry_of(std::vector<Entry>& entries, EmbedPath path) {
    const auto found = std::ranges::find(entries, path, &Entry::path);
    if (found != entries.end()) return *found;
    Entry& entry = entries.emplace_back();
    entry.path = std::move(path);
    return entry;
}

class QueryReader {
public:
    QueryReader(Query& query, ParameterUse use) : query_(query), use_(use) {}

    std::optional<Failure> read(const std::string& name, const std::string& value) {
        if (name == "select") return read_select(value);
        if (name == "columns") return read_name_list(query_.columns, "columns parameter", value);
        if (name == "on_conflict") {
            return read_name_list(query_.on_conflict, "on_conflict parameter", value);
        }
        const std::string_view last = std::string_view(name).substr(name.rfind('.') + 1);
        if (last == "order") return read_order_of(name, value);
        if (last == "limit" || last == "offset") return read_range(name, value, last == "limit");
        if (last == "and" || last == "or") return read_logic_of(name, value, last == "and");
        return read_filter(name, value);
    }

private:
    std::optional<Failure> read_select(const std::string& value) {
        if (query_.has_select) return std::nullopt;
        auto items = parse_select(value);
        if (!items) return items.error();
        query_.select = std::move(*items);
        query_.has_select = true;
        return std::nullopt;
    }

    std::optional<Failure> read_name_list(std::optional<std::vector<std::string>>& list,
                                          std::string_view what, const std::string& value) {
        if (list) return std::nullopt;
        Scanner scanner(value);
        if (!read_names(scanner, list.emplace())) return scanner.failure(what);
        return std::nullopt;
    }

    // The name without its last word.
    Result<EmbedPath> path_of(const std::string& name, std::string_view what) {
        Scanner scanner(name);
        EmbedPath path;
        if (!read_path(scanner, path) || !scanner.expect_end("\".\" or end of input")) {
            return scanner.failure(what);
        }
        path.pop_back();
        return path;
    }

    std::optional<Failure> read_order_of(const std::string& name, const std::string& value) {
        auto path = path_of(name, "tree path");
        if (!path) return path.error();
        Scanner scanner(value);
        std::vector<OrderTerm> terms;
        if (!read_order(scanner, terms)) return scanner.failure("order");
        PathOrder& order = entry_of(query_.orders, std::move(*path));
        if (order.terms.empty()) order.terms = std::move(terms);
        return std::nullopt;
    }

    std::optional<Failure> read_range(const std::string& name, const std::string& value,
                                      bool is_limit) {
        auto number = parse_integer(value);
        if (!number) return std::nullopt;
        auto path = path_of(name, "tree path");
        if (!path) return path.error();
        if (!is_limit && path->empty() && *number < 0) number = 0;
        PathRange& range = entry_of(query_.ranges, std::move(*path));
        (is_limit ? range.limit : range.offset) = number;
        return std::nullopt;
    }

    std::optional<Failure> read_logic_of(const std::string& name, const std::string& value,
                                         bool is_and) {
        auto path = path_of(name, "logic path");
        if (!path) return path.error();
        PathCondition entry;
        entry.condition.kind = is_and ? Condition::Kind::all : Condition::Kind::any;
        entry.condition.is_negated = std::erase(*path, "not") > 0;
        entry.path = std::move(*path);
        Scanner scanner(value);
        if (!read_logic(scanner, entry.condition.terms)) {
            // PostgREST parses the operator and the value as one text and shows the value.
            const std::size_t shift = (entry.condition.is_negated ? 4 : 0) + (is_and ? 3 : 2);
            return scanner.failure("logic tree", shift);
        }
        query_.conditions.push_back(std::move(entry));
        return std::nullopt;
    }

    std::optional<Failure> read_filter(const std::string& name, const std::string& value) {
        PathCondition entry;
        Filter& filter = entry.condition.filter;
        Scanner operation(value);
        if (!read_operation(operation, ValueEnd::of_text, filter) ||
            !operation.expect_end("end of input")) {
            if (!is_argument(value)) return operation.failure("filter");
            query_.arguments.emplace_back(name, value);
            return std::nullopt;
        }
        Scanner key(name);
        if (!read_path(key, entry.path) || !read_json_path(key, filter.field.path) ||
            !key.expect_end("\".\", \"->\" or end of input")) {
            return key.failure("tree path");
        }
        filter.field.name = std::move(entry.path.back());
        entry.path.pop_back();
        query_.conditions.push_back(std::move(entry));
        return std::nullopt;
    }

    // What began like a filter and went wrong is a mistake rather than an argument.
    bool is_argument(std::string_view value) const {
        return use_ == ParameterUse::arguments_too && !value.starts_with("in.") &&
               !value.starts_with("is.") && !value.starts_with("not.");
    }

    Query& query_;
    ParameterUse use_;
};

}  // namespace

Result<Query> parse_query_string(std::string_view query, ParameterUse use) {
    if (query.size() > query_bytes_max) {
        return syntax_failure(
            "query string", query, 1,
            "unexpected length expecting at most " + std::to_string(query_bytes_max) + " bytes");
    }
    auto parameters = split(query);
    if (!parameters) return parameters.error();
    Query parsed;
    parsed.canonical = write_canonical(*parameters);
    QueryReader reader(parsed, use);
    for (const Parameter& parameter : *parameters) {
        if (!parameter.value) continue;
        if (auto failure = reader.read(parameter.name, *parameter.value)) return *failure;
    }
    if (!parsed.has_select) parsed.select.emplace_back().kind = SelectItem::Kind::star;
    return parsed;
}

}  // namespace torale::rest
