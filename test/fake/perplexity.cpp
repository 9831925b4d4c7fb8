// Provider reference §1.1: every field, its type and its range; errors in FastAPI's shape.
#include "fake/perplexity.hpp"

#include <algorithm>
#include <cstdio>

namespace torale::fake {
namespace {

void add_fault(Json& faults, const std::string& field, const char* type, const std::string& text,
               const Json& input) {
    Json loc = Json::array({"body"});
    if (!field.empty()) loc.push_back(field);
    faults.push_back({{"type", type}, {"loc", loc}, {"msg", text}, {"input", input}});
}

void check_integer(Json& faults, const std::string& field, const Json& value, int most) {
    if (!value.is_number_integer()) {
        return add_fault(faults, field, "int_type", "Input should be a valid integer", value);
    }
    if (value.get<long long>() < 1) {
        add_fault(faults, field, "greater_than_equal", "Input should be greater than or equal to 1",
                  value);
    } else if (value.get<long long>() > most) {
        add_fault(faults, field, "less_than_equal",
                  "Input should be less than or equal to " + std::to_string(most), value);
    }
}

void check_choice(Json& faults, const std::string& field, const Json& value,
                  const std::vector<std::string>& choices) {
    const bool is_one = value.is_string() && std::find(choices.begin(), choices.end(),
                                                       value.get<std::string>()) != choices.end();
    if (is_one) return;
    std::string list;
    for (const auto& choice : choices) {
        list += (list.empty() ? "'" : ", '") + choice + "'";
    }
    add_fault(faults, field, "literal_error", "Input should be " + list, value);
}

bool is_american_date(const std::string& text) {
    int month = 0, day = 0, year = 0, end = 0;
    if (std::sscanf(text.c_str(), "%2d/%2d/%4d%n", &month, &day, &year, &end) != 3) return false;
    return static_cast<std::size_t>(end) == text.size() && text.size() >= 8 && month >= 1 &&
           month <= 12 && day >= 1 && day <= 31 && year >= 1000;
}

void check_date(Json& faults, const std::string& field, const Json& value) {
    if (!value.is_string()) {
        add_fault(faults, field, "string_type", "Input should be a valid string", value);
    } else if (!is_american_date(value.get<std::string>())) {
        add_fault(faults, field, "value_error", "Value error, date must be in MM/DD/YYYY format",
                  value);
    }
}

bool is_code(const std::string& text, char first, char last) {
    return text.size() == 2 &&
           std::all_of(text.begin(), text.end(), [&](char c) { return c >= first && c <= last; });
}

bool check_strings(Json& faults, const std::string& field, const Json& value, std::size_t most) {
    const bool is_list =
        value.is_array() && std::all_of(value.begin(), value.end(), [](auto& one) {
            return one.is_string() && !one.template get_ref<const std::string&>().empty();
        });
    if (!is_list || value.empty()) {
        add_fault(faults, field, "list_type", "Input should be a valid list of strings", value);
    } else if (value.size() > most) {
        add_fault(faults, field, "too_long",
                  "List should have at most " + std::to_string(most) + " items", value);
    } else {
        return true;
    }
    return false;
}

void check_domains(Json& faults, const std::string& field, const Json& value) {
    if (!check_strings(faults, field, value, 20)) return;
    std::size_t denied = 0;
    for (const std::string entry : value) {
        if (entry.front() == '-') ++denied;
        if (entry.size() > 253 || entry.find_first_of(":/ ") != std::string::npos) {
            add_fault(faults, field, "value_error", "Value error, not a domain name", entry);
        }
    }
    if (denied != 0 && denied != value.size()) {
        add_fault(faults, field, "value_error",
                  "Value error, allow and deny entries cannot be mixed", value);
    }
}

void check_query(Json& faults, const Json& body) {
    if (!body.contains("query")) {
        return add_fault(faults, "query", "missing", "Field required", body);
    }
    const auto& query = body["query"];
    if (query.is_array()) {
        check_strings(faults, "query", query, 5);
    } else if (!query.is_string()) {
        add_fault(faults, "query", "string_type", "Input should be a valid string", query);
    } else if (query.get_ref<const std::string&>().empty()) {
        add_fault(faults, "query", "string_too_short", "String should have at least 1 character",
                  query);
    }
}

void check_field(Json& faults, const std::string& field, const Json& value, const Json& body) {
    if (field == "query") return;
    if (field == "max_results") {
        check_integer(faults, field, value,
                      body.value("search_type", Json()) == "people" ? 100 : 20);
    } else if (field == "max_tokens" || field == "max_tokens_per_page") {
        check_integer(faults, field, value, 1'000'000);
    } else if (field == "search_context_size") {
        check_choice(faults, field, value, {"low", "medium", "high"});
    } else if (field == "search_recency_filter") {
        check_choice(faults, field, value, {"hour", "day", "week", "month", "year"});
    } else if (field == "search_mode") {
        check_choice(faults, field, value, {"web", "academic", "sec"});
    } else if (field == "search_type") {
        check_choice(faults, field, value, {"web", "people"});
    } else if (field == "country") {
        if (!value.is_string() || !is_code(value, 'A', 'Z')) {
            add_fault(faults, field, "string_pattern_mismatch",
                      "String should match pattern '^[A-Z]{2}$'", value);
        }
    } else if (field == "search_domain_filter") {
        check_domains(faults, field, value);
    } else if (field == "search_language_filter") {
        if (!check_strings(faults, field, value, 10)) return;
        for (const std::string code : value) {
            if (is_code(code, 'a', 'z')) continue;
            add_fault(faults, field, "string_pattern_mismatch",
                      "String should match pattern '^[a-z]{2}$'", code);
        }
    } else if (field == "search_after_date_filter" || field == "search_before_date_filter" ||
               field == "last_updated_after_filter" || field == "last_updated_before_filter") {
        check_date(faults, field, value);
    } else if (field == "display_server_time") {
        if (!value.is_boolean()) {
            add_fault(faults, field, "bool_type", "Input should be a valid boolean", value);
        }
    } else {
        add_fault(faults, field, "extra_forbidden", "Extra inputs are not permitted", value);
    }
}

Reply refuse(int status, const Json& body, bool keep_alive) {
    Delivery delivery;
    delivery.status = status;
    return render_reply(delivery, body.dump(-1, ' ', false, Json::error_handler_t::replace),
                        keep_alive);
}

// The whole text of the query; for a list its entries, one a line.
std::string query_text(const Json& body) {
    if (body["query"].is_string()) return body["query"];
    std::string text;
    for (const std::string one : body["query"]) text += (text.empty() ? "" : "\n") + one;
    return text;
}

// The string member `name` of a JSON text as it stands there, found without parsing.
std::string_view raw_string(std::string_view json, std::string_view name) {
    const auto key = "\"" + std::string(name) + "\"";
    auto at = json.find(key);
    if (at == std::string_view::npos) return {};
    at = json.find('"', at + key.size());
    if (at == std::string_view::npos) return {};
    const auto begin = at + 1;
    do at = json.find('"', at + 1);
    while (at != std::string_view::npos && json[at - 1] == '\\');
    return json.substr(begin, at == std::string_view::npos ? at : at - begin);
}

const Json& default_results() {
    static const Json results = Json::parse(R"json([
 {"title": "{{query}}: what is known", "url": "https://news.example.com/{{slug}}",
  "snippet": "A first report about {{query}}. Nothing has been announced so far.",
  "date": "{{today}}", "last_updated": null},
 {"title": "Background", "url": "https://encyclopedia.example.org/{{slug}}",
  "snippet": "Background on {{query}}, unchanged for years.", "date": "2020-02-29",
  "last_updated": "{{today}}"},
 {"title": "A forum", "url": "https://forum.example.net/t/{{slug}}",
  "snippet": "Someone asked about {{query}}; nobody knew.", "date": null, "last_updated": null}
])json");
    return results;
}

std::vector<Template> compile_items(const Json& results) {
    std::vector<Template> items;
    for (const auto& result : results) items.emplace_back(result.dump(), 1);
    return items;
}

std::string render_results(const std::vector<Template>& items, std::size_t most,
                           const Values& values) {
    std::string out = "{\"id\":\"srch-" + std::to_string(values.n) + "\",\"results\":[";
    for (std::size_t i = 0; i < std::min(items.size(), most); ++i) {
        if (i > 0) out += ',';
        out += items[i].render(values);
    }
    return out += "],\"server_time\":null}";
}

}  // namespace

