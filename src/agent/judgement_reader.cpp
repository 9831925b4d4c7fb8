// Reads what a model wrote into a Judgement. Lenient about wrapping and number shapes, strict
// about meaning; quotes are never repaired.
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "agent/answer.hpp"
#include "agent/prompt.hpp"
#include "core/ascii.hpp"
#include "core/text.hpp"

namespace torale::agent {

namespace {

constexpr std::size_t evidence_chars_max = 8'000;
constexpr std::size_t notification_chars_max = 4'000;
constexpr std::size_t topic_chars_max = 80;
constexpr std::size_t memory_chars_max = 500;
constexpr std::size_t memories_max = 5;
constexpr std::size_t citations_max = 20;

core::Failure bad_answer(std::string message) {
    core::Failure failure;
    failure.category = core::Category::bad_reply;
    failure.message = "the model's answer " + std::move(message);
    return failure;
}

std::string clean(std::string_view text, std::size_t chars_max) {
    std::string out = core::clean_utf8(core::trim(text));
    return out.size() <= chars_max ? out : core::truncate(out, chars_max);
}

// 3, 3.0 and "3" are all three; nothing else is a number.
std::optional<int> read_int(const core::Json& value) {
    double number = 0;
    if (value.is_number()) {
        number = value.get<double>();
    } else if (value.is_string()) {
        const std::string& text = value.get_ref<const std::string&>();
        char* end = nullptr;
        number = std::strtod(text.c_str(), &end);
        if (text.empty() || *end != '\0') return std::nullopt;
    } else {
        return std::nullopt;
    }
    if (!std::isfinite(number) || std::abs(number) > 1e6) return std::nullopt;
    return static_cast<int>(number);
}

std::optional<std::string> read_text(const core::Json& object, const char* key,
                                     std::size_t chars_max) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    std::string text = clean(found->get_ref<const std::string&>(), chars_max);
    if (text.empty()) return std::nullopt;
    return text;
}

// A number beyond the sources becomes 0, which names none: grounding drops and counts it.
std::optional<core::Failure> read_citations(const core::Json& object, int source_count,
                                            core::Judgement& to) {
    const auto found = object.find("citations");
    if (found == object.end() || found->is_null()) return std::nullopt;
    if (!found->is_array()) return bad_answer("has citations that are no list");
    for (const core::Json& item : *found) {
        if (to.citations.size() == citations_max) break;
        if (!item.is_object()) return bad_answer("has a citation that is no object");
        const auto source = item.find("source");
        const auto quote = item.find("quote");
        if (source == item.end() || quote == item.end() || !quote->is_string()) {
            return bad_answer("has a citation without source or quote");
        }
        const int number = read_int(*source).value_or(0);
        core::Citation citation;
        citation.source = number >= 1 && number <= source_count ? number : 0;
        citation.quote = quote->get<std::string>();
        to.citations.push_back(std::move(citation));
    }
    return std::nullopt;
}

void read_memories(const core::Json& object, core::Judgement& to) {
    const auto found = object.find("memories");
    if (found == object.end() || !found->is_array()) return;
    for (const core::Json& item : *found) {
        if (to.memories.size() == memories_max) break;
        if (!item.is_string()) continue;
        std::string memory = clean(item.get_ref<const std::string&>(), memory_chars_max);
        if (!memory.empty()) to.memories.push_back(std::move(memory));
    }
}

}  // namespace

core::Result<core::Judgement, core::Failure> read_judgement(std::string_view text,
                                                            int source_count) {
    const auto object = find_object(text);
    if (!object) return bad_answer("is not a JSON object");

    core::Judgement judgement;
    const auto verdict = read_text(*object, "verdict", 20);
    if (!verdict) return bad_answer("has no verdict");
    const auto known = core::parse_verdict(*verdict);
    if (!known) return bad_answer("has the verdict \"" + *verdict + "\"");
    judgement.verdict = *known;

    auto evidence = read_text(*object, "evidence", evidence_chars_max);
    if (!evidence) return bad_answer("has no evidence");
    judgement.evidence = std::move(*evidence);

    if (auto failure = read_citations(*object, source_count, judgement)) return *failure;
    if (const auto found = object->find("confidence"); found != object->end()) {
        const auto value = read_int(*found);
        if (value && *value >= 0 && *value <= 100) judgement.model_confidence = value;
    }
    judgement.next_run = read_text(*object, "next_run", 64);
    judgement.notification = read_text(*object, "notification", notification_chars_max);
    judgement.topic = read_text(*object, "topic", topic_chars_max);
    read_memories(*object, judgement);
    return judgement;
}

}  // namespace torale::agent
