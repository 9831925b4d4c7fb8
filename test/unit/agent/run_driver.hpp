// Drives an Investigation by hand: briefings to start from, replies to feed, and the one call or
// the conclusion of a turn.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "agent/investigation.hpp"

namespace torale::agent::testing {

inline const core::Time now = *core::parse_time("2026-08-21T08:00:00Z");

inline std::string fixture(const std::string& name) {
    std::ifstream file(std::string(TORALE_FIXTURES) + "/" + name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline providers::Provider provider(const char* adapter, providers::Kind kind,
                                    const char* key = "") {
    providers::Provider made;
    made.name = adapter;
    made.adapter = adapter;
    made.kind = kind;
    made.base_url = std::string("https://") + adapter + ".test";
    made.model = "model-1";
    made.api_key = key;
    return made;
}
inline providers::Provider builtin() {
    return provider("builtin", providers::Kind::search);
}
inline providers::Provider rules() {
    return provider("rules", providers::Kind::llm);
}
inline providers::Provider perplexity(const char* name = "perplexity") {
    auto made = provider("perplexity", providers::Kind::search, "pplx-secret-key");
    made.name = name;
    made.price_per_call = 0.005;
    return made;
}
inline providers::Provider gemini(const char* name = "gemini") {
    auto made = provider("gemini", providers::Kind::llm, "gemini-secret-key");
    made.name = name;
    made.price_in_per_mtok = 1.0;
    made.price_out_per_mtok = 10.0;
    return made;
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

inline core::Reply http(int status, std::string body, std::vector<core::Header> headers = {}) {
    core::Reply reply;
    reply.status = status;
    reply.body = std::move(body);
    reply.headers = std::move(headers);
    reply.request_sent = true;
    reply.duration_ms = 120;
    return reply;
}
inline core::Reply fault(core::Fault kind, bool sent = false) {
    core::Reply reply;
    reply.fault = kind;
    reply.request_sent = sent;
    return reply;
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
    const SourceCheck& check() const { return what<SourceCheck>(); }
    const providers::builtin::DocumentQuery& query() const {
        return what<providers::builtin::DocumentQuery>();
    }
    bool asks_to_check() const { return holds<SourceCheck>(); }
    bool asks_http() const { return holds<core::Request>(); }

    Driver& reply(CallReply reply) {
        const int id = call().id;
        turn_ = investigation_.resume(id, std::move(reply), now);
        return *this;
    }
    // Answers the check of sources; nothing is known unless said so.
    Driver& know(std::set<std::string> hashes = {}) {
        EXPECT_TRUE(asks_to_check());
        return reply(KnownHashes{std::move(hashes)});
    }
    Investigation& investigation() { return investigation_; }

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
