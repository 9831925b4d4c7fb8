// The engine of the search services, and how fields are checked.
#include "fake/searchers.hpp"

#include <algorithm>
#include <cctype>

namespace torale::fake {
namespace {

const Json& default_results() {
    static const Json results = Json::parse(R"json([
 {"title": "{{query}}: what is known", "url": "https://news.example.com/{{slug}}",
  "snippet": "A first report about {{query}}. Nothing has been announced so far.",
  "date": "{{today}}"},
 {"title": "Background", "url": "https://encyclopedia.example.org/{{slug}}",
  "snippet": "Background on {{query}}, unchanged for years.", "date": "2020-02-29"},
 {"title": "A forum", "url": "https://forum.example.net/t/{{slug}}",
  "snippet": "Someone asked about {{query}}; nobody knew.", "date": null}
])json");
    return results;
}

std::vector<Template> compile(const SearchShape& shape, const Json& results) {
    std::vector<Template> items;
    for (const auto& plain : results) items.emplace_back(shape.shape_item(plain).dump(), 1);
    return items;
}

std::string decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && std::isxdigit(text[i + 1]) != 0 &&
            std::isxdigit(text[i + 2]) != 0) {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

// A query string as an object of texts; a name that comes twice keeps its last value.
Json read_query(std::string_view query) {
    Json body = Json::object();
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = pair.substr(std::min(equals + 1, pair.size()));
        body[decode(pair.substr(0, equals))] = decode(value);
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return body;
}

Reply send(const Refusal& refusal, const Request& request) {
    Delivery delivery;
    delivery.status = refusal.status;
    delivery.content_type = refusal.content_type;
    return render_reply(delivery, refusal.body, request.keep_alive);
}

std::string_view key_in(const SearchShape& shape, const Request& request) {
    auto key = request.header(shape.key_header);
    const std::string_view scheme = shape.key_scheme;
    if (key.substr(0, scheme.size()) != scheme) return {};
    key.remove_prefix(scheme.size());
    return key;
}

}  // namespace

const std::vector<const SearchShape*>& search_shapes() {
    static const std::vector<const SearchShape*> shapes{
        &tavily_shape,  &exa_shape,   &brave_shape,        &parallel_shape,
        &searxng_shape, &sonar_shape, &openai_search_shape};
    return shapes;
}

void Fields::blame(const std::string& name, const std::string& what) {
    if (fault_.empty()) fault_ = name + ": " + what;
}

const Json* Fields::find(const char* name) {
    known_.insert(name);
    if (!body_.is_object()) return nullptr;
    const auto found = body_.find(name);
    return found == body_.end() ? nullptr : &*found;
}

Fields& Fields::text(const char* name, std::size_t chars_max, bool is_required) {
    const Json* value = find(name);
    if (!value) {
        if (is_required) blame(name, "is required");
    } else if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
        blame(name, "must be a text that is not empty");
    } else if (value->get_ref<const std::string&>().size() > chars_max) {
        blame(name, "is too long");
    }
    return *this;
}

Fields& Fields::integer(const char* name, long long least, long long most) {
    const Json* value = find(name);
    if (!value) return *this;
    long long number = 0;
    if (is_query_ && value->is_string()) {
        const auto& text = value->get_ref<const std::string&>();
        const bool is_number = !text.empty() && text.size() < 10 &&
                               std::all_of(text.begin(), text.end(),
                                           [](unsigned char c) { return std::isdigit(c) != 0; });
        number = is_number ? std::stoll(text) : least - 1;
    } else {
        number = value->is_number_integer() ? value->get<long long>() : least - 1;
    }
    if (number < least || number > most) {
        blame(name, "must be a whole number from " + std::to_string(least) + " to " +
                        std::to_string(most));
    }
    return *this;
}

Fields& Fields::flag(const char* name) {
    const Json* value = find(name);
    const bool is_word = is_query_ && value && (*value == "true" || *value == "false");
    if (value && !value->is_boolean() && !is_word) {
        blame(name, "must be true or false");
    }
    return *this;
}