Json perplexity_faults(const Json& body) {
    Json faults = Json::array();
    if (!body.is_object()) {
        add_fault(faults, "", "model_attributes_type",
                  "Input should be a valid dictionary or object to extract fields from", body);
        return faults;
    }
    check_query(faults, body);
    for (const auto& [field, value] : body.items()) {
        if (!value.is_null()) check_field(faults, field, value, body);
    }
    const auto has = [&](const char* field) {
        return body.contains(field) && !body[field].is_null();
    };
    if (has("search_context_size") && (has("max_tokens") || has("max_tokens_per_page"))) {
        add_fault(faults, "search_context_size", "value_error",
                  "Value error, search_context_size cannot be combined with max_tokens or "
                  "max_tokens_per_page",
                  body["search_context_size"]);
    }
    return faults.empty() ? Json() : faults;
}

void Perplexity::load(const Json& json, const std::filesystem::path& folder) {
    script_ = Script(json, folder, [](Scripted& scripted) {
        if (scripted.spec.contains("results")) {
            scripted.items = compile_items(scripted.spec["results"]);
        }
    });
    default_items_ = compile_items(default_results());
}

Reply Perplexity::answer(const Request& request, std::uint64_t n, std::string& verdict) {
    verdict = "refused";
    auto token = request.header("authorization");
    constexpr std::string_view scheme = "Bearer ";
    const bool is_bearer = token.substr(0, scheme.size()) == scheme;
    if (is_bearer) token.remove_prefix(scheme.size());
    if (!is_bearer || !script_.accepts_key(token, "pplx-")) {
        return refuse(401,
                      {{"error",
                        {{"message",
                          "Invalid API key provided. You can obtain your API key from "
                          "the account settings page."},
                         {"type", "invalid_api_key"},
                         {"code", 401}}}},
                      request.keep_alive);
    }
    if (!script_.is_strict()) {
        verdict = "unchecked";
        return speak(raw_string(request.body, "query"), 20, n, request);
    }
    auto body = Json::parse(request.body, nullptr, false);
    if (request.header("content-type").substr(0, 16) != "application/json") {
        body = std::string(request.body);
    } else if (body.is_discarded()) {
        return refuse(422,
                      {{"detail", Json::array({{{"type", "json_invalid"},
                                                {"loc", {"body", 0}},
                                                {"msg", "JSON decode error"},
                                                {"input", Json::object()}}})}},
                      request.keep_alive);
    }
    if (auto faults = perplexity_faults(body); !faults.is_null()) {
        return refuse(422, {{"detail", std::move(faults)}}, request.keep_alive);
    }
    verdict = "ok";
    const auto wanted = body.value("max_results", Json());
    return speak(query_text(body), wanted.is_number_integer() ? wanted.get<std::size_t>() : 10, n,
                 request);
}

Reply Perplexity::speak(std::string_view query, std::size_t results_max, std::uint64_t n,
                        const Request& request) {
    Values values{.text = query, .n = n, .captures = {}};
    const auto* scripted = script_.pick(query, values.captures);
    const auto& delivery = scripted ? scripted->delivery : script_.defaults();
    if (scripted && scripted->body) {
        return render_reply(delivery, scripted->body->render(values), request.keep_alive);
    }
    if (delivery.status != 200) return render_reply(delivery, "", request.keep_alive);
    const bool is_default = !scripted || !scripted->spec.contains("results");
    const auto& items = is_default ? default_items_ : scripted->items;
    return render_reply(delivery, render_results(items, results_max, values), request.keep_alive);
}

}  // namespace torale::fake
