// Certificates, against `openssl s_server` with one that is made for the occasion.
#include "net/trust.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "driver.hpp"
#include "fake_names.hpp"

namespace torale::net::test {
namespace {

using core::Fault;

class trust : public testing::Test {
protected:
    static constexpr const char* host = "ip-127-0-0-1.test";

    void SetUp() override {
        char pattern[] = "/tmp/torale-trust-XXXXXX";
        folder = mkdtemp(pattern);
        const std::string make =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
            " -subj /CN=torale -addext subjectAltName=DNS:" +
            std::string(host) + " -keyout " + folder + "/key -out " + folder + "/cert 2>/dev/null";
        if (std::system(make.c_str()) != 0) GTEST_SKIP() << "the openssl command is not there";
        {
            const BoundSocket free_port(SOCK_STREAM);
            port = std::to_string(free_port.port());
        }
        server = fork();
        if (server == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            const int null = open("/dev/null", O_RDWR);
            for (const int fd : {0, 1, 2}) dup2(null, fd);
            execlp("openssl", "openssl", "s_server", "-www", "-accept", port.c_str(), "-key",
                   (folder + "/key").c_str(), "-cert", (folder + "/cert").c_str(), nullptr);
            _exit(1);
        }
        settings.egress.ports = {std::stoi(port)};
        settings.egress.allow = *parse_egress_allow("127.0.0.1");
        settings.dns_servers = names.address();
    }
    void TearDown() override {
        if (server > 0) {
            kill(server, SIGKILL);
            waitpid(server, nullptr, 0);
        }
        std::filesystem::remove_all(folder);
    }
    // Until the server listens.
    core::Reply fetch_when_up(Loop& loop, const std::string& name) {
        const Stopwatch watch;
        core::Reply reply;
        do {
            reply = fetch(loop, get("https://" + name + ":" + port + "/"));
        } while (reply.fault == Fault::connect && watch.ms() < 10'000);
        return reply;
    }

    std::string folder;
    std::string port;
    pid_t server = -1;
    FakeNames names;
    LoopSettings settings;
};

TEST_F(trust, accepts_a_certificate_that_its_file_vouches_for) {
    settings.ca_file = folder + "/cert";
    Loop net(settings);
    const core::Reply reply = fetch_when_up(net, host);
    EXPECT_EQ(reply.status, 200) << reply.fault_text;
    EXPECT_EQ(fetch(net, get(std::string("https://") + host + ":" + port + "/")).status, 200);
}

TEST_F(trust, refuses_a_certificate_that_nobody_vouches_for) {
    Loop net(settings);
    const core::Reply reply = fetch_when_up(net, host);
    EXPECT_EQ(reply.fault, Fault::tls_verify) << reply.fault_text;
    EXPECT_FALSE(reply.request_sent);
    EXPECT_NE(reply.fault_text.find("certificate"), std::string::npos) << reply.fault_text;
}

TEST_F(trust, refuses_a_certificate_for_another_name) {
    settings.ca_file = folder + "/cert";
    Loop net(settings);
    const core::Reply reply = fetch_when_up(net, "ip-10-0-0-1-127-0-0-1.test");
    EXPECT_EQ(reply.fault, Fault::tls_verify) << reply.fault_text;
    EXPECT_FALSE(reply.request_sent);
}

TEST_F(trust, calls_nobody_when_its_file_is_missing) {
    settings.ca_file = folder + "/absent";
    Loop net(settings);
    const core::Reply reply = fetch_when_up(net, host);
    EXPECT_EQ(reply.fault, Fault::tls) << reply.fault_text;
    EXPECT_FALSE(reply.request_sent);
}

}  // namespace
}  // namespace torale::net::test
