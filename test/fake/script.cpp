// Reads rules once, so that a request costs a comparison and a few appends.
#include "fake/script.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace torale::fake {
namespace {

const char* const travel_fields[] = {
    "status",           "headers",           "content_type", "delay_ms", "body_delay_ms",
    "drip_bytes_per_s", "close_after_bytes", "reset",        "gzip",     "chunked",
    "http10",           "pad_to_bytes"};

std::string utc_text(const char* format) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[40];
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

std::string slug(std::string_view text) {
    std::string out;
    for (const char letter : text.substr(0, 80)) {
        if (std::isalnum(static_cast<unsigned char>(letter))) {
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        } else if (!out.empty() && out.back() != '-') {
            out += '-';
        }
    }
    return out;
}

std::string first_number(std::string_view text) {
    const auto begin = text.find_first_of("0123456789");
    if (begin == std::string_view::npos) return slug(text);
    const auto end = text.find_first_not_of("0123456789", begin);
    return std::string(text.substr(begin, end - begin));
}

std::string value_of(const std::string& name, const Values& values) {
    if (name == "n") return std::to_string(values.n);
    if (name == "query") return std::string(values.text);
    if (name == "slug") return slug(values.text);
    if (name == "task") return first_number(values.text);
    if (name == "now") return utc_text("%Y-%m-%dT%H:%M:%SZ");
    if (name == "today") return utc_text("%Y-%m-%d");
    if (name.rfind("tokens", 0) == 0) {
        const auto more = name.size() > 7 ? std::strtoull(name.c_str() + 7, nullptr, 10) : 0;
        return std::to_string(values.text.size() / 4 + more);
    }
    if (name.size() == 1 && name[0] >= '1' && name[0] <= '9') {
        const auto index = static_cast<std::size_t>(name[0] - '1');
        return index < values.captures.size() ? values.captures[index] : "";
    }
    return "{{" + name + "}}";
}

std::string escaped(std::string text, int depth) {
    for (; depth > 0; --depth) {
        if (text.find_first_of("\"\\\n\r\t") == std::string::npos) return text;
        const auto quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
        text = quoted.substr(1, quoted.size() - 2);
    }
    return text;
}

Delivery read_delivery(const Json& json, Delivery delivery) {
    delivery.status = json.value("status", delivery.status);
    delivery.content_type = json.value("content_type", delivery.content_type);
    delivery.delay_ms = json.value("delay_ms", delivery.delay_ms);
    delivery.body_delay_ms = json.value("body_delay_ms", delivery.body_delay_ms);
    delivery.drip_bytes_per_s = json.value("drip_bytes_per_s", delivery.drip_bytes_per_s);
    if (json.contains("close_after_bytes")) delivery.close_after_bytes = json["close_after_bytes"];
    delivery.reset = json.value("reset", delivery.reset);
    delivery.gzip = json.value("gzip", delivery.gzip);
    delivery.chunked = json.value("chunked", delivery.chunked);
    delivery.http10 = json.value("http10", delivery.http10);
    delivery.pad_to_bytes = json.value("pad_to_bytes", delivery.pad_to_bytes);
    const auto headers = json.value("headers", Json::object());
    for (const auto& [name, value] : headers.items()) {
        delivery.headers.emplace_back(name,
                                      value.is_string() ? value.get<std::string>() : value.dump());
    }
    return delivery;
}

Scripted read_reply(Json spec, const Json& rule, const Delivery& defaults,
                    const std::filesystem::path& folder) {
    if (!spec.is_object()) throw std::runtime_error("a reply is an object: " + spec.dump());
    for (const auto* field : travel_fields) {
        if (rule.contains(field) && !spec.contains(field)) spec[field] = rule[field];
    }
    Scripted scripted;
    scripted.delivery = read_delivery(spec, defaults);
    if (spec.contains("body_file")) {
        const auto path = folder / spec["body_file"].get<std::string>();
        scripted.body = Template(read_file(path), 1);
        if (path.extension() == ".html") scripted.delivery.content_type = "text/html";
    } else if (spec.contains("body")) {
        const auto& body = spec["body"];
        scripted.body = Template(body.is_string() ? body.get<std::string>() : body.dump(), 1);
    }
    scripted.spec = std::move(spec);
    return scripted;
}

Rule read_rule(const Json& json, const Delivery& defaults, const std::filesystem::path& folder,
               const Script::Compile& compile) {
    if (!json.is_object()) throw std::runtime_error("a rule is an object: " + json.dump());
    Rule rule;
    const auto match = json.value("match", Json::object());
    rule.contains = match.value("contains", "");
    rule.not_contains = match.value("not_contains", "");
    if (match.contains("regex")) rule.regex.emplace(match["regex"].get<std::string>());
    const auto replies = json.contains("sequence")
                             ? json["sequence"]
                             : Json::array({json.value("reply", Json::object())});
    for (const auto& reply : replies) {
        rule.replies.push_back(read_reply(reply, json, defaults, folder));
        compile(rule.replies.back());
    }
    if (rule.replies.empty()) throw std::runtime_error("an empty sequence: " + json.dump());
    if (json.contains("times")) rule.times_max = json["times"];
    return rule;
}

}  // namespace

