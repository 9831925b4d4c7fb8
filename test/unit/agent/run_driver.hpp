// Drives an Investigation by hand: briefings to start from, replies to feed, and the one call or
// the conclusion of a turn.
#pragma once
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/investigation.hpp"
#include "unit/providers/wire.hpp"

namespace torale::agent::testing {

using providers::testing::fault;
using providers::testing::fixture;
using providers::testing::gemini;
using providers::testing::http;
using providers::testing::now;
using providers::testing::perplexity;
using providers::testing::provider;

inline providers::Provider builtin() {
    return provider("builtin", providers::Kind::search);
}
inline providers::Provider rules() {
    return provider("rules", providers::Kind::llm);
}

inline Briefing local_briefing() {
    Briefing briefing;
    briefing.task.id = "task-1";
    briefing.task.owner = "pg:ada";
    briefing.task.name = "acme";
    briefing.task.search_query = "acme rocket launch";
    briefing.task.condition_description = "a launch date";
    briefing.now = now;
    briefing.execution_id = "execution-1";
    briefing.search_providers = {builtin()};
    briefing.judges = {rules()};
    briefing.delimiter_nonce = 42;
    return briefing;
}

inline Briefing keyed_briefing() {
    Briefing briefing = local_briefing();
    briefing.search_providers = {perplexity(), builtin()};
    briefing.judges = {gemini(), rules()};
    return briefing;
}

// What Gemini answers when the model writes `text`.
inline std::string gemini_says(const std::string& text, const char* finish = "STOP") {
    core::Json body = {
        {"candidates",
         {{{"content", {{"parts", {{{"text", text}}}}, {"role", "model"}}},
           {"finishReason", finish}}}},
        {"usageMetadata", {{"promptTokenCount", 1000}, {"candidatesTokenCount", 100}}},
        {"modelVersion", "gemini-test"}};
    return body.dump();
}

// What Gemini answers when the model calls tools: pairs of a name and its arguments.
inline std::string gemini_calls(const std::vector<std::pair<std::string, core::Json>>& calls) {
    core::Json parts = core::Json::array();
    for (const auto& [name, arguments] : calls) {
        parts.push_back({{"functionCall", {{"name", name}, {"args", arguments}}},
                         {"thoughtSignature", "c2ln"}});
    }
    core::Json body = {
        {"candidates",
         {{{"content", {{"parts", parts}, {"role", "model"}}}, {"finishReason", "STOP"}}}},
        {"usageMetadata", {{"promptTokenCount", 1000}, {"candidatesTokenCount", 100}}},
        {"modelVersion", "gemini-test"}};
    return body.dump();
}

// A judge's answer that cites `quote` of source `number`.
inline std::string met_answer(int number, const std::string& quote) {
    return core::Json{{"evidence", "the launch date"},
                      {"verdict", "met"},
                      {"citations", {{{"source", number}, {"quote", quote}}}},
                      {"confidence", 90},
                      {"next_run", nullptr},
                      {"notification", "The date is out."},
                      {"topic", nullptr},
                      {"memories", core::Json::array()}}
        .dump();
}

// One run, driven turn by turn.
class Driver {
public:
    explicit Driver(Briefing briefing)
        : investigation_(std::move(briefing)), turn_(investigation_.start(now)) {}

    bool is_concluded() const { return std::holds_alternative<Conclusion>(turn_); }
    const Conclusion& conclusion() const {
        static const Conclusion none;
        EXPECT_TRUE(is_concluded()) << "a call is outstanding";
        return is_concluded() ? std::get<Conclusion>(turn_) : none;
    }
    const Call& call() const {
        static const Call none;
        const auto* calls = std::get_if<std::vector<Call>>(&turn_);
        EXPECT_TRUE(calls && calls->size() == 1) << "the run is concluded";
        return calls && calls->size() == 1 ? calls->front() : none;
    }
    const core::Request& request() const { return what<core::Request>(); }
    const Checkpoint& check() const { return what<Checkpoint>(); }
    const providers::builtin::DocumentQuery& query() const {
        return what<providers::builtin::DocumentQuery>();
    }
    bool asks_to_check() const { return holds<Checkpoint>(); }
    bool asks_http() const { return holds<core::Request>(); }

    // A checkpoint that asks nothing is answered at once, and kept in `committed`.
    Driver& reply(CallReply reply) {
        const int id = call().id;
        turn_ = investigation_.resume(id, std::move(reply), now);
        pass_checkpoints();
        return *this;
    }
    void pass_checkpoints() {
        if (calls().size() != 1) return;
        if (asks_told() && !stops_at_told) {
            turn_ = investigation_.resume(call().id, ToldFindings{}, now);
        }
        while (calls().size() == 1 && asks_to_check() && check().hashes.empty() &&
               check().reservations.empty()) {
            for (const StoredReply& stored : check().replies) committed.push_back(stored.key);
            turn_ = investigation_.resume(call().id, Checked{}, now);
        }
    }
    // Answers the check of sources; nothing is known unless said so.
    Driver& know(std::set<std::string> hashes = {}) {
        EXPECT_TRUE(asks_to_check());
        for (const StoredReply& stored : check().replies) committed.push_back(stored.key);
        return reply(Checked{std::move(hashes)});
    }
    // The calls that are out, when there may be several.
    std::vector<Call> calls() const {
        const auto* all = std::get_if<std::vector<Call>>(&turn_);
        return all ? *all : std::vector<Call>{};
    }
    Driver& reply_to(int id, CallReply reply) {
        turn_ = investigation_.resume(id, std::move(reply), now);
        pass_checkpoints();
        return *this;
    }
    bool asks_told() const { return holds<ToldQuery>(); }
    const PageFetch& page() const { return what<PageFetch>(); }
    bool asks_page() const { return holds<PageFetch>(); }
    Investigation& investigation() { return investigation_; }
    bool stops_at_told = false;          // else nothing was told before
    std::vector<std::string> committed;  // keys of replies, in the order of their commits

private:
    template <class T>
    bool holds() const {
        return !is_concluded() && std::holds_alternative<T>(call().what);
    }
    template <class T>
    const T& what() const {
        static const T none{};
        EXPECT_TRUE(holds<T>()) << "another kind of call";
        return holds<T>() ? std::get<T>(call().what) : none;
    }

    Investigation investigation_;
    Turn turn_;
};

inline DocumentHits hits(std::vector<std::string> snippets) {
    DocumentHits made;
    for (std::size_t i = 0; i < snippets.size(); ++i) {
        made.push_back({.url = "https://acme.example/" + std::to_string(i + 1),
                        .title = "Acme news",
                        .snippet = std::move(snippets[i]),
                        .published_at = now - std::chrono::hours(24)});
    }
    return made;
}

inline const Step* find_step(const Conclusion& conclusion, std::string_view kind) {
    for (const Step& step : conclusion.steps) {
        if (step.kind == kind) return &step;
    }
    return nullptr;
}

}  // namespace torale::agent::testing
