// What the outside world is told to say: rules read from JSON, tried in order.
//
//   {"keys": ["pplx-…"], "strict": true, "latency_ms": 0,
//    "rules": [{"match": {"contains": "…", "not_contains": "…", "regex": "…"}, "times": 2,
//               "reply": {…}, or "sequence": [{…}, {…}], the last of which stays}]}
//
// "strict": false is for load: the key is checked, the body is not; rules match on it unparsed.
//
// A reply is what the service makes of it (results, verdict, judge, …), or a raw "body" or
// "body_file", and how it travels: status, headers, content_type, delay_ms, body_delay_ms,
// drip_bytes_per_s, close_after_bytes, reset, gzip, chunked, http10, pad_to_bytes. Fields of the
// second kind may stand at the rule for all of its replies.
#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "fake/http.hpp"

namespace torale::fake {

using Json = nlohmann::json;

// What {{placeholders}} may stand for. `text` is the query, or the whole prompt.
struct Values {
    std::string_view text;
    std::uint64_t n = 0;
    std::vector<std::string> captures;  // of the rule's regex: {{1}} … {{9}}
};

// Text with placeholders, cut once. {{query}}, {{slug}} (of the query, safe in URLs), {{task}}
// (its first number, else its slug), {{n}} (counts requests), {{now}}, {{today}}, {{tokens}}
// (text length / 4) and {{tokens+9}}, {{1}}…
class Template {
public:
    Template() = default;
    // `json_depth`: how often a value must be escaped: 1 inside a JSON string, 2 inside a JSON
    // document that is itself a string.
    Template(std::string_view text, int json_depth);
    std::string render(const Values& values) const;

private:
    struct Piece {
        std::string literal;
        std::string name;  // "" for a literal alone
    };
    std::vector<Piece> pieces_;
    int json_depth_ = 1;
};

struct Scripted {
    Json spec;  // as written
    Delivery delivery;
    std::optional<Template> body;  // raw, or wrapped by the service at load time
    std::vector<Template> items;   // search results
};

struct Rule {
    std::string contains;
    std::string not_contains;
    std::optional<std::regex> regex;
    std::uint64_t times_max = UINT64_MAX;
    std::uint64_t used = 0;
    std::vector<Scripted> replies;

    bool matches(std::string_view text, std::vector<std::string>& captures) const;
};

class Script {
public:
    // Lets the service prepare what only it understands of a reply.
    using Compile = std::function<void(Scripted&)>;

    Script() = default;
    // Throws when the JSON is not as above.
    Script(const Json& json, const std::filesystem::path& folder, const Compile& compile);

    // The reply to use now, counted as used; null when no rule matches.
    const Scripted* pick(std::string_view text, std::vector<std::string>& captures);
    bool accepts_key(std::string_view key, std::string_view usual_prefix) const;
    bool is_strict() const { return is_strict_; }
    const Json& json() const { return json_; }
    const Delivery& defaults() const { return defaults_; }

private:
    Json json_ = Json::object();
    std::vector<Rule> rules_;
    std::vector<std::string> keys_;
    Delivery defaults_;
    bool is_strict_ = true;
};

std::string read_file(const std::filesystem::path& path);

}  // namespace torale::fake
