// A judge without a model: it finds the numbered sources in a prompt and quotes one of them, or
// claims what none of them says. It reads the prompt loosely, as a model would: a source begins
// at a line that says [1] or "source 1", labels such as "url:" are not its text.
#include <algorithm>
#include <cctype>

#include "fake/speech.hpp"

namespace torale::fake {
namespace {

struct PromptSource {
    int number = 0;
    std::string title;
    std::vector<std::string> lines;  // of its text
};

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// Only the next number in turn is believed, so that page text rarely passes for a source.
bool begins_source(std::string_view line, int number) {
    const auto wanted = std::to_string(number);
    if (line.rfind("[" + wanted + "]", 0) == 0) return true;
    const auto head = lower(line.substr(0, 80));
    const auto word = head.find("source");
    if (word == std::string::npos) return false;
    const auto digit = head.find_first_of("0123456789", word + 6);
    if (digit == std::string::npos || digit > word + 16) return false;
    const auto end = head.find_first_not_of("0123456789", digit);
    return head.substr(digit, end - digit) == wanted;
}

bool ends_source(std::string_view line) {
    if (line.empty() || (line.front() != '[' && line.front() != '<')) return false;
    const auto head = lower(line.substr(0, 80));
    return head.find("/source") != std::string::npos || head.find("end") != std::string::npos;
}

// "label: rest" → the label; "" for a line of text.
std::string label_of(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 16) return "";
    const auto label = lower(line.substr(0, colon));
    const bool is_word =
        label.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
    return is_word ? label : "";
}

void take_line(PromptSource& source, std::string_view line) {
    const auto label = label_of(line);
    const auto rest = label.empty() ? line : trimmed(line.substr(label.size() + 1));
    if (label == "title") {
        source.title = rest;
    } else if (label.empty() || label == "text" || label == "snippet" || label == "content") {
        if (!rest.empty()) source.lines.emplace_back(rest);
    } else if (label != "url" && label != "published" && label != "date" && label != "provider" &&
               label != "site" && label != "new" && label != "status" && label != "seen") {
        source.lines.emplace_back(line);
    }
}

std::vector<PromptSource> sources_of(std::string_view prompt) {
    std::vector<PromptSource> sources;
    bool is_inside = false;
    while (!prompt.empty()) {
        const auto end = std::min(prompt.find('\n'), prompt.size());
        const auto line = trimmed(prompt.substr(0, end));
        prompt.remove_prefix(std::min(prompt.size(), end + 1));
        const int next = static_cast<int>(sources.size()) + 1;
        if (begins_source(line, next)) {
            sources.push_back({.number = next, .title = "", .lines = {}});
            is_inside = true;
        } else if (is_inside && ends_source(line)) {
            is_inside = false;
        } else if (is_inside) {
            take_line(sources.back(), line);
        }
    }
    return sources;
}

std::vector<std::string> sentences_of(const PromptSource& source) {
    std::vector<std::string> sentences;
    for (const auto& line : source.lines) {
        std::size_t begin = 0;
        for (std::size_t i = 0; i < line.size(); ++i) {
            const bool is_stop = line[i] == '.' || line[i] == '!' || line[i] == '?';
            const bool is_last = i + 1 == line.size();
            if (!is_last && !(is_stop && line[i + 1] == ' ')) continue;
            const auto sentence = trimmed(std::string_view(line).substr(begin, i + 1 - begin));
            if (!sentence.empty()) sentences.emplace_back(sentence.substr(0, 300));
            begin = i + 1;
        }
    }
    if (sentences.empty() && !source.title.empty()) sentences.push_back(source.title);
    return sentences;
}

Json judgement(const char* verdict, const std::string& evidence, int source,
               const std::string& quote) {
    const bool is_met = std::string_view(verdict) == "met";
    return {{"verdict", verdict},
            {"evidence", evidence},
            {"citations",
             is_met ? Json::array({{{"source", source}, {"quote", quote}}}) : Json::array()},
            {"confidence", is_met ? 90 : 70},
            {"next_run", nullptr},
            {"notification", is_met ? Json("It happened: " + quote) : Json()},
            {"topic", "the fake judge's topic"},
            {"memories", is_met ? Json::array({"Told: " + quote}) : Json::array()}};
}

Json forge(const std::string& how, const std::string& true_quote) {
    if (how == "quote") {
        return judgement("met", "source 1 says so", 1, "The moon was officially sold on Tuesday.");
    }
    if (how == "source") return judgement("met", "source 99 says so", 99, true_quote);
    auto verdict = judgement("met", "see https://forged.example/evidence", 1, true_quote);
    verdict["notification"] = "Read [the proof](https://forged.example/proof): " + true_quote;
    return verdict;
}

}  // namespace

Json judge_prompt(std::string_view prompt, const Json& spec) {
    const auto sources = sources_of(prompt);
    const auto needle = spec.value("needle", "");
    std::string first_quote;
    for (const auto& source : sources) {
        for (const auto& sentence : sentences_of(source)) {
            if (first_quote.empty()) first_quote = sentence;
            if (sentence.find(needle) == std::string::npos || spec.contains("forge")) continue;
            return judgement("met", "source " + std::to_string(source.number) + " says it",
                             source.number, sentence);
        }
    }
    if (spec.contains("forge")) return forge(spec["forge"], first_quote);
    return judgement("not_met",
                     sources.empty() ? "the prompt holds no source" : "no source says it", 0, "");
}

}  // namespace torale::fake
