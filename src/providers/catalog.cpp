// The table of adapters: one line each.
#include "providers/catalog.hpp"

#include <array>

#include "providers/gemini.hpp"
#include "providers/perplexity.hpp"

namespace torale::providers {

const Adapter* find_adapter(std::string_view name) {
    static constexpr std::array<Adapter, 4> adapters{{
        {"builtin", Kind::search, false, nullptr, nullptr, nullptr, nullptr},
        {"perplexity", Kind::search, true, perplexity::build_search, perplexity::read_search,
         nullptr, nullptr},
        {"rules", Kind::llm, false, nullptr, nullptr, nullptr, nullptr},
        {"gemini", Kind::llm, true, nullptr, nullptr, gemini::build_prompt, gemini::read_reply},
    }};
    for (const Adapter& adapter : adapters) {
        if (adapter.name == name) return &adapter;
    }
    return nullptr;
}

}  // namespace torale::providers
