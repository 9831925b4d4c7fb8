// The judge's verdict, told so that a reader can check it: which sentence, which part, or what
// was missing.
#include "providers/rules.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "core/text.hpp"
#include "providers/rules_match.hpp"

namespace torale::providers::rules {

namespace {

constexpr std::size_t citations_max = 5;
constexpr std::size_t quote_chars_max = 300;

struct Finding {
    const core::Source* source = nullptr;
    std::string_view sentence;  // the one that decides
    std::string_view shown;     // it, or it with those before
    Match match;                // offsets into `sentence`
};

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}
bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

// The list mark of a changelog says nothing.
std::string_view without_mark(std::string_view sentence) {
    std::size_t at = 0;
    while (at < sentence.size() && (is_blank(sentence[at]) || sentence[at] == '*' ||
                                    sentence[at] == '-' || sentence[at] == '+')) {
        ++at;
    }
    return at < sentence.size() ? sentence.substr(at) : sentence;
}

// The sentence, or quote_chars_max characters of it around the match, from blank to blank.
std::string_view choose_quote(std::string_view sentence, const Match& match) {
    const std::string_view whole = without_mark(sentence);
    if (count_characters(whole) <= quote_chars_max) return whole;
    const std::size_t lead = static_cast<std::size_t>(whole.data() - sentence.data());
    const std::size_t first = std::max(match.begin, lead) - lead;
    const std::size_t last = std::max(match.end, lead) - lead;
    const std::size_t needed = std::min(last - first, quote_chars_max);
    const std::size_t slack = (quote_chars_max - needed) / 2;
    std::size_t begin = first > slack ? first - slack : 0;
    while (begin > 0 && begin < first && !is_blank(whole[begin - 1])) ++begin;
    std::size_t end = std::min(begin + quote_chars_max, whole.size());
    while (end < whole.size() && is_continuation(whole[end])) --end;
    std::size_t blank = end;
    while (end < whole.size() && blank > begin && !is_blank(whole[blank])) --blank;
    if (blank > begin) end = blank;
    return whole.substr(begin, end - begin);
}

// True when a blank line or a list item begins between two neighbours.
bool is_parted(std::string_view gap, std::string_view sentence) {
    return std::count(gap.begin(), gap.end(), '\n') > 1 ||
           std::string_view("*+-").find(sentence.front()) != std::string_view::npos;
}

// "(CVE-2026-6471)" decides, but only the sentences before it in its paragraph say what it is
// about: as many as a quote holds.
std::string_view with_context(const std::vector<std::string_view>& sentences, std::size_t at) {
    std::string_view shown = sentences[at];
    if (shown.front() != '(' && shown.front() != '[') return shown;
    for (; at > 0; --at) {
        const std::string_view previous = sentences[at - 1];
        const char* const gap = previous.data() + previous.size();
        const char* const begin = sentences[at].data();
        if (is_parted({gap, static_cast<std::size_t>(begin - gap)}, sentences[at])) break;
        const auto size = static_cast<std::size_t>(shown.data() + shown.size() - previous.data());
        if (size > quote_chars_max) break;
        shown = {previous.data(), size};
    }
    return shown;
}

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        if (!is_blank(c)) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    return line;
}

std::string name_of(const core::Source& source) {
    const std::string name = one_line(source.title.empty() ? source.url : source.title);
    return core::truncate(name, 80);
}

std::string date_of(const core::Source& source) {
    return source.published_at ? core::write_time(*source.published_at).substr(0, 10) : "";
}

std::vector<const core::Source*> order_new_sources(const std::vector<core::Source>& sources) {
    std::vector<const core::Source*> ordered;
    for (const core::Source& source : sources) {
        if (source.is_new) ordered.push_back(&source);
    }
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
        return a->published_at.value_or(core::Time::min()) >
               b->published_at.value_or(core::Time::min());
    });
    return ordered;
}

std::string list(const std::vector<std::string>& items) {
    std::string text;
    for (std::size_t i = 0; i < items.size(); ++i) {
        text += i == 0 ? "" : i + 1 == items.size() ? " and " : ", ";
        text += items[i];
    }
    return text;
}

// The parts by whether `satisfied` has their bit.
std::vector<std::string> name_parts(const Condition& condition, std::uint64_t satisfied,
                                    bool wanted) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < condition.words.size() + condition.typed.size() && i < 64; ++i) {
        if ((((satisfied >> i) & 1) != 0) != wanted) continue;
        const std::size_t words = condition.words.size();
        names.push_back(i < words ? "\"" + condition.words[i].shown + "\""
                                  : condition.typed[i - words].shown);
    }
    return names;
}

std::string title_words(const Condition& condition, const Finding& finding) {
    const std::vector<Token> tokens = tokenize(finding.sentence);
    std::vector<std::string> words;
    for (const WordPart& part : condition.words) {
        if (find_occurrences(tokens, part).empty()) words.push_back("\"" + part.shown + "\"");
    }
    return words.empty() ? "" : "; the title has " + list(words);
}

