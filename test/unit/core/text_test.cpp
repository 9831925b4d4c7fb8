#include "core/text.hpp"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <array>

namespace torale::core {
namespace {

std::string utf8(char32_t c) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
    return std::string(reinterpret_cast<const char*>(bytes.data()),
                       static_cast<std::size_t>(length));
}

struct FoldRow {
    const char* text;
    const char* folded;
};

TEST(fold, unifies_what_pages_write_differently) {
    const FoldRow rows[] = {
        {"", ""},
        {"Plain ASCII", "plain ascii"},
        {"  many \t\r\n blanks  ", "many blanks"},
        {"no\u00A0break\u2003space", "no break space"},
        {"“quoted” ‘single’ it’s `tick´", "\"quoted\" 'single' it's 'tick'"},
        {"«guillemets» ‹one›", "\"guillemets\" 'one'"},
        {"en–dash em—dash minus− hyphen‐ nb‑hyphen", "en-dash em-dash minus- hyphen- nb-hyphen"},
        {"Straße", "strasse"},
        {"ﬁnal oﬀer", "final offer"},
        {"Ｆｕｌｌ　ｗｉｄｔｈ １２", "full width 12"},
        {"cafe\u0301", "caf\u00E9"},
        {"CAF\u00C9", "caf\u00E9"},
        {"e\u00AD\u0301", "\u00E9"},
        {"zero\u200Bwidth\uFEFF", "zerowidth"},
        {"\u1112\u1161\u11AB", "\uD55C"},
        {"ｶﾞ", "ガ"},
        {"½ × 2²", "1⁄2 × 22"},
        {"…", "..."},
        {"Σίσυφος", "σίσυφοσ"},
        {"bad \xFF\xC3 end", "bad \uFFFD\uFFFD end"},
        {"cut \xE2\x82", "cut \uFFFD\uFFFD"},
    };
    for (const FoldRow& row : rows) EXPECT_EQ(fold(row.text), row.folded) << row.text;
}

TEST(fold, gives_the_same_with_and_without_the_ascii_path) {
    std::string ascii;
    for (int round = 0; round < 3; ++round) {
        for (int c = 1; c < 128; ++c) ascii += static_cast<char>(c);
    }
    const std::string folded = fold(ascii);
    // One letter beyond ASCII sends the same text down the other path.
    EXPECT_EQ(fold(ascii + " é"), folded + " é");
    EXPECT_EQ(fold("é " + ascii), "é " + folded);
}

TEST(fold, changes_nothing_the_second_time) {
    for (char32_t c = 1; c < 0x30000; ++c) {
        if (c >= 0xD800 && c < 0xE000) continue;
        for (const std::string& text : {utf8(c), "a" + utf8(c) + " \u0301b"}) {
            const std::string once = fold(text);
            ASSERT_EQ(fold(once), once) << std::hex << static_cast<std::uint32_t>(c);
        }
    }
}

TEST(fold, agrees_with_normalising_the_whole_text_at_once) {
    const char* texts[] = {"Ångström A\u030A\u0323 ẛ̣ ﷺ", "각\u11A8 \u1100\u1161\u11A8 한글",
                           "का\u093C ক\u09BE\u09CB\u09C7\u09BE", "ｶﾞｷﾞ ㍿ ① Ⅻ"};
    const auto options = static_cast<utf8proc_option_t>(
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
    for (const char* text : texts) {
        utf8proc_uint8_t* whole = nullptr;
        const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text), 0, &whole,
                                       static_cast<utf8proc_option_t>(options | UTF8PROC_NULLTERM));
        ASSERT_GT(size, 0);
        EXPECT_EQ(fold(text), reinterpret_cast<char*>(whole)) << text;
        std::free(whole);
    }
}

struct FindRow {
    const char* text;
    const char* quote;
    const char* covered;  // null: absent
    std::int64_t char_offset;
};

