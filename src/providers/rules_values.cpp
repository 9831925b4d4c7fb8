// Numbers with what they count. A number may be several things at once; who asks decides.
#include "providers/rules_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "providers/rules.hpp"

namespace torale::providers::rules {

namespace {

struct Named {
    std::string_view word;
    std::string_view code;
};
constexpr std::array<Named, 26> currencies{
    {{"$", "USD"},      {"€", "EUR"},       {"£", "GBP"},     {"¥", "JPY"},      {"usd", "USD"},
     {"dollar", "USD"}, {"dollars", "USD"}, {"bucks", "USD"}, {"us$", "USD"},    {"eur", "EUR"},
     {"euro", "EUR"},   {"euros", "EUR"},   {"gbp", "GBP"},   {"pound", "GBP"},  {"pounds", "GBP"},
     {"quid", "GBP"},   {"jpy", "JPY"},     {"yen", "JPY"},   {"chf", "CHF"},    {"francs", "CHF"},
     {"cad", "CAD"},    {"aud", "AUD"},     {"inr", "INR"},   {"rupees", "INR"}, {"cny", "CNY"},
     {"yuan", "CNY"}}};

std::string_view currency_of(const Token& token) {
    for (const Named& currency : currencies) {
        if (token.folded == currency.word) return currency.code;
    }
    return {};
}

// "C$", "A$": a letter glued before the sign makes it another currency.
std::string_view currency_before(const std::vector<Token>& tokens, std::size_t at) {
    const std::string_view code = currency_of(tokens[at]);
    if (code != "USD" || at == 0 || tokens[at].folded != "$") return code;
    const Token& before = tokens[at - 1];
    if (before.offset + before.raw.size() != tokens[at].offset) return code;
    if (before.folded == "us") return "USD";
    if (before.folded == "c" || before.folded == "ca") return "CAD";
    if (before.folded == "a" || before.folded == "au") return "AUD";
    return before.kind == Token::Kind::word ? "other" : code;
}

double scale_of(std::string_view word) {
    if (word == "k" || word == "thousand") return 1e3;
    if (word == "m" || word == "mn" || word == "million" || word == "millions") return 1e6;
    if (word == "b" || word == "bn" || word == "billion" || word == "billions") return 1e9;
    if (word == "tn" || word == "trillion") return 1e12;
    return 0;
}

// "1,234.5GB" → 1234.5 and "gb". Nothing when the token is more than that ("3.0.17", "5th").
struct Amount {
    double value = 0;
    std::string glued;
};
std::optional<Amount> parse_amount(const Token& token) {
    std::string digits;
    std::size_t at = 0;
    int dots = 0;
    const std::string& text = token.folded;
    for (; at < text.size(); ++at) {
        if (text[at] == ',' ||
            (text[at] == '.' && at + 1 < text.size() && is_digit(text[at + 1]))) {
            dots += text[at] == '.' ? 1 : 0;
            if (text[at] == '.') digits += '.';
        } else if (is_digit(text[at])) {
            digits += text[at];
        } else {
            break;
        }
    }
    const std::string glued = text.substr(at);
    const bool is_ordinal = glued == "st" || glued == "nd" || glued == "rd" || glued == "th";
    if (digits.empty() || dots > 1 || is_ordinal) return std::nullopt;
    if (!std::all_of(glued.begin(), glued.end(), is_ascii_letter)) return std::nullopt;
    Amount amount;
    std::from_chars(digits.data(), digits.data() + digits.size(), amount.value);
    if (token.is_negative) amount.value = -amount.value;
    amount.glued = glued;
    return amount;
}

bool is_cve(std::string_view folded) {
    if (folded.substr(0, 4) != "cve-" || folded.size() < 13 || folded[8] != '-') return false;
    return is_digits(folded.substr(4, 4)) && is_digits(folded.substr(9));
}

class Finder {
public:
    Finder(const std::vector<Token>& tokens, core::Time reference)
        : tokens_(tokens), reference_(reference) {}

    std::vector<Value> run() {
        for (std::size_t at = 0; at < tokens_.size();) {
            if (is_cve(tokens_[at].folded)) {
                add(ValueKind::cve, at, at + 1);
            } else if (const auto date = read_date(tokens_, at, reference_)) {
                values_.push_back(*date);
                at = date->end;
                continue;
            } else if (tokens_[at].kind == Token::Kind::number) {
                at = read_number(at);
                continue;
            } else if (const auto version = parse_version(tokens_[at].folded)) {
                add_version(at, *version);  // "v3"
            }
            ++at;
        }
        return std::move(values_);
    }

private:
    const Token* token(std::size_t at) const {
        return at < tokens_.size() ? &tokens_[at] : nullptr;
    }
    bool is_word(std::size_t at, std::string_view word) const {
        return at < tokens_.size() && tokens_[at].folded == word;
    }

    Value& add(ValueKind kind, std::size_t begin, std::size_t end) {
        Value value;
        value.kind = kind;
        value.begin = begin;
        value.end = end;
        values_.push_back(value);
        return values_.back();
    }

    void add_version(std::size_t at, const Version& version) {
        Value& value = add(ValueKind::version, at, at + 1);
        value.version = version;
        value.is_dotted = version.parts.size() > 1;
    }

    // Returns the token after the value.
    std::size_t read_number(std::size_t at) {
        const auto amount = parse_amount(tokens_[at]);
        if (amount) {
            if (const std::size_t end = read_money(at, *amount)) return end;
            if (const std::size_t end = read_percent(at, *amount)) return end;
            read_count(at, *amount);
        }
        if (const auto version = parse_version(tokens_[at].folded)) add_version(at, *version);
        return at + 1;
    }

