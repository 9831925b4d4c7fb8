// A web page as torale stores it: the text a person would read, with what the page says about
// itself. Formats: provider reference §6.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "providers/provider.hpp"

namespace torale::providers {

// What is kept of a page; the rest of a longer one is never shown to a judge.
inline constexpr std::size_t page_chars_max = 100'000;

// Where a date came from: the less a page says itself, the less it is worth.
enum class DateOrigin { none, meta, json_ld, time_element };
const char* name_of(DateOrigin origin);

struct Page {
    std::string title;
    std::string text;
    std::string url;  // the canonical link when the page names one on its own host, else as fetched
    std::string feed_url;  // the first feed it announces
    std::optional<core::Time> published_at;
    DateOrigin published_origin = DateOrigin::none;
    bool is_truncated = false;
};

// GET with the validators that came with the last reply of the same URL, as they were.
core::Request build_page_request(std::string_view url, std::string_view etag,
                                 std::string_view last_modified);

// The page behind a complete reply of `url`. HTML, plain text and JSON are read; anything else
// is a Failure that names the type. `now`: dates in the future are not believed.
Outcome<Page> read_page(const core::Reply& reply, std::string_view url, core::Time now);

}  // namespace torale::providers
