// The table of adapters: one line each.
#include "providers/catalog.hpp"

#include <array>

#include "providers/gemini.hpp"
#include "providers/perplexity.hpp"

namespace torale::providers {

namespace {
constexpr std::array<Adapter, 4> adapters{{
    {"builtin", Kind::search, false, nullptr, nullptr, nullptr, nullptr},
    {"perplexity", Kind::search, true, perplexity::build_search, perplexity::read_search, nullptr,
     nullptr},
    {"rules", Kind::llm, false, nullptr, nullptr, nullptr, nullptr},
    {"gemini", Kind::llm, true, nullptr, nullptr, gemini::build_prompt, gemini::read_reply},
}};

constexpr std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::search:
            return "search";
        case Kind::llm:
            return "llm";
        case Kind::memory:
            return "memory";
    }
    return "";
}
}  // namespace

std::vector<std::string> adapter_names(std::string_view kind) {
    std::vector<std::string> names;
    for (const Adapter& adapter : adapters) {
        if (name_of(adapter.kind) == kind) names.emplace_back(adapter.name);
    }
    return names;
}

const Adapter* find_adapter(std::string_view name) {
    for (const Adapter& adapter : adapters) {
        if (adapter.name == name) return &adapter;
    }
    return nullptr;
}

}  // namespace torale::providers
