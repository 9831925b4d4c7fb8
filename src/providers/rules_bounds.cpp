// The typed parts of a condition: a value with a comparison, or a noun that asks for one.
#include <algorithm>
#include <array>

#include "providers/rules_draft.hpp"

namespace torale::providers::rules {

namespace {

enum class About { amount, date, both };
struct Comparator {
    std::string_view words;
    Compare compare;
    About about;
};

// Longer phrases before those that they begin with.
constexpr std::array<Comparator, 61> comparators{{
    {"no more than", Compare::less_equal, About::amount},
    {"not more than", Compare::less_equal, About::amount},
    {"no higher than", Compare::less_equal, About::amount},
    {"no less than", Compare::greater_equal, About::amount},
    {"not less than", Compare::greater_equal, About::amount},
    {"no fewer than", Compare::greater_equal, About::amount},
    {"no lower than", Compare::greater_equal, About::amount},
    {"no older than", Compare::greater_equal, About::both},
    {"no later than", Compare::less_equal, About::both},
    {"not later than", Compare::less_equal, About::both},
    {"no earlier than", Compare::greater_equal, About::both},
    {"less than or equal to", Compare::less_equal, About::amount},
    {"greater than or equal to", Compare::greater_equal, About::amount},
    {"less than", Compare::less, About::amount},
    {"lower than", Compare::less, About::amount},
    {"fewer than", Compare::less, About::amount},
    {"cheaper than", Compare::less, About::amount},
    {"smaller than", Compare::less, About::amount},
    {"older than", Compare::less, About::both},
    {"earlier than", Compare::less, About::both},
    {"prior to", Compare::less, About::both},
    {"at most", Compare::less_equal, About::amount},
    {"up to", Compare::less_equal, About::amount},
    {"maximum of", Compare::less_equal, About::amount},
    {"or less than", Compare::less, About::amount},
    {"more than", Compare::greater, About::amount},
    {"greater than", Compare::greater, About::amount},
    {"higher than", Compare::greater, About::amount},
    {"larger than", Compare::greater, About::amount},
    {"bigger than", Compare::greater, About::amount},
    {"newer than", Compare::greater, About::both},
    {"later than", Compare::greater, About::both},
    {"at least", Compare::greater_equal, About::amount},
    {"minimum of", Compare::greater_equal, About::amount},
    {"exactly", Compare::equal, About::amount},
    {"equal to", Compare::equal, About::amount},
    {"equals", Compare::equal, About::amount},
    {"below", Compare::less, About::amount},
    {"beneath", Compare::less, About::amount},
    {"under", Compare::less, About::amount},
    {"< =", Compare::less_equal, About::amount},
    {"> =", Compare::greater_equal, About::amount},
    {"<", Compare::less, About::amount},
    {">", Compare::greater, About::amount},
    {"≤", Compare::less_equal, About::amount},
    {"≥", Compare::greater_equal, About::amount},
    {"=", Compare::equal, About::amount},
    {"above", Compare::greater, About::amount},
    {"over", Compare::greater, About::amount},
    {"beyond", Compare::greater, About::both},
    {"exceeds", Compare::greater, About::amount},
    {"exceed", Compare::greater, About::amount},
    {"exceeded", Compare::greater, About::amount},
    {"reaches", Compare::greater_equal, About::amount},
    {"before", Compare::less, About::date},
    {"by", Compare::less_equal, About::date},
    {"until", Compare::less_equal, About::date},
    {"after", Compare::greater, About::date},
    {"since", Compare::greater_equal, About::date},
    {"from", Compare::greater_equal, About::date},
    {"starting", Compare::greater_equal, About::date},
}};

struct Noun {
    std::string_view word;
    ValueKind kind;
    const char* shown;
};
constexpr std::array<Noun, 14> nouns{{{"cve", ValueKind::cve, "a CVE id"},
                                      {"date", ValueKind::date, "a date"},
                                      {"dates", ValueKind::date, "a date"},
                                      {"price", ValueKind::money, "a price"},
                                      {"prices", ValueKind::money, "a price"},
                                      {"priced", ValueKind::money, "a price"},
                                      {"pricing", ValueKind::money, "a price"},
                                      {"cost", ValueKind::money, "a price"},
                                      {"costs", ValueKind::money, "a price"},
                                      {"fee", ValueKind::money, "a price"},
                                      {"fees", ValueKind::money, "a price"},
                                      {"version", ValueKind::version, "a version"},
                                      {"versions", ValueKind::version, "a version"},
                                      {"percentage", ValueKind::percent, "a percentage"}}};

const char* name_of(ValueKind kind) {
    switch (kind) {
        case ValueKind::money:
            return "a price";
        case ValueKind::percent:
            return "a percentage";
        case ValueKind::number:
            return "a number";
        case ValueKind::version:
            return "a version";
        case ValueKind::date:
            return "a date";
        case ValueKind::cve:
            return "a CVE id";
    }
    return "";
}

class BoundReader {
public:
    explicit BoundReader(Draft& draft) : draft_(draft) {}

