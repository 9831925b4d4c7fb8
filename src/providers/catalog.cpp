// The table of adapters: one line each.
#include "providers/catalog.hpp"

#include <algorithm>
#include <array>

#include "providers/anthropic.hpp"
#include "providers/brave.hpp"
#include "providers/exa.hpp"
#include "providers/gemini.hpp"
#include "providers/mem0.hpp"
#include "providers/openai.hpp"
#include "providers/openai_search.hpp"
#include "providers/parallel.hpp"
#include "providers/perplexity.hpp"
#include "providers/searxng.hpp"
#include "providers/sonar.hpp"
#include "providers/tavily.hpp"

namespace torale::providers {

namespace {
constexpr std::array<Adapter, 14> adapters{{
    {.name = "builtin", .kind = Kind::search, .needs_key = false},
    {.name = "perplexity",
     .kind = Kind::search,
     .needs_key = true,
     .options = "max_tokens_per_page",
     .build_search = perplexity::build_search,
     .read_search = perplexity::read_search},
    {.name = "tavily",
     .kind = Kind::search,
     .needs_key = true,
     .options = "search_depth topic chunks_per_source",
     .build_search = tavily::build_search,
     .read_search = tavily::read_search},
    {.name = "exa",
     .kind = Kind::search,
     .needs_key = true,
     .options = "type category text_chars",
     .build_search = exa::build_search,
     .read_search = exa::read_search},
    {.name = "brave",
     .kind = Kind::search,
     .needs_key = true,
     .options = "extra_snippets safesearch",
     .build_search = brave::build_search,
     .read_search = brave::read_search},
    {.name = "parallel",
     .kind = Kind::search,
     .needs_key = true,
     .options = "mode max_chars_per_result beta",
     .build_search = parallel::build_search,
     .read_search = parallel::read_search},
    {.name = "searxng",
     .kind = Kind::search,
     .needs_key = false,
     .options = "categories engines safesearch",
     .build_search = searxng::build_search,
     .read_search = searxng::read_search},
    {.name = "sonar",
     .kind = Kind::search,
     .needs_key = true,
     .options = "path search_context_size search_mode max_tokens",
     .build_search = sonar::build_search,
     .read_search = sonar::read_search},
    {.name = "openai_search",
     .kind = Kind::search,
     .needs_key = true,
     .options = "search_context_size reasoning_effort max_output_tokens",
     .build_search = openai_search::build_search,
     .read_search = openai_search::read_search},
    {.name = "rules", .kind = Kind::llm, .needs_key = false},
    {.name = "gemini",
     .kind = Kind::llm,
     .needs_key = true,
     .options = "temperature thinking_budget thinking_level json_with_tools",
     .build_prompt = gemini::build_prompt,
     .read_prompt = gemini::read_reply},
    // A local server needs none: whether there is a key to wait for is the row's to say.
    {.name = "openai",
     .kind = Kind::llm,
     .needs_key = false,
     .options = "path max_tokens_field structured strict json_with_tools tool_choice "
                "parallel_tool_calls arguments_as_objects temperature reasoning_effort "
                "system_role timeout_s",
     .build_prompt = openai::build_prompt,
     .read_prompt = openai::read_reply,
     .mend_options = openai::mend_options},
    {.name = "anthropic",
     .kind = Kind::llm,
     .needs_key = true,
     .options = "structured forced_tool_choice thinking thinking_budget effort temperature "
                "parallel_tool_calls beta timeout_s",
     .build_prompt = anthropic::build_prompt,
     .read_prompt = anthropic::read_reply},
    {.name = "mem0",
     .kind = Kind::memory,
     .needs_key = false,
     .options = "dialect infer threshold",
     .build_memory_search = mem0::build_search,
     .build_memory_add = mem0::build_add,
     .read_memory_search = mem0::read_search,
     .read_memory_add = mem0::read_add},
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

std::vector<std::string> option_names(std::string_view adapter) {
    std::vector<std::string> names;
    const Adapter* found = find_adapter(adapter);
    std::string_view rest = found ? found->options : "";
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        names.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return names;
}

bool is_usable(const Provider& provider) {
    const Adapter* adapter = find_adapter(provider.adapter);
    if (adapter == nullptr) return false;
    return !provider.api_key.empty() || !(adapter->needs_key || provider.names_secret);
}

const Adapter* find_adapter(std::string_view name) {
    for (const Adapter& adapter : adapters) {
        if (adapter.name == name) return &adapter;
    }
    return nullptr;
}

}  // namespace torale::providers