std::string explain_met(const Condition& condition, const std::vector<Finding>& findings) {
    const Finding& first = findings.front();
    const std::string date = date_of(*first.source);
    std::string text = "\"" + name_of(*first.source) + "\"";
    if (!date.empty()) text += " of " + date;
    text += " says in one sentence: ";
    text += list(name_parts(condition, ~std::uint64_t{0}, true));
    text += title_words(condition, first) + ".";
    if (findings.size() > 1) {
        text += " " + std::to_string(findings.size() - 1) + " more new source" +
                (findings.size() > 2 ? "s do" : " does") + " too.";
    }
    return text;
}

std::string explain_not_met(const Condition& condition, std::size_t sources,
                            const Finding& closest) {
    if (sources == 0) return "There is no new source.";
    std::string text = "No new source (of " + std::to_string(sources) + ") says in one sentence " +
                       list(name_parts(condition, ~std::uint64_t{0}, true)) + ".";
    if (closest.source == nullptr) return text;
    text += " The closest is \"" + name_of(*closest.source) + "\": ";
    if (closest.match.denial != nullptr) {
        return text + "\"" + core::truncate(one_line(without_mark(closest.sentence)), 120) +
               "\", but " + closest.match.denial + ".";
    }
    return text + "it lacks " + list(name_parts(condition, closest.match.satisfied, false)) + ".";
}

// Web text shown as text, not as Markdown.
std::string escape_markdown(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (std::string_view("\\`*[]<>#|").find(c) != std::string_view::npos) escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string name_source(const core::Source& source) {
    const std::string name = escape_markdown(name_of(source));
    const bool is_link = source.url.rfind("http", 0) == 0 &&
                         source.url.find_first_of(" ()<>\\\n") == std::string::npos;
    const std::string date = date_of(source);
    return (is_link ? "[" + name + "](" + source.url + ")" : name) +
           (date.empty() ? "" : ", " + date);
}

std::string tell(const std::vector<Finding>& findings, const core::Judgement& judgement) {
    std::string text = escape_markdown(one_line(judgement.citations.front().quote)) + "\n\n";
    text += "— " + name_source(*findings.front().source);
    for (std::size_t i = 1; i < findings.size(); ++i) {
        text += i == 1 ? "\n\nAlso:\n" : "\n";
        text += "- " +
                escape_markdown(core::truncate(one_line(judgement.citations[i].quote), 160)) +
                " — " + name_source(*findings[i].source);
    }
    return text;
}

core::Citation cite(const Finding& finding) {
    Match match = finding.match;
    const auto lead = static_cast<std::size_t>(finding.sentence.data() - finding.shown.data());
    match.begin += lead;
    match.end += lead;
    const std::string_view quote = choose_quote(finding.shown, match);
    const std::string& text = finding.source->snippet;
    const auto offset = static_cast<std::size_t>(quote.data() - text.data());
    return {finding.source->number, std::string(quote),
            static_cast<std::int64_t>(count_characters(std::string_view(text).substr(0, offset)))};
}

// More parts are closer; of equals, one that has all parts and is denied, then the newest.
bool is_closer(const Match& match, const Finding& closest) {
    if (closest.source == nullptr) return match.satisfied != 0;
    const int mine = std::popcount(match.satisfied);
    const int best = std::popcount(closest.match.satisfied);
    return mine > best ||
           (mine == best && match.denial != nullptr && closest.match.denial == nullptr);
}

// The first sentence of the source that satisfies the condition; keeps the closest that does not.
std::optional<Finding> search_source(Matcher& matcher, const core::Source& source,
                                     Finding& closest) {
    const std::vector<std::string_view> sentences = core::split_sentences(source.snippet);
    for (std::size_t at = 0; at < sentences.size(); ++at) {
        const Match match = matcher.match(sentences[at]);
        if (match.holds) return Finding{&source, sentences[at], with_context(sentences, at), match};
        if (is_closer(match, closest)) closest = {&source, sentences[at], sentences[at], match};
    }
    return std::nullopt;
}

}  // namespace

core::Judgement judge(const Input& input) {
    core::Judgement judgement;
    const Condition condition = parse_condition(input.condition, input.now);
    if (!condition.refusal.empty()) {
        judgement.evidence =
            "The rules judge cannot decide this condition: " + condition.refusal + ". A model can.";
        return judgement;
    }
    const std::vector<const core::Source*> sources = order_new_sources(input.sources);
    Matcher matcher(condition);
    std::vector<Finding> findings;
    Finding closest;
    for (const core::Source* source : sources) {
        if (findings.size() == citations_max) break;
        matcher.open(*source, input.now);
        if (auto finding = search_source(matcher, *source, closest)) findings.push_back(*finding);
    }
    if (findings.empty()) {
        judgement.verdict = core::Verdict::not_met;
        judgement.evidence = explain_not_met(condition, sources.size(), closest);
        return judgement;
    }
    judgement.verdict = core::Verdict::met;
    for (const Finding& finding : findings) judgement.citations.push_back(cite(finding));
    judgement.evidence = explain_met(condition, findings);
    judgement.notification = tell(findings, judgement);
    judgement.topic = name_of(*findings.front().source);
    return judgement;
}

std::string why_undecidable(std::string_view condition) {
    return parse_condition(condition, core::Time{}).refusal;
}

}  // namespace torale::providers::rules
