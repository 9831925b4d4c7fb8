// The outside world on tape: a search shaped like Perplexity's, a model shaped like Gemini's, and
// the built-in search over what is visible. They get the product's request bytes, answer with
// reply bytes, and keep their own books of what was paid.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/call.hpp"
#include "judge_bench/voice.hpp"
#include "judge_bench/world.hpp"
#include "providers/provider.hpp"

namespace torale::judge_bench {

// Virtual prices, in US dollars: about what such services ask for.
inline constexpr double search_price = 0.005;
inline constexpr double in_price_per_mtok = 0.30;
inline constexpr double out_price_per_mtok = 2.50;

std::vector<providers::Provider> cassette_searches();  // perplexity, with a key
std::vector<providers::Provider> cassette_judges();    // gemini, with a key
std::vector<providers::Provider> builtin_searches();
std::vector<providers::Provider> rules_judges();

// What a provider's bill would say, whatever the product believes.
struct Ledger {
    std::int64_t searches = 0;
    std::int64_t judge_calls = 0;  // judgements asked for, repeats included
    std::int64_t adjudications = 0;
    double cost_usd = 0;
};

class Cassettes {
public:
    // `voice` may be null when no model is ever asked.
    Cassettes(const World& world, Voice* voice);

    core::Reply answer(const core::Request& request, Time now);
    agent::DocumentHits search(const providers::builtin::DocumentQuery& query, Time now);

    // True when an answer since the last call departed from the hand-written ones.
    bool take_erred();

    Ledger ledger;
    std::vector<std::string> violations;  // a key in a body, a host nobody configured

private:
    core::Reply answer_search(const core::Json& body, Time now);
    core::Reply answer_model(const core::Json& body, std::size_t body_bytes, Time now);
    Utterance ask(const core::Json& body, const std::string& prompt, Time now);
    void check_secrets(const core::Request& request);

    // Words of a document as the built-in search compares them.
    struct Indexed {
        const Document* document = nullptr;
        std::vector<std::string> title;  // sorted stems
        std::vector<std::string> text;
        std::string folded;
    };
    const Indexed& index_of(const Document& document) const;

    const World& world_;
    Voice* voice_;
    std::vector<Indexed> index_;
    bool erred_ = false;
};

}  // namespace torale::judge_bench
