// The hand-written answers of a world, spoken as a model would; and the same with noise.
#include <algorithm>

#include "core/json.hpp"
#include "core/text.hpp"
#include "core/url.hpp"
#include "judge_bench/voice.hpp"

namespace torale::judge_bench {

namespace {

void append(std::string& to, const std::string& text) {
    if (text.empty()) return;
    if (!to.empty()) to += "\n\n";
    to += text;
}

void take_answer(Claim& claim, const SeenSource& source, const Answer& answer) {
    if (answer.verdict == core::Verdict::met) {
        claim.verdict = core::Verdict::met;
        claim.quotes.emplace_back(source.number, answer.quote);
        append(claim.notification, answer.notification);
        claim.confidence = std::min(claim.confidence, answer.confidence);
    } else if (answer.verdict == core::Verdict::unknown && claim.verdict != core::Verdict::met) {
        claim.verdict = core::Verdict::unknown;
    }
    append(claim.evidence, answer.evidence);
}

Utterance speak(Claim claim, bool erred) {
    if (claim.evidence.empty()) claim.evidence = "No new source states it.";
    Utterance utterance;
    utterance.text = write_claim(claim);
    utterance.erred = erred;
    return utterance;
}

class Scripted final : public Voice {
public:
    Utterance judge(const Question& question) override {
        Claim claim;
        for (const SeenSource& source : question.sources) {
            if (!source.is_new) continue;
            const Answer* answer = find_answer(question.world, source);
            if (answer != nullptr) take_answer(claim, source, *answer);
        }
        return speak(std::move(claim), false);
    }
    std::string relate(const Comparison& comparison) override {
        if (comparison.earlier == nullptr || comparison.later == nullptr) return "distinct";
        return comparison.world.relation(*comparison.earlier, *comparison.later);
    }
};

// Another passage of the same document that holds the same news: more of it or less of it.
std::string reword(const std::string& text, const std::string& quote, std::uint64_t choice) {
    std::vector<std::string> others;
    const auto add = [&](std::string_view passage) {
        if (passage.size() >= 12 && passage != quote) others.emplace_back(passage);
    };
    const std::size_t third = quote.find(' ', quote.size() / 3);
    if (third != std::string::npos) add(std::string_view(quote).substr(third + 1));
    const std::size_t last = quote.rfind(' ', 2 * quote.size() / 3);
    if (last != std::string::npos) add(std::string_view(quote).substr(0, last));
    for (const std::string_view sentence : core::split_sentences(text)) {
        if (sentence.find(quote) != std::string_view::npos) add(sentence);
    }
    return others.empty() ? quote : others[choice % others.size()];
}

class Noisy final : public Voice {
public:
    explicit Noisy(std::uint64_t seed) : seed_(seed) {}

    Utterance judge(const Question& question) override {
        Claim claim;
        bool erred = false;
        for (const SeenSource& source : question.sources) {
            const Answer* answer = find_answer(question.world, source);
            if (answer == nullptr) continue;
            const bool is_met = answer->verdict == core::Verdict::met;
            const std::string name = question.world.name + "/" + source.url + "/" + source.title;
            if (source.is_new) {
                // A document that is missed once is missed for good.
                if (is_met && draw(seed_, name, 10) == 0) {
                    erred = true;
                } else {
                    take_answer(claim, source, *answer);
                }
            } else if (is_met && has_told(question) &&
                       draw(seed_, name + core::write_time(question.now), 10) == 0) {
                erred = true;
                tell_again(claim, source, *answer);
            }
        }
        return speak(std::move(claim), erred);
    }
    std::string relate(const Comparison& comparison) override {
        return scripted_.relate(comparison);
    }

private:
    static bool has_told(const Question& question) {
        return question.prompt.find("The user was told nothing so far.") == std::string_view::npos;
    }
    void tell_again(Claim& claim, const SeenSource& source, const Answer& answer) const {
        const std::string other =
            reword(source.text, answer.quote, draw(seed_, answer.quote, 1'000));
        claim.verdict = core::Verdict::met;
        claim.quotes.emplace_back(source.number, other);
        append(claim.notification, "Just in, so it seems: " + other);
        append(claim.evidence, "It looks new to me: " + other);
    }

    std::uint64_t seed_;
    Scripted scripted_;
};

}  // namespace

const Answer* find_answer(const World& world, const SeenSource& source) {
    const Document* document =
        world.find(core::canonical_url(source.url), source.title, source.text);
    if (document == nullptr) return nullptr;
    const auto found = world.answers.find(document->id);
    return found == world.answers.end() ? nullptr : &found->second;
}

std::string write_claim(const Claim& claim) {
    core::Json citations = core::Json::array();
    for (const auto& [source, quote] : claim.quotes) {
        citations.push_back({{"source", source}, {"quote", quote}});
    }
    const bool is_met = claim.verdict == core::Verdict::met;
    return core::write_json({{"evidence", claim.evidence},
                             {"verdict", core::name_of(claim.verdict)},
                             {"citations", citations},
                             {"confidence", claim.confidence},
                             {"next_run", nullptr},
                             {"notification", is_met ? core::Json(claim.notification) : nullptr},
                             {"topic", nullptr},
                             {"memories", core::Json::array()}});
}

std::uint64_t draw(std::uint64_t seed, std::string_view words, std::uint64_t limit) {
    const std::string hash = core::sha256_hex(std::to_string(seed) + "/" + std::string(words));
    return std::stoull(hash.substr(0, 15), nullptr, 16) % limit;
}

std::unique_ptr<Voice> make_scripted() {
    return std::make_unique<Scripted>();
}
std::unique_ptr<Voice> make_noisy(std::uint64_t seed) {
    return std::make_unique<Noisy>(seed);
}

}  // namespace torale::judge_bench