Template::Template(std::string_view text, int json_depth) : json_depth_(json_depth) {
    while (!text.empty()) {
        const auto open = text.find("{{");
        const auto end = open == std::string_view::npos ? open : text.find("}}", open);
        if (end == std::string_view::npos) {
            pieces_.push_back({std::string(text), ""});
            return;
        }
        const auto name = text.substr(open + 2, end - open - 2);
        const bool is_name =
            !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz+0123456789") ==
                                 std::string_view::npos;
        const auto taken = is_name ? end + 2 : open + 2;
        pieces_.push_back({std::string(text.substr(0, is_name ? open : taken)),
                           is_name ? std::string(name) : ""});
        text.remove_prefix(taken);
    }
}

std::string Template::render(const Values& values) const {
    std::string out;
    for (const auto& piece : pieces_) {
        out += piece.literal;
        if (!piece.name.empty()) out += escaped(value_of(piece.name, values), json_depth_);
    }
    return out;
}

bool Rule::matches(std::string_view text, std::vector<std::string>& captures) const {
    if (used >= times_max) return false;
    if (!contains.empty() && text.find(contains) == std::string_view::npos) return false;
    if (!not_contains.empty() && text.find(not_contains) != std::string_view::npos) return false;
    if (!regex) return true;
    std::match_results<std::string_view::const_iterator> found;
    if (!std::regex_search(text.begin(), text.end(), found, *regex)) return false;
    for (std::size_t i = 1; i < found.size(); ++i) captures.push_back(found[i].str());
    return true;
}

Script::Script(const Json& json, const std::filesystem::path& folder, const Compile& compile)
    : json_(json.is_array() ? Json{{"rules", json}} : json) {
    is_strict_ = json_.value("strict", true);
    keys_ = json_.value("keys", std::vector<std::string>{});
    defaults_.delay_ms = json_.value("latency_ms", 0);
    for (const auto& rule : json_.value("rules", Json::array())) {
        rules_.push_back(read_rule(rule, defaults_, folder, compile));
    }
}

const Scripted* Script::pick(std::string_view text, std::vector<std::string>& captures) {
    for (auto& rule : rules_) {
        if (!rule.matches(text, captures)) continue;
        const auto last = rule.replies.size() - 1;
        return &rule.replies[std::min<std::size_t>(rule.used++, last)];
    }
    return nullptr;
}

bool Script::accepts_key(std::string_view key, std::string_view usual_prefix) const {
    if (keys_.empty()) return !key.empty() && key.substr(0, usual_prefix.size()) == usual_prefix;
    for (const auto& known : keys_) {
        if (known == key) return true;
    }
    return false;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

}  // namespace torale::fake
