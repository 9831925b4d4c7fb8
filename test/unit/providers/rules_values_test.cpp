#include "providers/rules_values.hpp"

#include <gtest/gtest.h>

namespace torale::providers::rules {
namespace {

const core::Time now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

// All values of one kind as "amount unit", joined by "|".
std::string read(std::string_view text, ValueKind kind) {
    std::string out;
    for (const Value& value : find_values(tokenize(text), now)) {
        if (value.kind != kind) continue;
        if (!out.empty()) out += "|";
        out += std::to_string(static_cast<long>(value.amount * 100)) + " " + value.unit;
    }
    return out;
}

struct Row {
    const char* text;
    const char* values;  // in hundredths
};

TEST(find_values, reads_money_in_many_spellings) {
    const Row rows[] = {{"$449", "44900 USD"},
                        {"US$ 1,234.50", "123450 USD"},
                        {"C$5", "500 CAD"},
                        {"€5 or 7 euros", "500 EUR|700 EUR"},
                        {"$2.5bn", "250000000000 USD"},
                        {"3 million pounds", "300000000 GBP"},
                        {"500 US dollars", "50000 USD"},
                        {"USD 20", "2000 USD"},
                        {"$3.0.17", ""},
                        {"5 GB", ""}};
    for (const Row& row : rows) EXPECT_EQ(read(row.text, ValueKind::money), row.values) << row.text;
}

TEST(find_values, tells_percent_from_percentage_points) {
    const Row rows[] = {{"5.5 %", "550 %"},          {"5.5%", "550 %"},
                        {"5 percent", "500 %"},      {"5 per cent", "500 %"},
                        {"5 percentage points", ""}, {"5 percent points", ""}};
    for (const Row& row : rows) {
        EXPECT_EQ(read(row.text, ValueKind::percent), row.values) << row.text;
    }
}

TEST(find_values, reads_numbers_with_what_they_count) {
    const Row rows[] = {{"16GB", "1600 gb"},
                        {"16 GB", "1600 gb"},
                        {"120 employees", "12000 employe"},
                        {"3 new models", "300 model"},
                        {"2 million users", "200000000 user"},
                        {"6.4, people said", "640 "},
                        {"-5 °", "-500 °"},
                        {"the 5th", ""},
                        {"6.4", "640 "}};
    for (const Row& row : rows)
        EXPECT_EQ(read(row.text, ValueKind::number), row.values) << row.text;
}

TEST(find_values, knows_a_cve_id_from_what_looks_like_one) {
    EXPECT_EQ(read("CVE-2025-9230 cve-2026-116303", ValueKind::cve), "0 |0 ");
    EXPECT_EQ(read("CVE-2025-XXXX CVE-2025-1 CVE-2025-9230.patch CVE", ValueKind::cve), "");
}

TEST(compare, orders_versions_by_their_numbers) {
    const char* ascending[] = {"2.9", "3.0~rc1", "3.0", "3.0.17-1~deb12u2", "1:3.1", "v3.10", "99"};
    for (std::size_t i = 0; i + 1 < std::size(ascending); ++i) {
        const auto low = parse_version(ascending[i]);
        const auto high = parse_version(ascending[i + 1]);
        ASSERT_TRUE(low && high) << ascending[i];
        EXPECT_LT(compare(*low, *high), 0) << ascending[i];
        EXPECT_GT(compare(*high, *low), 0) << ascending[i];
    }
    EXPECT_EQ(compare(*parse_version("3.2"), *parse_version("3.2.0-1")), 0);
    for (const char* text : {"", "abc", "5th", "16gb", "1,234", "a@b", "5:03:1", "1.2.3.4.5.6.7",
                             "99999999999999999999999"}) {
        EXPECT_FALSE(parse_version(text)) << text;
    }
}

}  // namespace
}  // namespace torale::providers::rules