    std::size_t read_money(std::size_t at, const Amount& amount) {
        const std::string_view before =
            at > 0 ? currency_before(tokens_, at - 1) : std::string_view();
        std::size_t end = at + 1;
        double factor = scale_of(amount.glued);
        if (factor == 0 && !amount.glued.empty()) return 0;
        if (factor == 0 && token(end) != nullptr) {
            factor = scale_of(token(end)->folded);
            end += factor > 0 ? 1 : 0;
        }
        std::string_view code = before;
        if (code.empty() && token(end) != nullptr) {
            if (is_word(end, "us") && token(end + 1) != nullptr) ++end;  // "500 US dollars"
            code = currency_of(*token(end));
            ++end;
        }
        if (code.empty()) return 0;
        Value& value = add(ValueKind::money, before.empty() ? at : at - 1, end);
        value.amount = amount.value * (factor > 0 ? factor : 1);
        value.unit = code;
        return end;
    }

    std::size_t read_percent(std::size_t at, const Amount& amount) {
        std::size_t end = at + 1;
        if (!amount.glued.empty()) return 0;
        if (is_word(end, "%") || is_word(end, "percent")) {
            ++end;
        } else if (is_word(end, "per") && is_word(end + 1, "cent")) {
            end += 2;
        } else {
            return 0;
        }
        const bool is_points = is_word(end, "point") || is_word(end, "points");
        Value& value =
            add(is_points ? ValueKind::number : ValueKind::percent, at, is_points ? end + 1 : end);
        value.amount = amount.value;
        value.unit = is_points ? "percentage point" : "%";
        return value.end;
    }

    // "three new models" counts models.
    static bool is_attribute(std::string_view word) {
        return word == "new" || word == "more" || word == "additional" || word == "other";
    }

    void read_count(std::size_t at, const Amount& amount) {
        Value& value = add(ValueKind::number, at, at + 1);
        value.amount = amount.value;
        value.unit = amount.glued;
        const Token* next = token(at + 1);
        if (!value.unit.empty() || next == nullptr) return;
        const double factor = scale_of(next->folded);
        if (factor > 0) {
            value.amount *= factor;
            value.end = at + 2;
            next = token(at + 2);
        }
        if (next != nullptr && is_attribute(next->folded)) next = token(++value.end);
        if (next == nullptr || next->clause != tokens_[at].clause) return;
        const bool degree = next->folded == "°";
        const bool names = next->kind == Token::Kind::word && !is_stop_word(next->folded);
        if (degree || names) {
            value.unit = degree ? "°" : stem(next->folded);
            ++value.end;
        }
    }

    const std::vector<Token>& tokens_;
    core::Time reference_;
    std::vector<Value> values_;
};

bool is_prerelease_suffix(std::string_view suffix) {
    const std::size_t from = suffix.find_first_not_of("-~._+");
    if (from == std::string_view::npos) return false;
    suffix.remove_prefix(from);
    std::size_t letters = 0;
    while (letters < suffix.size() && is_ascii_letter(suffix[letters])) ++letters;
    const std::string_view name = suffix.substr(0, letters);
    for (const std::string_view known :
         {"rc", "beta", "alpha", "a", "b", "dev", "pre", "preview"}) {
        if (name == known) return true;
    }
    return false;
}

}  // namespace

std::optional<Version> parse_version(std::string_view folded) {
    const std::size_t colon = folded.find(':');  // Debian epoch
    if (colon != std::string_view::npos && is_digits(folded.substr(0, colon))) {
        folded.remove_prefix(colon + 1);
    }
    if (folded.size() > 1 && folded[0] == 'v' && is_digit(folded[1])) folded.remove_prefix(1);
    Version version;
    std::size_t at = 0;
    while (at < folded.size() && is_digit(folded[at])) {
        std::uint64_t part = 0;
        const auto parsed =
            std::from_chars(folded.data() + at, folded.data() + folded.size(), part);
        if (parsed.ec != std::errc()) return std::nullopt;
        version.parts.push_back(part);
        at = static_cast<std::size_t>(parsed.ptr - folded.data());
        const bool more = at + 1 < folded.size() && folded[at] == '.' && is_digit(folded[at + 1]);
        if (!more) break;
        ++at;
    }
    if (version.parts.empty() || version.parts.size() > 6) return std::nullopt;
    const std::string_view suffix = folded.substr(at);
    if (suffix.find_first_of(",/:@") != std::string_view::npos) return std::nullopt;
    version.is_prerelease = is_prerelease_suffix(suffix);
    // "16gb" and "5th" are no versions; "9p1" and "1.1.1w" are.
    const bool bare_word = version.parts.size() == 1 && !suffix.empty() && !version.is_prerelease &&
                           is_ascii_letter(suffix[0]);
    if (bare_word && suffix.find_first_of("0123456789") == std::string_view::npos) {
        return std::nullopt;
    }
    return version;
}

int compare(const Version& a, const Version& b) {
    const std::size_t size = std::max(a.parts.size(), b.parts.size());
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t x = i < a.parts.size() ? a.parts[i] : 0;
        const std::uint64_t y = i < b.parts.size() ? b.parts[i] : 0;
        if (x != y) return x < y ? -1 : 1;
    }
    return (b.is_prerelease ? 1 : 0) - (a.is_prerelease ? 1 : 0);
}

std::vector<Value> find_values(const std::vector<Token>& tokens, core::Time reference) {
    return Finder(tokens, reference).run();
}

}  // namespace torale::providers::rules