    void run() {
        for (std::size_t at = 0; at < size(); ++at) {
            if (!draft_.used[at]) read_at(at);
        }
        for (std::size_t at = 0; at < size(); ++at) {
            if (!draft_.used[at]) read_bare(at);
        }
    }

private:
    std::size_t size() const { return draft_.tokens.size(); }
    bool is(std::size_t at, std::string_view word) const {
        return at < size() && draft_.tokens[at].folded == word;
    }

    void read_at(std::size_t at) {
        if (read_range(at)) return;
        for (const Comparator& comparator : comparators) {
            const std::size_t words = draft_.match(at, comparator.words);
            if (words == 0) continue;
            const auto value = value_after(at + words, comparator.about, says_version(at));
            if (value) return add(at, *value, comparator.compare);
        }
    }

    // "between A and B", "from A to B".
    bool read_range(std::size_t at) {
        const bool between = is(at, "between");
        if (!between && !is(at, "from")) return false;
        auto low = value_after(at + 1, About::both, says_version(at));
        if (!low || !(is(low->end, "and") || is(low->end, between ? "–" : "to"))) return false;
        auto high = value_after(low->end + 1, About::both, low->kind == ValueKind::version);
        if (!high || high->kind != low->kind) return false;
        TypedPart part = start(at, *high, Compare::within);
        part.low = *low;
        finish(at, high->end, std::move(part));
        return true;
    }

    // The value at `at`, behind an article or the word "version".
    std::optional<Value> value_after(std::size_t at, About about, bool version) const {
        for (int skipped = 0; skipped < 2 && at < size(); ++skipped) {
            const std::string& word = draft_.tokens[at].folded;
            version = version || word == "version" || word == "release";
            const bool skip = word == "the" || word == "a" || word == "about" ||
                              word == "version" || word == "release" || word == "price" ||
                              word == "$" || word == "€" || word == "£" || word == "¥";
            if (!skip || find(at, about, version)) break;
            ++at;
        }
        return find(at, about, version);
    }

    std::optional<Value> find(std::size_t at, About about, bool version) const {
        std::optional<Value> best;
        if (at >= size()) return best;
        if (about != About::amount) best = read_relative_date(draft_.tokens, at, draft_.now);
        for (const Value& value : draft_.values) {
            if (value.begin != at || draft_.used[at]) continue;
            const bool is_date = value.kind == ValueKind::date;
            if (value.kind == ValueKind::cve) continue;
            if (is_date ? about == About::amount : about == About::date) continue;
            const bool is_version = value.kind == ValueKind::version;
            const bool many_dots = is_version && value.version.parts.size() > 2;
            if (is_version && (version || many_dots)) return value;
            if (!best && !is_version) best = value;
        }
        return best;
    }

    bool says_version(std::size_t at) const {
        for (std::size_t back = 1; back <= 3 && back <= at; ++back) {
            const std::string& word = draft_.tokens[at - back].folded;
            if (word == "version" || word == "versions" || word == "release") return true;
        }
        return is(at, "newer") || is(at, "older");
    }

    TypedPart start(std::size_t begin, const Value& value, Compare compare) const {
        TypedPart part;
        part.kind = value.kind;
        part.compare = compare;
        part.low = value;
        part.high = value;
        part.shown = std::string(name_of(value.kind)) + " ";
        if (value.begin == begin) part.shown += "of ";
        part.shown += draft_.slice(begin, value.end);
        return part;
    }

    void add(std::size_t begin, const Value& value, Compare compare) {
        finish(begin, value.end, start(begin, value, compare));
    }

    void finish(std::size_t begin, std::size_t end, TypedPart part) {
        const bool is_version = part.kind == ValueKind::version;
        draft_.condition.typed.push_back(std::move(part));
        draft_.take(begin, end);
        for (std::size_t back = 1; is_version && back <= 3 && back <= begin; ++back) {
            const std::string& word = draft_.tokens[begin - back].folded;
            if (word == "version" || word == "versions") draft_.used[begin - back] = true;
        }
    }

