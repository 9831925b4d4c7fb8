// Whatever stands behind the question mark: a query within the limits, whose canonical form means
// the same, or PGRST100 in words that a JSON body can carry.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rest/query_string.hpp"
#include "rest/scanner.hpp"

namespace {

using namespace torale::rest;

void expect(bool holds) {
    if (!holds) std::abort();
}

void check_name(const std::string& name) {
    expect(!name.empty() && is_plain_text(name));
}

// Casts are the only text of a client that is written into a statement.
void check_cast(const std::string& type) {
    expect(is_plain_text(type));
    expect(type.find_first_of("'\"\\;()[]{}-/*,.:&%+=<>|!@#^`?~\n\t") == std::string::npos);
    expect(!type.starts_with('$') && type.find(" $") == std::string::npos);
}

void check_field(const Field& field) {
    check_name(field.name);
    expect(field.path.size() <= static_cast<std::size_t>(nesting_max));
    for (const JsonStep& step : field.path) {
        expect(is_plain_text(step.operand));
        if (!step.is_index) continue;
        const std::size_t sign = step.operand.starts_with('-') ? 1 : 0;
        expect(step.operand.size() > sign &&
               step.operand.find_first_not_of("0123456789", sign) == std::string::npos);
    }
}

void check_items(const std::vector<SelectItem>& items, int depth) {
    expect(depth <= nesting_max);
    for (const SelectItem& item : items) {
        check_cast(item.cast);
        check_cast(item.aggregate_cast);
        const bool is_embed =
            item.kind == SelectItem::Kind::embed || item.kind == SelectItem::Kind::spread;
        if (is_embed) check_name(item.target);
        if (item.kind == SelectItem::Kind::column && item.aggregate != Aggregate::count) {
            check_field(item.field);
        }
        expect(is_embed || item.items.empty());
        check_items(item.items, depth + 1);
    }
}

void check_condition(const Condition& condition, int depth) {
    expect(depth <= nesting_max);
    if (condition.kind == Condition::Kind::filter) {
        expect(condition.terms.empty() && is_plain_text(condition.filter.value));
        expect((condition.filter.op == Operator::in) == !condition.filter.list.empty());
        check_field(condition.filter.field);
        return;
    }
    expect(!condition.terms.empty());
    for (const Condition& term : condition.terms) check_condition(term, depth + 1);
}

void check(const Query& query) {
    check_items(query.select, 0);
    for (const PathCondition& entry : query.conditions) check_condition(entry.condition, 0);
    for (const PathOrder& entry : query.orders) {
        expect(!entry.terms.empty());
        for (const OrderTerm& term : entry.terms) check_field(term.field);
        expect(std::ranges::count(query.orders, entry.path, &PathOrder::path) == 1);
    }
    for (const PathRange& entry : query.ranges) {
        expect(entry.limit || entry.offset);
        expect(std::ranges::count(query.ranges, entry.path, &PathRange::path) == 1);
    }
    for (const auto& list : {query.columns, query.on_conflict}) {
        if (!list) continue;
        expect(!list->empty());
        std::ranges::for_each(*list, check_name);
    }
}

void check(const Failure& failure) {
    expect(failure.status == 400 && failure.code == "PGRST100" && !failure.details.empty());
    expect(is_plain_text(failure.message) && is_plain_text(failure.details));
    expect(failure.message.size() < 4'000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    for (const auto use : {ParameterUse::filters, ParameterUse::arguments_too}) {
        const auto query = parse_query_string(text, use);
        if (!query) {
            check(query.error());
            continue;
        }
        check(*query);
        const auto again = parse_query_string(query->canonical, use);
        expect(again && again->canonical == query->canonical && again->select == query->select &&
               again->columns == query->columns &&
               again->conditions.size() == query->conditions.size() &&
               again->arguments.size() == query->arguments.size());
    }
    if (const auto items = parse_select(text)) check_items(*items, 0);
    if (const auto decoded = percent_decode(text, true)) {
        expect(percent_decode(percent_encode(*decoded), true) == decoded);
    }
    return 0;
}
