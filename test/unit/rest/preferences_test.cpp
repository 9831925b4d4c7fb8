#include "rest/preferences.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

using Invalid = std::vector<std::string>;

Preferences parse(std::vector<std::string> values) {
    std::vector<core::Header> headers;
    for (std::string& value : values) headers.push_back({"Prefer", std::move(value)});
    return parse_preferences(headers);
}

TEST(parse_preferences, knows_every_word) {
    EXPECT_EQ(parse({"return=minimal"}).return_, Return::minimal);
    EXPECT_EQ(parse({"return=headers-only"}).return_, Return::headers_only);
    EXPECT_EQ(parse({"return=representation"}).return_, Return::representation);
    EXPECT_EQ(parse({"count=exact"}).count, Count::exact);
    EXPECT_EQ(parse({"count=planned"}).count, Count::planned);
    EXPECT_EQ(parse({"count=estimated"}).count, Count::estimated);
    EXPECT_EQ(parse({"resolution=merge-duplicates"}).resolution, Resolution::merge_duplicates);
    EXPECT_EQ(parse({"resolution=ignore-duplicates"}).resolution, Resolution::ignore_duplicates);
    EXPECT_EQ(parse({"missing=default"}).missing, Missing::as_default);
    EXPECT_EQ(parse({"missing=null"}).missing, Missing::as_null);
    EXPECT_EQ(parse({"handling=strict"}).handling, Handling::strict);
    EXPECT_EQ(parse({"handling=lenient"}).handling, Handling::lenient);
    EXPECT_EQ(parse({"tx=commit"}).end, TransactionEnd::commit);
    EXPECT_EQ(parse({"tx=rollback"}).end, TransactionEnd::rollback);
    EXPECT_EQ(parse({"timezone=America/Los_Angeles"}).timezone, "America/Los_Angeles");
    EXPECT_EQ(parse({"timezone=+02:00"}).timezone, "+02:00");
    EXPECT_EQ(parse({"max-affected=5"}).max_affected, 5);
    EXPECT_EQ(parse({}), Preferences{});
}

TEST(parse_preferences, merges_headers_and_lists_and_lets_the_first_count) {
    const Preferences preferences = parse({"count=exact, return=representation",
                                           " return=minimal ,missing=default", "count=planned"});
    EXPECT_EQ(preferences.count, Count::exact);
    EXPECT_EQ(preferences.return_, Return::representation);
    EXPECT_EQ(preferences.missing, Missing::as_default);
    EXPECT_EQ(preferences.invalid, Invalid{});
    EXPECT_EQ(parse({"max-affected=1,max-affected=2"}).max_affected, 1);
    EXPECT_EQ(parse({"timezone=UTC,timezone=Asia/Tokyo"}).timezone, "UTC");
}

TEST(parse_preferences, keeps_what_it_does_not_know_as_written) {
    const Preferences preferences = parse(
        {"handling=strict, anything,count=none", "return=Minimal,,max-affected=x, return=minimal"});
    EXPECT_EQ(preferences.invalid,
              (Invalid{"anything", "count=none", "return=Minimal", "max-affected=x"}));
    EXPECT_EQ(preferences.return_, Return::minimal) << "the first valid one";
    EXPECT_EQ(parse({"tx=rollback"}).invalid, Invalid{});
    EXPECT_EQ(parse({"timezone="}).invalid, Invalid{"timezone="});
    EXPECT_EQ(parse({"timezone=\xFF"}).timezone, "") << "no text that a setting could take";
    EXPECT_EQ(parse({"params=single-object"}).invalid, Invalid{"params=single-object"});
}

TEST(parse_preferences, reads_the_header_in_any_letter_case) {
    EXPECT_EQ(parse_preferences({{"prefer", "count=exact"}}).count, Count::exact);
    EXPECT_EQ(parse_preferences({{"PREFER", "count=exact"}}).count, Count::exact);
    EXPECT_EQ(parse_preferences({{"Preference", "count=exact"}}).count, Count::none);
}

}  // namespace
}  // namespace torale::rest
