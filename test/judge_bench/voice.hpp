// Who answers in place of a model. A voice is a function of what it is asked, its seed and
// nothing else, so that a replay hears the same again.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"
#include "judge_bench/prompt_reading.hpp"
#include "judge_bench/world.hpp"

namespace torale::judge_bench {

struct Question {
    const World& world;
    std::string_view prompt;
    std::vector<SeenSource> sources;
    Time now{};
};

// Two documents side by side: was the later one's finding told with the earlier one? Null where
// the prompt shows a text that is no document's.
struct Comparison {
    const World& world;
    const Document* earlier = nullptr;
    const Document* later = nullptr;
    std::string_view prompt;
    Time now{};
};

struct Utterance {
    std::string text;
    std::string finish = "STOP";
    int status = 200;
    std::optional<core::Fault> fault = std::nullopt;
    std::optional<std::string> raw_body = std::nullopt;  // instead of a well-formed reply
    bool erred = false;                                  // departs from the hand-written answers
};

class Voice {
public:
    virtual ~Voice() = default;
    virtual Utterance judge(const Question& question) = 0;
    // The name of a relation: same, update, contradiction, retraction, distinct.
    virtual std::string relate(const Comparison& comparison) = 0;
};

std::unique_ptr<Voice> make_scripted();
// Misses 10 % of what is met, and tells 10 % of what was told again in other words.
std::unique_ptr<Voice> make_noisy(std::uint64_t seed);
// Says yes to everything and lies about why.
std::unique_ptr<Voice> make_adversarial(std::uint64_t seed);

// ---- shared by the voices ----

// The hand-written answer for a source; null when it is irrelevant or no document.
const Answer* find_answer(const World& world, const SeenSource& source);

struct Claim {
    core::Verdict verdict = core::Verdict::not_met;
    std::string evidence;
    std::vector<std::pair<int, std::string>> quotes;
    std::string notification;
    int confidence = 90;
};
std::string write_claim(const Claim& claim);

// Uniform in [0, limit), the same for the same words.
std::uint64_t draw(std::uint64_t seed, std::string_view words, std::uint64_t limit);

}  // namespace torale::judge_bench
