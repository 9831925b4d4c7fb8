#include "rest/order_text.hpp"

#include "unit/rest/query_words.hpp"

namespace torale::rest {
namespace {

using testing::Row;

TEST(read_order, reads_terms_and_says_where_it_stopped) {
    constexpr Row rows[] = {
        {"id", "id"},
        {"id.asc", "id asc"},
        {"id.desc", "id desc"},
        {"id.nullsfirst", "id nullsfirst"},
        {"id.nullslast", "id nullslast"},
        {"id.desc.nullslast", "id desc nullslast"},
        {"id.asc.nullsfirst,name.desc", "id asc nullsfirst, name desc"},
        {" id.desc , name ", "id desc, name"},
        {"asc", "asc"},
        {"asc.desc", "asc desc"},
        {"\"a.b\".desc", "\"a.b\" desc"},
        {"a b.desc", "\"a b\" desc"},
        {"a-b.desc", "a-b desc"},
        {"data->a->>b.desc", "data->a->>b desc"},
        {"data->0.asc", "data->#0 asc"},
        {"data->0", "data->#0"},
        {"directors(name)", "directors(name)"},
        {"directors(name).desc.nullslast,id", "directors(name) desc nullslast, id"},
        {"\"odd one\"(\"a.b\")", "\"odd one\"(\"a.b\")"},
        {"directors(data->>k).asc", "directors(data->>k) asc"},
        {"directors(data->0)", "directors(data->#0)"},
        {"directors( name )", "directors(name)"},
        {"\xC3\xA4.desc", "\"\xC3\xA4\" desc"},
        {"", "!1 unexpected end of input expecting field name (* or [a..z0..9_$])"},
        {"id,", "!4 unexpected end of input expecting field name (* or [a..z0..9_$])"},
        {"*", "!1 unexpected \"*\" expecting field name (* or [a..z0..9_$])"},
        {"id.", "!4 unexpected end of input expecting asc, desc, nullsfirst or nullslast"},
        {"id.up", "!4 unexpected \"u\" expecting asc, desc, nullsfirst or nullslast"},
        {"id.ascending", "!4 unexpected \"a\" expecting asc, desc, nullsfirst or nullslast"},
        {"id.DESC", "!4 unexpected \"D\" expecting asc, desc, nullsfirst or nullslast"},
        {"id.asc.desc", "!8 unexpected \"d\" expecting nullsfirst or nullslast"},
        {"id.asc.", "!8 unexpected end of input expecting nullsfirst or nullslast"},
        {"id.nullsfirst.desc", "!14 unexpected \".\" expecting \",\", \".\" or end of input"},
        {"id desc;", "!8 unexpected \";\" expecting \",\", \".\" or end of input"},
        {"id::text", "!3 unexpected \":\" expecting \",\", \".\" or end of input"},
        {"a(b", "!4 unexpected end of input expecting \")\""},
        {"a()", "!3 unexpected \")\" expecting field name (* or [a..z0..9_$])"},
        {"a(b,c)", "!4 unexpected \",\" expecting \")\""},
        {"a(b(c))", "!4 unexpected \"(\" expecting \")\""},
        {"a->b(c)", "!5 unexpected \"(\" expecting \",\", \".\" or end of input"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(
            testing::read_words<std::vector<OrderTerm>>(row.text, read_order, testing::order_words),
            row.means)
            << row.text;
    }
}

}  // namespace
}  // namespace torale::rest
