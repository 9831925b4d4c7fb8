// torale-fake: the outside world on one port of 127.0.0.1, scripted by files.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "fake/world.hpp"

namespace {

constexpr const char* usage =
    "usage: torale-fake [--port N] [--port-file FILE] [--script FOLDER] [--record FILE]\n"
    "                   [--log-max ENTRIES]\n"
    "Serves POST /search (Perplexity), POST /v1beta/models/MODEL:generateContent (Gemini),\n"
    "POST /tavily/search, /exa/search, /parallel/v1/search, /sonar/chat/completions,\n"
    "/openai_search/v1/responses, GET /brave/res/v1/web/search, /searxng/search,\n"
    "POST /v1/chat/completions (OpenAI), /v1/messages (Anthropic), /v3/memories/… (mem0),\n"
    "GET /site/… and /robots.txt (pages and feeds),\n"
    "POST /hook/NAME (webhook receiver); GET /__stats, GET /__log[?from=N], POST /__script,\n"
    "POST /__reset, POST /__quit. Port 0 takes a free one, written to FILE when listening.\n";

// Written whole and then renamed: who waits for the file never reads half of a number.
void write_port(const std::string& path, int port) {
    const auto draft = path + ".new";
    std::ofstream(draft) << port << "\n";
    std::rename(draft.c_str(), path.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    torale::fake::Options options;
    std::string port_file;
    int port = 0;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
        if (value && name == "--port")
            port = std::atoi(value);
        else if (value && name == "--port-file")
            port_file = value;
        else if (value && name == "--script")
            options.script_folder = value;
        else if (value && name == "--record")
            options.record_file = value;
        else if (value && name == "--log-max")
            options.log_entries_max = std::strtoull(value, nullptr, 10);
        else {
            std::fputs(usage, stderr);
            return 2;
        }
    }
    std::signal(SIGPIPE, SIG_IGN);
    try {
        torale::fake::World world(options);
        torale::fake::Server server(
            [&](const torale::fake::Request& request) { return world.answer(request); }, port);
        world.attach(server);
        if (!port_file.empty()) write_port(port_file, server.port());
        std::printf("%d\n", server.port());
        std::fflush(stdout);
        server.run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "torale-fake: %s\n", error.what());
        return 1;
    }
}
