// Replies and providers for tests that speak with services: fixtures from disk, rows as
// torale.providers would give them.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "providers/provider.hpp"

namespace torale::providers::testing {

inline const core::Time now = *core::parse_time("2026-08-21T08:00:00Z");

inline std::string fixture(const std::string& name) {
    std::ifstream file(std::string(TORALE_FIXTURES) + "/" + name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
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

inline Provider provider(const char* adapter, Kind kind, const char* key = "") {
    Provider made;
    made.name = adapter;
    made.adapter = adapter;
    made.kind = kind;
    made.base_url = std::string("https://") + adapter + ".test";
    made.model = "model-1";
    made.api_key = key;
    return made;
}
inline Provider perplexity(const char* name = "perplexity") {
    Provider made = provider("perplexity", Kind::search, "pplx-secret-key");
    made.name = name;
    made.price_per_call = 0.005;
    return made;
}
inline Provider gemini(const char* name = "gemini") {
    Provider made = provider("gemini", Kind::llm, "gemini-secret-key");
    made.name = name;
    made.price_in_per_mtok = 1.0;
    made.price_out_per_mtok = 10.0;
    return made;
}

}  // namespace torale::providers::testing
