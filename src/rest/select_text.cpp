// The text of select → the tree of columns and embeds, as written; whether any of it exists is the
// planner's to find out.
#include <array>
#include <utility>

#include "rest/field_text.hpp"
#include "rest/query_string.hpp"
#include "rest/scanner.hpp"

namespace torale::rest {

namespace {

// Each is a lateral join, and PostgreSQL plans them together.
constexpr int embeds_max = 100;

constexpr std::array<std::pair<std::string_view, Aggregate>, 5> aggregates{{
    {"sum()", Aggregate::sum},
    {"avg()", Aggregate::avg},
    {"count()", Aggregate::count},
    {"max()", Aggregate::max},
    {"min()", Aggregate::min},
}};

bool is_letter(char c) {
    return is_name_character(c) && c != ' ' && c != '$' && !(c >= '0' && c <= '9');
}

class SelectReader {
public:
    explicit SelectReader(Scanner& scanner) : scanner_(scanner) {}

    bool read(std::vector<SelectItem>& items) {
        return read_items(items) && scanner_.expect_end("\",\" or end of input");
    }

private:
    bool read_items(std::vector<SelectItem>& items) {
        scanner_.skip_blanks();
        if (scanner_.at_end() || scanner_.peek() == ')') return true;
        items.reserve(8);
        do {
            scanner_.skip_blanks();
            if (!read_item(items.emplace_back())) return false;
            scanner_.skip_blanks();
        } while (scanner_.skip(','));
        return true;
    }

    bool read_item(SelectItem& item) {
        if (scanner_.skip('*')) {
            item.kind = SelectItem::Kind::star;
            return true;
        }
        if (scanner_.skip("...")) {
            item.kind = SelectItem::Kind::spread;
            return read_name(scanner_, item.target) && read_embed(item);
        }
        std::string name;
        if (!read_name(scanner_, name)) return false;
        if (scanner_.peek() == ':' && scanner_.peek(1) != ':') {
            scanner_.skip(':');
            item.alias = std::move(name);
            if (!read_name(scanner_, name)) return false;
        }
        return read_named(item, std::move(name));
    }

    bool read_named(SelectItem& item, std::string name) {
        if (name == "count" && scanner_.skip("()")) {
            item.aggregate = Aggregate::count;
            return read_cast(item.aggregate_cast);
        }
        // A relation called count cannot be embedded, as in PostgREST.
        if (name != "count" && (scanner_.peek() == '(' || scanner_.peek() == '!')) {
            item.kind = SelectItem::Kind::embed;
            item.target = std::move(name);
            return read_embed(item);
        }
        item.field.name = std::move(name);
        return read_json_path(scanner_, item.field.path) && read_cast(item.cast) &&
               read_aggregate(item);
    }

    bool read_embed(SelectItem& item) {
        for (int parameters = 0; parameters < 2 && scanner_.skip('!'); ++parameters) {
            std::string word;
            if (!read_name(scanner_, word)) return false;
            if (word == "inner" || word == "left") {
                const Join join = word == "inner" ? Join::inner : Join::left;
                if (item.join == Join::unset) item.join = join;
            } else if (item.hint.empty()) {
                item.hint = std::move(word);
            }
        }
        if (scanner_.peek() != '(') return scanner_.expect('(');
        if (depth_ == nesting_max) {
            return scanner_.fail("at most " + std::to_string(nesting_max) + " levels of embeds");
        }
        if (++embeds_ > embeds_max) {
            return scanner_.fail("at most " + std::to_string(embeds_max) + " embeds");
        }
        scanner_.skip('(');
        ++depth_;
        const bool is_read = read_items(item.items) && scanner_.expect(')');
        --depth_;
        return is_read;
    }

    // The type goes into the statement as it stands, so it is words and nothing else: "$" and
    // digits only after a letter, where neither can open a dollar quote or be a parameter.
    bool read_cast(std::string& type) {
        if (!scanner_.skip("::")) return true;
        const std::size_t start = scanner_.offset();
        const std::string_view rest = scanner_.rest();
        bool is_in_word = false;
        while (!scanner_.at_end() && is_name_character(scanner_.peek())) {
            const char c = scanner_.peek();
            if (c != ' ' && !is_in_word && !is_letter(c)) return scanner_.fail("type name");
            is_in_word = c != ' ';
            scanner_.rewind(scanner_.offset() + 1);
        }
        type = rest.substr(0, scanner_.offset() - start);
        const std::size_t first = type.find_first_not_of(' ');
        if (first == std::string::npos) return scanner_.fail_at(start, "type name");
        type = type.substr(first, type.find_last_not_of(' ') - first + 1);
        return true;
    }

    bool read_aggregate(SelectItem& item) {
        if (!scanner_.skip('.')) return true;
        for (const auto& [word, aggregate] : aggregates) {
            if (!scanner_.skip(word)) continue;
            item.aggregate = aggregate;
            return read_cast(item.aggregate_cast);
        }
        return scanner_.fail("aggregate function (sum(), avg(), count(), max() or min())");
    }

    Scanner& scanner_;
    int depth_ = 0;
    int embeds_ = 0;
};

}  // namespace

Result<std::vector<SelectItem>> parse_select(std::string_view text) {
    Scanner scanner(text);
    std::vector<SelectItem> items;
    if (!is_plain_text(text)) {
        scanner.fail("UTF-8 without NUL");
        return scanner.failure("select parameter");
    }
    if (!SelectReader(scanner).read(items)) return scanner.failure("select parameter");
    return items;
}

}  // namespace torale::rest
