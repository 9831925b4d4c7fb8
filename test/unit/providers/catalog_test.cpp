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
          Row{"gemini", Kind::llm, true, true}}) {
        const Adapter* adapter = find_adapter(row.name);
        ASSERT_NE(adapter, nullptr) << row.name;
        EXPECT_EQ(adapter->name, row.name);
        EXPECT_EQ(adapter->kind, row.kind);
        EXPECT_EQ(adapter->needs_key, row.needs_key);
        const bool searches = adapter->build_search && adapter->read_search;
        const bool judges = adapter->build_prompt && adapter->read_prompt;
        EXPECT_EQ(searches, row.calls_out && row.kind == Kind::search) << row.name;
        EXPECT_EQ(judges, row.calls_out && row.kind == Kind::llm) << row.name;
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
    EXPECT_EQ(adapter_names("llm"), (std::vector<std::string>{"rules", "gemini"}));
    EXPECT_TRUE(adapter_names("memory").empty());
    EXPECT_TRUE(adapter_names("no kind").empty());
    for (const char* kind : {"search", "llm"}) {
        for (const std::string& name : adapter_names(kind)) EXPECT_NE(find_adapter(name), nullptr);
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
