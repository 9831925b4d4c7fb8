// The routes of the fake outside world, its record of what was asked, and its controls.
#pragma once
#include <cstdio>
#include <deque>

#include "fake/anthropic.hpp"
#include "fake/gemini.hpp"
#include "fake/mem0.hpp"
#include "fake/openai.hpp"
#include "fake/perplexity.hpp"
#include "fake/searchers.hpp"
#include "fake/server.hpp"
#include "fake/site.hpp"
#include "fake/webhook.hpp"

namespace torale::fake {

struct Options {
    std::filesystem::path script_folder;    // SERVICE.json for each; "" = none
    std::string record_file;                // JSON lines; "" = none
    std::size_t log_entries_max = 100'000;  // kept in memory for GET /__log; 0 = none
};

struct LogEntry {
    std::uint64_t n = 0;
    double at_s = 0;  // unix time
    std::string route;
    std::string method;
    std::string path;
    std::vector<std::string> header_names;
    std::string webhook_id;  // "" for other routes
    std::string body;
    std::string verdict;
    int status = 0;
};

class World {
public:
    explicit World(Options options);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // The server asks `answer` and is stopped by POST /__quit.
    void attach(Server& server) { server_ = &server; }
    Reply answer(const Request& request);

private:
    Reply route(const Request& request, std::string& route, std::string& verdict);
    Reply control(const Request& request, std::string& verdict);
    void load(const Json& scripts);
    void record(const Request& request, const Reply& reply, const std::string& route,
                const std::string& verdict);
    std::string stats() const;
    std::string log_lines(std::string_view query) const;

    struct Count {
        std::uint64_t requests = 0;
        std::map<int, std::uint64_t> by_status;
    };

    Options options_;
    Server* server_ = nullptr;
    Perplexity perplexity_;
    Gemini gemini_;
    Webhooks webhooks_;
    Site site_;
    OpenAi openai_;
    Anthropic anthropic_;
    Mem0 mem0_;
    std::map<std::string, Searcher> searchers_;  // by name, which is also the first path segment
    std::map<std::string, Count> counts_;
    std::deque<LogEntry> log_;
    std::uint64_t n_ = 0;
    std::FILE* record_ = nullptr;
};

}  // namespace torale::fake
