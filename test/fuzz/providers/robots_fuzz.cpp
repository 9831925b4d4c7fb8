// Whatever a site writes: an answer for each path, the same for each spelling of it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "providers/robots.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace torale::providers;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const Robots robots = parse_robots(text);
    if (!may_fetch(robots, "/robots.txt")) std::abort();
    if (robots.rules.empty() && !may_fetch(robots, "/any")) std::abort();
    const bool allowed = may_fetch(robots, "/a/b.html");
    if (may_fetch(robots, "/%61/b%2Ehtml") != allowed) std::abort();
    (void)may_fetch(robots, text);
    return 0;
}
