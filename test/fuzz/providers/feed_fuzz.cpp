// Whatever an address answers with: a feed whose items keep to the caps and have valid text, or
// a failure that says why.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/json.hpp"
#include "providers/feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace torale;
    core::Reply reply;
    reply.status = 200;
    reply.body.assign(reinterpret_cast<const char*>(bytes), size);
    const core::Time now{std::chrono::seconds{1'780'000'000}};
    const auto feed = providers::read_feed(reply, "https://a.test/feed", now);
    if (!feed) {
        if (feed.error().message.empty()) std::abort();
        return 0;
    }
    if (feed->items.size() > providers::feed_items_max) std::abort();
    for (const auto& item : feed->items) {
        if (item.id.empty() || (item.title.empty() && item.text.empty())) std::abort();
        if (core::clean_utf8(item.text) != item.text) std::abort();
        if (core::clean_utf8(item.title) != item.title) std::abort();
        if (!item.url.empty() && !item.url.starts_with("http") && !item.url.starts_with("HTTP")) {
            std::abort();
        }
    }
    return 0;
}
