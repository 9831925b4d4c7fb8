// Whatever a page holds, in whatever encoding it claims: valid text within the cap, or a failure
// that says why.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "core/json.hpp"
#include "providers/page.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace torale;
    if (size == 0) return 0;
    constexpr std::array<const char*, 6> types{"text/html",
                                               "text/html; charset=utf-8",
                                               "text/html; charset=shift_jis",
                                               "text/html; charset=utf-16",
                                               "text/plain",
                                               "application/json"};
    core::Reply reply;
    reply.status = 200;
    reply.headers = {{"Content-Type", types[bytes[0] % types.size()]}};
    reply.body.assign(reinterpret_cast<const char*>(bytes + 1), size - 1);
    const core::Time now{std::chrono::seconds{1'780'000'000}};
    const auto page = providers::read_page(reply, "https://a.test/x", now);
    if (!page) {
        if (page.error().message.empty()) std::abort();
        return 0;
    }
    if (page->text.empty() || page->text.size() > 4 * providers::page_chars_max + 8) std::abort();
    if (core::clean_utf8(page->text) != page->text) std::abort();
    if (core::clean_utf8(page->title) != page->title) std::abort();
    if (!page->url.starts_with("http") && !page->url.starts_with("HTTP")) std::abort();
    return 0;
}
