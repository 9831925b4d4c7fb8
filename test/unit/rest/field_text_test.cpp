#include "rest/field_text.hpp"

#include "unit/rest/query_words.hpp"

namespace torale::rest {
namespace {

using testing::field_words;
using testing::name_words;
using testing::names_words;
using testing::path_words;
using testing::read_words;
using testing::Row;

TEST(read_field, reads_names) {
    constexpr Row rows[] = {
        // bare names
        {"id", "id"},
        {"first_name", "first_name"},
        {"_x1", "_x1"},
        {"1st", "1st"},
        {"US$", "\"US$\""},
        {"$1", "\"$1\""},
        {"UpperCase", "UpperCase"},
        {"with-dash", "with-dash"},
        {"a-b-c", "a-b-c"},
        {"two words", "\"two words\""},
        {"  padded  ", "padded"},
        {"\xC3\xA4\xC3\xB6\xC3\xBC", "\"\xC3\xA4\xC3\xB6\xC3\xBC\""},
        {"\xE6\x97\xA5\xE6\x9C\xAC", "\"\xE6\x97\xA5\xE6\x9C\xAC\""},
        {"\xE0\xA4\xB9\xE0\xA4\xBF", "\"\xE0\xA4\xB9\xE0\xA4\xBF\""},
        {"\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\""},
        // quoted names
        {R"("information.cpe")", R"("information.cpe")"},
        {R"("a,b(c):d")", R"("a,b(c):d")"},
        {R"("say \"x\"")", R"("say "x"")"},
        {R"("back\\slash")", R"("back\slash")"},
        {R"("  kept  ")", R"("  kept  ")"},
        {R"("*")", R"("*")"},
        {R"("a->b")", R"("a->b")"},
        // what ends a name
        {"a.b", "a | .b"},
        {"a:b", "a | :b"},
        {"a(b", "a | (b"},
        {"a'b", "a | 'b"},
        {"a;b", "a | ;b"},
        {"a*", "a | *"},
        {R"(a"b")", R"(a | "b")"},
        {"a\tb", "a | \tb"},
        {R"("a"b)", "a | b"},
        // faults
        {"", "!1 unexpected end of input expecting field name (* or [a..z0..9_$])"},
        {"   ", "!1 unexpected \" \" expecting field name (* or [a..z0..9_$])"},
        {"-a", "!1 unexpected \"-\" expecting field name (* or [a..z0..9_$])"},
        {"a-", "!3 unexpected end of input expecting field name (* or [a..z0..9_$])"},
        {"a--b", "!3 unexpected \"-\" expecting field name (* or [a..z0..9_$])"},
        {"*a", "!1 unexpected \"*\" expecting field name (* or [a..z0..9_$])"},
        {".a", "!1 unexpected \".\" expecting field name (* or [a..z0..9_$])"},
        {"->a", "!1 unexpected \"-\" expecting field name (* or [a..z0..9_$])"},
        {R"("")", "!1 unexpected \"\\\"\" expecting field name (* or [a..z0..9_$])"},
        {R"("a)", "!3 unexpected end of input expecting closing double quote"},
        {R"("a\")", "!5 unexpected end of input expecting closing double quote"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(read_words<Field>(row.text, read_field, field_words), row.means) << row.text;
    }
}

TEST(read_field, reads_json_paths) {
    constexpr Row rows[] = {
        {"data->a", "data->a"},
        {"data->>a", "data->>a"},
        {"data->a->b->>c", "data->a->b->>c"},
        {"data->0", "data->#0"},
        {"data->-1", "data->#-1"},
        {"data->0->>12", "data->#0->>#12"},
        {"data->0::int", "data->#0 | ::int"},
        {"data->0.desc", "data->#0 | .desc"},
        {"data->0,x", "data->#0 | ,x"},
        {"data->0)", "data->#0 | )"},
        {"data->0a", "data->0a"},
        {"data->0-1", "data->0-1"},
        {"data->1 ", "data->\"1 \""},
        {"data->a-b", "data->a-b"},
        {"data->a b", "data->\"a b\""},
        {"data->a'b", "data->\"a'b\""},
        {"data->a*b", "data->\"a*b\""},
        {R"(data->"a.b"->>"c,d")", R"(data->"a.b"->>"c,d")"},
        {R"(data->"0")", "data->0"},
        {R"(data->"q\"q")", R"(data->"q"q")"},
        {"a-b->c", "a-b->c"},
        {R"("a->b"->c)", R"("a->b"->c)"},
        {"data->\xC3\xA4", "data->\"\xC3\xA4\""},
        {"data->", "!7 unexpected end of input expecting json key or array index"},
        {"data->>", "!8 unexpected end of input expecting json key or array index"},
        {"data->>>a", "!8 unexpected \">\" expecting json key or array index"},
        {"data->->a", "!7 unexpected \"-\" expecting json key or array index"},
        {"data->a-", "!9 unexpected end of input expecting json key or array index"},
        {"data->--1", "!7 unexpected \"-\" expecting json key or array index"},
        {"data->(a)", "!7 unexpected \"(\" expecting json key or array index"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(read_words<Field>(row.text, read_field, field_words), row.means) << row.text;
    }
}

TEST(read_field, bounds_the_arrows_of_a_path) {
    std::string text = "data";
    for (int i = 0; i < nesting_max; ++i) text += "->a";
    Field field;
    Scanner scanner(text);
    EXPECT_TRUE(read_field(scanner, field));
    EXPECT_EQ(field.path.size(), static_cast<std::size_t>(nesting_max));
    text += "->>b";
    EXPECT_EQ(read_words<Field>(text, read_field, field_words),
              "!101 unexpected \"-\" expecting at most 32 arrows");
}

TEST(read_path, reads_names_between_dots) {
    constexpr Row rows[] = {
        {"a", "a: "},
        {"a.b.c", "a/b/c: "},
        {R"("a.b".c)", R"("a.b"/c: )"},
        {"a . b", "a/b: "},
        {"a.", "!3 unexpected end of input expecting field name (* or [a..z0..9_$])"},
        {".a", "!1 unexpected \".\" expecting field name (* or [a..z0..9_$])"},
        {"a..b", "!3 unexpected \".\" expecting field name (* or [a..z0..9_$])"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(read_words<EmbedPath>(row.text, read_path, path_words), row.means) << row.text;
    }
}

TEST(read_names, reads_names_between_commas_to_the_end) {
    constexpr Row rows[] = {
        {"a", "a"},
        {"a,b", "a, b"},
        {R"("a","b c","d,e")", R"(a, "b c", "d,e")"},
        {" a , b ", "a, b"},
        {R"( "a" , "b" )", "a, b"},
        {"", "!1 unexpected end of input expecting field name (* or [a..z0..9_$])"},
        {"a,", "!3 unexpected end of input expecting field name (* or [a..z0..9_$])"},
        {",a", "!1 unexpected \",\" expecting field name (* or [a..z0..9_$])"},
        {"a;b", "!2 unexpected \";\" expecting \",\" or end of input"},
        {"a)b", "!2 unexpected \")\" expecting \",\" or end of input"},
        {"*", "!1 unexpected \"*\" expecting field name (* or [a..z0..9_$])"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(read_words<std::vector<std::string>>(row.text, read_names, names_words),
                  row.means)
            << row.text;
    }
}

}  // namespace
}  // namespace torale::rest
