// Names every adapter torale has. A new service is one file and one line here.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.hpp"

namespace torale::providers {

using BuildSearch = core::Request (*)(const Provider&, const SearchQuery&);
using ReadSearch = Outcome<SearchReply> (*)(const Provider&, const core::Reply&, core::Time);
using BuildPrompt = core::Request (*)(const Provider&, const Prompt&);
using ReadPrompt = Outcome<LlmReply> (*)(const Provider&, const core::Reply&, core::Time);
using BuildMemorySearch = core::Request (*)(const Provider&, const MemoryQuery&);
using BuildMemoryAdd = core::Request (*)(const Provider&, const MemoryNote&);
using ReadMemory = Outcome<MemoryReply> (*)(const Provider&, const core::Reply&, core::Time);

// What to change in the row's options so that a service that refused an optional field of the
// request (temperature, a schema …) may take it: the same call once more with the patch merged
// (RFC 7396) into Provider::options. Nothing when that was not the trouble.
using MendOptions = std::optional<core::Json> (*)(const Provider&, const core::Reply&);

// Function pointers are null where the adapter works without a call (builtin, rules) or is of
// the other kind.
struct Adapter {
    std::string_view name;
    Kind kind;
    bool needs_key;
    // The names that torale.providers.options may have, blanks between them.
    std::string_view options = "";
    BuildSearch build_search = nullptr;
    ReadSearch read_search = nullptr;
    BuildPrompt build_prompt = nullptr;
    ReadPrompt read_prompt = nullptr;
    BuildMemorySearch build_memory_search = nullptr;
    BuildMemoryAdd build_memory_add = nullptr;
    ReadMemory read_memory_search = nullptr;
    ReadMemory read_memory_add = nullptr;
    MendOptions mend_options = nullptr;
};

// Built-in adapters answer from the database and cost nothing.
inline bool works_without_call(const Adapter& adapter) {
    return !adapter.build_search && !adapter.build_prompt && !adapter.build_memory_search;
}

// Null when unknown.
const Adapter* find_adapter(std::string_view name);
// Its adapter is known, and its key is there unless neither adapter nor row ask for one.
bool is_usable(const Provider& provider);
// Of one kind (search, llm, memory), in the order of the table.
std::vector<std::string> adapter_names(std::string_view kind);
// In the order of the table; none when the adapter is unknown.
std::vector<std::string> option_names(std::string_view adapter);

}  // namespace torale::providers
