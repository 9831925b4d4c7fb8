// Replies of search services: results, dates, failures.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "providers/reading.hpp"
#include "providers/searching.hpp"

namespace torale::providers {

namespace {

using std::chrono::hours;

constexpr std::array<std::pair<std::string_view, core::seconds>, 7> units{{
    {"second", core::seconds{1}},
    {"minute", core::seconds{60}},
    {"hour", hours{1}},
    {"day", hours{24}},
    {"week", hours{7 * 24}},
    {"month", hours{30 * 24}},
    {"year", hours{365 * 24}},
}};

std::string_view take_word(std::string_view& text) {
    text = core::trim(text);
    const std::size_t end = std::min(text.find_first_of(" ,"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    while (text.starts_with(' ') || text.starts_with(',')) text.remove_prefix(1);
    return word;
}

// "3 days ago", "an hour ago", "yesterday".
std::optional<core::Time> read_relative(std::string_view text, core::Time now) {
    if (text == "yesterday") return now - hours{24};
    if (text == "today" || text == "just now") return now;
    const std::string_view count_word = take_word(text);
    std::string_view unit = take_word(text);
    if (text != "ago") return std::nullopt;
    int count = 0;
    if (count_word == "a" || count_word == "an") {
        count = 1;
    } else {
        const char* end = count_word.data() + count_word.size();
        const auto read = std::from_chars(count_word.data(), end, count);
        if (read.ec != std::errc{} || read.ptr != end || count < 0 || count > 10'000) {
            return std::nullopt;
        }
    }
    if (unit.ends_with('s')) unit.remove_suffix(1);
    for (const auto& [name, length] : units) {
        if (unit == name) return now - count * length;
    }
    return std::nullopt;
}

// "August 20, 2026": turned into "20 August 2026", which parse_time() knows.
std::optional<core::Time> read_american(std::string_view text) {
    const std::string month(take_word(text));
    const std::string day(take_word(text));
    const std::string year(core::trim(text));
    if (month.size() < 3 || year.size() != 4) return std::nullopt;
    return core::parse_time(day + " " + month.substr(0, 3) + " " + year + " 00:00:00 GMT");
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> entities{{
    {"&amp;", "&"},
    {"&lt;", "<"},
    {"&gt;", ">"},
    {"&quot;", "\""},
    {"&#39;", "'"},
    {"&#x27;", "'"},
    {"&apos;", "'"},
    {"&nbsp;", " "},
}};
constexpr std::array<std::string_view, 6> marks{"<strong>", "</strong>", "<b>",
                                                "</b>",     "<em>",      "</em>"};

// Engines set the words that were found in bold; pages' own "<" stays, it is text.
std::string plain_text(std::string_view text) {
    if (text.find_first_of("<&") == std::string_view::npos) return std::string(text);
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto mark = std::find_if(marks.begin(), marks.end(),
                                       [&](std::string_view one) { return text.starts_with(one); });
        const auto entity = std::find_if(entities.begin(), entities.end(), [&](const auto& one) {
            return text.starts_with(one.first);
        });
        if (mark != marks.end()) {
            text.remove_prefix(mark->size());
        } else if (entity != entities.end()) {
            out += entity->second;
            text.remove_prefix(entity->first.size());
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

std::string said_in_list(const core::Json& list) {
    if (list.empty()) return "";
    const core::Json& first = list.front();
    if (first.is_string()) return first.get<std::string>();
    std::string where;
    for (const core::Json& part : member_of(first, "loc")) {
        if (part.is_string()) where = part.get<std::string>();
    }
    for (const char* key : {"msg", "message", "detail", "code"}) {
        const std::string said = text_of(first, key);
        if (!said.empty()) return (where.empty() ? "" : where + ": ") + said;
    }
    return "";
}

// A success status around an error: the error's own number decides.
core::Reply unwrap(const core::Reply& reply, const core::Json& error) {
    core::Reply inner = reply;
    const auto status = std::max(count_of(error, "code"), count_of(error, "status"));
    if (status >= 400 && status < 1'000) inner.status = static_cast<int>(status);
    return inner;
}

}  // namespace

std::optional<core::Time> read_date(std::string_view text, core::Time now) {
    text = core::trim(text);
    if (text.empty()) return std::nullopt;
    if (const auto time = core::parse_time(text)) return time;
    const std::string folded = core::lower_ascii(text);
    if (const auto time = read_relative(folded, now)) return time;
    return read_american(text);
}

std::optional<SearchResult> make_result(std::string url, std::string_view title,
                                        std::string_view snippet) {
    if (!url.starts_with("http://") && !url.starts_with("https://")) return std::nullopt;
    SearchResult result;
    result.url = std::move(url);
    result.title = plain_text(title);
    result.snippet = plain_text(snippet);
    return result;
}

std::string join_texts(const core::Json& list) {
    std::string joined;
    if (!list.is_array()) return joined;
    for (const core::Json& item : list) {
        if (!item.is_string()) continue;
        const std::string& text = item.get_ref<const std::string&>();
        if (core::trim(text).empty()) continue;
        if (!joined.empty()) joined += "\n\n";
        joined += text;
    }
    return joined;
}

std::string said_in(const core::Json& body) {
    for (const char* key : {"error", "detail", "errors"}) {
        const core::Json& said = member_of(body, key);
        if (said.is_string()) return said.get<std::string>();
        if (said.is_array()) return said_in_list(said);
        if (!said.is_object()) continue;
        for (const char* inner : {"message", "detail", "error", "code"}) {
            const std::string text = text_of(said, inner);
            if (!text.empty()) return text;
        }
    }
    return text_of(body, "message");
}

core::Failure read_failure(const Provider& provider, const core::Reply& reply, core::Time now,
                           Refine refine) {
    core::Failure failure = core::classify(reply, now);
    if (reply.fault) return name_failure(provider, std::move(failure), "");
    const core::Json body = read_body(reply).value_or(core::Json());
    if (refine) refine(failure, reply, body);
    return name_failure(provider, std::move(failure), said_in(body));
}

Outcome<core::Json> read_object(const Provider& provider, const core::Reply& reply, core::Time now,
                                const Expected& expected) {
    if (reply.fault || reply.status < 200 || reply.status > 299) {
        return read_failure(provider, reply, now, expected.refine);
    }
    auto body = read_body(reply);
    const core::Json& error = body ? member_of(*body, "error") : core::Json();
    if (error.is_object() || error.is_string()) {
        return read_failure(provider, unwrap(reply, error), now, expected.refine);
    }
    if (!body || !body->is_object()) {
        return name_failure(provider, core::classify(reply, now), "not a JSON object");
    }
    if (expected.list && !member_of(*body, expected.list).is_array()) {
        return name_failure(provider, core::classify(reply, now),
                            std::string("no list of ") + expected.list);
    }
    return std::move(*body);
}

}  // namespace torale::providers
