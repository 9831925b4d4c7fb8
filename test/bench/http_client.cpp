// The load of the HTTP benches: one request over and over, on connections that stay, each asking
// again as soon as it has its answer.
//
//   http_client PORT FILE CONNECTIONS REQUESTS [SECONDS]
//
// FILE holds the bytes of the request; ten `#` in it become a number that no other request of this
// run has. Ends after REQUESTS answers or SECONDS. A connection that the server closes between two
// requests is opened again. Prints one JSON object: requests, seconds, failed (status other than
// 2xx), first_failure, reconnects, p50_us, p95_us, p99_us, max_us, histogram [[below_us, count]…].
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view number_place = "##########";

// Sixteen buckets an octave: within 6 % of the true value.
class Histogram {
public:
    void add(std::uint64_t us) {
        ++counts_[bucket_of(us)];
        ++total_;
        max_ = us > max_ ? us : max_;
    }
    std::uint64_t max() const { return max_; }
    std::uint64_t percentile(double share) const {
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            below += counts_[i];
            if (static_cast<double>(below) >= share * static_cast<double>(total_))
                return bound_of(i) < max_ ? bound_of(i) : max_;
        }
        return max_;
    }
    // By octave, without the empty ones.
    std::string json() const {
        std::string text;
        for (std::size_t i = 0; i < counts_.size(); i += 16) {
            std::uint64_t sum = 0;
            for (std::size_t j = i; j < i + 16; ++j) sum += counts_[j];
            if (sum == 0) continue;
            if (!text.empty()) text += ", ";
            text += "[" + std::to_string(bound_of(i + 15)) + ", " + std::to_string(sum) + "]";
        }
        return "[" + text + "]";
    }

private:
    static std::size_t bucket_of(std::uint64_t us) {
        if (us < 16) return us;
        const int octave = std::bit_width(us) - 5;
        return static_cast<std::size_t>(octave + 1) * 16 + ((us >> octave) & 15);
    }
    static std::uint64_t bound_of(std::size_t bucket) {
        if (bucket < 16) return bucket + 1;
        const std::size_t octave = bucket / 16 - 1;
        return (bucket % 16 + 17) << octave;
    }
    std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(16 * 40);
    std::uint64_t total_ = 0;
    std::uint64_t max_ = 0;
};

struct Connection {
    int fd = -1;
    std::string request;
    std::string answer;
    Clock::time_point asked_at;
    bool is_waiting = false;
};

// What a whole answer is; nothing while more has to come.
struct Answer {
    std::size_t bytes = 0;
    int status = 0;
    bool closes = false;
};

class Load {
public:
    Load(int port, std::string request) : request_(std::move(request)) {
        address_.sin_family = AF_INET;
        address_.sin_port = htons(static_cast<std::uint16_t>(port));
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        number_at_ = request_.find(number_place);
    }

    void run(int connections, std::uint64_t requests, double seconds);
    void print() const;

private:
    void open(Connection& connection);
    void ask(Connection& connection);
    void send_request(const Connection& connection);
    void read(Connection& connection);
    void finish(Connection& connection, const Answer& answer);
    bool is_over() const;

    int epoll_ = epoll_create1(0);
    sockaddr_in address_{};
    std::string request_;
    std::size_t number_at_;
    std::vector<Connection> connections_;
    std::uint64_t wanted_ = 0, asked_ = 0, answered_ = 0, failed_ = 0, reconnects_ = 0;
    std::string first_failure_;
    Clock::time_point began_, end_at_;
    double seconds_ = 0;
    Histogram latency_;
};

[[noreturn]] void fail(const char* what) {
    throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

// A header's value in `head`, which ends with the blank line.
std::string_view header(std::string_view head, std::string_view name) {
    for (std::size_t at = head.find("\r\n"); at + 4 < head.size(); at = head.find("\r\n", at + 2)) {
        const std::string_view line = head.substr(at + 2);
        if (strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
        const std::string_view value = line.substr(name.size() + 1);
        return value.substr(std::min(value.find_first_not_of(' '), value.find("\r\n")));
    }
    return {};
}

Answer read_answer(std::string_view text) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return {};
    const std::string_view head = text.substr(0, end + 4);
    Answer answer;
    answer.status = std::atoi(head.data() + 9);
    answer.closes = header(head, "Connection").starts_with("close");
    const std::string_view length = header(head, "Content-Length");
    if (length.empty() && answer.status != 204)
        throw std::runtime_error("an answer without Content-Length");
    const std::size_t body = length.empty() ? 0 : std::strtoull(length.data(), nullptr, 10);
    if (text.size() < head.size() + body) return {};
    answer.bytes = head.size() + body;
    return answer;
}

void Load::open(Connection& connection) {
    if (connection.fd >= 0) close(connection.fd);
    connection.fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address_), sizeof address_) != 0)
        fail("connect");
    const int on = 1;
    setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
}

