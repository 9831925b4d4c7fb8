// Names, json paths and embed paths: the words that select, order, filters and trees share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rest/query.hpp"
#include "rest/scanner.hpp"

namespace torale::rest {

constexpr std::string_view name_expected = "field name (* or [a..z0..9_$])";

// A letter, a digit, "_", "$" or a blank. Beyond ASCII every character is a letter: none of them is
// punctuation here, and accents that combine are no letters to Unicode.
bool is_name_character(char c);

// Quoted or bare, trimmed; never empty.
bool read_name(Scanner& scanner, std::string& name);
// ("->" | "->>") operand …, or nothing.
bool read_json_path(Scanner& scanner, std::vector<JsonStep>& path);
bool read_field(Scanner& scanner, Field& field);
// Names joined by dots; "a.b.c" is two steps down and the field c.
bool read_path(Scanner& scanner, EmbedPath& path);
// Names joined by commas, at least one, to the end.
bool read_names(Scanner& scanner, std::vector<std::string>& names);

}  // namespace torale::rest
