// Pages of strangers in a browser of this machine are not this machine.
#include "rest/local_page.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

struct Case {
    const char* host;    // "" = none
    const char* origin;  // "" = none
    bool is_local;
};

bool is_local(const Case& one, const char* listed = "*") {
    core::HttpRequest request;
    if (*one.host != '\0') request.headers.push_back({"Host", one.host});
    if (*one.origin != '\0') request.headers.push_back({"Origin", one.origin});
    return is_from_this_machine(request, parse_origins(listed));
}

TEST(is_from_this_machine, is_this_table) {
    for (const Case& one : {
             Case{"127.0.0.1:8080", "", true},
             {"localhost:8080", "", true},
             {"LocalHost", "", true},
             {"[::1]:8080", "", true},
             {"127.1.2.3", "", true},
             {"", "", true},
             {"127.0.0.1:8080", "http://localhost:3000", true},
             {"127.0.0.1:8080", "http://127.0.0.1:3000", true},
             {"127.0.0.1:8080", "http://[::1]:3000", true},
             {"127.0.0.1:8080", "https://evil.example", false},
             {"127.0.0.1:8080", "https://localhost.evil.example", false},
             {"127.0.0.1:8080", "https://127.0.0.1.evil.example", false},
             {"127.0.0.1:8080", "https://evil.example:80", false},
             {"127.0.0.1:8080", "null", false},
             {"127.0.0.1:8080", "file://", false},
             {"evil.example:8080", "", false},
             {"evil.example:8080", "http://evil.example:8080", false},
             {"127.evil.example:8080", "", false},
             {"[::2]:8080", "", false},
         }) {
        EXPECT_EQ(is_local(one), one.is_local) << one.host << " " << one.origin;
    }
}

TEST(is_from_this_machine, listed_origins_are_the_operators_own) {
    const Case listed{"127.0.0.1:8080", "https://app.example.com", true};
    EXPECT_TRUE(is_local(listed, "https://app.example.com"));
    EXPECT_FALSE(is_local(listed, "https://other.example.com"));
    EXPECT_FALSE(
        is_local({"app.example.com", "https://app.example.com", false}, "https://app.example.com"));
}

}  // namespace
}  // namespace torale::rest