bool Load::is_over() const {
    return asked_ >= wanted_ || Clock::now() >= end_at_;
}

void Load::send_request(const Connection& connection) {
    std::string_view rest = connection.request;
    while (!rest.empty()) {
        const ssize_t sent = send(connection.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0) return;  // closed: read() sees it
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void Load::ask(Connection& connection) {
    connection.answer.clear();
    connection.request = request_;
    if (number_at_ != std::string::npos) {
        char digits[16];
        std::snprintf(digits, sizeof digits, "%010llu", static_cast<unsigned long long>(asked_));
        connection.request.replace(number_at_, number_place.size(), digits);
    }
    ++asked_;
    connection.is_waiting = true;
    connection.asked_at = Clock::now();
    send_request(connection);
}

void Load::finish(Connection& connection, const Answer& answer) {
    const auto took = Clock::now() - connection.asked_at;
    latency_.add(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    ++answered_;
    connection.is_waiting = false;
    if (answer.status < 200 || answer.status > 299) {
        if (failed_++ == 0) first_failure_ = connection.answer;
    }
    if (answer.closes) {
        ++reconnects_;
        open(connection);
    }
    if (!is_over()) ask(connection);
}

void Load::read(Connection& connection) {
    char buffer[65536];
    const ssize_t got = recv(connection.fd, buffer, sizeof buffer, 0);
    if (got <= 0) {
        if (!connection.answer.empty()) throw std::runtime_error("closed within an answer");
        ++reconnects_;
        open(connection);
        if (connection.is_waiting) send_request(connection);
        return;
    }
    connection.answer.append(buffer, static_cast<std::size_t>(got));
    const Answer answer = read_answer(connection.answer);
    if (answer.bytes == 0) return;
    if (answer.bytes != connection.answer.size()) throw std::runtime_error("more than an answer");
    finish(connection, answer);
}

void Load::run(int connections, std::uint64_t requests, double seconds) {
    wanted_ = requests;
    began_ = Clock::now();
    end_at_ = began_ +
              std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    connections_.resize(static_cast<std::size_t>(connections));
    for (Connection& connection : connections_) {
        open(connection);
        if (!is_over()) ask(connection);
    }
    epoll_event events[256];
    while (answered_ < asked_) {
        const int count = epoll_wait(epoll_, events, 256, 30'000);
        if (count == 0) throw std::runtime_error("no answer within 30 s");
        for (int i = 0; i < count; ++i) read(*static_cast<Connection*>(events[i].data.ptr));
    }
    seconds_ = std::chrono::duration<double>(Clock::now() - began_).count();
}

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') out += '\\';
        out += static_cast<unsigned char>(letter) < ' ' ? ' ' : letter;
    }
    return out + "\"";
}

void Load::print() const {
    const auto number = [](std::uint64_t value) { return std::to_string(value); };
    const std::string text =
        "{\"requests\": " + number(answered_) + ", \"seconds\": " + std::to_string(seconds_) +
        ", \"failed\": " + number(failed_) + ", \"first_failure\": " + json_string(first_failure_) +
        ", \"reconnects\": " + number(reconnects_) +
        ", \"p50_us\": " + number(latency_.percentile(0.50)) +
        ", \"p95_us\": " + number(latency_.percentile(0.95)) +
        ", \"p99_us\": " + number(latency_.percentile(0.99)) +
        ", \"max_us\": " + number(latency_.max()) + ", \"histogram\": " + latency_.json() + "}";
    std::puts(text.c_str());
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 5) {
        std::fprintf(stderr, "usage: http_client PORT FILE CONNECTIONS REQUESTS [SECONDS]\n");
        return 2;
    }
    std::ifstream file(arguments[2], std::ios::binary);
    const std::string request{std::istreambuf_iterator<char>(file), {}};
    if (request.empty()) {
        std::fprintf(stderr, "http_client: %s is empty\n", arguments[2]);
        return 2;
    }
    try {
        Load load(std::atoi(arguments[1]), request);
        load.run(std::atoi(arguments[3]), std::strtoull(arguments[4], nullptr, 10),
                 count > 5 ? std::atof(arguments[5]) : 86'400);
        load.print();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "http_client: %s\n", error.what());
        return 1;
    }
}
