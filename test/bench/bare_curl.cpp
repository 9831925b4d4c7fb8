// The baseline of the throughput bench: a program that does nothing but the two calls of an
// execution, with curl_multi and epoll, handles and connections kept.
//
//   bare_curl PORT EXECUTIONS IN_FLIGHT [JUDGE_BYTES]
//
// Prints: executions, seconds, executions per second, seconds of CPU. Few transfers in flight
// (8) are the fastest at latency 0; at latency 1 s there must be as many as executions.
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Run {
    CURL* easy = nullptr;
    bool is_judging = false;
    std::string query;
    std::string reply;
};

struct Bench {
    CURLM* multi = curl_multi_init();
    int epoll = epoll_create1(0);
    long timeout_ms = -1;
    std::string search_url, judge_url, judge_body;
    curl_slist* search_headers = nullptr;
    curl_slist* judge_headers = nullptr;
    long started = 0, finished = 0, failed = 0, wanted = 0;
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* run) {
    static_cast<Run*>(run)->reply.append(data, size);
    return size;
}

int on_socket(CURL*, curl_socket_t socket, int what, void* data, void* known) {
    auto* bench = static_cast<Bench*>(data);
    if (what == CURL_POLL_REMOVE) return epoll_ctl(bench->epoll, EPOLL_CTL_DEL, socket, nullptr), 0;
    epoll_event event{};
    event.events = (what & CURL_POLL_IN ? static_cast<unsigned>(EPOLLIN) : 0u) |
                   (what & CURL_POLL_OUT ? static_cast<unsigned>(EPOLLOUT) : 0u);
    event.data.fd = socket;
    epoll_ctl(bench->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    curl_multi_assign(bench->multi, socket, bench);
    return 0;
}

int on_timer(CURLM*, long timeout_ms, void* data) {
    static_cast<Bench*>(data)->timeout_ms = timeout_ms;
    return 0;
}

// The size and shape of what torale's judge is sent: instructions, sources, schema.
std::string make_judge_body(std::size_t bytes) {
    std::string text = "Judge by the sources. ";
    while (text.size() + 400 < bytes) text += "A first report. Nothing has been announced so far. ";
    return R"({"contents":[{"role":"user","parts":[{"text":")" + text +
           R"("}]}],"generationConfig":{"temperature":1.0,"maxOutputTokens":4096,)"
           R"("responseMimeType":"application/json","responseJsonSchema":{"type":"object",)"
           R"("properties":{"verdict":{"type":"string"}},"required":["verdict"]}}})";
}

void send(Bench& bench, Run& run) {
    run.reply.clear();
    const std::string& body = run.is_judging ? bench.judge_body : run.query;
    curl_easy_setopt(run.easy, CURLOPT_URL,
                     (run.is_judging ? bench.judge_url : bench.search_url).c_str());
    curl_easy_setopt(run.easy, CURLOPT_HTTPHEADER,
                     run.is_judging ? bench.judge_headers : bench.search_headers);
    curl_easy_setopt(run.easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(run.easy, CURLOPT_POSTFIELDS, body.c_str());
    curl_multi_add_handle(bench.multi, run.easy);
}

void start_next(Bench& bench, Run& run) {
    if (bench.started == bench.wanted) return;
    run.is_judging = false;
    run.query = R"({"query":"bench task )" + std::to_string(bench.started++) +
                R"(","max_results":10,"max_tokens_per_page":1024})";
    send(bench, run);
}

void take_finished(Bench& bench) {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(bench.multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL* easy = message->easy_handle;
        Run* run = nullptr;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &run);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        if (message->data.result != CURLE_OK || status != 200) ++bench.failed;
        curl_multi_remove_handle(bench.multi, easy);
        if (!run->is_judging) {
            run->is_judging = true;
            send(bench, *run);
        } else {
            ++bench.finished;
            start_next(bench, *run);
        }
    }
}

void turn(Bench& bench) {
    epoll_event events[256];
    int running = 0;
    const int count = epoll_wait(bench.epoll, events, 256, static_cast<int>(bench.timeout_ms));
    if (count <= 0) {
        bench.timeout_ms = -1;
        curl_multi_socket_action(bench.multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    for (int i = 0; i < count; ++i) {
        const auto what = events[i].events;
        const int mask = (what & EPOLLIN ? CURL_CSELECT_IN : 0) |
                         (what & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                         (what & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(bench.multi, events[i].data.fd, mask, &running);
    }
    take_finished(bench);
}

void prepare(Bench& bench, const std::string& port, long in_flight) {
    const auto base = "http://127.0.0.1:" + port;
    bench.search_url = base + "/search";
    bench.judge_url = base + "/v1beta/models/gemini-2.5-flash:generateContent";
    for (curl_slist** list : {&bench.search_headers, &bench.judge_headers}) {
        *list = curl_slist_append(*list, "Content-Type: application/json");
        *list = curl_slist_append(*list, "Accept: application/json");
        *list = curl_slist_append(*list, "Expect:");
    }
    bench.search_headers = curl_slist_append(bench.search_headers, "Authorization: Bearer pplx-x");
    bench.judge_headers = curl_slist_append(bench.judge_headers, "x-goog-api-key: x");
    curl_multi_setopt(bench.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(bench.multi, CURLMOPT_SOCKETDATA, &bench);
    curl_multi_setopt(bench.multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(bench.multi, CURLMOPT_TIMERDATA, &bench);
    curl_multi_setopt(bench.multi, CURLMOPT_MAXCONNECTS, in_flight);
}

std::vector<std::unique_ptr<Run>> make_runs(long in_flight) {
    std::vector<std::unique_ptr<Run>> runs;
    for (long i = 0; i < in_flight; ++i) {
        runs.push_back(std::make_unique<Run>());
        auto& run = *runs.back();
        run.easy = curl_easy_init();
        curl_easy_setopt(run.easy, CURLOPT_PRIVATE, &run);
        curl_easy_setopt(run.easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(run.easy, CURLOPT_WRITEDATA, &run);
        curl_easy_setopt(run.easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(run.easy, CURLOPT_PROXY, "");
    }
    return runs;
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4)
        return std::fputs("usage: bare_curl PORT EXECUTIONS IN_FLIGHT [JUDGE_BYTES]\n", stderr), 2;
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    Bench bench;
    bench.wanted = std::atol(argv[2]);
    const long in_flight = std::atol(argv[3]);
    bench.judge_body = make_judge_body(argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 7000);
    prepare(bench, argv[1], in_flight);
    const auto runs = make_runs(in_flight);
    const auto began = std::chrono::steady_clock::now();
    for (const auto& run : runs) start_next(bench, *run);
    while (bench.finished < bench.wanted) turn(bench);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf("%ld %.3f %.1f %.3f\n", bench.finished, took.count(),
                static_cast<double>(bench.finished) / took.count(), cpu_seconds());
    if (bench.failed > 0) std::fprintf(stderr, "bare_curl: %ld calls failed\n", bench.failed);
    return bench.failed > 0 ? 1 : 0;
}
