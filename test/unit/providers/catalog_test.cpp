#include "providers/catalog.hpp"

#include <gtest/gtest.h>

namespace torale::providers {
namespace {

TEST(find_adapter, knows_each_service_by_name) {
    struct Row {
        const char* name;
        Kind kind;
        bool needs_key;
        bool calls_out;
    };
    for (const Row& row :
         {Row{"builtin", Kind::search, false, false}, Row{"perplexity", Kind::search, true, true},
          Row{"tavily", Kind::search, true, true}, Row{"exa", Kind::search, true, true},
          Row{"brave", Kind::search, true, true}, Row{"parallel", Kind::search, true, true},
          Row{"searxng", Kind::search, false, true}, Row{"sonar", Kind::search, true, true},
          Row{"openai_search", Kind::search, true, true}, Row{"rules", Kind::llm, false, false},
          Row{"gemini", Kind::llm, true, true}, Row{"openai", Kind::llm, false, true},
          Row{"anthropic", Kind::llm, true, true}, Row{"mem0", Kind::memory, false, true}}) {
        const Adapter* adapter = find_adapter(row.name);
        ASSERT_NE(adapter, nullptr) << row.name;
        EXPECT_EQ(adapter->name, row.name);
        EXPECT_EQ(adapter->kind, row.kind);
        EXPECT_EQ(adapter->needs_key, row.needs_key);
        const bool searches = adapter->build_search && adapter->read_search;
        const bool judges = adapter->build_prompt && adapter->read_prompt;
        EXPECT_EQ(searches, row.calls_out && row.kind == Kind::search) << row.name;
        EXPECT_EQ(judges, row.calls_out && row.kind == Kind::llm) << row.name;
        const bool remembers = adapter->build_memory_search && adapter->build_memory_add &&
                               adapter->read_memory_search && adapter->read_memory_add;
        EXPECT_EQ(remembers, row.kind == Kind::memory) << row.name;
        EXPECT_EQ(works_without_call(*adapter), !row.calls_out) << row.name;
    }
}

TEST(find_adapter, does_not_know_others) {
    EXPECT_EQ(find_adapter(""), nullptr);
    EXPECT_EQ(find_adapter("Gemini"), nullptr);
}

TEST(adapter_names, lists_those_of_a_kind) {
    EXPECT_EQ(adapter_names("search"),
              (std::vector<std::string>{"builtin", "perplexity", "tavily", "exa", "brave",
                                        "parallel", "searxng", "sonar", "openai_search"}));
    EXPECT_EQ(adapter_names("llm"),
              (std::vector<std::string>{"rules", "gemini", "openai", "anthropic"}));
    EXPECT_EQ(adapter_names("memory"), (std::vector<std::string>{"mem0"}));
    EXPECT_TRUE(adapter_names("no kind").empty());
    for (const char* kind : {"search", "llm", "memory"}) {
        for (const std::string& name : adapter_names(kind)) EXPECT_NE(find_adapter(name), nullptr);
    }
}

TEST(is_usable, waits_for_a_key_where_adapter_or_row_ask_for_one) {
    struct Row {
        const char* adapter;
        bool names_secret;
        const char* key;
        bool usable;
    };
    for (const Row& row : {Row{"gemini", true, "key", true}, Row{"gemini", true, "", false},
                           Row{"gemini", false, "", false}, Row{"openai", true, "key", true},
                           Row{"openai", true, "", false}, Row{"openai", false, "", true},
                           Row{"rules", false, "", true}, Row{"no adapter", false, "key", false}}) {
        Provider provider;
        provider.adapter = row.adapter;
        provider.names_secret = row.names_secret;
        provider.api_key = row.key;
        EXPECT_EQ(is_usable(provider), row.usable) << row.adapter << row.names_secret << row.key;
    }
}

TEST(option_names, lists_those_of_an_adapter) {
    EXPECT_EQ(option_names("perplexity"), (std::vector<std::string>{"max_tokens_per_page"}));
    EXPECT_EQ(option_names("brave"), (std::vector<std::string>{"extra_snippets", "safesearch"}));
    EXPECT_TRUE(option_names("rules").empty());
    EXPECT_TRUE(option_names("no adapter").empty());
}

}  // namespace
}  // namespace torale::providers
