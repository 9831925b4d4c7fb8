// The nearest of some names, as PostgREST's hints choose it: candidates that share grams with the
// name, the best of them by cosine, scored again by edit distance (postgrest.md §12.2).
#include <algorithm>
#include <cmath>
#include <map>

#include "rest/schema.hpp"

namespace torale::rest {
namespace {

constexpr std::size_t contenders_max = 50;
// Longer names are no typing errors, and edit distance is quadratic.
constexpr std::size_t name_chars_max = 256;

using Grams = std::map<std::u32string, int>;

// Invalid bytes stay as code points of their own: the result is only compared.
std::u32string code_points(std::string_view text) {
    std::u32string points;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if ((byte & 0xC0) == 0x80 && !points.empty()) {
            points.back() = (points.back() << 6) | (byte & 0x3F);
        } else {
            points.push_back(byte);
        }
    }
    return points;
}

// Beyond ASCII every character is taken for a letter; only ASCII ones have a case here.
std::u32string normalized(std::string_view name) {
    std::u32string kept = U"-";
    for (const char32_t letter : code_points(name)) {
        const bool is_upper = letter >= U'A' && letter <= U'Z';
        const bool is_word = (letter >= U'a' && letter <= U'z') ||
                             (letter >= U'0' && letter <= U'9') || letter == U'_' || letter > 127;
        if (is_upper) kept += letter + (U'a' - U'A');
        if (is_word || letter == U' ' || letter == U',') kept += letter;
        if (kept.size() > name_chars_max) break;
    }
    kept += U'-';
    return kept;
}

Grams grams_of(std::u32string name, std::size_t size) {
    while (name.size() < size) name += U'-';
    Grams grams;
    for (std::size_t at = 0; at + size <= name.size(); at++) grams[name.substr(at, size)]++;
    return grams;
}

double length(const Grams& grams) {
    double sum = 0;
    for (const auto& [gram, count] : grams) sum += double(count) * count;
    return std::sqrt(sum);
}

double cosine(const Grams& a, const Grams& b) {
    double product = 0;
    for (const auto& [gram, count] : a) {
        const auto found = b.find(gram);
        if (found != b.end()) product += double(count) * found->second;
    }
    return product / (length(a) * length(b));
}

std::size_t edit_distance(const std::u32string& a, const std::u32string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); j++) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); i++) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); j++) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row[b.size()];
}

struct Contender {
    const std::string* name = nullptr;
    std::u32string form;
    double score = 0;
};

void sort_by_score(std::vector<Contender>& contenders) {
    std::stable_sort(contenders.begin(), contenders.end(),
                     [](const Contender& a, const Contender& b) { return a.score > b.score; });
}

std::vector<Contender> contenders_for(const std::u32string& form,
                                      const std::vector<std::string>& candidates,
                                      std::size_t gram_size) {
    const Grams grams = grams_of(form, gram_size);
    std::vector<Contender> contenders;
    for (const std::string& candidate : candidates) {
        Contender contender{&candidate, normalized(candidate), 0};
        contender.score = cosine(grams, grams_of(contender.form, gram_size));
        if (contender.score > 0) contenders.push_back(std::move(contender));
    }
    sort_by_score(contenders);
    if (contenders.size() > contenders_max) contenders.resize(contenders_max);
    for (Contender& each : contenders) {
        each.score = 1 - double(edit_distance(form, each.form)) /
                             double(std::max(form.size(), each.form.size()));
    }
    sort_by_score(contenders);
    return contenders;
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& candidates,
                                        double threshold) {
    const std::u32string form = normalized(name);
    for (const std::size_t gram_size : {std::size_t{3}, std::size_t{2}}) {
        const std::vector<Contender> contenders = contenders_for(form, candidates, gram_size);
        if (!contenders.empty() && contenders.front().score >= threshold) {
            return *contenders.front().name;
        }
    }
    return std::nullopt;
}

}  // namespace torale::rest
