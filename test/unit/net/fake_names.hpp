// A name server in a child process. The first label of a name says the answer: "ip-10-0-0-1" the
// A record 10.0.0.1 (more numbers, more records), "nx" that there is no such name, "flip" first
// 127.0.0.1 and 10.0.0.1 from the second question on.
#pragma once
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "tiny_server.hpp"

namespace torale::net::test {

class FakeNames {
public:
    FakeNames() {
        const pid_t parent = getpid();
        child_ = fork();
        if (child_ != 0) return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) serve();
        _exit(0);
    }
    ~FakeNames() {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }
    FakeNames(const FakeNames&) = delete;
    FakeNames& operator=(const FakeNames&) = delete;
    std::string address() const { return "127.0.0.1:" + std::to_string(socket_.port()); }

private:
    [[noreturn]] void serve() {
        while (true) {
            char bytes[512];
            sockaddr_in peer{};
            socklen_t size = sizeof peer;
            const auto count = recvfrom(socket_.fd(), bytes, sizeof bytes, 0,
                                        reinterpret_cast<sockaddr*>(&peer), &size);
            if (count < 17) continue;
            const std::string reply = answer(std::string(bytes, static_cast<std::size_t>(count)));
            sendto(socket_.fd(), reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&peer),
                   size);
        }
    }

    // RFC 1035 §4: a header of 12 bytes, the question, then the answers that point back to it.
    std::string answer(const std::string& question) {
        const std::string label = question.substr(13, static_cast<unsigned char>(question[12]));
        const auto end = question.find('\0', 12);
        const bool is_a = question[end + 2] == 1;
        std::vector<std::string> addresses;
        if (label == "flip" && is_a) addresses.push_back(flips_++ == 0 ? "127-0-0-1" : "10-0-0-1");
        if (label.starts_with("ip-") && is_a) addresses.push_back(label.substr(3));
        std::string records;
        char records_count = 0;
        for (const std::string& list : addresses) {
            std::istringstream numbers(list);
            std::string number;
            int at = 0;
            for (; std::getline(numbers, number, '-'); ++at) {
                if (at % 4 == 0) records += std::string("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 12);
                records.push_back(static_cast<char>(std::stoi(number)));
            }
            records_count = static_cast<char>(at / 4);
        }
        std::string reply = question.substr(0, 2);
        reply += std::string("\x81\x80\0\1\0", 5) + records_count + std::string("\0\0\0\0", 4);
        if (label == "nx") reply[3] = '\x83';
        return reply + question.substr(12, end + 5 - 12) + records;
    }

    BoundSocket socket_{SOCK_DGRAM};
    pid_t child_ = -1;
    int flips_ = 0;
};

}  // namespace torale::net::test