Fields& Fields::choice(const char* name, const std::set<std::string>& choices) {
    const Json* value = find(name);
    if (value && (!value->is_string() || choices.count(value->get<std::string>()) == 0)) {
        blame(name, "is none of the known values");
    }
    return *this;
}

Fields& Fields::domains(const char* name, std::size_t most) {
    const Json* value = find(name);
    if (!value) return *this;
    if (!value->is_array() || value->empty() || value->size() > most) {
        blame(name, "must be a list of 1 to " + std::to_string(most) + " domains");
        return *this;
    }
    for (const auto& one : *value) {
        const bool is_domain =
            one.is_string() && !one.get_ref<const std::string&>().empty() &&
            one.get_ref<const std::string&>().size() <= 253 &&
            one.get_ref<const std::string&>().find_first_of("*:/ ") == std::string::npos &&
            one.get_ref<const std::string&>().front() != '.';
        if (!is_domain) blame(name, "has an entry that is no domain");
    }
    return *this;
}

Fields& Fields::pattern(const char* name, const char* regex) {
    const Json* value = find(name);
    if (value && (!value->is_string() ||
                  !std::regex_match(value->get_ref<const std::string&>(), std::regex(regex)))) {
        blame(name, "does not have the documented form");
    }
    return *this;
}

Fields& Fields::object(const char* name) {
    const Json* value = find(name);
    if (value && !value->is_object()) blame(name, "must be an object");
    return *this;
}

std::string Fields::fault() {
    if (!body_.is_object()) return "body: must be an object";
    for (const auto& [name, value] : body_.items()) {
        if (known_.count(name) == 0) blame(name, "is not a known field");
    }
    return fault_;
}

void Searcher::load(const Json& json, const std::filesystem::path& folder) {
    script_ = Script(json, folder, [this](Scripted& scripted) {
        if (scripted.spec.contains("results")) {
            scripted.items = compile(*shape_, scripted.spec["results"]);
        }
    });
    default_items_ = compile(*shape_, default_results());
    before_ = Template(shape_->before, 1);
    after_ = Template(shape_->after, 1);
}

Reply Searcher::answer(const Request& request, const std::string& path, std::uint64_t n,
                       std::string& verdict) {
    verdict = "refused";
    if (shape_->paths.count(path) == 0) {
        return send({404, R"({"error":"no such path"})"}, request);
    }
    if (request.method != shape_->method) {
        return send({405, R"({"error":"Method Not Allowed"})"}, request);
    }
    if (shape_->key_header && !script_.accepts_key(key_in(*shape_, request), shape_->key_prefix)) {
        return send(shape_->refuse_key(), request);
    }
    const bool is_get = request.method == "GET";
    Json body = is_get ? read_query(request.query) : Json::parse(request.body, nullptr, false);
    if (!is_get && request.header("content-type").substr(0, 16) != "application/json") {
        body = nullptr;
    }
    Asked asked;
    if (script_.is_strict()) {
        if (const auto refusal = shape_->check(request, body, asked); refusal.status != 0) {
            return send(refusal, request);
        }
        verdict = "ok";
    } else {
        verdict = "unchecked";
        asked.query = is_get ? body.value("q", "") : std::string(request.body);
    }
    return speak(asked, n, request);
}

Reply Searcher::speak(const Asked& asked, std::uint64_t n, const Request& request) {
    Values values{.text = asked.query, .n = n, .captures = {}};
    const auto* scripted = script_.pick(asked.query, values.captures);
    const auto& delivery = scripted ? scripted->delivery : script_.defaults();
    if (scripted && scripted->body) {
        return render_reply(delivery, scripted->body->render(values), request.keep_alive);
    }
    if (delivery.status != 200) return render_reply(delivery, "", request.keep_alive);
    const bool is_default = !scripted || !scripted->spec.contains("results");
    const auto& items = is_default ? default_items_ : scripted->items;
    std::string out = before_.render(values);
    for (std::size_t i = 0; i < std::min(items.size(), asked.results_max); ++i) {
        if (i > 0) out += ',';
        out += items[i].render(values);
    }
    return render_reply(delivery, out + after_.render(values), request.keep_alive);
}

}  // namespace torale::fake