TEST(find_folded, points_at_the_original_bytes) {
    const FindRow rows[] = {
        {"The date is June 5.", "date is June 5", "date is June 5", 4},
        {"The date is June 5.", "DATE  is\njune 5", "date is June 5", 4},
        {"The  date\n  is June 5.", "date is june", "date\n  is June", 5},
        {"naïve: “It’s 5 June” – said", "\"it's 5 june\" - said", "“It’s 5 June” – said", 7},
        {"Fünf Straßen weit", "strassen", "Straßen", 5},
        {"the oﬃce opens", "office", "oﬃce", 4},
        {"the oﬃce opens", "fice opens", "ﬃce opens", 5},
        {"ｆｕｌｌ width", "full", "ｆｕｌｌ", 0},
        {"cafe\u0301 noir", "café", "cafe\u0301", 0},
        {"cafe\u0301 noir", "cafe", nullptr, 0},
        {"only this", "that", nullptr, 0},
        {"only this", "", nullptr, 0},
        {"only this", " \n ", nullptr, 0},
        {"only this", "\u200B", nullptr, 0},
        {"", "x", nullptr, 0},
        {"x\xFFy", "x\xFFy", "x\xFFy", 0},
    };
    for (const FindRow& row : rows) {
        const auto span = find_folded(row.text, row.quote);
        ASSERT_EQ(span.has_value(), row.covered != nullptr) << row.text << " / " << row.quote;
        if (!span) continue;
        const std::string text = row.text;
        EXPECT_EQ(text.substr(span->byte_offset, span->byte_length), row.covered);
        EXPECT_EQ(span->char_offset, row.char_offset) << row.text;
    }
}

TEST(find_folded, covers_bytes_that_fold_to_the_folded_quote) {
    const std::string text = "Ein “Test”—mit ﬁnalen Übergängen,\u00A0 und\tReſt: Ⅻ ½ kg!";
    const std::string folded = fold(text);
    for (std::size_t from = 0; from < folded.size(); ++from) {
        if ((static_cast<unsigned char>(folded[from]) & 0xC0) == 0x80) continue;
        const auto span = find_folded(text, folded.substr(from));
        const bool starts_with_blank = folded[from] == ' ';
        ASSERT_TRUE(span) << from;
        const std::string covered = fold(text.substr(span->byte_offset, span->byte_length));
        EXPECT_NE(covered.find(folded.substr(from + (starts_with_blank ? 1 : 0))),
                  std::string::npos);
    }
}

TEST(content_hash, ignores_ageing_and_spelling_of_blanks_and_quotes) {
    const std::string base = content_hash("https://a.example", "Title", "Posted. The price is $5");
    const char* same[] = {
        "posted 3 hours ago.  The price is $5",  // the age takes its full stop along
        "Posted.\n The PRICE is $5",
    };
    EXPECT_EQ(content_hash("https://a.example", "TITLE", same[1]), base);
    const std::string aged =
        content_hash("https://a.example", "Title", "Posted 3 hours ago The price is $5");
    for (const char* text :
         {"Posted 4 hours ago The price is $5", "Posted an hour ago The price is $5",
          "Posted about 2 days ago The price is $5", "Posted yesterday The price is $5",
          "Posted 5m ago The price is $5", "Posted a few minutes ago The price is $5",
          "Posted last week The price is $5", "Posted just now. The price is $5",
          "Posted a couple of weeks ago, The price is $5", "Posted The price is $5"}) {
        EXPECT_EQ(content_hash("https://a.example", "Title", text), aged) << text;
    }
    EXPECT_NE(content_hash("https://a.example", "Title", "Posted 3 hours ago The price is $6"),
              aged);
    EXPECT_NE(content_hash("https://a.example", "Title", "Long ago The price is $5"), aged);
    EXPECT_NE(content_hash("https://b.example", "Title", "Posted The price is $5"), aged);
    EXPECT_NE(base, aged);
}

TEST(content_hash, keeps_its_parts_apart) {
    EXPECT_NE(content_hash("u", "ab", "c"), content_hash("u", "a", "bc"));
    EXPECT_NE(content_hash("u", "", "x"), content_hash("u", "x", ""));
    EXPECT_NE(content_hash("u", "a1:b", ""), content_hash("u", "a", "b"));
    EXPECT_EQ(content_hash("u", "a", "b").size(), 64U);
}

TEST(sha256_hex, equals_the_published_vectors) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(truncate, cuts_between_characters_and_says_so) {
    EXPECT_EQ(truncate("short", 5), "short");
    EXPECT_EQ(truncate("longer", 5), "long…");
    EXPECT_EQ(truncate("äöüß", 3), "äö…");
    EXPECT_EQ(truncate("äöü", 3), "äöü");
    EXPECT_EQ(truncate("ab", 1), "…");
    EXPECT_EQ(truncate("ab", 0), "");
    EXPECT_EQ(truncate("", 4), "");
}

}  // namespace
}  // namespace torale::core
