// Media types of the dialect as one table; every other one is `other`, for the planner to refuse.
#include "rest/accept.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "rest/header_list.hpp"

namespace torale::rest {

namespace {

struct MediaRow {
    std::string_view type;
    Media media;
    Media stripped;  // with nulls=stripped
};

constexpr std::array<MediaRow, 10> medias{{
    {"*/*", Media::any, Media::any},
    {"application/*", Media::json, Media::json},
    {"application/json", Media::json, Media::json},
    {"application/vnd.pgrst.object", Media::object, Media::object_stripped},
    {"application/vnd.pgrst.object+json", Media::object, Media::object_stripped},
    {"application/vnd.pgrst.array", Media::json, Media::array_stripped},
    {"application/vnd.pgrst.array+json", Media::json, Media::array_stripped},
    {"application/openapi+json", Media::openapi, Media::openapi},
    {"text/csv", Media::csv, Media::csv},
    {"text/*", Media::csv, Media::csv},
}};

// Thousandths; 1000 for what is no quality of RFC 9110.
int quality_of(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 1000;
    if (text.size() > 1 && text[1] != '.') return 1000;
    int quality = text[0] == '1' ? 1000 : 0;
    int worth = 100;
    for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9') return 1000;
        quality += (c - '0') * worth;
        worth /= 10;
    }
    return std::min(quality, 1000);
}

struct Range {
    AcceptEntry entry;
    int quality = 1000;
};

Range parse_range(std::string_view member) {
    Range range;
    bool is_stripped = false;
    const auto parts = split_members(member, ';');
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (parts[i].size() > 1 && core::equals_ignoring_case(parts[i].substr(0, 2), "q=")) {
            range.quality = quality_of(core::trim(parts[i].substr(2), " \t"));
            continue;
        }
        is_stripped = is_stripped || core::equals_ignoring_case(parts[i], "nulls=stripped");
        range.entry.written += ';';
        range.entry.written += parts[i];
    }
    const std::string_view type = parts.empty() ? std::string_view() : parts.front();
    range.entry.written.insert(0, type);
    range.entry.written = core::clean_utf8(range.entry.written);
    range.entry.media = Media::other;
    for (const MediaRow& row : medias) {
        if (!core::equals_ignoring_case(row.type, type)) continue;
        range.entry.media = is_stripped ? row.stripped : row.media;
    }
    return range;
}

}  // namespace

std::vector<AcceptEntry> parse_accept(const std::vector<core::Header>& headers) {
    std::vector<Range> ranges;
    for (const std::string_view member : list_members(headers, "accept")) {
        ranges.push_back(parse_range(member));
    }
    if (ranges.empty()) return {{Media::any, "*/*"}};
    std::ranges::stable_sort(ranges, std::ranges::greater(), &Range::quality);
    std::vector<AcceptEntry> entries;
    for (Range& range : ranges) {
        if (range.quality > 0) entries.push_back(std::move(range.entry));
    }
    if (entries.empty()) {
        entries.push_back(std::move(ranges.front().entry));
        entries.front().media = Media::other;
    }
    return entries;
}

std::string parse_content_type(std::string_view value) {
    const auto parts = split_members(value, ';');
    if (parts.empty()) return "application/json";
    std::string type = core::clean_utf8(parts.front());
    for (char& c : type) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return type;
}

}  // namespace torale::rest