    // A value without a comparison before it: "$500", "on 5 June", "version 3.2 or later".
    void read_bare(std::size_t at) {
        const bool version = says_version(at);
        auto value = find(at, About::both, version || or_suffix(at + 1) != nullptr);
        if (!value) return;
        if (const Comparator* suffix = or_suffix(value->end)) {
            TypedPart part = start(at, *value, suffix->compare);
            part.shown += " " + std::string(suffix->words);
            finish(at, value->end + 2, std::move(part));
            return;
        }
        if (value->kind == ValueKind::number) return;
        const bool is_date = value->kind == ValueKind::date;
        const std::size_t begin = is_date && at > 0 && is_time_preposition(at - 1) ? at - 1 : at;
        add_bare(begin, *value, is_date ? Compare::within : Compare::equal);
    }

    void add_bare(std::size_t begin, const Value& value, Compare compare) {
        // A version that nobody called one ("Python 3.14") is part of a name.
        if (value.kind == ValueKind::version && !says_version(begin)) return;
        add(begin, value, compare);
    }

    bool is_time_preposition(std::size_t at) const {
        return !draft_.used[at] &&
               (is(at, "on") || is(at, "in") || is(at, "during") || is(at, "at"));
    }

    const Comparator* or_suffix(std::size_t at) const {
        static constexpr std::array<Comparator, 16> suffixes{{
            {"or later", Compare::greater_equal, About::both},
            {"or newer", Compare::greater_equal, About::both},
            {"or above", Compare::greater_equal, About::both},
            {"or higher", Compare::greater_equal, About::both},
            {"or greater", Compare::greater_equal, About::both},
            {"or more", Compare::greater_equal, About::both},
            {"or over", Compare::greater_equal, About::both},
            {"and later", Compare::greater_equal, About::both},
            {"and above", Compare::greater_equal, About::both},
            {"or earlier", Compare::less_equal, About::both},
            {"or older", Compare::less_equal, About::both},
            {"or below", Compare::less_equal, About::both},
            {"or lower", Compare::less_equal, About::both},
            {"or less", Compare::less_equal, About::both},
            {"or under", Compare::less_equal, About::both},
            {"or fewer", Compare::less_equal, About::both},
        }};
        for (const Comparator& suffix : suffixes) {
            if (draft_.match(at, suffix.words) > 0) return &suffix;
        }
        return nullptr;
    }

    Draft& draft_;
};

// "a specific date": within two words before the noun.
bool asks_precision(const Draft& draft, std::size_t noun) {
    for (std::size_t back = 1; back <= 3 && back <= noun; ++back) {
        const std::string& word = draft.tokens[noun - back].folded;
        for (const std::string_view precise :
             {"specific", "exact", "precise", "concrete", "firm", "definite", "particular"}) {
            if (word == precise) return true;
        }
    }
    return false;
}

// "price drop", "cost cutting": the noun only tells what changes.
bool is_attribute(const Draft& draft, std::size_t noun) {
    if (noun + 1 >= draft.tokens.size()) return false;
    for (const std::string_view head : {"drop", "cut", "cuts", "cutting", "increase", "hike",
                                        "reduction", "rise", "range", "change", "control"}) {
        if (draft.tokens[noun + 1].folded == head) return true;
    }
    return false;
}

void ask_for(Draft& draft, const Noun& noun, bool needs_day) {
    if (draft.condition.asks(noun.kind)) return;
    TypedPart part;
    part.kind = noun.kind;
    part.needs_day = needs_day;
    part.shown = needs_day ? "a date with its day" : noun.shown;
    draft.condition.typed.push_back(std::move(part));
}

}  // namespace

void take_bounds(Draft& draft) {
    BoundReader(draft).run();
}

void take_nouns(Draft& draft) {
    for (std::size_t at = 0; at < draft.tokens.size(); ++at) {
        if (draft.used[at] || is_attribute(draft, at)) continue;
        for (const Noun& noun : nouns) {
            if (draft.tokens[at].folded != noun.word) continue;
            ask_for(draft, noun, noun.kind == ValueKind::date && asks_precision(draft, at));
            draft.used[at] = true;
            break;
        }
    }
}

}  // namespace torale::providers::rules
