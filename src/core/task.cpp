// Names of verdicts, and reading search options.
#include "core/task.hpp"

#include <algorithm>
#include <cctype>

namespace torale::core {

namespace {

constexpr int results_min = 1;
constexpr int results_max = 20;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

const Json* find(const Json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

std::string read_text(const Json& object, const char* key) {
    const Json* value = find(object, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

// One string or an array of them; anything else in the array is passed over.
std::vector<std::string> read_domains(const Json& object, const char* key) {
    std::vector<std::string> domains;
    const Json* value = find(object, key);
    if (value == nullptr) return domains;
    const auto add = [&domains](const Json& item) {
        if (item.is_string() && !item.get_ref<const std::string&>().empty()) {
            domains.push_back(lower(item.get<std::string>()));
        }
    };
    if (value->is_array()) {
        std::for_each(value->begin(), value->end(), add);
    } else {
        add(*value);
    }
    return domains;
}

}  // namespace

const char* name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::met:
            return "met";
        case Verdict::not_met:
            return "not_met";
        case Verdict::unknown:
            return "unknown";
    }
    return "unknown";
}

std::optional<Verdict> parse_verdict(std::string_view text) {
    for (const Verdict verdict : {Verdict::met, Verdict::not_met, Verdict::unknown}) {
        if (text == name_of(verdict)) return verdict;
    }
    return std::nullopt;
}

SearchOptions read_search_options(const Json& options) {
    SearchOptions read;
    if (const Json* count = find(options, "max_results"); count && count->is_number()) {
        const double wanted = count->get<double>();
        read.max_results =
            static_cast<int>(std::clamp(wanted, double{results_min}, double{results_max}));
    }
    if (const Json* domains = find(options, "domains")) {
        read.include_domains = read_domains(*domains, "allow");
        read.exclude_domains = read_domains(*domains, "deny");
    }
    read.recency = lower(read_text(options, "recency"));
    read.country = read_text(options, "country");
    std::transform(read.country.begin(), read.country.end(), read.country.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    read.language = lower(read_text(options, "language"));
    read.published_after = parse_time(read_text(options, "published_after"));
    return read;
}

}  // namespace torale::core
